"""A learned policy at work: it answers new queries by each context's (prompt, N), and says what each answer cost."""

from __future__ import annotations

import asyncio
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ..core import bounds
from ..core.checks import check_scale, check_seed
from ..core.naming import short_name, told_name
from ..core.problem import Context, Prompt
from ..core.rounds import Policy, deployed
from ..core.stopping import check_arm, most_requests
from ..core.strategies import Strategy
from .answer import Answer
from .background import on_loop
from .endpoint.calls import Caller
from .endpoint.endpoint import Endpoint
from .endpoint.retries import Retries
from .endpoint.run import Run
from .errors import LiveError, LiveWarning
from .estimate import Estimate, Lengths, estimate_answers
from .ledger.ledger import Ledger
from .ledger.metering import MeteredLedger
from .ledger.spending import SpendingLimit
from .problem import PromptTemplate, Question
from .request import Request
from .response import Response
from .scoring.scorer import UNREADABLE, Score, Scorer, spoken
from .scoring.scorers import as_scorer
from .scoring.selection import Selection
from .sequence import Asking, Drawn, batches, why_stop


class Deployed:
    """A policy on an endpoint: ``deployed("new question", context="low")`` gives a ``Response``.

    scorers: one for each objective that the contexts weigh, in order.  strategy: how N completions become one
    response; without, the policy's own.  select: a scorer without right answers that best-of-N picks by, in place of
    the weighted objectives.  prompts: in place of the policy's own.  An arm without N draws one of 1 .. n_max for each
    query, from ``seed``.  Every completion goes through ``ledger`` under ``limit``; a query that was asked before is
    answered from the ledger.  lengths: mean tokens of a prompt and its answers elsewhere, for ``estimate``.

    Raises ``ValueError`` where a prompt, the strategy or a selection score is missing, or scorers do not fit.
    """

    def __init__(
        self,
        policy: Policy,
        endpoint: Endpoint,
        *,
        scorers: Sequence[Scorer | Callable[[Question, str], Any]],
        ledger: Ledger,
        limit: SpendingLimit,
        strategy: Strategy | None = None,
        select: Scorer | Callable[[Question, str], Any] | None = None,
        prompts: Sequence[Prompt] | Mapping[int, Prompt] | None = None,
        n_max: int | None = None,
        seed: int = 0,
        concurrency: int = 64,
        retries: Retries | None = None,
        lengths: Callable[[PromptTemplate], Lengths | None] = lambda _: None,
    ) -> None:
        self.policy, self.endpoint, self.ledger, self.limit = policy, endpoint, ledger, limit
        judges = [as_scorer(scorer) for scorer in scorers]
        names = tuple(scorer.name for scorer in judges)
        if policy.objectives and names != policy.objectives:
            raise ValueError(f"the policy weighs {', '.join(policy.objectives)}; the scorers are {', '.join(names)}")
        chosen = strategy or policy.strategy
        if chosen is None:
            raise ValueError(
                "neither the policy nor you name a strategy: give strategy=..., for instance MajorityVote()"
            )
        picked_by = None if select is None else as_scorer(select)
        self._votes = _check_stops(policy, chosen, select)
        self._selections = {c.name: Selection(chosen, c, judges, picked_by) for c in policy.contexts}
        self._prompts = {arm.prompt: _template(policy, prompts, arm.prompt) for arm in policy.values()}
        self._n_max = None if n_max is None else check_scale(n_max, most=bounds.SCALE)
        if self._n_max is None and any(arm.n is None for arm in policy.values()):
            raise ValueError("an arm of this policy has no N of its own: give n_max, up to which it is drawn")
        self._rng, self._lengths = check_seed(seed), lengths
        self._totals, self._reasons = Counter[str](), Counter[str]()
        self._options: dict[str, Any] = {"concurrency": concurrency, "retries": retries}
        caller = Caller(endpoint, ledger, limit, **self._options)  # what it would refuse is refused now
        self._warn(policy, caller.book.per_call())

    def _warn(self, policy: Policy, per_call: int | None) -> None:
        """Say where this endpoint takes more requests for an arm than the one that the policy was learnt on."""
        more = [
            arm for arm in policy.values()
            if arm.n and most_requests(arm, per_call) > most_requests(arm, policy.per_call)
        ]  # fmt: skip
        if more:
            learnt = "any number of" if policy.per_call is None else f"{policy.per_call}"
            warnings.warn(
                f"the policy was learnt where one request carries {learnt} answers, and here it carries {per_call}: N ="
                f" {more[0].n} sends its prompt {most_requests(more[0], per_call)} times, and costs more than was"
                " learnt", LiveWarning, stacklevel=3,
            )  # fmt: skip

    def __repr__(self) -> str:
        return f"Deployed({self.policy!r}, {self.endpoint!r})"

    def __call__(self, query: str, context: str | None = None) -> Response:
        """Answer ``query`` for ``context``, which may be left out where there is one only.

        Raises ``KeyError`` for an unknown context, ``ValueError`` for an empty query or no context, ``LimitReached``
        before the cap is passed, ``EndpointError`` where the endpoint refuses, ``LiveError`` where nothing arrived.
        """
        question, chosen = Question(query), self._context(context)
        run = Run()
        future = on_loop(self._respond(question, chosen, run))
        try:
            return future.result()
        except KeyboardInterrupt:  # what is in flight still lands in the ledger
            on_loop(_stop(run)).result()
            raise

    async def ask(self, query: str, context: str | None = None) -> Response:
        """The same, to be awaited on any event loop; several at once share nothing but the ledger and the limit."""
        return await asyncio.wrap_future(on_loop(self._respond(Question(query), self._context(context), Run())))

    def estimate(self, queries: Sequence[str], context: str | None = None) -> Estimate:
        """What answering each of ``queries`` for ``context`` will take, as far as training tells; sends nothing.

        A query that stands twice counts once.

        Raises ``ValueError`` where there are none or one is empty, and as a call of this.
        """
        if isinstance(queries, str) or not queries:
            raise ValueError("give the queries that are to be answered, at least one, as a list of texts")
        chosen = self._context(context).name
        arm, drawn = self.policy[chosen], self.policy.drawn.get(chosen)
        prompt = self._prompts[arm.prompt]
        requests = [self._request(prompt, Question(query)) for query in queries]
        caller = Caller(self.endpoint, self.ledger, self.limit, **self._options)
        return estimate_answers(caller, requests, arm, self._n_max or 1, drawn, self._lengths(prompt))

    def _request(self, prompt: PromptTemplate, question: Question, ledger: Ledger | None = None) -> Request:
        return self.endpoint.request(prompt.settings(), prompt.messages(question.text), ledger or self.ledger)

    def report(self) -> Asking:
        """What was asked so far for the answers that were given; what lay in the ledger already counts as asked."""
        answers, asked, most = (self._totals[name] for name in ("answers", "asked", "at most"))
        return Asking(answers, asked, most, dict(self._reasons))

    def _context(self, name: str | None) -> Context:
        if name is None:
            if len(self.policy.contexts) > 1:
                raise ValueError(f"name a context: {', '.join(self.policy)}")
            return self.policy.contexts[0]
        _ = self.policy[name]  # its KeyError tells the known ones
        return next(c for c in self.policy.contexts if c.name == name)

    async def _respond(self, question: Question, context: Context, run: Run) -> Response:
        start, arm, selection = time.monotonic(), self.policy[context.name], self._selections[context.name]
        n = arm.n if arm.n is not None else int(self._rng.integers(1, cast(int, self._n_max) + 1))
        prompt = self._prompts[arm.prompt]
        ledger = cast(Ledger, MeteredLedger(self.ledger))
        caller = Caller(self.endpoint, ledger, self.limit, **self._options)
        request = self._request(prompt, question, ledger)
        answers, rows, drawn, recorded, why = [], [], [], 0, ""
        for places in batches(arm, n):
            found = {s: answer for (_, s), answer in ledger.read({request.digest: places}).items()}
            left = [place for place in places if place not in found]
            fetched = await caller.fetch(request, left, run) if left else {}
            recorded += len(found)
            new = sorted({**found, **fetched}.items())
            answers += [answer for _, answer in new]
            texts = list(dict.fromkeys(answer.text for _, answer in new))  # equal texts are judged once
            scored = await asyncio.gather(*(self._scores(selection, question, text, ledger) for text in texts))
            known = dict(zip(texts, scored, strict=True))
            for place, answer in new:
                if (row := known[answer.text]) is not None:
                    rows.append(row)
                    drawn.append(self._drawn(place, answer, *selection.told(row)))
            if why := why_stop(arm, drawn, places.stop, self._votes):
                break
        if not answers:
            raise LiveError(f"none of the {n} completions arrived: {caller.last_fault or 'the endpoint gave none'}")
        if not rows:
            raise LiveError(f"{n} completions arrived, but no judge's call on any of them succeeded; ask again")
        picked = selection.pick(rows)
        self._totals.update({"answers": 1, "asked": places.stop, "at most": n})
        self._reasons.update([why] if arm.stop is not None else [])
        return Response(
            drawn[picked.index].text, picked.answer, context.name, arm.prompt, n, picked.votes, len(answers),
            picked.unreadable, len(answers) - len(rows), recorded, cast(MeteredLedger, ledger).spent_here,
            time.monotonic() - start, short_name(prompt, arm.prompt), places.stop, why if arm.stop is not None else "",
            tuple(drawn), caller.book.per_call(),
        )  # fmt: skip

    def _drawn(self, place: int, answer: Answer, vote: str | None, style: float) -> Drawn:
        whole = answer.prompt_tokens if answer.whole_prompt is None else answer.whole_prompt
        spending = self.endpoint.spending
        return Drawn(place, answer.text, vote, style, spending(0, whole, 0), spending(1, 0, answer.completion_tokens))

    async def _scores(self, selection: Selection, question: Question, text: str, ledger: Ledger) -> list[Score] | None:
        """What each scorer says of one text, ``None`` where a judge's call failed for good."""
        said = spoken(text)
        if said is None:
            return [UNREADABLE for _ in selection.scorers]
        scores = []
        for scorer in selection.scorers:
            if hasattr(scorer, "score_async"):
                score = await scorer.score_async(question, said, ledger, self.limit)
            else:
                score = await asyncio.to_thread(scorer.score, question, said)
            if score is None:
                return None
            scores.append(score)
        return scores


