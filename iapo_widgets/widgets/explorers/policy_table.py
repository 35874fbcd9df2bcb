"""The learned policy for every context, and what is lost against the best and against simpler choices."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import traitlets as t

from ...core.environment import CategoricalEnvironment
from ...core.naming import full_name, said_name, short_name, told_name
from ...core.rounds import Policy, Result
from ...plots.picture import BLUE, GREEN, ORANGE, VERMILLION
from ...plots.scene import Line, Panel, Scene
from ...study.comparison import PolicyMeans, PolicyRow, policy_means, policy_rows
from ..shared.assets import packed, styles
from ..shared.checked import chosen
from ..shared.explorer import Control, Explorer
from ..shared.holdings import Holdings, prompts_of
from ..shared.note import note

FORMATS = ("CSV", "Markdown", "Python")
RIVALS = {"prompt_only": "prompt alone", "decoupled": "prompt then N", "best": "best"}
NUMBERS = ("worth a question", "lost against the best", "cost a question", *RIVALS.values())
TOLD = (
    "Worth is exact Q, in reward a question. Prompt alone: the best at N = 1, kept there; prompt then N: that\n"
    "prompt at its best N; best: the best pair. These three were told every Q, the policy had to learn."
)
MARKS = {"prompt_only": (VERMILLION, "s"), "arm": (BLUE, "o"), "decoupled": (ORANGE, "^"), "best": (GREEN, "D")}
APART = 0.2  # between marks of one context: equal values must not hide each other


class PolicyTable(Explorer):
    """Shows ``policy`` (a ``Policy`` or a ``Result``; set it at any time) by exact Q of ``env``, a row a context.

    Traits: ``policy``, ``copy_as`` (``CSV``, ``Markdown`` or ``Python``), ``copy_text`` (the table so; to be read).
    """

    _esm = packed(*(f"shared/{name}" for name in ("canvas", "kernel", "state", "scene", "legend", "controls", "copy")),
                  "explorers/policy_table")  # fmt: skip
    _css = styles("shared/theme", "shared/explorer", "explorers/policy_table")

    policy = t.Any(None, allow_none=True)
    copy_as = t.Unicode("CSV").tag(sync=True)
    copy_text = t.Unicode("").tag(sync=True)
    _table = t.Dict().tag(sync=True)
    public = ("copy_as",)
    alone = "copy_as"

    def __init__(self, env: CategoricalEnvironment, policy: Policy | Result | None = None, **traits: Any) -> None:
        self.env = env
        super().__init__(policy=policy, **traits)
        self.observe(self._changed, "policy")

    def _arguments(self) -> list[str]:
        env, *more = super()._arguments()
        return [env, *(["policy"] if self.policy is not None else []), *more]

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
        drawn = super().drawn()
        # the panel is the still twin's: the browser draws the table
        return {**drawn, "_scene": {**drawn["_scene"], "panels": []}, "copy_text": text, "_table": self._shown()}

    def scene(self) -> Scene:
        """Worth of every context under four choices, a line a context."""
        rows = self.rows
        if not rows:
            return Scene([], "No policy yet: set .policy to what train(...) returned.", note=note(self.env))
        lines = []
        for k, (name, (colour, marker)) in enumerate(MARKS.items()):
            values = [r.q if name == "arm" else getattr(r, f"{name}_q") for r in rows]
            tell = [f"{r.context}, {self._choice(r, name)}" for r in rows]
            places = [i + APART * (k - 1.5) for i in range(len(rows))]
            lines.append(Line(RIVALS.get(name, "this policy"), values, places, colour, marker, "", tell=tell))
        ticks = [(i, f"{r.context} \N{MIDDLE DOT} {self._named(r.arm.prompt, 24)} \N{MIDDLE DOT} N = {r.arm.scale}")
                 for i, r in enumerate(rows)]  # fmt: skip
        panel = Panel("What the policy is worth for each context", "worth, in reward a question", "", lines=lines,
                      yticks=ticks, ylim=(len(rows) - 0.5, -0.5), width=1.6, height=0.8 + 0.08 * len(rows))  # fmt: skip
        return Scene([panel], self._words(rows), note="\n".join(filter(None, [TOLD, note(self.env)])))

    def _shown(self) -> dict[str, Any]:
        """The table as the browser draws it: a row a context and one of means, marks among all worths."""
        rows = self.rows
        if not rows:
            return {}
        every = [v for r in rows for v in (r.q, r.prompt_only_q, r.decoupled_q, r.best_q)]
        lines = []
        for r in rows:
            told = "; ".join(self._choice(r, name) for name in ("arm", *RIVALS))
            full = full_name(self.env.prompts[r.arm.prompt])
            values = {"arm": r.q, **{name: getattr(r, f"{name}_q") for name in RIVALS}}
            lines.append({"context": r.context, "prompt": self._named(r.arm.prompt), "full": full, "n": r.arm.scale,
                          "values": values, "lost": r.regret, "cost": r.cost,
                          "told": f"{r.context}: {told}."})  # fmt: skip
        mean = policy_means(rows)
        values = {"arm": mean.acr, **{name: getattr(mean, name) for name in RIVALS}}
        told = "; ".join(f"{RIVALS.get(name, 'this policy')} {v:.3f}" for name, v in values.items())
        lines.append({"context": "mean (ACR)", "prompt": "", "full": "", "n": "", "values": values,
                      "lost": mean.regret, "cost": mean.cost, "told": f"Mean over contexts: {told}."})  # fmt: skip
        unit = str(getattr(self.env, "cost_unit", "cost"))
        marks = [[name, RIVALS.get(name, "this policy"), *look] for name, look in MARKS.items()]
        return {"rows": lines, "marks": marks, "low": min(every), "high": max(every),
                "most": max(r.regret for r in rows), "unit": "" if unit == "cost" else unit}  # fmt: skip

    def _choice(self, row: PolicyRow, name: str) -> str:
        """One of the four choices in words: its arm and what that is worth."""
        arm, worth = (row.arm, row.q) if name == "arm" else (getattr(row, name), getattr(row, f"{name}_q"))
        what = RIVALS.get(name, "this policy")
        return f"{what} {worth:.3f} ({said_name(self.env.prompts[arm.prompt], arm.prompt, 24)}, N = {arm.scale})"

    def to_csv(self) -> str:
        """The table as comma-separated values, with a header; the prompt as its number, and as its words."""
        out = io.StringIO()
        rows = [[_as_text(name), p, _as_text(words), n, *numbers] for name, p, words, n, numbers in self._cells()]
        head = ["context", "prompt", "words of the prompt", "N", *NUMBERS]
        csv.writer(out, lineterminator="\n").writerows([head, *rows])
        return out.getvalue()

    def to_markdown(self) -> str:
        """The table in Markdown."""
        head = ["context", "prompt", "N", *NUMBERS]
        rows = [[name, f"{p}: {words}" if words else p, n, *numbers] for name, p, words, n, numbers in self._cells()]
        lines = [head, ["---"] * len(head), *([_escaped(c) for c in cells] for cells in rows)]
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

    def _named(self, prompt: int, width: int = 44) -> str:
        return short_name(self.env.prompts[prompt], prompt, width)

    def _cells(self) -> list[tuple[str, str, str, str, list[str]]]:
        """Context, prompt by number and by words, N, and ``NUMBERS``: a row a context and one of means."""
        rows = self.rows
        out = [
            (r.context, str(r.arm.prompt), told_name(self.env.prompts[r.arm.prompt]), r.arm.scale,
             _digits(r.q, r.regret, r.cost, r.prompt_only_q, r.decoupled_q, r.best_q))
            for r in rows
        ]  # fmt: skip
        if rows:
            m = policy_means(rows)
            means = _digits(m.acr, m.regret, m.cost, m.prompt_only, m.decoupled, m.best)
            out.append(("mean (ACR)", "", "", "", means))
        return out

    def _words(self, rows: Sequence[PolicyRow]) -> str:
        mean, worst = policy_means(rows), max(rows, key=lambda r: r.regret)
        said = f"On average {mean.acr:.3f} of reward a question (ACR): {_against(mean)}."
        if worst.regret < 5e-4:
            return f"{said} Nothing is lost: every context has its best arm."
        better = f"{said_name(self.env.prompts[worst.best.prompt], worst.best.prompt)} with N = {worst.best.n}"
        change = f"{better} would bring it from {worst.q:.3f} to {worst.best_q:.3f}"
        return f"{said} Most is lost for {worst.context}: {change}."

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
        return chosen("format", proposal, FORMATS)


def _digits(*values: float) -> list[str]:
    return [f"{value:.4f}" for value in values]


def _against(mean: PolicyMeans) -> str:
    """The policy's mean beside those of the three choices."""
    simpler = [(RIVALS[name], getattr(mean, name)) for name in ("prompt_only", "decoupled")]
    more = [f"{abs(mean.acr - v):.3f} {'more' if mean.acr >= v else 'less'} than {name}" for name, v in simpler]
    return ", ".join([f"{mean.regret:.3f} less than the best possible", *more])


def _as_text(name: str) -> str:
    """A name as a spreadsheet shows it: what begins like a formula is marked as text."""
    name = name.replace("\r", "\n")  # which the writer puts between quotation marks
    return f"'{name}" if name.lstrip(" \n").startswith(("=", "+", "-", "@", "\t")) else name


def _escaped(cell: str) -> str:
    """A cell of a Markdown table: one line, and nothing in it is markup."""
    one_line = " ".join(cell.split())
    return re.sub(r"([\\`*_\[\]<>#$~|&])", r"\\\1", one_line)
