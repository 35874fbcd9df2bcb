"""Tables, encodings, YAML, Markdown and plain lines."""

import csv
import io

import pytest

from iapo_widgets.live import Question, questions_from, read_questions

TWO = [Question("2 + 3?", "5"), Question("7 + 8?", "15")]

#: Texts that all hold the same two questions.
SAME = {
    "crlf": "question,answer\r\n2 + 3?,5\r\n7 + 8?,15\r\n",
    "old Mac": "question,answer\r2 + 3?,5\r7 + 8?,15\r",
    "mark": "\ufeffquestion,answer\n2 + 3?,5\n7 + 8?,15\n",
    "semicolons": "Question;Answer\n2 + 3?;5\n7 + 8?;15\n",
    "tabs": "question\tanswer\n2 + 3?\t5\n7 + 8?\t15\n",
    "bars": "question|answer\n2 + 3?|5\n7 + 8?|15\n",
    "told": "sep=;\r\nFrage;Antwort\r\n2 + 3?;5\r\n7 + 8?;15\r\n",
    "told in quotes": '\ufeff"sep=,"\nquestion,answer\n2 + 3?,5\n7 + 8?,15\n',
    "all quoted": '"question","answer"\n"2 + 3?","5"\n"7 + 8?","15"\n',
    "single quotes": "'question','answer'\n'2 + 3?','5'\n'7 + 8?','15'\n",
    "curved quotes": "“question”,“answer”\n2 + 3?,5\n7 + 8?,15\n",
    "spaces": 'question, answer\n"2 + 3?", "5"\n 7 + 8? , 15\n',
    "empty rows": "question,answer\n2 + 3?,5\n,\n\n7 + 8?,15\n,\n,\n",
    "empty columns": "question,answer,,\n2 + 3?,5,,\n7 + 8?,15,,\n",
    "a title": "Quiz of May,,\nquestion,answer,\n2 + 3?,5,\n7 + 8?,15,\n",
    "a comment": "# made by hand\n\nquestion,answer\n2 + 3?,5\n7 + 8?,15\n",
    "an index": ",question,answer\n0,2 + 3?,5\n1,7 + 8?,15\n",
    "marked columns": "question*,Correct Answer\n2 + 3?,5\n7 + 8?,15\n",
    "dotted columns": "inputs.question,outputs.answer\n2 + 3?,5\n7 + 8?,15\n",
    "expected": "question,__expected\n2 + 3?,equals:5\n7 + 8?,15\n",
    "rows in quotes": '"question,answer"\n"2 + 3?,5"\n"""7 + 8?"",15"\n',
    "two tables in Markdown": "| Question | Answer |\n|---|---|\n| 2 + 3? | 5 |\n\n# More\n\n"
                              "| Question | Answer |\n|:-|:-|\n| 7 + 8? | 15 |\n",
    "two sheets": "question,answer\n2 + 3?,5\n\nquestion,answer\n7 + 8?,15\n",
    "cards": "Front;Back\n2 + 3?;5\n7 + 8?;15\n",
    "Markdown": "# Quiz\n\n| Question | Answer |\n|:--|--:|\n| 2 + 3? | 5 |\n| 7 + 8? | 15 |\n",
    "fenced": '```json\n[{"question": "2 + 3?", "answer": 5}, {"question": "7 + 8?", "answer": 15}]\n```',
    "objects in a row": '{"question": "2 + 3?",\n "answer": 5}\n\n{"question": "7 + 8?",\n "answer": 15}\n',
    "lists in a row": '["question", "answer"]\n["2 + 3?", 5]\n["7 + 8?", 15]\n',
    "marks between": '\ufeff{"question": "2 + 3?", "answer": "5"}\n\ufeff{"question": "7 + 8?", "answer": "15"}',
    "YAML": "- question: 2 + 3?\n  answer: 5\n- question: 7 + 8?\n  answer: '15'\n",
    "YAML under a name": "# mine\nquestions:\n  - {q: 2 + 3?, a: 5}\n  - {q: 7 + 8?, a: 15}\n",
    "YAML documents": "---\nquestion: 2 + 3?\nanswer: 5\n---\nquestion: 7 + 8?\nanswer: 15\n",
    "YAML by names": "one:\n  question: 2 + 3?\n  answer: 5\ntwo:\n  question: 7 + 8?\n  answer: 15\n",
    "YAML tests": "tests:\n- vars:\n    question: 2 + 3?\n  assert: [{type: equals, value: 5}]\n"
                  "- vars: {question: 7 + 8?}\n  assert:\n  - type: equals\n    value: '15'\n",
}  # fmt: skip


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_two_questions_are_the_same_however_they_are_written(text):
    """Dividers, quotes, marks, titles and empty rows change nothing."""
    assert questions_from(text) == TWO


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("kind", ["path", "bytes"])
def test_files_are_read_in_the_encodings_that_spreadsheets_write(tmp_path, encoding, kind):
    """The encoding is told, and a guess is called one."""
    data = "Frage;Antwort\r\nWie viel kostet Müsli für 3,50 €?;3,50\r\n".encode(encoding)
    path = tmp_path / "questions.csv"
    path.write_bytes(data)
    found = read_questions(path if kind == "path" else data)
    assert list(found.questions) == [Question("Wie viel kostet Müsli für 3,50 €?", "3,50")]
    assert found.encoding == encoding.removesuffix("-sig")
    assert any("assumed" in note for note in found.notes) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Сколько яблок?", "cp1251"),
        ("Сколько яблок?", "koi8-r"),
        ("りんごはいくつ", "shift_jis"),
        ("Πόσα μήλα", "cp1253"),
        ("小明有几个苹果", "gbk"),
        ("Ile jabłek w środę?", "cp1250"),
        ("Wie für Zoé?", "cp850"),
        ("Wie für Zoé?", "mac_roman"),
        ("Wie groß ist München?", "mac_roman"),
        ("Wo liegt München?", "mac_roman"),
        ("Wo liegt Köln?", "mac_roman"),
        ("Was ist im März groß", "mac_roman"),
        ("Kolik žije lidí v Plzni?", "iso8859_2"),
        ("Gdzie jest środa?", "iso8859_2"),
    ],
)
def test_other_code_pages_are_refused_and_not_guessed(text, encoding):
    """Letters that would come out wrong never do: the file is to be saved as UTF-8."""
    with pytest.raises(ValueError, match=r"line 2.* save it as UTF-8"):
        questions_from(f"question,answer\n{text},5\n".encode(encoding))


