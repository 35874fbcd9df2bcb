"""The learned policy for every context, beside what prompt-only and decoupled choices would have got."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t

from ..core.environment import CategoricalEnvironment
from ..core.problem import Arm
from ..core.rounds import Policy, Result
from ..plots.picture import BLUE, GREEN, ORANGE, VERMILLION
from ..plots.scene import Line, Panel, Scene
from ..study.comparison import PolicyRow, policy_rows
from .elimination_view import note
from .explorer import Control, Explorer

FORMATS = ("CSV", "Markdown", "Python")
HEAD = ("context", "prompt", "N", "Q", "regret", "cost a query", "prompt-only Q", "decoupled Q", "best Q")
TOLD = (
    "Told every Q: prompt-only (best prompt at N = 1, kept there), decoupled (that prompt, then its best N) and best."
)


class PolicyTable(Explorer):
    """Shows ``policy`` (a ``Policy`` or a ``Result``; set it at any time) by exact Q of ``env``.

    Traits: ``policy``, ``copy_as`` (``CSV``, ``Markdown`` or ``Python``), ``copy_text`` (the table so; to be read).
    """

    policy = t.Any(None, allow_none=True)
    copy_as = t.Unicode("CSV").tag(sync=True)
    copy_text = t.Unicode("").tag(sync=True)
    public = ("copy_as",)

    def __init__(self, env: CategoricalEnvironment, policy: Policy | Result | None = None, **traits: Any) -> None:
        self.env = env
        super().__init__(policy=policy, **traits)
        self.observe(self._changed, "policy")

    @property
    def rows(self) -> list[PolicyRow]:
        """A row a context, none without a policy."""
        return [] if self.policy is None else policy_rows(self.env, self.policy)

    def controls(self) -> Sequence[Control]:
        """The format to copy in."""
        return [Control("copy_as", "Copy as", "choice", options=[(f, f) for f in FORMATS])]

    def redraw(self) -> None:
        """The table, then the text to copy."""
        with self.lock:
            super().redraw()
            if not self.error:
                self.copy_text = {"CSV": self.to_csv, "Markdown": self.to_markdown, "Python": self.to_python}[
                    self.copy_as
                ]()

    def scene(self) -> Scene:
        """Q of every context under four choices, and the table."""
        rows = self.rows
        if not rows:
            return Scene([], "No policy yet: set .policy to what train(...) returned.", note=note(self.env))
        kinds = [("best", "best_q", GREEN, "D"), ("decoupled", "decoupled_q", ORANGE, "^"),
                 ("prompt only", "prompt_only_q", VERMILLION, "s"), ("this policy", "q", BLUE, "o")]  # fmt: skip
        x = list(range(len(rows)))
        lines = [
            Line(label, x, [getattr(r, name) for r in rows], colour, marker, "", tell=[
                f"{r.context}, {label}: Q {getattr(r, name):.3f}" for r in rows
            ])
            for label, name, colour, marker in kinds
        ]  # fmt: skip
        every = 1 if len(rows) <= 6 else 3
        ticks = [(k, rows[k].context.removesuffix(" low")) for k in x[::every]]
        panel = Panel("Every context, four choices", "context", "exact Q", lines=lines, xticks=ticks)
        return Scene(
            [panel], self._words(rows), HEAD, self._cells(rows), " ".join(filter(None, [TOLD, note(self.env)]))
        )

    def to_csv(self) -> str:
        """The table as comma-separated values, with a header."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([HEAD, *self._cells(self.rows)])
        return out.getvalue()

    def to_markdown(self) -> str:
        """The table in Markdown."""
        lines = [HEAD, ["---"] * len(HEAD), *self._cells(self.rows)]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def to_python(self) -> str:
        """The policy as a literal: context -> (prompt, N)."""
        arms = {row.context: (row.arm.prompt, row.arm.n) for row in self.rows}
        return "policy = {\n" + "".join(f"    {name!r}: {arm!r},\n" for name, arm in arms.items()) + "}\n"

    def _cells(self, rows: Sequence[PolicyRow]) -> list[list[str]]:
        out = [
            [r.context, str(r.arm.prompt), _scale(r.arm), f"{r.q:.4f}", f"{r.regret:.4f}", f"{r.cost:.4f}",
             f"{r.prompt_only_q:.4f}", f"{r.decoupled_q:.4f}", f"{r.best_q:.4f}"]
            for r in rows
        ]  # fmt: skip
        if rows:
            names = ("q", "regret", "cost", "prompt_only_q", "decoupled_q", "best_q")
            out.append(["mean", "", "", *(f"{_mean(rows, name):.4f}" for name in names)])
        return out

    def _words(self, rows: Sequence[PolicyRow]) -> str:
        acr = _mean(rows, "q")
        others = [("prompt-only", _mean(rows, "prompt_only_q")), ("decoupled", _mean(rows, "decoupled_q"))]
        compared = ", ".join(f"{abs(acr - v):.3f} {'above' if acr >= v else 'below'} {name}" for name, v in others)
        return f"ACR {acr:.3f}: {_mean(rows, 'regret'):.3f} below the best possible, {compared} optimization."

    @t.validate("policy")
    def _check_policy(self, proposal: Any) -> Policy | None:
        value = proposal["value"]
        value = value.policy if isinstance(value, Result) else value
        if value is not None and not isinstance(value, Policy):
            raise t.TraitError(f"policy must be a Policy or a Result, not {type(value).__name__}")
        if value is not None:
            try:
                policy_rows(self.env, value)
            except (KeyError, ValueError) as error:
                raise t.TraitError(f"the policy does not fit the environment: {error}") from None
        return value

    @t.validate("copy_as")
    def _check_copy_as(self, proposal: Any) -> str:
        if proposal["value"] not in FORMATS:
            raise t.TraitError(f"unknown format {proposal['value']!r}; known: {', '.join(FORMATS)}")
        return str(proposal["value"])


def _scale(arm: Arm) -> str:
    return "random" if arm.n is None else str(arm.n)


def _mean(rows: Sequence[PolicyRow], name: str) -> float:
    return float(np.mean([getattr(row, name) for row in rows]))
