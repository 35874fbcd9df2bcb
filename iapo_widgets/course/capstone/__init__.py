"""The capstone: a learner's own result as one page, and a program that checks the page for its parts."""

from .checking import check_report
from .held_out import difference, prompt_first, values_on
from .report import CapstoneReport, capstone_report

__all__ = ["CapstoneReport", "capstone_report", "check_report", "difference", "prompt_first", "values_on"]
