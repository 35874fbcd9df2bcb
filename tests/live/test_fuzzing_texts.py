"""Whatever text comes from outside: a value or a documented error comes of it, within 1 GB and without a crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(os.name == "nt", reason="no limit of memory can be set there")
@pytest.mark.parametrize("kind", ["questions", "prompts", "bodies", "answers"])
def test_any_text_gives_a_value_or_a_documented_error(kind):
    """Hundreds of question files, prompt files, bodies of replies or answers are read in a process of 1 GB."""
    roots = [HERE.parent.parent, HERE.parent, HERE]
    paths = os.pathsep.join([*map(str, roots), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-X", "faulthandler", str(HERE / "fuzzing_texts.py"), kind]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and done.stdout.endswith("all read\n"), (done.stdout + done.stderr)[-6_000:]
