"""What is refused, and what the message says to do."""

import time
from contextlib import suppress

import pytest

from iapo_widgets.live import questions_from, read_questions
from iapo_widgets.live.reading import source


@pytest.mark.parametrize(
    ("given", "message"),
    [
        # no text, or not the file itself
        (b"PAR1\x15\x04", "a Parquet file: pandas"),
        (b"PK\x03\x04\x14\x00", "save the sheet as CSV"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08\x00", "compressed by gzip"),
        (b"\x80\x04\x95", "a pickle"),
        (b"\x89PNG\r\n", "a picture"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 6\n", "git-lfs pointer.* git lfs pull"),
        (b"question\n\x00\x01", "zero bytes"),
        ("", "no questions"),
        (" \n\t", "no questions"),
        (b"\xef\xbb\xbf", "no questions"),
        # structured, and not what is read
        ("<?xml version='1.0'?><q>a</q>", "XML or HTML"),
        ("<table><tr><td>a</td></tr></table>", "XML or HTML"),
        ('[[questions]]\ntext = "a"\n', "TOML"),
        ("\\documentclass{article}", "LaTeX"),
        ("{\\rtf1 a}", "RTF"),
        ("{'question': 'a', 'answer': '5'}", "line 1 is not JSON.* double quotes"),
        ('[{question: "a"}]', "line 1 is not JSON"),
        ('{"question": "a"},\n{"question": "b"}', "line 1 is not JSON: Expecting value at column 18"),
        ('{"question": "a"}\nWhat is b?', "line 2 is not JSON"),
        ('What is b?\n{"question": "a"}', "line 2 looks like JSON"),
        ('data = [{"question": "a"}]', "line 1 looks like JSON"),
        ('{"question": "a", "question": "b"}', "names 'question' twice"),
        ("[]", "the list in the JSON is empty"),
        ("question,answer\n", "has none below its header"),
        ("- question: a\n  answer: &x 5\n- question: b\n  answer: *x\n", r"line 4 holds an alias, \*x"),
        ("question: a\nquestion: b\n", "line 2 is not: the name 'question' twice"),
        ("- question: a: b\n", "YAML, but line 1"),
        ("- question: !!python/name:os.system\n", "YAML, but line 1 is not"),
        ("question: " + "[" * 99, "nested too deeply"),
        # tables that do not fit
        ("question,answer,answer\na?,5,6\n", "two columns are named 'answer'"),
        ("question,answer\n“a, b”,5\n", "line 2 has more fields than the header"),
        ('question,answer\n"a \\"b\\", c",5\n', "line 2 is not CSV"),
        ("question,answer\n,5\n", "line 2 names no question"),
        ("id,Text,answer\n1,,5\n", "it has id, Text, answer"),
        ("sep=;\nx;y\n1;2\n", "columns are x, y"),
        ("| question | answer |\n|--|--|\n| a | b | c |\n", "line 3 has 3 fields, the header 2"),
        ("question,answer\na\ud800,5\n", "line 2 holds half a sign"),
        # lines that hold right answers or choices
        ('Which gas?,oxygen,neon,B\n"Which, then?",4,6,A\n', "line 1 looks divided by ','.*no line names the columns"),
        ("2 + 3?\t5\n7 + 8?\t15\n", "divided by tabs"),
        ("2 + 3?;5\n7 + 8?;15\n", "divided by ';'"),
        ("2 + 3? | 5", "divided by"),
        ("Nummer;Aufgabentext\n1;Was?\n2;Wie?\n", r"divided by ';' \(Nummer \| Aufgabentext\)"),
        ("2 + 3? -> 5\n7 + 8? -> 15", "with its right answer"),
        ("2 + 3? (5)\n7 + 8? (15)", "with its right answer"),
        ("2 + 3? Answer: 5", "with its right answer"),
        ("2 + 3?\nAnswer: 5", "line 2 looks like a right answer"),
        ("Which?\nA) x\nB) y\nANSWER: B", "line 2 looks like a choice"),
        ("1. Which?\n   x\n2. Who?", "line 1 is numbered"),
        ("1. 2 + 3? **5**\n2. 7 + 8? **15**", "with its right answer"),
        ("::Q1:: 2 + 3? {=5 ~6}", "a quiz in GIFT"),
        ("#separator:tab\n2 + 3?\t5", "an export of Anki"),
        ("answer\n5\n6\n", "it has answer"),
        ("question  answer\n2 + 3?    5", "line 1 looks like a header"),
        ("question^answer\n2 + 3?^5", "line 1 looks like a header"),
        ("# Quiz\n2 + 3?", "line 1 looks like a heading"),
        ("Question: a\nAnswer: 5\n\nQuestion: b\nAnswer: 6", "twice"),
    ],
)
def test_a_file_that_cannot_be_read_surely_is_refused(given, message):
    """Nothing is guessed; the message says what it is, where it fails, or what to do."""
    with pytest.raises(ValueError, match=message):
        questions_from(given)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '[{"question": ' * 50_000])
def test_deep_nesting_is_refused(text):
    """Neither a recursion error nor a crash."""
    with pytest.raises(ValueError, match="nested too deeply"):
        questions_from(text)


def test_size_is_bounded(tmp_path, monkeypatch):
    """A file beyond the bound is not even read to its end."""
    monkeypatch.setattr(source, "MOST_BYTES", 1_000)
    path = tmp_path / "big.txt"
    path.write_bytes(b"a?\n" * 1_000)
    for given in (path, path.read_bytes(), path.read_text()):
        with pytest.raises(ValueError, match="more than 1,000 bytes"):
            questions_from(given)
    with pytest.raises(ValueError, match="more than 1,000 bytes"):
        questions_from(source.Path("/dev/zero"))


def test_only_text_bytes_and_paths_are_taken(tmp_path):
    """A text is never a path; a path that is not there raises as Python does."""
    with pytest.raises(TypeError, match="text, bytes or a path is wanted, not int"):
        questions_from(5)
    with pytest.raises(FileNotFoundError):
        questions_from(tmp_path / "none.csv")
    with pytest.raises(ValueError, match=r"none.csv' looks like the name of a file: give pathlib.Path"):
        questions_from(str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    "text",
    [
        " " * 200_000,
        "?" + " " * 200_000 + "x",
        "(" * 200_000,
        "|-" * 50_000 + "\n" + "|-" * 50_000,
        "a\t" * 100_000,
        "```" + " \n" * 100_000,
        "<a" * 100_000,
        "$" * 200_001,
        '"' * 200_001,
        "=>" * 100_000,
        "- a\n" * 50_000,
        "{{" * 100_000,
        "a:" * 100_000,
        "question,answer\n" + "a) x " * 40_000 + ",B\n",
        "_" * 200_000,
        "1" * 200_001,
        "a?\nans" + " " * 200_000,
        "a? " + "a) b) " * 30_000,
        "*" * 200_001,
        "a.\n" * 50_000 + "? (" + " " * 100_000,
        "." + " " * 200_000 + "x",
    ],
)
def test_hostile_lines_take_no_time(text):
    """A guard against patterns that hang; whether it is read or refused does not matter here."""
    start = time.monotonic()
    with suppress(ValueError):
        read_questions(text)
    assert time.monotonic() - start < 30
