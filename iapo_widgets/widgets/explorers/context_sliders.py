"""Who is to be served: the weights of a user, and three answers that they rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import traitlets as t

from ...core.naming import short_name, told_name
from ...core.problem import COST_WEIGHTS, Context
from ...plots.picture import CYCLE, GREY
from ...plots.scene import Bar, Move, Panel, Scene
from ..shared.checked import one_of
from ..shared.cost_weight import LARGEST_COST, STEP, WEIGHTS, check_cost_weight
from ..shared.explorer import Control, Explorer
from ..shared.holdings import Holdings
from ..shared.note import note
from .ranking import LETTERS, PLACES, Ranking
from .three_answers import three_answers

TITLE = "What a user cares about decides which answer is best"
QUESTION = 300  # characters
NAME = 30  # characters of a prompt in the table


class ContextSliders(Explorer):
    """Set a user's weights and see how three answers are ranked for them; read, observe or link ``context``.

    The answers are recorded ones to one question where ``env`` has texts, else outcomes of ``env``; of an environment
    that knows neither the weights alone are shown.

    Traits: ``weights`` (one an objective, 0 .. 1), ``cost_weight`` (0 .. 2), ``keep_sum`` (move the other weights so
    that all sum to 1), ``context`` (the core's ``Context`` of these weights, named "mine"; to be read).
    """

    weights = t.List(t.Float()).tag(sync=True)
    cost_weight = t.Float(0.0).tag(sync=True)
    keep_sum = t.Bool(False).tag(sync=True)
    context = t.Instance(Context)
    _moved = t.Int(-1).tag(sync=True)  # which of the weights the browser moved last
    public = ("weights", "cost_weight", "keep_sum")
    alone = "cost_weight"

    def __init__(self, env: Any, context: str | None = None, **traits: Any) -> None:
        known = {c.name: c for c in env.contexts}
        start = one_of("context", context or env.contexts[0].name, known)
        self.env = env
        self._held: list[float] = []  # the last weights that were accepted
        self._told = -1
        self._question, self._answers = three_answers(env)
        first = known[start]
        begin = {"weights": list(first.weights), "cost_weight": first.cost_weight, "keep_sum": len(first.weights) > 1}
        super().__init__(context=first, **{**begin, **traits})

    def controls(self) -> Sequence[Control]:
        """A slider a weight, the presets, the switch."""
        many = len(self.env.objectives) > 1
        switch = [Control("keep_sum", "Keep the sum at 1", "switch")] if many else []
        return [
            *(Control("weights", name, "range", 0, 1, STEP, index=k) for k, name in enumerate(self.env.objectives)),
            Control("cost_weight", "cost", "range", 0, LARGEST_COST, STEP, hint=f"per unit of {self._unit}"),
            *switch,
            *(Control(n, f"{n.capitalize()} cost", "button", hint=f"weight {w:g}") for n, w in COST_WEIGHTS.items()),
            Control("reset", "Reset", "button"),
        ]  # fmt: skip

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """As any explorer; of the browser's weights only the one that it says it moved is surely of now."""
        with self.lock:
            self._told = sync_data.get("_moved", self._moved)
            try:
                super().set_state(sync_data)
            finally:
                self._told = -1

    def press(self, name: str) -> None:
        """Set a preset of the cost weight, or reset."""
        if name in COST_WEIGHTS:
            self.cost_weight = COST_WEIGHTS[name]
        else:
            super().press(name)

    def redraw(self) -> None:
        """Bring ``context`` into step, then the picture."""
        with self.lock:
            self.context = Context("mine", tuple(self.weights), self.cost_weight)
            super().redraw()

    def readings(self) -> dict[str, str]:
        """Each weight, and what it is a weight of."""
        each = {f"weights.{k}": f"{w:.2f} / point" for k, w in enumerate(self.weights)}
        return {**each, "cost_weight": f"{self.cost_weight:.2f} / {self._unit.removesuffix('s')}"}

    def scene(self) -> Scene:
        """A bar a weight; the answers as this user ranks them, by parts and in all."""
        panels = [self._user()]
        if not self._answers:
            return Scene(panels, self._words(), title=TITLE, lead="What one point of each is worth to the user.")
        ranking = self._ranking(self.weights, self.cost_weight)
        scores = [f"{name}, points" for name in self.env.objectives]
        head = ["rank", "answer", *(["what it says"] if self._worded else []), "prompt", *scores,
                "cost" if self._unit == "cost" else f"cost, {self._unit}", "worth, points"]  # fmt: skip
        most = [max(answer.scores) if self.keep_sum else sum(answer.scores) for answer in self._answers]
        return Scene(
            [*panels, ranking.panel(max(1.0, *most))], f"{self._words()} {ranking.why()}", head,
            [self._row(ranking, place) for place in range(len(self._answers))], note=note(self.env), title=TITLE,
            lead=self._lead(), change=self._change(ranking.order[0]),
        )  # fmt: skip

    def holdings(self) -> Holdings:
        """The question, the answers, and the prompts that they were answers to."""
        if not self._answers:
            return {}
        prompts = sum(bool(told_name(self.env.prompts[p])) for p in {answer.prompt for answer in self._answers})
        said = {"questions": 1, "answers" if self._texts else "bare answers": len(self._answers)}
        return {k: v for k, v in {"prompts": prompts, **(said if self._worded else {})}.items() if v}

    def carried(self, texts: bool = True) -> dict[str, Any]:
        """The picture without the answers' words, where these are to be left out."""
        with self._with_texts(texts):
            return {} if texts else {**self.drawn(), "_holds": self.holdings()}

    def _user(self) -> Panel:
        bars = [
            Bar(
                float(k), 0.0, v, GREY if last else CYCLE[k % len(CYCLE)], f"weight of {name}",
                tell=f"weight of {name}: {v:.2f}",
                moves=[Move("x", "cost_weight", 0.0, LARGEST_COST, STEP) if last
                       else Move("x", "weights", 0.0, 1.0, STEP, index=k)],
            )
            for k, (name, v, last) in enumerate(self._weighted)
        ]  # fmt: skip
        return Panel(
            "What this user cares about", "weight", "", bars=bars,
            xlim=(0.0, LARGEST_COST),
            ylim=(len(bars) - 0.5, -0.5), yticks=[(k, name) for k, (name, _, _) in enumerate(self._weighted)],
            height=0.8, width=0.7,
        )  # fmt: skip

    def _ranking(self, weights: Sequence[float], cost_weight: float) -> Ranking:
        return Ranking(self._answers, self.env.objectives, weights, cost_weight)

    def _row(self, ranking: Ranking, place: int) -> list[str]:
        k = ranking.order[place]
        answer = self._answers[k]
        said = answer.text if self._texts else "its words were left out"
        return [PLACES[place], LETTERS[k], *([said or ""] if self._worded else []),
                short_name(self.env.prompts[answer.prompt], answer.prompt, NAME),
                *(f"{score:.2f}" for score in answer.scores), f"{answer.cost:.3g}",
                f"{ranking.worth[k]:.3f}"]  # fmt: skip

    def _lead(self) -> str:
        worth = "each is worth its scores times their weights, less its cost times the weight of cost."
        if not self._worded:
            return f"Three answers to one question: {worth}"
        asked = " ".join(self.env.questions[self._question].text.split())[:QUESTION]
        return f"Three answers to \u201c{asked}\u201d: {worth}"

    def _change(self, first: int) -> str:
        """The least move of one weight that makes another answer the first."""
        users = [(abs(v - w), v > w, name, v, *after) for name, w, v, after in self._users()]
        for _, more, name, v, weights, cost in sorted(users, key=lambda user: user[0]):
            other = self._ranking(weights, cost).order[0]
            if other != first:
                way = "Raise" if more else "Lower"
                return f"{way} the weight of {name} to {v:.2f} and {LETTERS[other]} overtakes {LETTERS[first]}."
        return f"No single weight that is moved makes another answer better than {LETTERS[first]}."

    def _users(self) -> Iterator[tuple[str, float, float, tuple[list[float], float]]]:
        """(name, weight, other weight, (weights, cost weight) with that) for each setting of each slider."""
        for k, name in enumerate(self.env.objectives):
            for v in (round(STEP * i, 6) for i in range(round(1 / STEP) + 1)):
                weights = [v if i == k else w for i, w in enumerate(self.weights)]
                if self.keep_sum and len(weights) > 1:
                    weights = _shared(weights, k)
                if any(weights):
                    yield name, self.weights[k], v, (weights, self.cost_weight)
        for v in WEIGHTS.tolist():
            yield "cost", self.cost_weight, v, (list(self.weights), v)

    @property
    def _worded(self) -> bool:
        return bool(self._answers) and self._answers[0].text is not None

    @property
    def _weighted(self) -> list[tuple[str, float, bool]]:
        """(name, weight, whether it is the cost) of all that counts."""
        of = zip(self.env.objectives, self.weights, strict=True)
        return [*((name, w, False) for name, w in of), ("cost", self.cost_weight, True)]

    @property
    def _unit(self) -> str:
        return str(getattr(self.env, "cost_unit", "cost"))

    def _words(self) -> str:
        total = sum(self.weights)
        share = " and ".join(
            f"{w / total:.0%} for {name}" for name, w in zip(self.env.objectives, self.weights, strict=True)
        )
        cost = (
            f"one unit of {self._unit} takes {self.cost_weight:g} off the reward"
            if self.cost_weight
            else "cost is free"
        )
        return f"This user cares {share}; {cost}."

    @t.validate("weights")
    def _check_weights(self, proposal: Any) -> list[float]:
        new = [float(w) for w in proposal["value"]]
        if len(new) != len(self.env.objectives):
            raise t.TraitError(f"{len(self.env.objectives)} weights are needed, not {len(new)}")
        if any(w > 1 for w in new):
            raise t.TraitError(f"weights must lie between 0 and 1, not {new}")
        if self.keep_sum and len(new) > 1:
            new = self._balanced(new)
        try:
            Context("mine", tuple(new))
        except ValueError as error:
            raise t.TraitError(str(error)) from None
        return new

    def _balanced(self, new: list[float]) -> list[float]:
        """The weight that was moved stays; the others share what is left as they did before."""
        # not self.weights: what the browser sends is validated when the trait already has the new value
        if abs(sum(new) - 1) < 1e-6:
            return new
        old = self._held if len(self._held) == len(new) else new
        told = isinstance(self._told, int) and 0 <= self._told < len(new)
        return _shared(new, self._told if told else max(range(len(new)), key=lambda k: abs(new[k] - old[k])))

    @t.observe("weights")
    def _hold(self, change: Any) -> None:
        self._held = list(change["new"])

    @t.observe("keep_sum")
    def _sum_now(self, change: Any) -> None:
        if change["new"] and self._ready:
            total = sum(self.weights)
            self.weights = [round(w / total, 6) for w in self.weights]

    @t.validate("cost_weight")
    def _check_cost_weight(self, proposal: Any) -> float:
        return check_cost_weight(proposal)


def _shared(weights: Sequence[float], moved: int) -> list[float]:
    """Weights that sum to 1: the one that was moved stays, the others share what is left as they did before."""
    kept = min(weights[moved], 1.0)
    rest = sum(weights) - weights[moved]
    scaled = [(1 - kept) * (w / rest if rest else 1 / (len(weights) - 1)) for w in weights]
    scaled[moved] = kept
    return [round(w, 6) for w in scaled]
