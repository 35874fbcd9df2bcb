"""The elimination, round by round: a heat map of arms and curves of Q, live and replayed in the browser."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.costs import calls, per_call_of
from ...core.naming import full_name, told_name
from ...core.problem import Arm, Context
from ...core.protocol import Environment
from ...core.rescoring import Rescorer
from ...core.rounds import Policy, Round, without_rules
from ...core.stopping import over_rules, rules_of
from ...plots.picture import Picture
from ..shared.assets import packed, styles
from ..shared.checked import one_of
from ..shared.holdings import prompts_of
from ..shared.note import note
from .frames import FrameWriter, quantised, told_arm
from .looked_at import LookedAt

#: The scripts that play a race, for every widget that shows one.
STAGE = (
    "shared/canvas", "shared/kernel", "shared/state", "race/pictures", "race/elimination_data", "race/elimination_draw",
    "race/race_standing", "race/race_words", "race/race_board", "race/race_flight", "race/race_legend",
    "race/race_timeline", "race/map_view", "race/race_stage",
)  # fmt: skip
SECONDS = 1.6  # training takes milliseconds; an eye needs more


class EliminationView(LookedAt):
    """Shows the rounds of one run of an elimination algorithm.

    ``append`` a ``Round`` as it comes; every round stays in the browser, so replay and a change of context need
    no kernel.  Traits to read, set or link: ``context`` (name of the one shown), ``round`` (number of the
    round shown, 0 follows the newest, -1 is before the first), ``arm`` ([prompt, n] in focus, or []), ``n_frames``,
    ``finished``, ``title``, ``scale`` (lowest and highest Q of the map's colours and axis, a pair for each context;
    empty: its own), ``face`` (``race``: prompts as rows; ``map``: every prompt and N), ``truth`` (show the exact
    values, where the task knows them), ``seconds`` (that a round takes when it is played).
    """

    _esm = packed(*STAGE, "race/stock", "race/elimination_view")
    _css = styles("shared/theme", "race/race")

    n_frames = t.Int(0, min=0).tag(sync=True)
    finished = t.Bool(False).tag(sync=True)
    title = t.Unicode().tag(sync=True)
    seconds = t.Float(SECONDS, min=0.0).tag(sync=True)
    scale: t.List[Any] = t.List().tag(sync=True)
    _about = t.Dict().tag(sync=True)
    _holds = t.Dict().tag(sync=True)
    _run = t.Int(0).tag(sync=True)
    _rescored = t.Dict()  # goes to the browser a context at a time, so that a move of its weights sends no other
    _truth = t.Any(None).tag(sync=True)  # exact Q, once it was asked for
    _report = t.Dict().tag(sync=True)  # index of a context -> what may be reported of its arm: mean, error, pulls
    _scored = t.Dict().tag(sync=True)  # of those re-scored: the number of the change

    def __init__(
        self,
        env: Environment,
        budget: int,
        rounds: Iterable[Round] = (),
        *,
        lock: threading.RLock | None = None,
        **traits: Any,
    ) -> None:
        self.lock = lock or threading.RLock()  # guards what the worker and the front end both set
        self.rounds: list[Round] = []
        self._scores = 0
        self._wishes: dict[str, Context] = {}  # contexts whose weights were moved
        self._rescored_q: dict[str, NDArray[np.float64]] = {}
        super().__init__()
        self.on_msg(self._missing)
        self.clear(env, budget)
        for done in rounds:
            self.append(done)
        self.finished = bool(self.rounds)
        for name, value in traits.items():  # what is looked at, once there is something to look at
            setattr(self, name, value)

    def clear(self, env: Environment, budget: int, algorithm: str = "", reuse: str = "blocks") -> None:
        """Forget every round, and expect those of a run on ``env`` within ``budget``.

        algorithm: its name, for the words; reuse: how it makes estimates of pulls, for their errors.
        """
        with self.lock, self.hold_sync():
            for i in range(len(self.rounds)):
                setattr(self, _slot(i + 1), None)
            self.env, self.budget, self.rounds = env, budget, []
            self._writer = FrameWriter(env, reuse)
            self._holds = prompts_of(env)
            self._about = {
                "prompts": [f"prompt {p}" for p in range(len(env.prompts))],
                "told": [told_name(prompt) for prompt in env.prompts],
                "full": [full_name(prompt) for prompt in env.prompts],
                "contexts": [
                    {"name": c.name, "weights": list(c.weights), "cost": c.cost_weight, "which": int(which)}
                    for c, which in zip(env.contexts, self._writer.spread.which, strict=True)
                ],
                "strategy": env.strategy.name,
                "stops": bool(rules_of(env.strategy)),
                "algorithm": algorithm,
                "knows": hasattr(env, "exact_q"),
                "objectives": list(env.objectives),
                "n_max": env.n_max,
                "budget": budget,
                "note": note(env),
                "cost_unit": getattr(env, "cost_unit", "cost"),
                "calls": calls(np.arange(1, env.n_max + 1), per_call_of(env)).tolist(),
            }
            self.n_frames, self.round, self.finished, self.scale = 0, 0, False, []
            self._rescored_q, self._wishes, self._truth, self._report = {}, {}, None, {}
            for c in list(self._rescored):
                self._put_rescored(c, None)
            self._run += 1
            self._show_truth()
            if self.context not in {c.name for c in env.contexts}:
                self.context = env.contexts[0].name

    def append(self, done: Round) -> None:
        """Show the next round.  Raises ``ValueError`` where it is not the next, or of another size."""
        size = (len(self.env.contexts), len(self.env.prompts), self.env.n_max)
        done = without_rules(done)
        if done.q.shape != size:
            raise ValueError(f"the round has estimates of shape {done.q.shape}, this view shows {size}")
        if done.number != len(self.rounds) + 1:
            raise ValueError(f"round {done.number} cannot follow {len(self.rounds)} rounds")
        with self.lock, self.hold_sync():
            slot = _slot(done.number)
            if not self.has_trait(slot):
                # One synced trait a round: what was sent is never sent again, and a saved page holds them all.
                self.add_traits(**{slot: t.Any(None).tag(sync=True)})
            self.rounds.append(done)
            setattr(self, slot, self._writer.write(done))
            self.n_frames = len(self.rounds)

    def rescore(self, context: Context, rescorer: Rescorer, label: str) -> None:
        """Show ``context`` (one of the environment's, by name, with other weights) from the completions at hand."""
        names = [c.name for c in self.env.contexts]
        one_of("context", context.name, names)
        if not self.rounds:
            return
        with self.lock, self.hold_sync():
            q, best = rescorer.best(self.rounds, context)
            weights = {"weights": list(context.weights), "cost": context.cost_weight}
            entry = {"label": label, **weights, "policy": [told_arm(arm) for arm in best], **quantised(q)}
            self._rescored_q[context.name], self._wishes[context.name] = q, context
            self._put_rescored(str(names.index(context.name)), entry)
            self._show_truth()

    def unscore(self, name: str) -> None:
        """Show the context of that name as it was trained."""
        index = str([c.name for c in self.env.contexts].index(name))
        with self.lock, self.hold_sync():
            self._rescored_q.pop(name, None)
            if index in self._rescored:
                self._wishes.pop(name, None)
                self._put_rescored(index, None)
                self._show_truth()

    def _put_rescored(self, c: str, entry: dict[str, Any] | None) -> None:
        slot = f"_rescored_{c}"
        if not self.has_trait(slot):
            self.add_traits(**{slot: t.Any(None).tag(sync=True)})
        setattr(self, slot, entry)
        others = {k: v for k, v in self._rescored.items() if k != c}
        self._rescored = others if entry is None else {**others, c: entry}
        self._scores += 1
        scored = {k: v for k, v in self._scored.items() if k != c}
        self._scored = scored if entry is None else {**scored, c: self._scores}

    def report(self, found: dict[str, tuple[float, float, int]]) -> None:
        """Show what may be reported of the arms that were chosen: context -> mean, standard error, pulls."""
        names = [c.name for c in self.env.contexts]
        self._report = {str(names.index(name)): list(each) for name, each in found.items()}

    @t.observe("truth")
    def _show_truth(self, _: Any = None) -> None:
        """Exact Q of the contexts as they are now, where it is to be shown and the task knows it."""
        if not self.truth or not hasattr(self.env, "exact_q"):
            return
        env = self.env.with_(contexts=[self._wishes.get(c.name, c) for c in self.env.contexts])  # type: ignore[attr-defined]
        self._truth = quantised(over_rules(env.exact_q()))

    def recommendation(self) -> Arm | None:
        """The arm recommended for the chosen context at the newest round, ``None`` before any."""
        if not self.rounds:
            return None
        index = str([c.name for c in self.env.contexts].index(self.context))
        if index in self._rescored:
            return Arm(*self._rescored[index]["policy"][-1][:4])
        return self.rounds[-1].policy[self.context]

    def reset(self) -> None:
        """Show the newest round, the first context and no arm; the rounds stay."""
        with self.lock, self.hold_sync():
            self.round, self.arm, self.context = 0, [], self.env.contexts[0].name

    def limits(self) -> NDArray[np.float64]:
        """Lowest and highest Q that the colours tell apart, (C, 2): the lowest fifth shares one colour."""
        out = []
        for c, context in enumerate(self.env.contexts):
            other = self._rescored_q.get(context.name)
            q = np.array([done.q[c] for done in self.rounds]) if other is None else other
            known = np.sort(q[~np.isnan(q)])
            low, high = (known[int(len(known) * 0.2)], known[-1]) if known.size else (0.0, 1.0)
            out.append((low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5))
        return np.array(out)

    def as_shown(self) -> list[Round]:
        """The rounds with estimates and recommendations re-scored where weights were moved."""
        with self.lock:
            q = [done.q.copy() for done in self.rounds]
            arms = [dict(done.policy) for done in self.rounds]
            for c, entry in self._rescored.items():
                name = self.env.contexts[int(c)].name
                for r, arm in enumerate(entry["policy"]):
                    q[r][int(c)], arms[r][name] = self._rescored_q[name][r], Arm(*arm[:4])
            policies = [done.policy for done in self.rounds]
            return [
                replace(done, q=each, policy=Policy(p.contexts, list(chosen.values()), per_call=p.per_call))
                for done, p, each, chosen in zip(self.rounds, policies, q, arms, strict=True)
            ]

    def remark(self) -> str:
        """What is said below the pictures: where the data comes from, and with what weights it was re-scored."""
        entry = self._rescored.get(str([c.name for c in self.env.contexts].index(self.context)))
        changed = f"Re-scored with {entry['label']}; trimmed under the earlier weights." if entry else ""
        return " ".join(filter(None, (changed, note(self.env))))

    @property
    def mean_costs(self) -> list[float | None]:
        """Mean cost of a completion of each prompt so far, ``None`` where none came."""
        return self._newest("cost")

    @property
    def mean_call_costs(self) -> list[float | None]:
        """Mean cost of a request of each prompt so far, beside its completions, ``None`` where none came."""
        return self._newest("call_cost")

    @property
    def errors(self) -> NDArray[np.float64]:
        """Standard errors of the estimates so far, (C, P, n_max); NaN where there is no sample."""
        spread = self._writer.spread
        return spread.errors[spread.which]

    def _newest(self, name: str) -> list[float | None]:
        return list(getattr(self, _slot(len(self.rounds)))[name]) if self.rounds else [None] * len(self.env.prompts)

    def figure(self, round: int | None = None) -> Picture:
        """The static twin: the same pictures by matplotlib, of the chosen context."""
        from ...plots import elimination

        return elimination(self.as_shown(), self.context, round or self.shown_round, note=self.remark())

    @property
    def shown_round(self) -> int:
        """Number of the round on screen, 0 before the first."""
        return 0 if self.round < 0 else min(self.round, len(self.rounds)) or len(self.rounds)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser changed, never in the middle of an ``append``."""
        with self.lock:
            super().set_state(sync_data)

    def _missing(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        """Send again from the frame that the browser lacks."""
        need = content.get("need")
        if isinstance(need, int):
            with self.lock:
                self.send_state([*(_slot(i) for i in range(max(1, need), len(self.rounds) + 1)), "n_frames"])

    def __repr__(self) -> str:
        return f"EliminationView(context={self.context!r}, rounds={len(self.rounds)}, budget={self.budget})"


def _slot(number: int) -> str:
    return f"_frame_{number}"
