"""The paper's protocol (section 5): what a study compares, and one run of it, a pure function of its description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from ..core.checks import check_budget
from ..core.environment import CategoricalEnvironment
from ..core.training import acr, find_algorithm, train
from ..tasks.catalogue import GENERATED, SYNTHETIC, load
from .bench import oracle, parts

Unit = tuple[str, int]


@dataclass(frozen=True)
class Study:
    """Environments x algorithms x budgets, ``runs`` times.

    environments: names for ``load``, or paths of files.  Run i splits the queries 80/20 with seed + i (a synthetic
    name draws a fresh environment instead), trains each algorithm with seed + i on one part and measures ACR by
    exact Q on the other.  options: algorithm -> its options.  Raises ``ValueError`` on bad input.
    """

    environments: tuple[str, ...]
    algorithms: tuple[str, ...] = ("psst",)
    budgets: tuple[int, ...] = (1_000, 2_000, 5_000, 10_000, 20_000)
    runs: int = 200
    seed: int = 0
    published: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("environments", "algorithms", "budgets"):
            value = getattr(self, name)
            if isinstance(value, str) or not isinstance(value, Sequence) or not value:
                raise ValueError(f"{name} must be a list of at least one, not {value!r}")
            object.__setattr__(self, name, tuple(value))
            if len(set(value)) < len(value):
                raise ValueError(f"{name} must differ; got {list(value)}")
        for name in (*self.algorithms, *self.options):
            find_algorithm(name)
        object.__setattr__(self, "budgets", tuple(check_budget(b) for b in self.budgets))
        if list(self.budgets) != sorted(self.budgets):
            raise ValueError(f"budgets must increase; got {list(self.budgets)}")
        if isinstance(self.runs, bool) or not isinstance(self.runs, int) or self.runs < 1:
            raise ValueError(f"runs must be a whole number of at least 1, not {self.runs!r}")

    @property
    def units(self) -> list[Unit]:
        """Every (environment, run): what is computed, stored and resumed at once."""
        return [(env, i) for i in range(self.runs) for env in self.environments]

    def description(self) -> dict[str, Any]:
        """All that decides the numbers, as plain values."""
        about = asdict(self)
        return {**about, **{k: list(about[k]) for k in ("environments", "algorithms", "budgets")}}


def run_unit(study: Study, environment: str, run: int) -> list[dict[str, Any]]:
    """One record for each algorithm and budget: acr, regret, spent, policy; the same for the same study anywhere."""
    seed = study.seed + run
    fresh = None if study.published else SYNTHETIC.get(environment)
    train_part, test_part = parts(fresh or _environment(environment, study.published), seed)
    best = acr(oracle(train_part), test_part)
    records = []
    for name in study.algorithms:
        for budget in study.budgets:
            result = train(name, train_part, budget, seed=seed, **study.options.get(name, {}))
            value = acr(result.policy, test_part)
            policy = {c: [a.prompt, a.n] for c, a in result.policy.items()}
            records.append(
                {"environment": environment, "run": run, "algorithm": name, "budget": budget, "acr": value,
                 "regret": best - value, "spent": result.spent, "policy": policy}
            )  # fmt: skip
    return records


@lru_cache(maxsize=2)
def _environment(name: str, published: bool) -> CategoricalEnvironment:
    """Kept by each worker, for its exact values take longer than a training."""
    return load(name, published and name in GENERATED)