def test_a_broken_sign_in_utf_8_is_named_with_its_line():
    """One bad byte does not turn the other letters into others."""
    with pytest.raises(ValueError, match="line 3 is broken"):
        questions_from("question,answer\nMüsli für Zoé?,5\n".encode() + b"x\xff,3\n")


def test_texts_keep_what_is_in_them():
    """Line breaks, U+2028, NEL, form feeds, quotes, dividers and HTML stay where they are."""
    texts = ["a\nb\r\nc?", "a\u2028b\u0085c?", "a\x0cb?", 'say "a", b; c\td | e?', "<b>a</b> & {x}?"]
    out = io.StringIO()
    csv.writer(out).writerows([["question", "answer"], *([text, "5"] for text in texts)])
    assert questions_from(out.getvalue()) == [Question(text, "5") for text in texts]
    assert questions_from("a\u2028b?\nc\x0cd?") == [Question("a\u2028b?"), Question("c\x0cd?")]


def test_choices_in_columns_and_in_one_column_of_a_table():
    """Lettered and numbered columns, a blank last one, and lists as Python, numpy and JSON write them."""
    asked = [Question("Which?\nA) x\nB) it's y", "B")]
    for text in (
        "Question,A,B,C,Answer\nWhich?,x,it's y,,B\n",
        "question,Option 1,Option 2,Correct Option\nWhich?,x,it's y,Option 2\n",
        "question;choice_a;choice_b;answer\nWhich?;x;it's y;it's y\n",
        "Question,Answer 1,Answer 2,Correct answer(s)\nWhich?,x,it's y,2\n",
        "question,choices,answer\nWhich?,\"['x', \"\"it's y\"\"]\",1\n",
        "question,choices,answer\nWhich?,\"['x'\n \"\"it's y\"\"]\",1\n",
        "question,choices,answerKey\nWhich?,\"{'text': array(['x', \"\"it's y\"\"], dtype=object), "
        "'label': array(['A', 'B'], dtype=object)}\",B\n",
        "| question | A | B | answer |\n|---|---|---|---|\n| Which? | x | it's y | B |\n",
    ):  # fmt: skip
        assert questions_from(text) == asked, text


