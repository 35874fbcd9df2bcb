"""When to stop asking: answers arrive one by one, the lead grows, the rule fires; and what stopping is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import traitlets as t

from ...core import early
from ...core.costs import calls
from ...core.naming import said_name, short_name
from ...core.problem import Arm, Context
from ...core.stopping import arm_of, base_of
from ...plots.scene import Scene
from ...tasks.catalogue import load
from ..shared.checked import chosen
from ..shared.cost_weight import LARGEST_COST, STEP, check_cost_weight
from ..shared.explorer import Control
from ..shared.holdings import Holdings, prompts_of
from ..shared.note import note
from .stop_counting import Counting
from .stop_panels import Place, level_options, path, strip, waiting, worth
from .stop_values import LEVELS, early_strategy, most_lead, stopping_environment
from .stop_walk import Walk, answers_to, telling, walk
from .stop_words import change_said, table, walk_said, worth_said

MOST = 16  # answers that can be read beside each other
BATCHES = (1, 2, 4, 8)
MEASURES = [("Worth", "worth"), ("Answers", "answers"), ("Cost", "cost")]


class StopExplorer(Counting):
    """Shows one question's answers as they arrive, where an arm would stop, and what stops are worth on all questions.

    env: a record, by default ``load("real-words")``, or any ``CategoricalEnvironment`` whose answers vote or of which
    the best is taken.  Traits: ``prompt``, ``question``, ``cap`` (answers at most, up to 16), ``lead`` (at which a vote
    stops), ``level`` (of the quantile of utilities at which best-of-N stops), ``batch`` (answers asked at once),
    ``step`` (how many have arrived), ``cost_weight`` (0 .. 2), ``measure`` (``worth``, ``answers`` or ``cost``),
    ``seed`` (0: recorded answers as they came), ``context`` (its name; whose weights of objectives), ``more``.  Without
    prompt and question it opens where a stop teaches most.  Values are worked out in the background; ``join`` waits.

    Raises ``ValueError`` for an environment without known probabilities, or whose strategy has no arms that stop.
    """

    prompt = t.Int(0).tag(sync=True)
    question = t.Int(0).tag(sync=True)
    cap = t.Int(MOST).tag(sync=True)
    lead = t.Int(2).tag(sync=True)
    level = t.Enum(LEVELS, 0.9).tag(sync=True)
    batch = t.Int(1).tag(sync=True)
    step = t.Int(MOST).tag(sync=True)
    cost_weight = t.Float(0.2).tag(sync=True)
    measure = t.Enum([value for _, value in MEASURES], "worth").tag(sync=True)
    seed = t.Int(0).tag(sync=True)
    context = t.Unicode().tag(sync=True)
    more = t.Bool(False).tag(sync=True)
    public = (
        "prompt", "question", "cap", "lead", "level", "batch", "step", "cost_weight", "measure", "seed", "context",
    )  # fmt: skip
    alone = "lead"

    def __init__(self, env: Any = None, **traits: Any) -> None:
        self.env = load("real-words") if env is None else env
        if not hasattr(self.env, "probs"):
            kind = type(self.env).__name__
            raise ValueError(f"{kind} has no known probabilities: give a record, or a task of load")
        self.votes = early_strategy(self.env.strategy, self.most, 1).counts_votes
        self.alone = "lead" if self.votes else "level"
        self._worded = bool(getattr(self.env, "has_texts", False))  # looks through a whole record
        self._reaches: dict[str, list[float]] = {}
        few = 2 if np.any(self.env.query_call_cost) and self.most > 1 else 1  # a request for each answer may cost more
        usual = {"cap": self.most, "lead": min(2, self.top), "context": self.env.contexts[0].name}
        given = {**usual, **traits}
        most = max(1, given["cap"])
        super().__init__(**{"step": most, "batch": min(few, most), **given})
        if not traits.keys() & {"prompt", "question"}:
            self._open()
        self.observe(self._changed, "more")
        self.begin()

    def _open(self) -> None:
        """Turn to the best prompt, and to its question where the rule teaches most; Reset comes back to it."""
        base = base_of(self.env.strategy)
        user = Context("here", self._user.weights, self.cost_weight)
        q = self.env.with_(strategy=base, contexts=[user], n_max=self.most).exact_q()
        with self.hold_trait_notifications():
            self.prompt = int(q[0].max(axis=1).argmax())
            self.question = telling(self.env, self.prompt, self.arm(), user.weights, self.votes)
        self._initial |= {"prompt": self.prompt, "question": self.question}

    @property
    def most(self) -> int:
        """The largest cap."""
        return min(int(self.env.n_max), MOST)

    @property
    def top(self) -> int:
        """The largest lead."""
        return most_lead(self.most)

    @property
    def _user(self) -> Context:
        return next(c for c in self.env.contexts if c.name == self.context)

    def arm(self) -> Arm:
        """The arm at the left."""
        return Arm(self.prompt, self.cap, self.lead if self.votes else self._threshold(), self.batch)

    def walk(self) -> Walk:
        """The question's answers under the arm."""
        answers = answers_to(self.env, self.prompt, self.question, self.cap, self.seed, self._user.weights)
        return walk(answers, self.arm(), self.votes)

    def counted(self) -> tuple[Any, int]:
        """The environment of the values, and the place of the prompt in it."""
        return stopping_environment(self.env, self.prompt, self._user.weights, self.batch, self.most)

    def key(self) -> tuple[Any, ...]:
        """What the values depend on."""
        return self.prompt, self.batch, self._user.weights

    def place(self) -> Place:
        """Where the arm at the left stands among the values."""
        stop = self.lead - 1 if self.votes else LEVELS.index(self.level)
        return self.cap - 1, 1 + stop

    def controls(self) -> Sequence[Control]:
        """Question, answers so far, the rule and the cost weight; behind a switch prompt, cap, batch and context."""
        last = self.env.n_queries - 1
        rule = (
            Control("lead", "Lead that stops", "range", 1, self.top, 1, hint="votes of the leader above the second's")
            if self.votes
            else Control("level", "Stop at one of the", "steps", options=level_options())
        )
        return [
            *([Control("question", "Question", "range", 0, last, 1)] if last else []),
            Control("step", "Answers so far", "range", 1, self.cap, 1, hint="how many have arrived"),
            rule,
            Control("cost_weight", "Weight: cost", "range", 0.0, LARGEST_COST, STEP),
            Control("measure", "Compare by", "steps", options=MEASURES),
            Control("more", "More settings", "switch", hint="prompt, cap, answers asked at once, context"),
            *(self._settings() if self.more else []),
            Control("play", "Play", "button", hint="Let the answers arrive one by one"),
            Control("again", "Other answers", "button", hint="Another order of the recorded answers, or another draw"),
            Control("reset", "Reset", "button", hint="Back to the settings at first"),
        ]

    def _settings(self) -> list[Control]:
        names = [(short_name(prompt, p), p) for p, prompt in enumerate(self.env.prompts)]
        users = [(c.name, c.name) for c in self.env.contexts]
        sizes = sorted({*(b for b in BATCHES if b <= self.cap), self.batch})
        return [
            *([Control("prompt", "Prompt", "choice", options=names)] if len(names) > 1 else []),
            Control("cap", "Cap: at most", "choice", options=[(str(n), n) for n in range(1, self.most + 1)]),
            Control("batch", "Asked at once", "choice", options=[(str(b), b) for b in sizes]),
            *([] if self.votes or len(users) < 2 else [Control("context", "Served", "choice", options=users)]),
        ]

    def readings(self) -> dict[str, str]:
        """Numbers with their units."""
        return {"step": self._arrived(), "cost_weight": f"{self.cost_weight:.2f}",
                "lead": f"{self.lead} vote{'s' * (self.lead > 1)}", "question": f"{self.question}"}  # fmt: skip

    def _arrived(self) -> str:
        fired = self.walk().fired
        return f"{self.step} of {self.cap}" if self.step <= fired else f"{fired}, then none"

    def press(self, name: str) -> None:
        """Play, take other answers, or reset."""
        if name == "play":
            self.play()
            return
        self._playing = False
        if name == "again":
            self.seed += 1
        else:
            super().press(name)

    def scene(self) -> Scene:
        """The answers, their lead, and what stops are worth."""
        mine, threshold = self.walk(), self.lead if self.votes else self._threshold()
        values, unit = self.values(), self.env.cost_unit
        arrived = min(self.step, len(mine.answers))
        head: Sequence[str] = ()
        rows: Sequence[Sequence[str]] = ()
        right, said = waiting(), "What stops are worth is being worked out."
        if values:
            right = worth(values, self.place(), self.cost_weight, self.measure, unit)
            said = worth_said(values, self.cost_weight, self.place(), self._arm_at, unit)
            head, rows = table(values, self.cost_weight, self.place(), unit)
        left = path(mine, arrived, threshold, self.level, self.top)
        bill_of = partial(self._bill, mine)
        asked = f"Question {self.question}{self._words()}, {said_name(self.env.prompts[self.prompt], self.prompt)}."
        drawn = "" if hasattr(self.env, "completions") else "Simulated: the answers shown are drawn from known chances."
        full = int(self.env.n_max)
        few = f"N goes to {self.most} here, of the task's {full}: more cannot be read." if full > self.most else ""
        return Scene(
            [strip(mine, arrived, threshold, not self._texts), left, right],
            f"{asked} {walk_said(mine, arrived, bill_of, unit, not self._texts)} {said}", head, rows,
            note=" ".join(filter(None, [note(self.env), drawn, few])), title="Ask until you know",
            lead="The rule looks at what came so far; the prompt's value is a mean over all questions, exact but where"
            " a standard error stands beside it.",
            change=change_said(mine, list(self._others(mine))),
        )  # fmt: skip

    def _others(self, mine: Walk) -> Iterable[tuple[str, Walk]]:
        """Other settings of the rule, the nearest first: what to do, and the walk of the same answers then."""
        arm = self.arm()
        if self.votes:
            for lead in sorted(range(1, self.top + 1), key=lambda v: (abs(v - self.lead), -v)):
                if lead != self.lead:
                    way = "Raise" if lead > self.lead else "Lower"
                    yield f"{way} the lead to {lead}", walk(mine.answers, replace(arm, stop=lead), True)
            return
        for (text, level), reach in zip(level_options(), self._reach(), strict=True):
            if level != self.level:
                yield f"Stop at one of the {text}", walk(mine.answers, replace(arm, stop=reach), False)

    def _bill(self, walk: Walk, sizes: Sequence[int]) -> float:
        """What the first answers cost when they are asked in requests, or as many as it takes, of these sizes."""
        env = self.env
        requests = sum(int(calls(size, env.per_call)) for size in sizes)
        own = sum(answer.cost for answer in walk.answers[: sum(sizes)])
        return own + requests * float(env.query_call_cost[self.prompt, self.question])

    def _words(self) -> str:
        questions = getattr(self.env, "questions", None)
        return f", “{' '.join(questions[self.question].text.split())}”" if questions else ""

    def _arm_at(self, place: Place) -> Arm:
        n, rule = place
        strategy = early_strategy(self.env.strategy, self.most, self.batch)
        return arm_of(strategy, self.prompt, n + 1, rule, None if self.votes else np.array(self._reach()))

    def _threshold(self) -> float:
        return self._reach()[LEVELS.index(self.level)]

    def _reach(self) -> list[float]:
        """The utility of each of ``LEVELS``, for the context."""
        if self.context not in self._reaches:
            env, _ = stopping_environment(self.env, 0, self._user.weights, 1, self.most)
            self._reaches[self.context] = early.pooled_reach(env)[0].tolist()
        return self._reaches[self.context]

    def holdings(self) -> Holdings:
        """Prompts, the question and its answers."""
        held = prompts_of(self.env)
        if hasattr(self.env, "completions"):
            number = len(self.env.completions(self.prompt, self.question)[: self.cap])
            known = self._worded and self._texts
            held |= {"questions": 1, "answers" if known else "bare answers": number}
        return held

    def carried(self, texts: bool = True) -> dict[str, Any]:
        """The picture without the answers' words, where they are to be left out."""
        with self._with_texts(texts):
            return {} if texts else {**self.drawn(), "_holds": self.holdings()}

    @t.observe("cap")
    def _lower(self, change: Any) -> None:
        self.batch, self.step = min(self.batch, change["new"]), min(self.step, change["new"])

    @t.validate("prompt", "question", "cap", "lead", "batch", "step", "seed")
    def _check_number(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        low, high, why = {
            "prompt": (0, len(self.env.prompts) - 1, "the prompts"),
            "question": (0, self.env.n_queries - 1, "the questions"),
            "cap": (1, self.most, "answers at most"), "lead": (1, self.top, "half of them at most"),
            "batch": (1, max(1, self.cap), "the cap"), "step": (1, max(1, self.cap), "the cap"),
            "seed": (0, 10**9, "seeds"),
        }[name]  # fmt: skip
        if not low <= value <= high:
            raise t.TraitError(f"{name} must lie between {low} and {high}, {why}, not {value}")
        return value

    @t.validate("context")
    def _check_context(self, proposal: Any) -> str:
        return chosen("context", proposal, (c.name for c in self.env.contexts))

    @t.validate("cost_weight")
    def _check_cost_weight(self, proposal: Any) -> float:
        return check_cost_weight(proposal)
