from .answer import Answer
from .deployment import Deployed, Response
from .endpoint.check import Checked
from .endpoint.endpoint import Endpoint
from .endpoint.retries import Retries
from .environment import LiveEnvironment
from .errors import (
    EndpointError,
    LedgerCorrupted,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LimitReached,
    LiveError,
    LiveWarning,
    Stopped,
)
from .estimate import Estimate, estimate
from .ledger.ledger import Ledger
from .ledger.spending import Spending, SpendingLimit
from .local.local_model import LocalModel
from .problem import PromptTemplate, Question
from .reading import Reading, prompts_from, questions_from, read_prompts, read_questions
from .records.completion import RecordedCompletion
from .records.forms.importing import import_questions, import_record
from .records.record import Record
from .report import Report
from .scoring.judge import Judge
from .scoring.mathematics import MathVerify
from .scoring.scorer import Score, Scorer
from .scoring.scorers import Brevity, Coverage, ExactMatch, FunctionScorer, RegexMatch
from .simulated.endpoint import SimulatedEndpoint

__all__ = [
    "Answer",
    "Brevity",
    "Checked",
    "Coverage",
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
    "LiveWarning",
    "LocalModel",
    "MathVerify",
    "PromptTemplate",
    "Question",
    "Reading",
    "Record",
    "RecordedCompletion",
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
    "import_questions",
    "import_record",
    "prompts_from",
    "questions_from",
    "read_prompts",
    "read_questions",
]
