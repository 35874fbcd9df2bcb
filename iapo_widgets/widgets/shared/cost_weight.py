"""The weight of costs, as users set it."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t

LARGEST_COST = 2.0
STEP = 0.05  # of a weight
WEIGHTS = np.round(np.arange(round(LARGEST_COST / STEP) + 1) * STEP, 6)


def check_cost_weight(proposal: Any) -> float:
    """The proposed weight; ``TraitError``, which leaves the trait as it was, where it is out of range."""
    if not 0 <= proposal["value"] <= LARGEST_COST:
        raise t.TraitError(f"cost_weight must lie between 0 and {LARGEST_COST:g}, not {proposal['value']}")
    return float(proposal["value"])
