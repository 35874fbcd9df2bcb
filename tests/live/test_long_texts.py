"""No text keeps a reader busy: each hostile kind is read in a process that is given up after a minute."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
sys.path.insert(0, "benchmarks")
from reading import PIECES, readers, text_of
for kind in PIECES:
    for name, read in readers().items():
        read(text_of(kind, 100_000))
print(len(PIECES))
"""


@pytest.mark.parametrize("seconds", [300])
def test_a_hundred_thousand_characters_of_anything_are_read(seconds):
    """All extractors, the judge's reading and the canonical form come back from every kind of text."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40
