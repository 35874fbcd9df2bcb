from .explorers.answer_explorer import AnswerExplorer
from .explorers.bound_explorer import BoundExplorer
from .explorers.budget_slider import BudgetSlider
from .explorers.context_sliders import ContextSliders
from .explorers.policy_table import PolicyTable
from .explorers.prediction import Prediction
from .explorers.reuse_explorer import ReuseExplorer
from .explorers.scaling_explorer import ScalingExplorer
from .explorers.stop_explorer import StopExplorer
from .explorers.study_explorer import StudyExplorer
from .explorers.tradeoff_explorer import TradeoffExplorer
from .live.live_lab import LiveLab
from .page.saved_module import save_module
from .page.static_page import html_fragment, save_html
from .race.elimination_view import EliminationView
from .race.psst_lab import PSSTLab

__all__ = [
    "AnswerExplorer",
    "BoundExplorer",
    "BudgetSlider",
    "ContextSliders",
    "EliminationView",
    "LiveLab",
    "PSSTLab",
    "PolicyTable",
    "Prediction",
    "ReuseExplorer",
    "ScalingExplorer",
    "StopExplorer",
    "StudyExplorer",
    "TradeoffExplorer",
    "html_fragment",
    "save_html",
    "save_module",
]
