"""Speed and memory of the core: ``python benchmarks/speed.py`` prints a Markdown table.

MATH is the authors' file where IAPO_SHARED (default ../shared) holds it, else the stand-in; the table says which.
Trainings are timed on one core, medians of many; memory is the peak of a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
sys.path.insert(0, str(ROOT))

FILE = (ROOT / os.environ.get("IAPO_SHARED", "../shared")).resolve() / "data" / "MATH_final.pkl"
EXACT = """
import resource, sys, time
import numpy as np
from iapo_widgets import load, mv_contexts, voting_environment
if {path!r}:
    env = load({path!r})
else:
    rng = np.random.default_rng(0)
    env = voting_environment(rng.dirichlet(np.ones(4), (48, 1500)), rng.integers(4, size=1500), [0.01] * 48,
                             contexts=mv_contexts(), n_max=32)
start = time.perf_counter()
env.exact_q()
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def output(code: str) -> list[float]:
    """Numbers that a fresh interpreter prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def import_times(repeats: int = 15) -> float:
    """Milliseconds of ``import iapo_widgets`` above ``import numpy``: best of many, in turn."""
    code = "import time; s = time.perf_counter(); import {}; print(1000 * (time.perf_counter() - s))"
    times = [(output(code.format("numpy"))[0], output(code.format("numpy, iapo_widgets"))[0]) for _ in range(repeats)]
    return min(b for _, b in times) - min(a for a, _ in times)


def training(env: object, repeats: int, **options: object) -> float:
    """Median milliseconds of one training at T = 20,000."""
    import numpy as np

    from iapo_widgets import train

    times = []
    for seed in range(repeats + 1):
        start = time.perf_counter()
        train("psst", env, 20_000, seed=seed, **options)  # type: ignore[arg-type]
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times[1:]))


def main() -> None:
    """Measure and print."""
    from iapo_widgets import load

    path = str(FILE) if FILE.exists() else ""
    env = load(path or "math")
    rows = [
        ("`psst`, T = 20,000, block reuse", "20 ms", f"{training(env, 50):.1f} ms"),
        ("`psst`, T = 20,000, subset reuse", "200 ms", f"{training(env, 10, reuse='subsets'):.0f} ms"),
    ]
    for what, source, target in (("MATH, 25 x 316 x 32", path or "math", 1.5), ("48 x 1500 x 32", "", 10.0)):
        seconds, megabytes = output(EXACT.format(path=source))
        rows.append((f"exact Q of {what}", f"{target:g} s, 500 MB", f"{seconds:.2f} s, {megabytes:.0f} MB"))
    rows.append(("`import iapo_widgets` above `import numpy`", "50 ms", f"{import_times():.0f} ms"))
    print(f"MATH is the {'published file' if path else 'generated stand-in'}.\n")
    print("| | at most | measured |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
