"""Where optional data lies, how hypothesis runs, and fonts that are those of this environment."""

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

# matplotlib keeps one list of fonts for all environments of a user, and one that is gone leaves paths of its own in it:
# a figure then writes to stderr.  So the tests, and the kernels that they start, have a list of their own, made once.
os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp(prefix="iapo-matplotlib-")
atexit.register(shutil.rmtree, os.environ["MPLCONFIGDIR"], ignore_errors=True)
import_module("matplotlib.font_manager")

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent
SHARED = (ROOT / os.environ.get("IAPO_SHARED", "../shared")).resolve()


def shared_file(name: str) -> Path:
    """A file of the optional shared folder; the test is skipped where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not in the folder that IAPO_SHARED names")
    return path


@pytest.fixture(scope="session")
def math_file() -> Path:
    """The authors' published MATH file."""
    return shared_file("data/MATH_final.pkl")


@pytest.fixture(scope="session")
def golden() -> Path:
    """Exact values for the published MATH file."""
    return shared_file("golden/math_mv.json")


@pytest.fixture(scope="session")
def answers_file() -> Path:
    """Texts after public reports, and how ``ExactMatch`` should score them."""
    return shared_file("tried/answers.json")


@pytest.fixture(scope="session")
def solutions_file() -> Path:
    """Published solutions of four models to GSM8K's test questions, with their authors' verdicts."""
    return shared_file("data/gsm8k_solutions.jsonl")


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The site, built by the command of CONTRIBUTING.md, into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    options = re.search(r"^\.venv/bin/python (-m sphinx .* docs) docs/_build/html$", text, re.M)[1].split()
    command = [sys.executable, *options, str(folder / "html"), "-q", "-d", str(folder / "doctrees")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "html"