def test_yaml_values_stay_as_they_are_written():
    """No text becomes a truth value, a date or another number."""
    golds = ["yes", "010", "2024-01-02", "1_000", "1:30", ""]
    text = "".join(f"- {{q: what?, a: {gold}}}\n" for gold in golds)
    assert [question.gold for question in questions_from(text)] == [*golds[:-1], None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3?\n\n7 + 8?\n", ["2 + 3?", "7 + 8?"]),
        ("- 2 + 3?\n- 7 + 8?", ["2 + 3?", "7 + 8?"]),
        ("# Quiz\n1. 2 + 3?\n2. 7 + 8?", ["2 + 3?", "7 + 8?"]),
        ("(1) 2 + 3?\n(2) 7 + 8?", ["2 + 3?", "7 + 8?"]),
        ("1) 2 + 3?\n2) 7 + 8?", ["2 + 3?", "7 + 8?"]),
        (
            "Input, output and state: name three\nWhat is max(a,b)?",
            ["Input, output and state: name three", "What is max(a,b)?"],
        ),
        ("When it rains, what falls?\nIf 3, what then?", ["When it rains, what falls?", "If 3, what then?"]),
        ("[[1,2],[3,4]] has which determinant?", ["[[1,2],[3,4]] has which determinant?"]),
        ("{1,2,3} has how many subsets?", ["{1,2,3} has how many subsets?"]),
        ("What is this: a or b?\nTask: add 2, then 3", ["What is this: a or b?", "Task: add 2, then 3"]),
        ("Note: be brief\nWhat is 2?", ["Note: be brief", "What is 2?"]),
        ("Does A -> B hold?\nIs f: X -> Y onto?", ["Does A -> B hold?", "Is f: X -> Y onto?"]),
        ("Add 1,000 and 2,000.", ["Add 1,000 and 2,000."]),
        ("What is |3|?", ["What is |3|?"]),
    ],
)
def test_plain_lines_are_questions_without_right_answers(text, expected):
    """Bullets and numbers are taken off and told; commas, brackets and bars make no table."""
    found = read_questions(text)
    assert [question.text for question in found.questions] == expected
    assert found.kind == "plain lines" and {q.gold for q in found.questions} == {None}
    assert bool(found.notes) == text.startswith(("-", "#", "1)", "(1)"))


@pytest.mark.parametrize(
    ("written", "gold"),
    [
        ('"=""5"""', "5"), ('"=""1,000"""', "1,000"), ("=-2", "-2"), ("'-2", "-2"), ("'007", "007"), ("#N/A", None),
        ("#REF!", None), ("#DIV/0!", None), ("#WERT!", None), ("=SUM(B2)", None), ("nan", None), ("N/A", None),
    ],
)  # fmt: skip
def test_what_spreadsheets_write_is_unwrapped_or_no_right_answer(written, gold):
    """A note says what was done; words that begin alike stay."""
    found = read_questions(f"question,answer\n2 + 3?,{written}\n7 + 8?,'tis\n3 = 3?,=\n1?,nano\n")
    assert [question.gold for question in found.questions] == [gold, "'tis", "=", "nano"]
    assert sum("spreadsheet" in note for note in found.notes) == 1


def test_cells_among_choices_are_unwrapped_before_they_are_letters():
    """The right choice is found by what the cell shows."""
    (question,) = questions_from('question,A,B,answer\nWhich?,x,y,"=""B"""\n')
    assert question.gold == "B"
