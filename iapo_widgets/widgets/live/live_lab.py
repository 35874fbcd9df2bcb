"""The live lab: prompts, questions, an endpoint and hard caps; then PSST on it, watched as it spends."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import ipywidgets as w
import traitlets as t

from ...core.draws import with_draws
from ...core.rounds import Policy, Result
from ...live.environment import LiveEnvironment
from ...live.errors import LiveError
from ...live.ledger.ledger import Ledger
from ...live.replay import replay
from ...live.setup import Setup
from ...plots.picture import Picture
from ...study.arms import ArmTable, arm_table
from ..race.lab_run import LabRun, options_of
from ..shared.buttons import buttons
from ..shared.stateful import DISPLAYS
from ..shared.status_line import StatusLine
from ..shared.twin import Twinned
from ..shared.worker import started, worker
from . import report as live_report
from .answer_board import AnswerBoard
from .choices import Choices
from .fields import BUTTONS, FREE, KIND, NAMES
from .form import LiveForm
from .heading import LiveHeading
from .means import LEDGER, Means
from .reading import reading
from .results import Results
from .secret_field import SecretField
from .settings import LiveSettings

REUSE = "subsets"  # how the lab makes estimates of pulls
TICK = 0.3  # seconds between two looks at what came


class LiveLab(Twinned, w.VBox, LiveSettings):
    """From prompts to a policy on an OpenAI-compatible endpoint, within hard caps; simulated until you choose your own.

    ledger: file that keeps every completion; a run that is repeated asks for nothing again.  Traits to read, set or
    link: those of ``live.setup.Setup``, and ``whom`` (simulated, local, endpoint), ``latency`` (mean seconds of a
    simulated request), ``algorithm``, ``budget`` (completions), ``seed``, ``state`` (idle, running, stopped, finished,
    failed; to be read), ``display`` (normal, or projector: large enough for the last row).  A bad value raises
    ``traitlets.TraitError`` and changes nothing.  The key is no trait: it is in ``lab.key``, a ``SecretField``, or in
    the environment.  Numbers and choices, but no text, can be taken back, step by step.
    """

    state = t.Unicode("idle", read_only=True)
    display = t.Enum(DISPLAYS, DISPLAYS[0])

    def __init__(self, ledger: str | os.PathLike[str] = LEDGER, **traits: Any) -> None:
        self.lock = threading.RLock()
        self.means = Means(Path(ledger))
        self._run: LabRun | None = None
        self._watcher: threading.Thread | None = None
        self._closed = threading.Event()
        self.env: LiveEnvironment | None = None
        self._checked: tuple[dict[str, Any], Setup] | None = None  # what was in the form then, and what it meant
        self._stop = threading.Event()
        super().__init__(**traits)
        for name in ("iapo-lab", "iapo-live", "iapo-widget"):  # by the first the view finds the controls beside it
            self.add_class(name)
        self.key = SecretField()
        self.form = LiveForm(self._values(), lambda name, value: setattr(self, name, value), self.key)
        self._heading, self._status, self._preview, self._progress = LiveHeading(), StatusLine(), w.HTML(), w.HTML()
        t.link((self, "display"), (self._heading, "display"))
        self._choices = Choices(self, traits, self._heading, self.means)
        self._preview.add_class("iapo-preview")
        self.results = Results(lambda: self.policy, lambda: self.table)
        self.buttons = buttons(BUTTONS, lambda name: getattr(self, name)())
        self.buttons["run"].add_class("iapo-first")
        pressed = w.HBox(list(self.buttons.values())).add_class("iapo-live-buttons")
        self.children = [self._heading, self.form, pressed, self._status, self._preview,
                         self._progress, self.results]  # fmt: skip
        self.observe(self._changed, list(NAMES))
        self.key.on_change(lambda: self._changed(None))
        self._changed(None)

    # What the buttons do; each may also be called from a cell.

    def check(self) -> None:
        """Build the environment, show what was read, what will be sent and what it may cost; sends nothing."""
        with self.lock:
            if self._running:
                self._status.say("A run is under way: press Stop first.", alarm=True)
                return
            self._checked = None
            if complaint := self.form.complaint:
                self._status.say(f"{complaint} Mend it in the form first.", alarm=True)
                self._show_buttons()
                return
            if self.whom == "local":
                self._status.say("Loading the model, which takes some seconds.")
            try:
                setup = self.setup
                self.env = setup.build(self.ledger, self.key.secret, self._stop)
                estimate = self.env.estimate(self.budget)
                options = options_of(self.algorithm, REUSE, paired=True)
                found = replay(self.env, self.algorithm, self.budget, seed=self.seed, **options)
            except (ValueError, TypeError, ImportError, OSError, MemoryError, LiveError) as error:
                self._status.say(str(error), alarm=True)
                self._show_buttons()
                return
            self._checked = self._values(), setup
            self._preview.value = reading(*setup.read()) + live_report.preview(self.env, estimate)
            told = live_report.foreseen(self.env, self.budget, found)
        self._show_buttons()
        self._status.say(f"Checked; nothing was sent. {told}{self._warning}", alarm=bool(self._warning))

    def run(self) -> None:
        """Start, or go on from the ledger after a stop; checks first where that was not done."""
        if not self._ready:
            self.check()
        with self.lock:
            if self._running or self._checked is None:
                return
            self._stop = threading.Event()
            try:
                self.env = self._checked[1].build(self.ledger, self.key.secret, self._stop)
                run = LabRun(self.env, self.budget, self.lock, tuple, self._tell, again="Run goes on from the ledger")
                run.prepare(self.env, self.algorithm, self.budget, self.seed, REUSE, 0.0, False, paired=True)
            except (ValueError, TypeError, LiveError) as error:
                self._status.say(str(error), alarm=True)
                return
            self._run = run
            self.results.begin(run.view)
            self._preview.value = ""
            self.form.unfold(False)
            run.start()
            self._watcher = worker(self._watch, run, self.env, self.budget, name="iapo-progress", halt=self._halt)
            started(self._watcher)
        self._tell()

    def stop(self) -> None:
        """Send nothing more; what is in flight still lands in the ledger."""
        self._stop.set()
        if self._run and self._run.runner:
            self._run.runner.stop()
        self._tell()

    def reset(self) -> None:
        """Stop, empty the pictures and set every field back; the ledger stays."""
        self.stop()
        with self.lock:
            self._run, self.env, self._checked = None, None, None
            self._preview.value = self._progress.value = ""
            self.results.clear()
            self._choices.reset()
        self.form.forget_errors()
        self.form.unfold(True)
        self._changed(None)

    def renew(self) -> None:
        """Go on with an empty ledger in a new file, so that all is asked anew; the old file stays as it is."""
        with self.lock:
            if self._running:
                self._status.say("A run is under way: press Stop first.", alarm=True)
                return
            old, new = self.ledger.path, self.means.renew()
            self._checked = None
        self._show_buttons()
        self._status.say(f"A new, empty ledger: {new.name}. What was paid for stays in {old.name}. Press Check.")

    def link(self) -> str:
        """One line of Python that makes a lab of the same choices, without its run and without the key.

        An extra body stands in it as a variable, and so does an address that was typed or could hold a key.
        """
        return self._choices.link()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the run has ended; for scripts and tests, never needed in a notebook."""
        if self._run and self._run.runner:
            self._run.runner.join(timeout)

    def close(self) -> None:
        """Stop, close the ledger and the simulated endpoint; also when the widget is dropped."""
        self._halt()
        if self._run and self._run.runner:
            self._run.runner.stop()
            self._run.runner.join(30)
        if self._watcher and self._watcher is not threading.current_thread():
            self._watcher.join(30)
        self._run = None
        self.means.close()
        super().close()

    @property
    def setup(self) -> Setup:
        """The present values; what serves answers on this machine is started where it is asked for."""
        if self.whom == "simulated":
            self.means.simulator.conduct.latency = self.latency
            return self.described(self.means.simulator)
        return self.described(self.means.local if self.whom == "local" else None)

    @property
    def answers(self) -> AnswerBoard | None:
        """The answers of the run, question by question; ``None`` before its first round."""
        return self.results.board

    @property
    def ledger(self) -> Ledger:
        """The open ledger."""
        return self.means.ledger

    @property
    def result(self) -> Result:
        """What the last complete run returned; raises what ended it, or ``RuntimeError`` without one."""
        if self._run and self._run.state == "failed" and self._run.runner and self._run.runner.error:
            raise self._run.runner.error
        if self._run is None or self._run.result is None:
            raise RuntimeError(f"no complete run yet: the lab is {self.state}; press Run")
        return self._run.result

    @property
    def policy(self) -> Policy:
        """The policy of the newest round.  Raises ``RuntimeError`` before the first."""
        if self._run is None or not self._run.view.rounds:
            raise RuntimeError(f"no round yet: the lab is {self.state}; press Run")
        return with_draws(self._run.view.rounds[-1].policy, self._run.view.rounds)

    @property
    def table(self) -> ArmTable:
        """A row for each arm and context, of the rounds so far.  Raises ``RuntimeError`` before the first."""
        policy, run = self.policy, self._run
        assert run is not None  # else there is no policy
        rounds = tuple(run.view.rounds)
        return arm_table(run.env, Result(policy, rounds[-1].spent, rounds))

    def figure(self) -> Picture:
        """The static twin of the elimination; raises ``ValueError`` before the first round."""
        if self._run is None:
            raise ValueError("nothing was run yet: press Run")
        return self._run.view.figure()

    # Behind the buttons.

    @property
    def _running(self) -> bool:
        return bool(self._run and self._run.active)

    @property
    def _ready(self) -> bool:
        """Whether what is in the form was checked, and nothing in it is refused."""
        return self._checked is not None and self._checked[0] == self._values() and not self.form.complaint

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in NAMES}

    def _changed(self, _: Any) -> None:
        self.form.show(self._values())
        self.key.layout.display = None if self.whom == "endpoint" else "none"
        self._show_buttons()
        if not self._running:
            self._tell()

    def _show_buttons(self) -> None:
        running = self._running
        self.buttons["check"].disabled = running
        self.buttons["run"].disabled = running or not self._ready
        self.buttons["stop"].disabled = not running
        self.buttons["renew"].disabled = running

    def _tell(self) -> None:
        with self.lock:
            self.set_trait("state", self._run.state if self._run else "idle")
            text = self._run.words() if self._run else "Fill in the form, then press Check: it sends nothing."
            if not self._running and self._checked and not self._ready:
                text = f"{text if self._run else ''} Changed since the check: press Check again.".strip()
            self._heading.ran = self._run is not None
            self._heading.said = KIND[self.whom] + text
            self._status.say(self._heading.said + self._warning, alarm=self.state == "failed")
            if self._run and self.env and self._run.view.rounds:
                spent = live_report.spent_words(self.env, self.env.report().spent, FREE[self.whom])
                self.results.show(self.env, self._run.view, spent)
        self._show_buttons()

    @property
    def _warning(self) -> str:
        """What is to be said of a key that can be read on its way, empty where nothing is."""
        warning = self.env.endpoint.warning if self.env and self._checked else ""
        return f" Beware: {warning}." if warning else ""

    def _watch(self, run: LabRun, env: LiveEnvironment, budget: int) -> None:
        """Show what comes while it comes, to the last answer in flight."""
        free = FREE[self.whom]
        while (run.active or env.report().in_flight) and not self._closed.wait(TICK):
            self._progress.value = live_report.progress(env, budget, free)
        self._progress.value = live_report.progress(env, budget, free)

    def _halt(self) -> None:
        """Send nothing more, and show nothing more."""
        self._stop.set()
        self._closed.set()

    def __repr__(self) -> str:
        asked = f"{self.model!r} at {self.base_url!r}" if self.whom == "endpoint" else self.whom
        return f"LiveLab({asked}, algorithm={self.algorithm!r}, budget={self.budget}, state={self.state!r})"
