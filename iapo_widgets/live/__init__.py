"""PSST on a real OpenAI-compatible endpoint, without losing a paid answer or overspending."""

from .answer import Answer
from .endpoint import Endpoint
from .environment import LiveEnvironment
from .errors import (
    EndpointError,
    LedgerCorrupted,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LimitReached,
    LiveError,
    Stopped,
)
from .estimate import Estimate, estimate
from .ledger import Ledger
from .problem import PromptTemplate, Question
from .report import Report
from .retries import Retries
from .scoring import Score, Scorer
from .spending import Spending, SpendingLimit

__all__ = [
    "Answer",
    "Endpoint",
    "EndpointError",
    "Estimate",
    "Ledger",
    "LedgerCorrupted",
    "LedgerError",
    "LedgerFull",
    "LedgerLocked",
    "LimitReached",
    "LiveEnvironment",
    "LiveError",
    "PromptTemplate",
    "Question",
    "Report",
    "Retries",
    "Score",
    "Scorer",
    "Spending",
    "SpendingLimit",
    "Stopped",
    "estimate",
]
