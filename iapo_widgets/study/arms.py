"""What a run found out about every arm, as a table: for a screen, a spreadsheet, or pandas."""

from __future__ import annotations

import csv
import math
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.costs import arm_cost, call_cost_of, per_call_of
from ..core.markup import html_table
from ..core.protocol import Environment
from ..core.rounds import Result, without_rules

HEAD = ("context", "prompt", "prompt text", "n", "estimated Q", "pulls", "completions of the prompt",
        "mean cost per answer", "survived until round", "recommended")  # fmt: skip
SHOWN = 8  # arms of a context on screen
#: What spreadsheets take for the start of a formula, also behind what is not seen.
FORMULA = re.compile("[\\s\ufeff\u200b-\u200f\u2060]*[=+@\uff1d\uff0b\uff0d\uff20-]|[\\t\\r\\n]")


@dataclass(frozen=True, slots=True)
class ArmRow:
    """One arm (prompt, n) for one context.

    q: the last estimate, NaN where there never was one.  pulls: of this very arm.  completions: those of its prompt
    that arrived, at any n; estimates rest on them.  cost: of one answer, that is of n completions, NaN where none
    came.  survived: the last round that kept the arm, 0 where the first trimmed it.
    """

    context: str
    prompt: int
    text: str
    n: int
    q: float
    pulls: int
    completions: int
    cost: float
    survived: int
    recommended: bool


class ArmTable(Sequence[ArmRow]):
    """Rows by context, prompt and n; made by ``arm_table``.  ``cost_unit``: what costs are counted in."""

    def __init__(self, rows: Sequence[ArmRow], cost_unit: str) -> None:
        self._rows, self.cost_unit = tuple(rows), cost_unit

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ArmRow]:
        return iter(self._rows)

    def __repr__(self) -> str:
        contexts = len({row.context for row in self})
        return f"ArmTable({len(self)} rows, {contexts} contexts, cost in {self.cost_unit})"

    @property
    def head(self) -> tuple[str, ...]:
        """Names of the columns, with the unit of costs."""
        return tuple(f"{name} ({self.cost_unit})" if "cost" in name else name for name in HEAD)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write comma-separated values with a header; the file is complete or it is not there.

        Texts that a spreadsheet would take for a formula begin with an apostrophe; what is not known is empty.
        Raises ``ValueError`` for another ending than .csv, ``FileNotFoundError`` where the folder is not there.
        """
        path = Path(path)
        if path.suffix != ".csv":
            raise ValueError(f"a table ends in .csv, not {path.name!r}")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in")
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with open(part, "x", encoding="utf-8", errors="backslashreplace", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
                writer.writerow(self.head)
                writer.writerows([_cell(value) for value in astuple(row)] for row in self)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def to_pandas(self) -> Any:
        """The table as a ``pandas.DataFrame``; raises ``ImportError`` where pandas is not installed."""
        try:
            import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]
        except ImportError:
            raise ImportError(
                "to_pandas needs pandas, which is not installed: pip install pandas; or use to_csv(path)"
            ) from None
        return pandas.DataFrame([astuple(row) for row in self], columns=list(self.head))

    def _repr_html_(self) -> str:
        """The best arms of each context: the recommended first, then those that survived longest."""
        shown: list[ArmRow] = []
        for context in dict.fromkeys(row.context for row in self):
            mine = [row for row in self if row.context == context]
            mine.sort(key=lambda row: (not row.recommended, -row.survived, -row.q if row.q == row.q else math.inf))
            shown += mine[:SHOWN]
        table = html_table(self.head, map(astuple, shown), kind="iapo-table", shown=_shown, style=_style)
        left = len(self) - len(shown)
        more = f"<p>{left:,} arms that rank lower are not shown; to_csv(path) has them all.</p>" if left else ""
        return table + more


def arm_table(env: Environment, result: Result) -> ArmTable:
    """Every arm for every context of what ``train`` returned on ``env``: one row each.

    Of arms that may stop early each (prompt, n) has the row of its best rule, and the cost of asking all n.

    Raises ``TypeError`` where ``result`` is no ``Result``, ``ValueError`` where it is of another environment.
    """
    if not isinstance(result, Result):
        raise TypeError(f"give what train(...) returned, a Result, not {type(result).__name__}")
    shape = (len(env.contexts), len(env.prompts), env.n_max)
    names = [context.name for context in env.contexts]
    if not result.rounds or result.rounds[0].q.shape[:3] != shape or list(result.policy) != names:
        found = result.rounds[0].q.shape if result.rounds else "no round"
        raise ValueError(
            f"the result does not fit this environment: it has {found} and contexts {', '.join(result.policy)};"
            f" the environment has {shape} (contexts, prompts, n) and {', '.join(names)}"
        )
    q, survived = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    pulls, came, cost = np.zeros(shape[1:], dtype=np.int64), np.zeros(shape[1], dtype=np.int64), np.zeros(shape[1])
    for done in map(without_rules, result.rounds):
        q = np.where(np.isnan(done.q), q, done.q)
        survived[done.active] = done.number
        pulls += done.pulls
        for batch in done.completions:
            np.add.at(came, batch.prompts, batch.n_valid)
            np.add.at(cost, batch.prompts, np.where(batch.valid, batch.cost, 0.0).sum(axis=1))
    each = np.divide(cost, came, out=np.full(shape[1], np.nan), where=came > 0)
    call = np.broadcast_to(call_cost_of(env), shape[1])  # of one request
    costs = arm_cost(each[:, None], call[:, None], np.arange(1, env.n_max + 1), per_call_of(env))
    rows = []
    for c, context in enumerate(env.contexts):
        chosen = result.policy[context.name]
        rows += [
            ArmRow(
                context.name, p, prompt.text, n, float(q[c, p, n - 1]), int(pulls[p, n - 1]), int(came[p]),
                float(costs[p, n - 1]), int(survived[c, p, n - 1]), chosen.prompt == p and chosen.n in (n, None),
            )
            for p, prompt in enumerate(env.prompts) for n in range(1, env.n_max + 1)
        ]  # fmt: skip
    return ArmTable(rows, getattr(env, "cost_unit", "cost"))


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return "'" + value if FORMULA.match(value) else value
    return "" if value != value else value


def _style(value: object) -> str:
    return "text-align:left" if isinstance(value, str) else ""


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "not known" if value != value else f"{value:.4g}"
    return "yes" if value is True else "" if value is False else str(value)
