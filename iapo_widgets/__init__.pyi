from .core.completions import Completions
from .core.environment import CategoricalEnvironment, voting_environment
from .core.problem import Arm, Context, Prompt, bon_contexts, mv_contexts
from .core.protocol import Environment
from .core.psst import psst
from .core.rounds import Policy, Result, Round
from .core.strategies import STRATEGIES, BestOfN, EarlyBest, EarlyVote, MajorityVote, SelectedBest, VoteThenBest
from .core.training import ALGORITHMS, acr, train
from .study.arms import ArmTable, arm_table
from .tasks.catalogue import fetch, load

__version__: str

__all__ = [
    "ALGORITHMS",
    "STRATEGIES",
    "Arm",
    "ArmTable",
    "BestOfN",
    "CategoricalEnvironment",
    "Completions",
    "Context",
    "EarlyBest",
    "EarlyVote",
    "Environment",
    "MajorityVote",
    "Policy",
    "Prompt",
    "Result",
    "Round",
    "SelectedBest",
    "VoteThenBest",
    "acr",
    "arm_table",
    "bon_contexts",
    "fetch",
    "load",
    "mv_contexts",
    "psst",
    "train",
    "voting_environment",
]
