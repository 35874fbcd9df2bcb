"""Published files are read; hostile, foreign and broken ones are refused."""

import os
import pickle
import sys
from types import SimpleNamespace

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


class Calls:
    """Asks to call ``function`` with ``arguments``, then to give the result a ``state``."""

    def __init__(self, function, arguments, state=None):
        self.recipe = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.recipe


big = np.dtype("f8", False, True)


@pytest.mark.parametrize(
    "what",
    [
        Calls(np.ndarray, ((1,), "O", b"pointer?")),
        Calls(np.empty(0).__reduce__()[0], (np.ndarray, (0,), b"b"), (1, (1 << 40,), big, False, b"few")),
        Calls(np.empty(0).__reduce__()[0], (np.ndarray, (0,), b"b"), (1, (-1, -8), big, False, bytes(64))),
        Calls(np.empty(0).__reduce__()[0], (np.ndarray, (0,), b"b"), (1, (9,), np.dtype("O"), False, [1])),
        Calls(np.dtype, ("V1000000",), (3, "|", None, None, None, 8, 1, 0)),
        Calls(np.dtype, ("f8", False, False), (3, ">", None, None, None, -1, -1, 0)),
    ],
)
def test_arrays_that_lie_about_themselves_do_no_harm(tmp_path, what):
    """Bytes posing as pointers, sizes that are not there and a changed global dtype are refused or without effect."""
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps([what]))
    with pytest.raises(ValueError, match=r"bad\.pkl"):
        read_records(tmp_path / "bad.pkl")
    assert np.ones(2).tolist() == [1.0, 1.0] and np.dtype("f8").isnative


def test_a_file_cannot_change_the_classes_it_is_read_into(tmp_path):
    """Setting an attribute of an admitted class, which would outlive the reading, is refused."""
    content = b"\x80\x04cEnvs.catMV.catMV\nCategoricalMVEnv\nN}\x8c\x04kind\x8c\x05others\x86b."
    (tmp_path / "bad.pkl").write_bytes(content)
    with pytest.raises(UnsafePickleError, match=r"sets attributes of Envs\.catMV\.catMV\.CategoricalMVEnv"):
        read_records(tmp_path / "bad.pkl")


class Published:
    """Poses as a class of the authors."""


Published.__module__, Published.__qualname__ = "Envs.catMV.catMV", "CategoricalMVEnv"


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("code", ["<f8", ">f4", "i8", "u1", "?"])
def test_arrays_of_numbers_come_back_as_they_were(tmp_path, monkeypatch, code, order):
    """Any numeric type, byte order and memory order survives the checked constructors."""
    array = np.asarray(np.arange(6).reshape(2, 3), dtype=code, order=order)
    for name in ("Envs", "Envs.catMV", "Envs.catMV.catMV"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(CategoricalMVEnv=Published))
    record = Published()
    record.array, record.number = array, np.float64(0.25)
    (tmp_path / "good.pkl").write_bytes(pickle.dumps([record], protocol=4))
    (back,) = read_records(tmp_path / "good.pkl")
    assert np.array_equal(back.fields["array"].numbers, array) and back.fields["number"] == 0.25
    assert back.fields["array"].numbers.dtype.kind == array.dtype.kind


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
