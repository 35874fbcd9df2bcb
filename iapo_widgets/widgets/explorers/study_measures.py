"""What a study can be looked at by, and how each measure is called."""

from __future__ import annotations

from collections.abc import Sequence

from ...study.protocol import Study
from ...study.statistics import Cell

MEASURES = [("regret", "regret"), ("return (ACR)", "acr")]
OF_STOPS = [("regret beside fixed arms", "regret_fixed")]
NAMES = {"regret": "regret", "acr": "ACR", "regret_fixed": "regret beside fixed arms"}
#: What 0 stands for, where it stands for something.
ZERO = {
    "regret": "0: as good as the arms that are best on the training part",
    "regret_fixed": "0: as good as the fixed arms that are best on the training part",
}


def measures_of(study: Study) -> list[tuple[str, str]]:
    """Label and name of what records of that study hold."""
    return [*MEASURES, *(OF_STOPS if study.stops else [])]


def runs_of(cells: Sequence[Cell]) -> str:
    """How many runs they are means of: ``200``, or ``50 or 200``."""
    return " or ".join(map(str, sorted({c.runs for c in cells})))


def curve_name(algorithm: str, runs: int | None, kind: str) -> str:
    """Its name; with the number of runs where others have another one, and what kind they are where there are two."""
    said = [*([str(runs)] if runs else []), *([kind] if kind else [])]
    return ", ".join([algorithm, *([" ".join([*said, "runs"])] if said else [])])
