"""The learned policy for every context, beside what prompt-only and decoupled choices would have got."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import traitlets as t

from ...core.environment import CategoricalEnvironment
from ...core.naming import told_name
from ...core.rounds import Policy, Result
from ...plots.picture import BLUE, GREEN, ORANGE, VERMILLION
from ...plots.scene import Line, Panel, Scene
from ...study.comparison import PolicyRow, policy_means, policy_rows
from ..shared.explorer import Control, Explorer
from ..shared.holdings import Holdings, prompts_of
from ..shared.note import note

FORMATS = ("CSV", "Markdown", "Python")
HEAD = ("context", "prompt", "N", "Q", "regret", "cost a query", "prompt only (told every Q)",
        "decoupled (told every Q)", "best (told every Q)")  # fmt: skip
TOLD = "Prompt only: the best at N = 1, kept there. Decoupled: that prompt at its best N."
APART = 0.2  # between marks of one context: equal values must not hide each other


class PolicyTable(Explorer):
    """Shows ``policy`` (a ``Policy`` or a ``Result``; set it at any time) by exact Q of ``env``.

    Traits: ``policy``, ``copy_as`` (``CSV``, ``Markdown`` or ``Python``), ``copy_text`` (the table so; to be read).
    """

    policy = t.Any(None, allow_none=True)
    copy_as = t.Unicode("CSV").tag(sync=True)
    copy_text = t.Unicode("").tag(sync=True)
    public = ("copy_as",)
    alone = "copy_as"

    def __init__(self, env: CategoricalEnvironment, policy: Policy | Result | None = None, **traits: Any) -> None:
        self.env = env
        super().__init__(policy=policy, **traits)
        self.observe(self._changed, "policy")

    @property
    def rows(self) -> list[PolicyRow]:
        """A row a context, none without a policy."""
        return [] if self.policy is None else policy_rows(self.env, self.policy)

    def holdings(self) -> Holdings:
        """Prompts, by the words that name them."""
        return prompts_of(self.env)

    def controls(self) -> Sequence[Control]:
        """The format to copy in."""
        return [
            Control("copy_as", "Copy as", "choice", options=[(f, f) for f in FORMATS]),
            Control("reset", "Reset", "button", hint="Back to the format at first; the policy stays"),
        ]

    def drawn(self) -> dict[str, Any]:
        """The table and the text to copy."""
        text = {"CSV": self.to_csv, "Markdown": self.to_markdown, "Python": self.to_python}[self.copy_as]()
        return {**super().drawn(), "copy_text": text}

    def scene(self) -> Scene:
        """Q of every context under four choices, and the table."""
        rows = self.rows
        if not rows:
            return Scene([], "No policy yet: set .policy to what train(...) returned.", note=note(self.env))
        kinds = [("prompt only (told every Q)", "prompt_only", VERMILLION, "s"), ("this policy", "arm", BLUE, "o"),
                 ("decoupled (told every Q)", "decoupled", ORANGE, "^"),
                 ("best (told every Q)", "best", GREEN, "D")]  # fmt: skip
        x = list(range(len(rows)))
        lines = []
        for k, (label, name, colour, marker) in enumerate(kinds):
            values = [r.q if name == "arm" else getattr(r, f"{name}_q") for r in rows]
            short = label.removesuffix(" (told every Q)")
            arms = [getattr(r, name) for r in rows]
            tell = [
                f"{r.context}, {short}: Q {v:.3f}, prompt {self._named(arm.prompt)}, N {arm.scale}"
                for r, v, arm in zip(rows, values, arms, strict=True)
            ]
            lines.append(Line(label, [i + APART * (k - 1.5) for i in x], values, colour, marker, "", tell=tell))
        few = len(rows) <= 6  # else every third, named by what the three share: "w1=0.1 low" stands for "w1=0.1"
        ticks = [(k, rows[k].context if few else rows[k].context.removesuffix(" low")) for k in x[:: 1 if few else 3]]
        panel = Panel("Every context, four choices", "context", "exact Q", lines=lines, xticks=ticks, width=1.9)
        shown = [  # a line a context
            [cells[0].replace(" ", "\N{NO-BREAK SPACE}"), *cells[1:]] for cells in self._told_cells(rows)
        ]
        return Scene([panel], self._words(rows), HEAD, shown, " ".join(filter(None, [TOLD, note(self.env)])))

    def to_csv(self) -> str:
        """The table as comma-separated values, with a header."""
        out = io.StringIO()
        rows = [[_as_text(cells[0]), *cells[1:]] for cells in self._cells(self.rows)]
        csv.writer(out, lineterminator="\n").writerows([HEAD, *rows])
        return out.getvalue()

    def to_markdown(self) -> str:
        """The table in Markdown, prompts by number and words."""
        lines = [HEAD, ["---"] * len(HEAD), *([_escaped(c) for c in cells] for cells in self._told_cells(self.rows))]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def to_python(self) -> str:
        """The policy as a literal for ``ast.literal_eval``: context -> (prompt, N), N None where drawn at random.

        An arm that may stop early is (prompt, cap, stop, batch).

        What a prompt says stands behind its arm, as a comment.
        """
        lines = []
        for row in self.rows:
            told = told_name(self.env.prompts[row.arm.prompt])
            lines.append(f"    {row.context!r}: {tuple(row.arm.plain)!r},{f'  # {told}' if told else ''}\n")
        return "{\n" + "".join(lines) + "}\n"

    def _named(self, prompt: int) -> str:
        """Its number, and its words where it has any."""
        told = told_name(self.env.prompts[prompt])
        return f"{prompt}: {told}" if told else str(prompt)

    def _told_cells(self, rows: Sequence[PolicyRow]) -> list[list[str]]:
        """The table with prompts by number and words; as comma-separated values they have the number alone."""
        names = [*(self._named(row.arm.prompt) for row in rows), ""]  # the last one is of the means
        return [[cells[0], name, *cells[2:]] for cells, name in zip(self._cells(rows), names, strict=False)]

    def _cells(self, rows: Sequence[PolicyRow]) -> list[list[str]]:
        out = [
            [r.context, str(r.arm.prompt), r.arm.scale, f"{r.q:.4f}", f"{r.regret:.4f}", f"{r.cost:.4f}",
             f"{r.prompt_only_q:.4f}", f"{r.decoupled_q:.4f}", f"{r.best_q:.4f}"]
            for r in rows
        ]  # fmt: skip
        if rows:
            out.append(["mean (ACR)", "", "", *(f"{value:.4f}" for value in astuple(policy_means(rows)))])
        return out

    def _words(self, rows: Sequence[PolicyRow]) -> str:
        mean = policy_means(rows)
        others = [("prompt-only", mean.prompt_only), ("decoupled", mean.decoupled)]
        compared = ", ".join(
            f"{abs(mean.acr - v):.3f} {'above' if mean.acr >= v else 'below'} {name}" for name, v in others
        )
        return f"ACR {mean.acr:.3f}: {mean.regret:.3f} below the best possible, {compared} optimization."

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


def _as_text(name: str) -> str:
    """A name as a spreadsheet shows it: what begins like a formula is marked as text."""
    name = name.replace("\r", "\n")  # which the writer puts between quotation marks
    return f"'{name}" if name.lstrip(" \n").startswith(("=", "+", "-", "@", "\t")) else name


def _escaped(cell: str) -> str:
    """A cell of a Markdown table: one line, and nothing in it is markup."""
    one_line = " ".join(cell.split())
    return re.sub(r"([\\`*_\[\]<>#$~|&])", r"\\\1", one_line)
