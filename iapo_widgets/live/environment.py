"""A live endpoint as an Environment: ``sample`` asks it, and the ledger keeps what it says."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import bounds
from ..core.checks import check_pulls, check_scale, check_split
from ..core.completions import Completions
from ..core.problem import Context, check_contexts
from ..core.rounds import Policy
from ..core.strategies import Strategy, find_strategy
from .answer import Answer
from .deployment import Deployed
from .endpoint.calls import Caller
from .endpoint.collecting import collect
from .endpoint.endpoint import Endpoint
from .endpoint.retries import Retries
from .estimate import Estimate, estimate, lengths_of
from .ledger.ledger import Ledger
from .ledger.spending import SpendingLimit
from .problem import PromptTemplate, Question
from .progress import Progress
from .records.completion import RecordedCompletion
from .records.gathered import gathered
from .records.kept_task import keep
from .records.packing import packed
from .records.record import Record
from .report import Report, report
from .request import Request
from .scoring.costs import Costs
from .scoring.judging import Judged, Jury, check_scorers
from .scoring.scorer import Scorer
from .scoring.seen import Seen
from .usefulness import Usefulness

RUNS = 64  # runs whose sample indices are remembered at a time


class LiveEnvironment:
    """Prompt templates and questions before a real endpoint; passes for any other environment.

    A run is what one ``rng`` samples: within it the k-th draw of a (prompt, question) pair is sample k of the ledger.
    So a run that is repeated asks for nothing again and gives the same policy, and a longer one reuses what is there.

    prompts (P), questions (X), scorers (K objectives, in the order of the contexts' weights).  limit: hard caps, over
    everything in the ledger.  concurrency: requests in flight at most.  cost_unit: "tokens", "kilotokens", or, of an
    endpoint with prices, "dollars" or "cents" (of whatever currency the prices are in).  ledger: keeps prompts,
    questions and right answers too, so that it can be packed without this environment.  stop: an Event that ends
    ``sample`` with ``Stopped``.  offline: nothing is sent; what is not in the ledger is missing.  progress: whether
    ``train`` shows a bar with the time left; ``None``: in a terminal and in a notebook, when it takes long.

    The vote of a completion is the answer of the first scorer that gives one.  A completion that could not be read
    casts no vote and counts as its scorer's ``floor``; ``report()`` counts it apart.  A failed call is missing.

    Raises ``ValueError`` or ``TypeError`` where the parts do not fit together.
    """

    learns_per_call = True  #: see ``core.costs``

    def __init__(
        self,
        endpoint: Endpoint,
        prompts: Sequence[PromptTemplate],
        questions: Sequence[Question],
        scorers: Sequence[Scorer],
        *,
        n_max: int,
        strategy: Strategy | str,
        contexts: Sequence[Context],
        ledger: Ledger,
        limit: SpendingLimit,
        concurrency: int = 64,
        cost_unit: str = "tokens",
        retries: Retries | None = None,
        stop: threading.Event | None = None,
        offline: bool = False,
        progress: bool | None = None,
        name: str = "live",
    ) -> None:
        self.prompts, self.questions = tuple(prompts), tuple(questions)
        for what, items, kind in (("prompt", self.prompts, PromptTemplate), ("question", self.questions, Question)):
            if not items:
                raise ValueError(f"no {what}s; give at least one")
            for item in items:
                if not isinstance(item, kind):
                    raise TypeError(f"a {what} must be a {kind.__name__}, not {type(item).__name__}")
        self.scorers = check_scorers(scorers, self.questions)
        self.objectives = tuple(scorer.name for scorer in self.scorers)
        self.n_max = check_scale(n_max, most=bounds.SCALE)
        self.contexts = check_contexts(contexts, len(self.scorers))
        self.strategy = find_strategy(strategy)
        self.strategy.check(len(self.scorers), self.has_gold)
        self.costs = Costs(cost_unit, endpoint.prices)
        self.endpoint, self.ledger, self.limit, self.cost_unit = endpoint, ledger, limit, cost_unit
        self.caller = Caller(
            endpoint, ledger, limit, concurrency=check_scale(concurrency, "concurrency"), retries=retries
        )
        self.stop = stop or threading.Event()
        self.offline, self.name, self._progress = bool(offline), name, Progress(progress)
        self.note = f"completions of {endpoint.model} at {endpoint.base_url}"
        self.seen, self.replayed = Seen(), 0
        self._usefulness = Usefulness(self.prompts, self.caller, self.offline)
        self.jury = Jury(self.scorers, self.questions, self.costs, ledger, limit, self.caller.pace.most, self.stop)
        keep(self)
        self._runs: list[tuple[np.random.Generator, Counter[bytes], Judged]] = []

    def __repr__(self) -> str:
        return (
            f"LiveEnvironment({self.endpoint.model!r} at {self.endpoint.base_url!r}, prompts={len(self.prompts)},"
            f" queries={self.n_queries}, n_max={self.n_max}, contexts={len(self.contexts)},"
            f" strategy={self.strategy.name!r})"
        )

    @property
    def call_cost(self) -> NDArray[np.float64]:
        """Cost of one request of each prompt beside its completions, (P,): the mean of those recorded, 0 for none."""
        calls = [[self.costs.call(answers[-1:]) for answers in row if answers] for row in self._recorded_answers()]
        return np.array([np.mean(row) if row else 0.0 for row in calls])

    @property
    def per_call(self) -> int | None:
        """Completions that one request carries at most; ``None`` where no limit has shown.

        ``Endpoint.check`` finds it out beforehand; else the first requests of a run show it, and what they show holds
        for all estimates of that run.
        """
        return self.caller.book.per_call()

    @property
    def n_queries(self) -> int:
        """Number of questions."""
        return len(self.questions)

    @property
    def has_gold(self) -> bool:
        """Whether every question has its right answer."""
        return all(question.gold is not None for question in self.questions)

    def request(self, prompt: int, query: int) -> Request:
        """What is asked for that pair, as completions are kept under it."""
        template = self.prompts[prompt]
        messages = template.messages(self.questions[query].text)
        return self.endpoint.request(template.settings(), messages, self.ledger, prompt=prompt)

    def preview(self, prompt: int, query: int, n: int = 1) -> dict[str, Any]:
        """The JSON that will be sent for ``n`` completions of that pair, without the key."""
        return self.caller.abilities.body(self.request(prompt, query), list(range(n)))

    def estimate(self, budget: int) -> Estimate:
        """What ``budget`` completions will take, before anything is sent."""
        return estimate(self, budget)

    def answers(self, prompt: int, query: int) -> list[Answer]:
        """What is recorded of that pair, costs in ``cost_unit``."""
        return [replace(a, cost=self.costs.paid(a)) for a in self.ledger.answers(self.request(prompt, query))]

    def watching(self, budget: int) -> AbstractContextManager[None]:
        """What ``train`` runs inside of: shows progress towards ``budget`` completions."""
        return self._progress.over(budget)

    def report(self) -> Report:
        """What was asked, came, failed and was spent so far; may be called while ``sample`` runs."""
        return report(self.seen, self.replayed, self.caller, self.ledger)

    def sample(self, prompts: ArrayLike, queries: ArrayLike, n: int, rng: np.random.Generator) -> Completions:
        """``n`` completions of each (prompt, query) pair, from the ledger or else from the endpoint.

        Returns when all have arrived or failed for good; failed ones are not valid.  Raises ``LimitReached`` before a
        cap could be passed, ``Stopped`` soon after ``stop`` is set, ``EndpointError`` where every further request would
        fail, and ``LedgerError``; in each case what arrived is in the ledger, and a rerun goes on from there.
        """
        prompts, queries, n = check_pulls(prompts, queries, n, len(self.prompts), self.n_queries)
        drawn, judged = self._run(rng)
        requests = {
            pair: self.request(*pair) for pair in dict.fromkeys(zip(prompts.tolist(), queries.tolist(), strict=True))
        }
        first = []
        wanted: dict[bytes, tuple[Request, list[int]]] = {}
        for pair in zip(prompts.tolist(), queries.tolist(), strict=True):
            digest = requests[pair].digest
            first.append((digest, drawn[digest]))
            wanted.setdefault(digest, (requests[pair], []))[1].extend(range(drawn[digest], drawn[digest] + n))
            drawn[digest] += n
        found = self.ledger.read({digest: samples for digest, (_, samples) in wanted.items()})
        left = [(request, [s for s in samples if (d, s) not in found]) for d, (request, samples) in wanted.items()]
        jobs = deque((request, missing) for request, missing in left if missing)
        self.replayed += len(found)
        self._progress.add(len(found))
        if jobs and not self.offline:
            found |= collect(self.caller, jobs, self.stop, self._progress.add)
        self._progress.add(len(prompts) * n - len(found))  # failed for good: as far as the budget goes, done
        pulls = [[found.get((digest, start + i)) for i in range(n)] for digest, start in first]
        completions, seen = self.jury.judge(judged, prompts, queries, n, pulls)
        self.seen.add(seen)
        self._usefulness.look(self.seen)
        return completions

    def recorded(self, *, n_max: int | None = None) -> Record:
        """What the ledger holds as an environment of known outcomes: replays are free, and Q is exact.

        It is ``record()`` under a name that says what it is of, and raises as that.  Of another ledger with the same
        endpoint: ``env.with_(ledger=other).recorded()``.
        """
        found = self.record(name=f"{self.name}, recorded").with_(n_max=n_max)
        fewest, most, (p, x) = found.counts.min(), found.counts.max(), found.counts.shape
        found.note = f"recorded {self.note}: {fewest} to {most} for each of {p} prompts and {x} questions"
        return found

    def completions(self, prompt: int, query: int) -> tuple[RecordedCompletion, ...]:
        """What is recorded of that pair, with what the scorers say of it; asks nothing of the endpoint."""
        jury = replace(self.jury, questions=(self.questions[query],))
        return tuple(gathered([[self.ledger.answers(self.request(prompt, query))]], jury)[0][0])

    def record(self, *, name: str = "record", about: str = "", test: Sequence[int] = (), **made: str) -> Record:
        """What the ledger holds with every text, which ``pack`` writes as one file; made: further words on its origin.

        A completion that a scorer could not judge, since its own call failed, is missing, never a zero; a warning says
        how many are.  Raises ``ValueError`` where no question was answered by every prompt.
        """
        origin = {"model": self.endpoint.model, "endpoint": self.endpoint.base_url, **made}
        return packed(
            self.prompts, self._recorded_answers(), self.jury, contexts=self.contexts, strategy=self.strategy,
            n_max=self.n_max, cost_unit=self.cost_unit, per_call=self.per_call, name=name, about=about, test=test,
            made=origin,
        )  # fmt: skip

    def split(self, train_fraction: float, seed: int) -> tuple[LiveEnvironment, LiveEnvironment]:
        """Questions shuffled by ``seed``: the first ``floor(train_fraction * n_queries)`` train, the others test.

        Raises ``ValueError`` where either part would be empty.
        """
        order, cut = check_split(self.n_queries, train_fraction, seed)
        return self._changed(questions=[self.questions[i] for i in order[:cut]]), self._changed(
            questions=[self.questions[i] for i in order[cut:]]
        )

    def with_(
        self,
        *,
        strategy: Strategy | str | None = None,
        contexts: Sequence[Context] | None = None,
        n_max: int | None = None,
        limit: SpendingLimit | None = None,
        ledger: Ledger | None = None,
        offline: bool | None = None,
    ) -> LiveEnvironment:
        """A changed copy with the same endpoint; ``strategy`` may be a name."""
        given = dict(strategy=strategy, contexts=contexts, n_max=n_max, limit=limit, ledger=ledger, offline=offline)
        return self._changed(**{name: value for name, value in given.items() if value is not None})

    def deploy(self, policy: Policy, **options: Any) -> Deployed:
        """A callable that answers new queries by ``policy`` on this endpoint, within this ledger and limit.

        Options, and what is raised, as of ``Deployed``; what is not given is this environment's.
        """
        given: dict[str, Any] = {
            "scorers": self.scorers, "ledger": self.ledger, "limit": self.limit, "n_max": self.n_max,
            "concurrency": self.caller.pace.most, "retries": self.caller.retries,
            "strategy": policy.strategy or self.strategy, "prompts": policy.prompts or self.prompts,
            "lengths": lambda prompt: lengths_of(self, prompt),
        }  # fmt: skip
        return Deployed(policy, self.endpoint, **{**given, **options})

    def finish(self, timeout: float = 60.0) -> bool:
        """After a stop: let the answers in flight arrive; ``False`` where that takes longer."""
        return self.ledger.drain(timeout)

    def _changed(self, **changes: Any) -> LiveEnvironment:
        given = {
            "endpoint": self.endpoint, "prompts": self.prompts, "questions": self.questions, "scorers": self.scorers,
            "n_max": self.n_max, "strategy": self.strategy, "contexts": self.contexts, "ledger": self.ledger,
            "limit": self.limit, "concurrency": self.caller.pace.most, "cost_unit": self.cost_unit,
            "retries": self.caller.retries, "stop": self.stop, "offline": self.offline, "name": self.name,
            "progress": self._progress.shown, **changes,
        }  # fmt: skip
        parts = [given.pop(name) for name in ("endpoint", "prompts", "questions", "scorers")]
        return LiveEnvironment(*parts, **given)

    def _run(self, rng: np.random.Generator) -> tuple[Counter[bytes], Judged]:
        """Draws so far and answer classes of the run that ``rng`` drives."""
        for known, drawn, judged in self._runs:
            if known is rng:
                return drawn, judged
        self._runs = [*self._runs[1 - RUNS :], (rng, Counter(), Judged())]
        return self._runs[-1][1:]

    def _recorded_answers(self) -> list[list[list[Answer]]]:
        """What the ledger holds, by prompt, question and sample."""
        return [
            [self.ledger.answers(self.request(p, x)) for x in range(self.n_queries)] for p in range(len(self.prompts))
        ]
