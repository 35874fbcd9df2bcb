"""What a live run has found: answers of the arm in focus, the policy, and its export."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as w

from ...core.rounds import Policy
from ...live.environment import LiveEnvironment
from ...study.arms import ArmTable
from ..race.elimination_view import EliminationView
from . import report


class Results(w.Accordion):
    """Shows the newest round of a view; ``policy()`` and ``table()`` are what the buttons save.

    Both say themselves where there is none.
    """

    def __init__(self, policy: Callable[[], Policy], table: Callable[[], ArmTable]) -> None:
        self._current, self._table = policy, table
        self.examples, self.policy, self.saved = w.HTML(), w.HTML(), w.HTML()
        self.file = w.Text("policy.json", description="Save policy as", style={"description_width": "130px"})
        self._save = w.Button(description="Save policy")
        self._save.on_click(lambda _: self.save())
        self.table_file = w.Text("arms.csv", description="Save table as", style={"description_width": "130px"})
        self._save_table = w.Button(description="Save table", tooltip="A row for each arm: estimate, cost, survival")
        self._save_table.on_click(lambda _: self.save_table())
        rows = w.HBox([self.file, self._save]), w.HBox([self.table_file, self._save_table])
        super().__init__(
            [self.examples, w.VBox([self.policy, *rows, self.saved])],
            titles=("Examples: answers of the arm in focus", "Policy, and its export"), selected_index=None,
        )  # fmt: skip

    def show(self, env: LiveEnvironment, view: EliminationView) -> None:
        """Bring policy and examples to the newest round."""
        table = report.policy_table(env, view.rounds[-1], view.mean_costs, view.mean_call_costs)
        code = html.escape(report.recipe(env, view.rounds[-1].policy, self.file.value))
        self.policy.value = f"{table}<details><summary>Deploy it from Python</summary><pre>{code}</pre></details>"
        self.show_examples(env, view)

    def show_examples(self, env: LiveEnvironment, view: EliminationView) -> None:
        """Answers of the arm in focus, or else of the recommended one; nothing before there is one."""
        if best := view.recommendation():
            self.examples.value = report.examples(env, view.arm[0] if view.arm else best.prompt)

    def clear(self) -> None:
        """Show nothing."""
        for part in (self.examples, self.policy, self.saved):
            part.value = ""

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
