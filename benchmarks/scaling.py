"""Growth of block reuse: ``python benchmarks/scaling.py`` doubles each size alone, then runs the largest case.

Each case runs in a process of its own on one core: seconds of one training and the process's peak memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = {"P": 50, "N": 32, "C": 8, "T": 100_000}
LARGEST = {"P": 1_000, "N": 64, "C": 100, "T": 4_000_000}
CASE = """
import resource, time
import numpy as np
from iapo_widgets import Context, psst, voting_environment
P, N, C, T = {P}, {N}, {C}, {T}
rng = np.random.default_rng(0)
env = voting_environment(rng.dirichlet(np.ones(4), (P, 100)), rng.integers(4, size=100), rng.uniform(0.005, 0.01, P),
                         contexts=[Context(str(c), (1.0,), c / C) for c in range(C)], n_max=N)
for seed in range(2 if T < 1_000_000 else 1):
    start = time.perf_counter()
    for _ in psst(env, T, seed=seed):
        pass
    seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(case: dict[str, int]) -> tuple[float, float]:
    """Seconds and megabytes of one case."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", CASE.format(**case)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-largest", action="store_true")
    options = parser.parse_args()
    cases = [BASE, *({**BASE, key: factor * BASE[key]} for key in ("T", "P", "C", "N") for factor in (2, 4))]
    cases = [case for case in cases if case["N"] <= 64]
    print("| prompts | N_max | contexts | T | seconds | peak MB | against the first |\n|---|---|---|---|---|---|---|")
    first = None
    for case in cases if options.without_largest else [*cases, LARGEST]:
        seconds, megabytes = measure(case)
        first = first or seconds
        print(f"| {case['P']:,} | {case['N']} | {case['C']} | {case['T']:,} | {seconds:.2f} | {megabytes:.0f} "
              f"| {seconds / first:.1f} x |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
