"""The notebook course: its files, the checks of its exercises, and what learners predict."""

from .checking import check, hint
from .predictions import Outcome, came, predict
from .verdict import Verdict

__all__ = ["Outcome", "Verdict", "came", "check", "hint", "predict"]
