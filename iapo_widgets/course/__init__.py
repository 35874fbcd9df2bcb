"""The notebook course: its files, and the checks of its exercises."""

from .checking import check, hint
from .verdict import Verdict

__all__ = ["Verdict", "check", "hint"]
