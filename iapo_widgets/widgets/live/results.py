"""What a live run has found: answers question by question, the race, the policy, and its export."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as w

from ...core.naming import told_name, without_shared
from ...core.rounds import Policy
from ...live.environment import LiveEnvironment
from ...study.arms import ArmTable
from ..race.elimination_view import EliminationView
from .answer_board import AnswerBoard
from .policy_board import PolicyBoard


class Results(w.VBox):
    """Shows the rounds of a view; ``policy()`` and ``table()`` are what the buttons save.

    Both say themselves where there is none.  ``board``: the answers, ``None`` before the first round.
    """

    def __init__(self, policy: Callable[[], Policy], table: Callable[[], ArmTable]) -> None:
        self._current, self._table = policy, table
        self.board: AnswerBoard | None = None
        self._shown: Any = None  # of which view and round, and what was said to be spent
        self._answers, self._race = w.VBox(), w.VBox()
        self.policy, self.saved = PolicyBoard(), w.HTML()
        self.file = w.Text("policy.json", description="Save policy as", style={"description_width": "130px"})
        self._save = w.Button(description="Save policy")
        self._save.on_click(lambda _: self.save())
        self.table_file = w.Text("arms.csv", description="Save table as", style={"description_width": "130px"})
        self._save_table = w.Button(description="Save table", tooltip="A row for each arm: estimate, cost, survival")
        self._save_table.on_click(lambda _: self.save_table())
        rows = w.HBox([self.file, self._save]), w.HBox([self.table_file, self._save_table])
        self._export = w.VBox([*rows, self.saved], layout=w.Layout(display="none")).add_class("iapo-export")
        super().__init__([self._answers, self._race, self.policy, self._export])

    def begin(self, view: EliminationView) -> None:
        """Show the race of a new run, which has no round yet."""
        self.clear()
        view._heading = ("The race: who dropped out, and why", view._heading[1])
        self._race.children = [view]
        view.observe(self._turn, "arm")

    def show(self, env: LiveEnvironment, view: EliminationView, spent: str) -> None:
        """Bring answers and policy to the newest round; spent: what was spent, in words."""
        if (shown := (view, len(view.rounds), spent)) == self._shown:
            return
        self._shown = shown
        if self.board is None:
            self.board = AnswerBoard(env, view.rounds)
            self._answers.children = [self.board]
            view._about = {**view._about, "told": [told_name(prompt) for prompt in without_shared(env.prompts)[0]]}
        self.board.look(view.rounds, _chosen(view.rounds[-1].policy), env.report().last_fault)
        self.policy.look(env, view, spent, self.file.value)
        self._export.layout.display = None

    def clear(self) -> None:
        """Show nothing."""
        self._answers.children = self._race.children = ()
        self.board = self._shown = None
        self.policy.clear()
        self._export.layout.display = "none"
        self.saved.value = ""

    def _turn(self, change: Any) -> None:
        """Let as many answers count as the arm that was clicked asks for."""
        if self.board is not None and change["new"]:
            self.board.n = min(change["new"][1], self.board.most)

    def save(self) -> None:
        """Save the policy under the name in the field, and say how that went."""
        self._write(lambda name: self._current().save(name), self.file.value, "it holds no key")

    def save_table(self) -> None:
        """Save a row for each arm as CSV under the name in the field, and say how that went."""
        self._write(lambda name: self._table().to_csv(name), self.table_file.value, "a row for each arm and context")

    def _write(self, write: Callable[[str], None], name: str, what: str) -> None:
        try:
            write(name)
        except (RuntimeError, ValueError, OSError) as error:
            self.saved.value = f"<span role='alert'>{html.escape(str(error))}</span>"
        else:
            self.saved.value = f"<span role='status'>Saved as {html.escape(name)}; {what}.</span>"


def _chosen(policy: Policy) -> dict[int, str]:
    """Prompt -> whom it is chosen for and at which N."""
    found: dict[int, list[str]] = {}
    for name, arm in policy.items():
        found.setdefault(arm.prompt, []).append(f"{name}: N = {arm.scale}" if arm.n else name)
    return {prompt: f"chosen for {', '.join(names)}" for prompt, names in found.items()}
