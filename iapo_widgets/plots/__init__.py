"""Records as matplotlib figures, for papers, GitHub and nbviewer; no pyplot, so any thread may draw."""

from .curves import figure3, q_curves
from .dominance import figure2
from .elimination import describe, elimination, eliminations, trimming_rounds
from .studies import error_bound, figure4, figure5
from .tables import Rows, table1

__all__ = [
    "Rows",
    "describe",
    "elimination",
    "eliminations",
    "error_bound",
    "figure2",
    "figure3",
    "figure4",
    "figure5",
    "q_curves",
    "table1",
    "trimming_rounds",
]
