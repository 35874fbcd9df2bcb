"""The browser tests of the gallery and the lab under several ipykernels, each in an environment of its own.

``python benchmarks/matrix.py [--kernels 6.31.0,7.0.1,newest] [--folder DIR]`` makes a virtual environment for each
kernel (kept in DIR, if given, and used again), runs the tests there and prints a Markdown table.  Which thread runs a
widget's callback differs between these kernels, so the widgets must hold under each.  It needs a package index, and
ends with status 1 where a test failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
import xml.etree.ElementTree as ElementTree
from importlib.metadata import PathDistribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KERNELS = "6.31.0,7.0.1,newest"
TESTS = ["tests/browser/test_gallery.py", "tests/browser/test_psst_lab.py"]
SHOWN = ("ipykernel", "jupyterlab", "ipywidgets")


def environment(folder: Path, kernel: str) -> Path:
    """A virtual environment with the pins of Binder and the tests, but for that ipykernel; its Python."""
    python = folder / kernel / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        venv.create(folder / kernel, with_pip=True)
    pins = [ROOT / "binder" / "requirements.txt", ROOT / "tests" / "requirements.txt"]
    lines = [line for file in pins for line in file.read_text("utf-8").splitlines()]
    constraints = folder / f"constraints-{kernel}.txt"
    constraints.write_text("".join(f"{line}\n" for line in lines if not line.startswith("ipykernel==")), "utf-8")
    wanted = ["--upgrade", "ipykernel"] if kernel == "newest" else [f"ipykernel=={kernel}"]
    command = [str(python), "-m", "pip", "install", "-q", "-c", str(constraints), *wanted, "-e", f"{ROOT}[test]"]
    subprocess.run(command, check=True, cwd=ROOT)
    return python


def versions(python: Path) -> list[str]:
    """The installed versions of ``SHOWN``."""
    (site,) = python.parent.parent.glob("[Ll]ib/**/site-packages")
    found = {d.metadata["Name"].lower(): d.version for d in PathDistribution.discover(path=[str(site)])}
    return [found[name] for name in SHOWN]


def outcome(python: Path, folder: Path) -> tuple[list[int], float, list[str]]:
    """[passed, failed, skipped], seconds, and the names of the tests that failed."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *TESTS]
    subprocess.run(command, cwd=ROOT, stdout=sys.stderr)
    (suite,) = ElementTree.parse(report).getroot().iter("testsuite")
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    bad = [c.get("name", "") for c in suite.iter("testcase") if {e.tag for e in c} & {"failure", "error"}]
    return [total - failed - skipped, failed, skipped], float(suite.get("time", 0)), bad


def main() -> int:
    """Run each row and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", default=KERNELS, help="versions of ipykernel, or the word newest")
    parser.add_argument("--folder", type=Path, help="where the environments stay; without it they are temporary")
    options = parser.parse_args()
    status = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        print(
            f"| {' | '.join(SHOWN)} | passed | failed | skipped | seconds | failed tests |\n|{'---|' * 8}", flush=True
        )
        for kernel in options.kernels.split(","):
            python = environment(folder, kernel.strip())
            counts, seconds, bad = outcome(python, folder)
            status |= bool(bad)
            cells = [*versions(python), *map(str, counts), f"{seconds:.0f}", ", ".join(bad) or "none"]
            print(f"| {' | '.join(cells)} |", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
