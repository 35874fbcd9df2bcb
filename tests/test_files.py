"""Files are written whole, beside nobody's links, and read within bounds."""

import json
import os
import stat

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import Policy, train
from iapo_widgets.core import bounds
from iapo_widgets.core.files import contents, parsed, replacing
from iapo_widgets.core.voting import ranks
from iapo_widgets.course.files import FIRST, copy_course
from iapo_widgets.study.table import Table
from iapo_widgets.tasks import catalogue
from iapo_widgets.widgets import ScalingExplorer, save_html

posix = pytest.mark.skipif(os.name == "nt", reason="links and permissions are others there")


def saved_environment(path):
    small_environment(0).save(path)


def saved_policy(path):
    train("uniform", small_environment(0), 50, seed=0).policy.save(path)


WRITERS = {
    "e.npz": saved_environment,
    "p.json": saved_policy,
    "w.html": lambda path: save_html(path, ScalingExplorer()),
    "cells.csv": lambda path: Table.read().write(path.parent),
    "about.json": lambda path: Table.read().write(path.parent),
    FIRST: lambda path: copy_course(path.parent),
}


@posix
@pytest.mark.parametrize("name", WRITERS)
def test_no_writer_follows_a_link_or_touches_what_lies_beside(tmp_path, name):
    """Links and files with the names that such files had on their way stay, and so does what the links lead to."""
    folder, precious = tmp_path / "folder", tmp_path / "precious"
    folder.mkdir()
    precious.write_text("mine")
    planted = [folder / f"{name}.part", (folder / name).with_suffix(".part"), folder / f".{name}.part"]
    for link in planted:
        link.symlink_to(precious)
    WRITERS[name](folder / name)
    written = folder / name
    assert precious.read_text() == "mine" and all(os.readlink(link) == str(precious) for link in planted)
    assert not written.is_symlink() and written.stat().st_size > 10
    left = [p for p in folder.iterdir() if p.suffix == ".part" and p not in planted]
    assert left == []


@posix
def test_a_written_file_has_the_permissions_of_any_new_file(tmp_path):
    """The umask decides, not the way it was written; a link of that name is replaced and not followed."""
    old = os.umask(0o027)
    try:
        with replacing(tmp_path / "new") as file:
            file.write(b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    (tmp_path / "link").symlink_to(tmp_path / "new")
    with replacing(tmp_path / "link") as file:
        file.write(b"y")
    assert (tmp_path / "new").read_bytes() == b"x" and not (tmp_path / "link").is_symlink()


def test_a_writing_that_fails_leaves_what_was_there(tmp_path):
    """An exception in between: the old content, and nothing beside it; a missing folder is named by the file's name."""
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), replacing(path) as file:
        file.write(b"new")
        raise KeyError
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["f"]
    with pytest.raises(FileNotFoundError, match=r"absent.f'"), replacing(tmp_path / "absent" / "f"):
        pass
    with pytest.raises(FileExistsError), replacing(path, keep=True) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["f"]


@posix
def test_a_lesson_s_copy_never_takes_the_place_of_a_link(tmp_path):
    """A link that leads nowhere is there, and is left as it is; an empty name is no folder."""
    (tmp_path / FIRST).symlink_to(tmp_path / "nowhere")
    copied, kept = copy_course(tmp_path)
    assert kept == [tmp_path / FIRST] and tmp_path / FIRST not in copied and not (tmp_path / "nowhere").exists()
    for empty in ("", " "):
        with pytest.raises(ValueError, match="name a folder"):
            copy_course(empty)