@deployed.register
def _on_endpoint(endpoint: Endpoint, policy: Policy, **options: Any) -> Deployed:
    """``policy.deploy(endpoint, ...)``; its options are those of ``Deployed``."""
    return Deployed(policy, endpoint, **options)


def _template(policy: Policy, prompts: Sequence[Prompt] | Mapping[int, Prompt] | None, index: int) -> PromptTemplate:
    given = policy.prompts if prompts is None else prompts
    try:
        prompt = given[index]
    except (IndexError, KeyError):
        raise ValueError(
            f"the policy names prompt {index}, and its text is not known: give prompts=... or a policy that has its own"
        ) from None
    said = f" ({told})" if (told := told_name(prompt)) else ""
    if prompt.max_tokens is None:
        raise ValueError(f"prompt {index}{said} has no max_tokens, without which its cost has no bound")
    try:
        return PromptTemplate.of(prompt)
    except ValueError as error:
        raise ValueError(f"prompt {index} cannot be asked: {error}{said}") from None


def _check_stops(policy: Policy, strategy: Strategy, select: object) -> bool:
    """Whether arms that stop count votes; ``ValueError`` where they cannot stop so here."""
    early = [check_arm(strategy, arm) for arm in policy.values() if not arm.is_fixed]
    votes = bool(getattr(strategy, "counts_votes", False))
    if early and not votes and select is not None:
        raise ValueError(
            f"{early[0]} stops at a utility of the objectives that the policy weighs, and select=... picks by another"
            " score: deploy it without select, or take arms that ask all"
        )
    return votes


async def _stop(run: Run) -> None:
    run.stop()
