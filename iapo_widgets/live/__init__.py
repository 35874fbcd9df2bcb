"""PSST on a real OpenAI-compatible endpoint, without losing a paid answer or overspending."""

from .answer import Answer
from .deployment import Deployed, Response
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
from .judge import Judge
from .ledger import Ledger
from .mathematics import MathVerify
from .problem import PromptTemplate, Question
from .report import Report
from .retries import Retries
from .scorers import Brevity, ExactMatch, FunctionScorer, RegexMatch
from .scoring import Score, Scorer
from .simulator import SimulatedEndpoint
from .spending import Spending, SpendingLimit

__all__ = [
    "Answer",
    "Brevity",
    "Deployed",
    "Endpoint",
    "EndpointError",
    "Estimate",
    "ExactMatch",
    "FunctionScorer",
    "Judge",
    "Ledger",
    "LedgerCorrupted",
    "LedgerError",
    "LedgerFull",
    "LedgerLocked",
    "LimitReached",
    "LiveEnvironment",
    "LiveError",
    "MathVerify",
    "PromptTemplate",
    "Question",
    "RegexMatch",
    "Report",
    "Response",
    "Retries",
    "Score",
    "Scorer",
    "SimulatedEndpoint",
    "Spending",
    "SpendingLimit",
    "Stopped",
    "estimate",
]
