"""Small tables that a notebook shows as HTML and a terminal as text."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.markup import html_table
from ..tasks.catalogue import GENERATED, PUBLISHED, load

LABELS = {"majority-vote": "MV", "best-of-n": "BoN", "vote-then-best": "vote, then best"}


@dataclass(frozen=True, slots=True)
class Rows:
    """A caption, a head and rows of text or numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def __str__(self) -> str:
        texts = [[str(v) for v in row] for row in (self.head, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        lines = ["  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip() for row in texts]
        return "\n".join([self.caption, *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(self.head, self.rows, caption=self.caption)


def table1(published: bool = False) -> Rows:
    """Table 1: the six environments with their strategy, sizes and contexts, as they are here.

    published: the authors' files, for the five environments that have one.
    """
    rows = []
    for name in PUBLISHED if published else GENERATED:
        env = load(name, published)
        strategy = LABELS.get(env.strategy.name, env.strategy.name)
        rows.append((name, strategy, len(env.prompts), env.n_max, env.n_queries, len(env.contexts), env.note))
    head = ("environment", "strategy", "prompts", "N_max", "queries", "contexts", "what it is")
    source = "the authors' published files" if published else "generated, none of them the paper's data"
    return Rows(f"Table 1: the environments ({source})", head, tuple(rows))
