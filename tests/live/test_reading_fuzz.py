"""Any bytes and texts give questions or a ValueError, and what writers write comes back exactly."""

import csv
import io
import json

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from iapo_widgets.live import Question, questions_from, read_prompts, read_questions

PIECES = st.sampled_from(
    ["question", "answer", "choices", "A", "B", "context", "label", "rows", "row", "vars", "messages", "role",
     "content", "assert", "prompt", "qas", "paragraphs", "answers", "correct_answer", "incorrect_answers",
     "target_scores", "sep=;", "{", "}", "[", "]", '"', "'", ":", ",", ";", "\t", "|", "\n", "\r", "- ", "---",
     "```", "|--|--|", "A) ", "{query}", "user:", "&x", "*x", "!!", "\\", "\ufeff", "\u2028", "\ud800", "null",
     "NaN", "1", "-1", "true", " ", "#", "?", "%", "->"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | st.text(max_size=5) | PIECES
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PIECES, inner, max_size=5))
FIELDS = st.sampled_from(
    ["question", "input", "instruction", "context", "answer", "answers", "label", "output", "choices", "options",
     "A", "B", "correct_answer", "incorrect_answers", "target_scores", "assert", "messages", "prompt", "system",
     "temperature"]
)  # fmt: skip


def read_or_refuse(given):
    """Both readers give what can be sent, with something in it, or refuse by ValueError."""
    for read in (read_questions, lambda source: read_prompts(source, max_tokens=5)):
        try:
            found = read(given)
        except ValueError:
            continue
        assert str(found) and (found.questions or found.prompts)
        for question in found.questions:
            json.dumps([question.text, question.gold], ensure_ascii=False).encode()


@given(st.lists(PIECES, max_size=40).map("".join) | st.text())
def test_any_text_gives_questions_or_a_value_error(text):
    """Pieces of all kinds of files in any order."""
    read_or_refuse(text)


@given(st.binary() | st.tuples(st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]), st.binary()).map(b"".join))
def test_any_bytes_give_questions_or_a_value_error(data):
    """With a byte-order mark and without."""
    read_or_refuse(data)


@given(VALUES | st.lists(st.dictionaries(FIELDS, VALUES, max_size=6), min_size=1, max_size=4))
def test_any_structure_gives_questions_or_a_value_error(value):
    """JSON, JSON lines and YAML of values of any types under the names that mean something."""
    read_or_refuse(json.dumps(value))
    read_or_refuse(yaml.dump(value))
    if isinstance(value, list):
        read_or_refuse("\n".join(map(json.dumps, value)))


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).map(str.strip).filter(bool)
LINES = (
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1).map(str.strip).filter(bool)
)
TELLING = ("true", "false", "[", "{", "=", "'", "#", "nan", "n/a")  # right answers that mean more than their letters
PAIRS = st.lists(
    st.tuples(WORDS, WORDS.filter(lambda gold: not gold.lower().startswith(TELLING))), min_size=1, max_size=5
)


@given(PAIRS)
@pytest.mark.parametrize("write", ["JSON lines", "JSON", "YAML"])
def test_objects_come_back_as_they_were_written(write, pairs):
    """Whatever is in the texts, and in whatever case and order the names stand."""
    rows = [{"Answer": gold, "id": i, "QUESTION": text} for i, (text, gold) in enumerate(pairs)]
    if write == "YAML":
        text = yaml.safe_dump(rows, allow_unicode=True)
    else:
        text = (
            "\n".join(map(json.dumps, rows))
            if write == "JSON lines"
            else json.dumps(rows, indent=1, ensure_ascii=False)
        )
    assert questions_from(text) == [Question(text, gold) for text, gold in pairs]


@given(
    st.lists(st.tuples(LINES, LINES.filter(lambda g: not g.lower().startswith(TELLING))), min_size=1, max_size=5),
    st.data(),
)
def test_tables_come_back_as_they_were_written(pairs, data):
    """By every divider, ending of lines and way of quoting, line breaks inside included."""
    divider, ending = data.draw(st.sampled_from(",;\t|")), data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    out = io.StringIO()
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    breaks = {char for pair in pairs for text in pair for char in text} & {"\r", "\n"}
    assume(quoting == csv.QUOTE_ALL or breaks <= set(ending))  # else the writer leaves them without quotes
    writer = csv.writer(out, delimiter=divider, lineterminator=ending, quoting=quoting)
    writer.writerows([["id", "question", "answer"], *([i, *pair] for i, pair in enumerate(pairs))])
    expected = [Question(text, gold) for text, gold in pairs]
    assert questions_from(out.getvalue()) == expected
    assert (
        questions_from(out.getvalue().encode("utf-8-sig"))
        == expected
        == questions_from(out.getvalue().encode("utf-16"))
    )


@given(
    st.lists(
        st.tuples(st.lists(WORDS, min_size=2, max_size=6, unique_by=str.casefold), st.integers(0, 5)),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_choices_come_back_with_the_letter_of_the_right_one(rows, listed):
    """From a list of choices, and from choices in fields of their own; the letter is that of the chosen text."""
    written, expected = [], []
    for texts, place in rows:
        right = "ABCDEF"[place % len(texts)]
        fields = {"choices": texts} if listed else {f"choice_{'abcdef'[i]}": text for i, text in enumerate(texts)}
        written.append({"question": "Which?", **fields, "answer": f"({right})"})
        expected.append((right, texts[place % len(texts)]))
    for (letter, chosen), question in zip(expected, questions_from(json.dumps(written)), strict=True):
        assert question.gold == letter
        line = next(line for line in question.text.split("\n") if line.startswith(f"{letter}) "))
        assert line.endswith(chosen.split("\n")[0])
