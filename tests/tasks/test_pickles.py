"""Published files are read; hostile, foreign and broken ones are refused."""

import os
import pickle

import numpy as np
import pytest

from iapo_widgets.tasks.pickles import UnsafePickleError, read_records
from iapo_widgets.tasks.published import read_published


class Hostile:
    """Runs a command when it is unpickled by the ordinary reader."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_hostile_file_is_refused_by_name_and_nothing_runs(tmp_path):
    """A pickle that asks for os.system is refused with that name, and its command leaves no trace."""
    trace = tmp_path / "trace"
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps([Hostile(trace)]))
    with pytest.raises(UnsafePickleError, match=r"bad\.pkl.*system"):
        read_records(tmp_path / "bad.pkl")
    assert not trace.exists()


@pytest.mark.parametrize("what", [np.array([object()], dtype=object), np.array(["text"])])
def test_arrays_of_other_things_than_numbers_are_refused(tmp_path, what):
    """Object arrays, which could carry anything, do not come in."""
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps([what]))
    with pytest.raises(ValueError, match=r"bad\.pkl"):
        read_records(tmp_path / "bad.pkl")


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps({"a": 1}), pickle.dumps([])])
def test_a_foreign_file_is_refused(tmp_path, content):
    """What is no list of environments is a ValueError that names the file."""
    (tmp_path / "bad.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.pkl"):
        read_records(tmp_path / "bad.pkl")


def test_a_truncated_published_file_is_refused(tmp_path, math_file):
    """Half a download is not half an environment."""
    (tmp_path / "half.pkl").write_bytes(math_file.read_bytes()[:100_000])
    with pytest.raises(ValueError, match="truncated or not a published environment"):
        read_records(tmp_path / "half.pkl")


def test_an_index_that_is_not_there_is_refused(math_file):
    """The message says how many environments the file holds."""
    with pytest.raises(ValueError, match="holds 1 environments; index 3"):
        read_published(math_file, 3)
