"""The paper's protocol (section 5): what a study compares, and one run of it, a pure function of its description."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from ..core.checks import check_budget, check_flag
from ..core.environment import CategoricalEnvironment
from ..core.training import find_algorithm, mean_return, train
from ..tasks.catalogue import GENERATED, SYNTHETIC, load
from .bench import known_values, parts

Unit = tuple[str, int]

#: A task's strategy -> the one whose arms may stop early.
STOPPING = {"majority-vote": "early-vote", "best-of-n": "early-best"}


@dataclass(frozen=True)
class Study:
    """Environments x algorithms x budgets, ``runs`` times.

    environments: names for ``load``, or paths of files.  Run i splits the queries 80/20 with seed + i (a synthetic
    name draws a fresh environment instead), trains each algorithm with seed + i on one part and measures ACR by
    exact Q on the other.  options: algorithm -> its options.  stops: arms may stop early, by ``STOPPING``.  Raises
    ``ValueError`` on bad input.
    """

    environments: tuple[str, ...]
    algorithms: tuple[str, ...] = ("psst",)
    budgets: tuple[int, ...] = (1_000, 2_000, 5_000, 10_000, 20_000)
    runs: int = 200
    seed: int = 0
    published: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stops: bool = False

    def __post_init__(self) -> None:
        for name in ("environments", "algorithms", "budgets"):
            value = getattr(self, name)
            if isinstance(value, str) or not isinstance(value, Sequence) or not value:
                raise ValueError(f"{name} must be a list of at least one, not {value!r}")
            object.__setattr__(self, name, tuple(value))
            if len(set(value)) < len(value):
                raise ValueError(f"{name} must differ; got {list(value)}")
        object.__setattr__(self, "stops", check_flag(self.stops, "stops"))
        for name in (*self.algorithms, *self.options):
            find_algorithm(name)
        object.__setattr__(self, "budgets", tuple(check_budget(b) for b in self.budgets))
        if list(self.budgets) != sorted(self.budgets):
            raise ValueError(f"budgets must increase; got {list(self.budgets)}")
        if isinstance(self.runs, bool) or not isinstance(self.runs, int) or self.runs < 1:
            raise ValueError(f"runs must be a whole number of at least 1, not {self.runs!r}")

    @property
    def units(self) -> list[Unit]:
        """Every (environment, run): what is computed, stored and resumed at once.

        Run by run; where arms may stop early, whose exact values take long, one environment after the other.
        """
        units = [(env, i) for i in range(self.runs) for env in self.environments]
        return sorted(units, key=lambda unit: self.environments.index(unit[0])) if self.stops else units

    def description(self) -> dict[str, Any]:
        """All that decides the numbers, as plain values; ``stops`` only where it is set, for older files lack it."""
        about = asdict(self)
        if not self.stops:
            del about["stops"]
        return {**about, **{k: list(about[k]) for k in ("environments", "algorithms", "budgets")}}


def run_unit(study: Study, environment: str, run: int) -> list[dict[str, Any]]:
    """One record for each algorithm and budget: acr, regret, spent, policy; the same for the same study anywhere.

    Where arms may stop early also ``regret_fixed`` and ``regret_fixed_train``, as ``BenchRow`` has them.
    """
    seed = study.seed + run
    train_part, test_part = parts(_source(study, environment), seed)
    (best, _), fixed, q_train, q_test = known_values(train_part, test_part)
    records = []
    for name in study.algorithms:
        for budget in study.budgets:
            result = train(name, train_part, budget, seed=seed, **study.options.get(name, {}))
            value = mean_return(result.policy, test_part, q_test)
            policy = {c: arm.plain for c, arm in result.policy.items()}
            record = {
                "environment": environment, "run": run, "algorithm": name, "budget": budget, "acr": value,
                "regret": best - value, "spent": result.spent, "policy": policy,
            }  # fmt: skip
            if study.stops:
                on_train = mean_return(result.policy, train_part, q_train)
                record |= {"regret_fixed": fixed[0] - value, "regret_fixed_train": fixed[1] - on_train}
            records.append(record)
    return records


def _source(study: Study, environment: str) -> CategoricalEnvironment | Callable[[int], CategoricalEnvironment]:
    """What ``parts`` makes a run's parts of."""
    fresh = None if study.published else SYNTHETIC.get(environment)
    if fresh is None:
        return _environment(environment, study.published, study.stops)
    return (lambda seed: _stopping(fresh(seed))) if study.stops else fresh


@lru_cache(maxsize=2)
def _environment(name: str, published: bool, stops: bool) -> CategoricalEnvironment:
    """Kept by each worker, for its exact values take longer than a training."""
    env = load(name, published and name in GENERATED)
    return _stopping(env) if stops else env


def _stopping(env: CategoricalEnvironment) -> CategoricalEnvironment:
    """The environment with arms that may stop early."""
    if env.strategy.name not in STOPPING:
        raise ValueError(f"{env.strategy.name} has no arms that stop early; only {', '.join(STOPPING)} have")
    return env.with_(strategy=STOPPING[env.strategy.name])
