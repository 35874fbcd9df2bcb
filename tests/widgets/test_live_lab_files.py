"""What LiveLab does with question and prompt files: uploads, and what Check shows of them."""

import datetime
import json

import pytest

from live_lab_cases import small_lab


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A small lab with a ledger of its own, closed at the end."""
    made = small_lab(tmp_path, monkeypatch, budget=50, n_max=2)
    yield made
    made.close()


def upload(lab, field, name, data):
    """What the browser sends when a file is chosen."""
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    file = {"name": name, "type": "", "size": len(data), "content": memoryview(data), "last_modified": when}
    lab.form.uploads[field].value = (file,)


def test_check_shows_columns_used_and_not_used_and_the_first_question_beside_its_right_answer(lab):
    """The question is shown with its choices as the request holds it; the right answer is in no request."""
    row = {"passage": "P.", "question": "Which?", "choices": ["left", "right"], "answer": 1, "explanation": "E-X-P"}
    lab.questions, lab.correctness = json.dumps([row, row]), "choice"
    lab.prompts = '[{"prompt": "Say it. {question}", "name": "mine"}]'
    lab.check()
    shown = lab._preview.value
    assert "2 questions from JSON" in shown and "Not used: explanation." in shown and "E-X-P" not in shown
    assert "<b>passage</b> as context" in shown and "<b>answer</b> as right answer" in shown
    assert "right choices are counted from 0" in shown
    assert ">P.\n\nWhich?\nA) left\nB) right</td>" in shown and ">B</td>" in shown
    assert "1 prompt from JSON" in shown and "Not used: name." in shown and "{question} was read as {query}" in shown
    sent = json.dumps(lab.env.preview(0, 0, 1), ensure_ascii=False)
    assert json.dumps("Say it. P.\n\nWhich?\nA) left\nB) right")[1:-1] in sent and "answer" not in sent


def test_what_a_file_holds_is_escaped(lab):
    """Names of columns, texts and right answers are shown as text."""
    lab.questions = json.dumps([{"question": "<img src=q>", "answer": "<img src=a>", "<img src=n>": 1}])
    lab.check()
    assert "<img" not in lab._preview.value
    assert all(f"&lt;img src={part}&gt;" in lab._preview.value for part in "qan")


def test_an_uploaded_file_is_read_in_its_encoding(lab):
    """A table from a western spreadsheet, and prompts in UTF-16; the guess is told below the fields."""
    upload(lab, "questions", "fragen.csv", "Frage;Antwort\r\nMüsli für 3 €?;3\r\n".encode("cp1252"))
    assert lab.questions.startswith("Frage;Antwort") and "Müsli für 3 €?" in lab.questions
    assert "fragen.csv was read as cp1252; Windows-1252 was assumed" in lab.form._told.value
    upload(lab, "prompts", "prompts.json", '["Kurz, bitte: {query}"]'.encode("utf-16"))
    lab.check()
    assert "Checked" in lab._status.value and [p.text for p in lab.env.prompts] == ["Kurz, bitte: {query}"]
    assert lab.env.questions[0].text == "Müsli für 3 €?" and lab.env.questions[0].gold == "3"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("q.parquet", b"PAR1\x00", "q.parquet: the file is a Parquet file"),
        ("q.csv", b"question,answer\n\x81\x8d,1\n", "q.csv: the file is not text in UTF-8"),
        ("q.csv", b"Which?,left,right,B\nWho?,a,b,A\n", "no line names the columns"),
        ("q.json", b'[{"title": "x"}]', "it has title"),
    ],
)
def test_check_and_run_refuse_while_an_uploaded_file_is_refused(lab, name, data, message):
    """What was asked before is not asked in its place; a good file, or Reset, mends it."""
    lab.check()
    upload(lab, "questions", name, data)
    assert message in lab.form.fields["questions"].error
    for press in (lab.check, lab.run):
        press()
        assert message in lab._status.value and "Mend it in the form first" in lab._status.value
        assert lab.state == "idle" and lab.buttons["run"].disabled
    assert len(lab.ledger) == 0
    upload(lab, "questions", "good.csv", b"question,answer\n1 + 1?,2\n")
    lab.check()
    assert "Checked" in lab._status.value and lab.env.questions[0].text == "1 + 1?"


def test_the_same_text_uploaded_again_takes_a_complaint_back(lab):
    """Though nothing changes in the field."""
    before = lab.questions
    upload(lab, "questions", "q.pdf", b"%PDF-1.7")
    assert lab.form.complaint.startswith("Questions: q.pdf: the file is a PDF")
    upload(lab, "questions", "q.jsonl", before.encode())
    assert lab.form.complaint == "" and lab.questions == before
    upload(lab, "questions", "q.pdf", b"%PDF-1.7")
    lab.reset()
    assert lab.form.complaint == "" and lab.form._told.value == ""