@posix
def test_a_download_uses_nothing_that_lies_in_the_folder(tmp_path, monkeypatch):
    """A link and a file where downloads used to be put stay as they are, also where the download is a wrong one."""
    import pooch

    def retrieve(url, known_hash, fname, path):
        assert os.listdir(path) == []
        with open(os.path.join(path, fname), "wb") as file:
            file.write(b"content")

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "MATH_final.pkl.part").symlink_to(tmp_path / "precious")
    with pytest.raises(ValueError, match="it was not kept"):
        catalogue.fetch("math", tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["MATH_final.pkl.part", "precious"]
    blob = catalogue._blob_id(b"content")
    monkeypatch.setitem(catalogue.PUBLISHED, "math", ("MATH_final.pkl", blob))
    path = catalogue.fetch("math", tmp_path)
    assert path.read_bytes() == b"content" and (tmp_path / "precious").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["MATH_final.pkl", "MATH_final.pkl.part", "precious"]


@posix
def test_only_ordinary_files_of_a_bounded_length_are_read(tmp_path, monkeypatch):
    """A pipe, a folder and a file without an end are refused before they are read."""
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for name in ("pipe.json", "folder.json"):
        with pytest.raises(ValueError, match="no ordinary file"):
            Policy.load(tmp_path / name)
    with pytest.raises(ValueError, match="no ordinary file"):
        contents("/dev/zero", 10)
    (tmp_path / "f").write_bytes(bytes(11))
    with pytest.raises(ValueError, match="longer than 10 bytes"):
        contents(tmp_path / "f", 10)
    assert contents(tmp_path / "f", 11) == bytes(11)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "names 'a' twice"), ('{"x": [{"a": 1, "a": 1}]}', "twice"), ("[NaN]", "NaN"),
        ("[" * 200_000, "too deeply"), ("[" + "9" * 5_000 + "]", "digits"), (b"\xff", "decode"), ("", "Expecting"),
    ],
)  # fmt: skip
def test_json_that_says_two_things_or_none_is_refused(text, message):
    """Fields that stand twice, depth, numbers without an end and bytes that are no text are ``ValueError``."""
    with pytest.raises(ValueError, match=message):
        parsed(text)
    assert np.isnan(parsed("[NaN]", constants=True)[0]) and parsed('{"a": {"a": 1}}') == {"a": {"a": 1}}


def test_what_a_file_says_is_cited_in_one_short_line():
    """Whatever stands in it: nothing that a terminal obeys, and not more than fits on a screen."""
    assert bounds.cited("a\x1b[31m\n\u202eb") == r"a\x1b[31m\n\u202eb"
    long = bounds.cited("x" * 10**6 + "end")
    assert len(long) <= bounds.MESSAGE and long.endswith("end") and " ... " in long


def test_an_environment_that_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    """More numbers than a file may have are refused when saving, and nothing is left."""
    monkeypatch.setattr(bounds, "NUMBERS", 100)
    with pytest.raises(ValueError, match="a file may have 100"):
        small_environment(0).save(tmp_path / "e.npz")
    assert list(tmp_path.iterdir()) == []


def test_names_of_answers_without_gaps_change_no_vote():
    """Ranks keep who is equal, who casts no vote and who is right; names in order are left alone."""
    answers = np.array([[900, -1, 7, 900], [3, 3, 2, 1], [-1, -1, -1, -1]])
    gold = np.array([7, 500, 999])
    new, right = ranks(answers, gold)
    assert new.tolist() == [[1, -1, 0, 1], [2, 2, 1, 0], [-1, -1, -1, -1]] and right.tolist() == [0, 3, 0]
    near = np.array([[0, 2, 1]]), np.array([3])
    assert all(a is b for a, b in zip(ranks(*near), near, strict=True))


def test_far_names_of_answers_give_the_same_q():
    """Exact Q is the same whether answers are called 0, 1, 2 or 100, 500, 999."""
    env = small_environment(3)
    names = np.array([100, 500, 999])
    more = {"contexts": env.contexts, "strategy": env.strategy, "n_max": env.n_max}
    far = type(env)(env.probs, env.values, env.cost, answers=names[env.answers], gold=names[env.gold], **more)
    assert far.exact_q() == pytest.approx(env.exact_q(), abs=1e-12)


def test_a_saved_policy_keeps_its_fields_apart(tmp_path):
    """Its text is JSON that names each field once and ends with a line end."""
    saved_policy(tmp_path / "p.json")
    text = (tmp_path / "p.json").read_text("utf-8")
    assert text.endswith("}\n") and parsed(text) == json.loads(text)
