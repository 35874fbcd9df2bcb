"""The lab: a race between prompts with real answers behind each, with sliders for budget and for whom it is run."""

from __future__ import annotations

from dataclasses import asdict, replace
from threading import RLock
from typing import Any

import traitlets as t

from ...core.environment import CategoricalEnvironment
from ...core.problem import Arm
from ...core.rounds import Result
from ...core.training import takes
from ...plots.elimination import eliminations
from ...plots.picture import Picture
from ...tasks.catalogue import load
from ..explorers.answer_explorer import PANEL
from ..shared.assets import packed, styles
from .elimination_view import STAGE, EliminationView
from .lab_answers import AnswersPart, answers_of
from .lab_run import FIRST, LabRun, RacePart, told
from .lab_settings import TRAINING, LabSettings
from .runner import Runner
from .view_pair import ViewPair

OPENING = 1.0  # seconds that a cell waits at most for the first race


class PSSTLab(LabSettings):
    """Run an algorithm on ``env`` (by default real answers) and watch prompts race; or two algorithms on one clock.

    It opens on a finished race, trained when it is first shown.  Traits to read, set or link: ``algorithm``,
    ``compare`` (a second one on the same seed and budget, or ""), ``budget`` (completions), ``n_max``, ``strategy``,
    ``reuse`` (where the algorithm takes it), ``seed``: what the next run takes, at once where the browser sets them;
    ``context``, ``contexts`` and ``weights`` (of the chosen context: objectives, then cost): whom to serve, re-scored
    at once from what was sampled; ``seconds_per_round`` (0: at once); ``state``.  A bad value raises
    ``traitlets.TraitError`` and changes nothing.
    """

    _esm = packed(*STAGE, "shared/parts", "shared/controls", *PANEL, "race/psst_lab")
    presses = frozenset({"reset", "show"})
    _css = styles("shared/theme", "shared/explorer", "explorers/answer_explorer", "race/race", "race/psst_lab")

    def __init__(self, env: CategoricalEnvironment | None = None, **traits: Any) -> None:
        self.env = env = load("real-words") if env is None else env
        self.lock = RLock()  # one for lab, runs and views, so that no two can wait for each other
        self._settings: dict[str, Any] = {}
        self._runs: list[LabRun] = []
        self._pair: ViewPair | None = None
        self._opened = False
        super().__init__(**traits)
        self._initial = {name: getattr(self, name) for name in (*TRAINING, "contexts", "context", "seconds_per_round")}
        self._runs.append(self._new_run("first"))
        self._lay_out()
        self.observe(self._lay_out, "compare")
        self.observe(self._refresh, [*TRAINING, "context", "seconds_per_round", "contexts"])
        self.observe(self._weigh, "weights")
        t.link((self, "context"), (self.view, "context"))
        self._ready = True
        self._look()
        self.weights = self._of_context() if self._asked is None else self._asked
        self._refresh()

    @property
    def view(self) -> EliminationView:
        """The view of ``algorithm``."""
        return self._runs[0].view

    @property
    def views(self) -> tuple[EliminationView, ...]:
        """The views on screen: one, or two where runs are compared."""
        return tuple(run.view for run in self._runs)

    @property
    def answers(self) -> AnswersPart | None:
        """The answers behind the chosen arm, once it was shown; ``None`` where the task keeps no texts."""
        return self.parts.get("answers")

    # What the buttons do; each may also be called from a cell.

    def run(self) -> None:
        """Start a run, or go on with one that is paused."""
        if active := self._active:
            for run in active:
                run.run()
            self._say()
        else:
            self._begin(paused=False)

    def step(self) -> None:
        """Do one round, starting a run if there is none."""
        if not self._active:
            self._begin(paused=True)
        for run in self._active:
            run.step()
        self._say()

    def pause(self) -> None:
        """Halt, between or within rounds."""
        for run in self._active:
            run.pause()
        self._say()

    def stop(self) -> None:
        """End the run; what it has shown stays."""
        for run in self._active:
            run.stop()
        self._say()

    def again(self) -> None:
        """The same race with the next seed, at once."""
        self.seed += 1
        self._begin(paused=False, whole=True)

    def reset(self) -> None:
        """Stop, forget the run and set every control back to where it was at first."""
        with self.lock, self.hold_sync():
            for run in self._runs:
                run.clear(self.env, self._initial["budget"])
            self._settings, self._errors = {}, {}
            for name, value in self._initial.items():
                setattr(self, name, value)
            for view in self.views:
                view.face, view.truth = "race", False
                view.reset()
        self._refresh()

    def show_finished(self) -> None:
        """Train at once and show the race from its end, if nothing was trained yet; waits a second at most."""
        if not self._opened and not self.view.rounds and not self._active:
            self._opened = True
            self._begin(paused=False, whole=True)
            self.join(OPENING)
        if self.answers is None and (found := answers_of(self.env, self.context, self.recommendation)):
            self.adopt("answers", found)

    def press(self, name: str) -> None:
        """What a button does."""
        if name in ("run", "stop", "again", "reset"):
            getattr(self, name)()
        self._opened &= name != "reset"
        if name in ("reset", "show"):
            self.show_finished()

    def tick(self) -> None:
        """Where there are no threads: a round of each run, by the browser's clock."""
        for run in self._active:
            run.tick()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the run has ended; for scripts and tests, never needed in a notebook."""
        for runner in [run.runner for run in self._runs if run.runner]:
            runner.join(timeout)

    @property
    def result(self) -> Result:
        """What the last complete run returned; raises what ended it, or ``RuntimeError`` without one."""
        return self.results[0]

    @property
    def results(self) -> tuple[Result, ...]:
        """The same of every run on screen: that of ``algorithm``, then that of ``compare``."""
        for run in self._runs:
            if run.runner and run.runner.error:
                raise run.runner.error
            if run.result is None:
                raise RuntimeError(f"no complete run yet: the lab is {self.state}; press Run")
        return tuple(run.result for run in self._runs if run.result)

    @property
    def recommendation(self) -> Arm | None:
        """The arm recommended for the chosen context, re-scored where its weights were moved."""
        return self.view.recommendation()

    @property
    def status(self) -> str:
        """What the lab is at, in words; what went wrong where something did."""
        return self._status

    def figure(self) -> Picture:
        """The static twin of what is on screen; raises ``ValueError`` before the first round."""
        shown = [(view.title, view.as_shown(), view.shown_round) for view in self.views]
        return eliminations(shown, self.context, note=self.view.remark())

    def carried(self, texts: bool = True) -> dict[str, Any]:
        """What a saved page gets beside the traits: the answers behind each prompt's arm; texts: with their words."""
        if self.answers is None:
            return {}
        best = {arm.prompt for arm in self.view.rounds[-1].policy.values()} if self.view.rounds else set()
        pages = self.answers.carried(texts, range(len(self.env.prompts)), best)
        return {self.slot(self.answers, name): value for name, value in pages.items()}

    # The runs.

    @property
    def _active(self) -> list[Runner]:
        return [run.runner for run in self._runs if run.runner and run.active]

    def _begin(self, paused: bool, whole: bool = False) -> None:
        """Set off a run of the present settings; ``whole``: at once, and shown when it has ended."""
        with self.lock:
            names = (self.algorithm, self.compare)[: len(self._runs)]
            try:
                env = self._task()
                for run, name in zip(self._runs, names, strict=True):
                    pace = 0.0 if whole else self.seconds_per_round
                    run.prepare(env, name, self.budget, self.seed, self.reuse, pace, paused, whole)
            except (ValueError, TypeError) as error:
                return self._say(str(error))
            self._settings = {name: getattr(self, name) for name in TRAINING}
            self.set_trait("state", "paused" if paused else "running")  # before the last result goes
            for run in self._runs:
                run.start()
        self._say()

    def _lay_out(self, _: Any = None) -> None:
        """One view, or two side by side where there is room."""
        with self.lock:
            if self.compare and not self._pair:
                self._runs.append(self._new_run("second"))
                self._pair = ViewPair(*self.views)
            elif self._pair and not self.compare:
                self._pair.part()
                self._pair = None
                self._runs.pop().clear(self.env, self.budget)
                self.dismiss("second")

    def _new_run(self, name: str) -> LabRun:
        view = RacePart(self.env, self.budget, lock=self.lock, seconds=self.seconds_per_round)
        run = LabRun(self.env, self.budget, self.lock, lambda: self.contexts, self._say, view=view)
        self.adopt(name, view)
        view.observe(self._show_answers, "arm")
        return run

    def _show_answers(self, change: Any) -> None:
        if self.answers is not None and change["new"]:
            self.answers.show_arm(*change["new"])

    # The controls.

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser changed; what changes the race trains it anew, at once."""
        before = {name: getattr(self, name) for name in TRAINING}
        super().set_state(sync_data)
        if any(getattr(self, name) != value for name, value in before.items()):
            self._begin(paused=False, whole=True)

    def _weigh(self, change: Any) -> None:
        """Give the chosen context these weights, the last of them that of cost."""
        *weights, cost = change["new"]
        with self.lock:
            old = next(c for c in self.contexts if c.name == self.context)
            if (new := replace(old, weights=tuple(weights), cost_weight=cost)) == old:
                return
            self.contexts = tuple(new if c is old else c for c in self.contexts)
            for run in self._runs:
                run.rescore(new)

    def _refresh(self, _: Any = None) -> None:
        """Bring controls, answers and pace to the traits."""
        if not self._ready:
            return
        with self.lock, self.hold_sync():
            self.weights = self._of_context()
            self._controls = [asdict(control) for control in self.controls()]
            for runner in self._active:
                runner.seconds = self.seconds_per_round
            for view in self.views:
                view.seconds = self.seconds_per_round
            if self.answers is not None:
                self.answers.context = self.context
        self._say()

    def _say(self, error: str = "") -> None:
        """Set the state, its line and the views' titles."""
        with self.lock, self.hold_sync():
            states = [run.state for run in self._runs]
            self.set_trait("state", next((s for s in FIRST if s in states), "finished"))
            self._look()
            for run in self._runs:
                run.view.title = f"{run.algorithm}, seed {run.seed}" if self._pair and run.algorithm else ""
            changed = [TRAINING[name] for name, value in self._settings.items() if getattr(self, name) != value]
            text = told(self._runs, changed)
            names = filter(None, (self.algorithm, self.compare))
            self._unused = [] if any(takes(name, "reuse") for name in names) else ["reuse"]
            self.await_tick(max((r.seconds for r in self._active if r.ticked and r.state == "running"), default=None))
            self._stale = bool(changed) or not self._settings or self.state in ("stopped", "failed")
            self._status = error or text
            wrong = error or (text if self.state == "failed" else "")
            if wrong != self._errors.get("", ""):
                self._errors = {k: v for k, v in self._errors.items() if k} | ({"": wrong} if wrong else {})

    def _repr_mimebundle_(self, **more: Any) -> Any:
        self.show_finished()
        return super()._repr_mimebundle_(**more)

    def __repr__(self) -> str:
        shown = f"env={self.env.name!r}, algorithm={self.algorithm!r}, budget={self.budget}, state={self.state!r}"
        return f"PSSTLab({shown})"
