"""Plain lines that hold their right answers are refused, and questions with instructions are not."""

import json

import pytest

from iapo_widgets.live import questions_from, read_questions

#: What may stand behind a question mark and is a right answer.
BEHIND = [
    "[5]",
    "*5*",
    "____5____",
    "5",
    "// 5",
    "# 5",
    "Ans 5",
    "ans- 5",
    "(5)",
    "-> 5",
    "=> 5",
    "Paris",
    "New York City",
    "= 5",
    ": 5",
    "\u2013 5",
    "{5}",
    '"5"',
    "**5**",
    "Answer: 5",
    "A: 5",
    "Respuesta: 5",
    "उत्तर: 5",
    "Answer 5",
    "-5",
    "$5",
    "5 km",
    "x = 5",
    "T",
    "True.",
    "ans. 5",
    "Solution: 5",
    "Réponse : 5",
    " 5",
]
TOLD = [
    "(5) What is 2+3?\n(15) What is 7+8?",
    "Which?\nA.x\nB.y",
    "2+3等于多少\uff1f答案\uff1a5",
    "2+3 ?5",
    "2+3?\n5",
    "2+3?\nAns. 5",
    "2+3?\nRéponse : 5",
    "2+3?\n    5",
    "Capital?\nParis\nOther?\nRome",
    "2+3=5\n7+8=15",
    "The capital of France is _____. (Paris)",
    "The capital of France is _____. Paris",
    "2 is even. (True)",
    "True or false: 2 is even. T",
    "Which is even? a) 1 b) 2* c) 3",
    "Which is even? a) 1 b) 2 c) 3 (b)",
    "Which is even? (a) 1 (b) *2* (c) 3",
    "a?\nb? 5\nc?\nd?",
    "What?\nB\nWho?",
    "Q? [Paris]",
    "\\item What is 2+3? \\answer{5}",
    "Key: 1-B",
    "Wie viel? Antwort: 5",
    "2+3?\n= 5",
    "2+3?\n-> 5",
    "1. 2+3? 5\n2. 7+8?",
    "- 2+3?\n- 5",
    "2+3=5",
    "Is 7 prime? Answer yes.",
]
SOUND = [
    "Is 7 prime? Answer yes or no.",
    "How long? Give km.",
    "Is 3 + ? = 5 right?",
    "Find ? in 3 + ? = 5.",
    "What number: 3 + ? = 5",
    'Translate "How are you?" into French.',
    'Who wrote "Faust", and when?',
    "Which is odd? 3 or 4.",
    "Which is even? a) 1 b) 2 c) 3",
    "What is it? (2 points)",
    "How long? (in km)",
    "Which is it?!",
    "What is 2?\nWhat is 3?",
    "Solve x+3=5",
    "x + 3 = 5, what is x?",
    "Is http://a.b/?q=5 a link?",
    "Read http://a.b/?q=5",
    "What is 2+3?\n\n  A question, with commas, to answer  ",
    "Name three gases.\nList two primes.",
    "Why? Explain briefly.",
    "What comes next? 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024",
    "Let f(x)=2. What is f(3)?",
    "2 + 3?\n7 + 8",
    "Compute 2 + 3",
    "How much is it? Round to two decimals.",
    "Was ist 2? Antworte kurz.",
    "J. A. Smith wrote which book?",
    "Fill in: 2 + 3 = ___",
    "The capital of France is _____.",
    "The ___ is big. Fill in one word.",
    "Why is the sky blue?\nName the planets",
    "Where is it? Think step by step.",
    "How many? Answer in words.",
    "5 - 3 = ?",
    "What is 5 (mod 3)?",
    "True or false: 2 is even.",
    "What is A) here?",
    "Answer with one word: what is big?",
    "a\nb",
    "What is 2*3*4?",
    "Is this right?",
    'What does "why?" mean',
    "What is (a) b?",
]


@pytest.mark.parametrize("text", [*(f"2 + 3? {behind}" for behind in BEHIND), *TOLD])
def test_lines_with_right_answers_are_refused(text):
    """None is sent: behind a question mark, a gap or a statement, below a question, in a sum, among choices."""
    with pytest.raises(ValueError, match=r"right answer|looks (divided|like a choice)|is numbered"):
        questions_from(text)
    with pytest.raises(ValueError, match=r"right answer|looks (divided|like a choice)|is numbered"):
        questions_from(f"What is two?\n{text}\nWhat is three?\nWhat is four?")


@pytest.mark.parametrize("text", SOUND)
def test_questions_with_instructions_pass(text):
    """Instructions, alternatives, units, points, quotations and numbers to find are parts of a question."""
    assert [question.text for question in questions_from(text)] == [line.strip() for line in text.split("\n") if line]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([{"question": "Which?", "pick_a": "x", "pick_b": "y", "answer": "B"}], "pick_a, pick_b"),
        ([{"question": "Which?", "Wahl 1": "x", "Wahl 2": "y", "Antwort": 2}], "Wahl 1, Wahl 2"),
        ([{"question": "Which?", "possibilities": ["x", "y"], "answer": "(b)"}], "possibilities"),
        ([{"question": "Which?", "picks": {"A": "x", "B": "y"}, "answer": "b"}], "picks"),
        ([{"question": "Which?", "picks": "['x', 'y']", "answer": i} for i in "012"], "picks"),
    ],
)
def test_letters_of_choices_that_were_not_found_are_refused(rows, columns):
    """A question is never sent without the choices that its right answer points to; the columns are named."""
    with pytest.raises(ValueError, match=f"no choices were found; {columns} may be choices"):
        questions_from(json.dumps(rows))


@pytest.mark.parametrize(
    "row",
    [
        {"question": "Which?\nA. x\nB. y", "answer": "B", "picks": ["u", "v"]},
        {"question": "How many?", "answer": "7", "picks": ["u", "v"]},
        {"question": "How many?", "answer": "2", "tags": ["u", "v"], "hint1": "x", "hint2": "y"},
        {"question": "Which letter?", "answer": "x", "pick_a": "u", "pick_b": "v"},
        {"question": "Who?", "answer": "Ann", "pick_a": "Ann", "pick_b": "Bo"},
    ],
)
def test_other_columns_that_are_not_used_do_no_harm(row):
    """Questions with choices of their own, numbers beyond the choices, words, and lists of something else are read."""
    (question,) = questions_from(json.dumps(row))
    assert (question.text, question.gold) == (row["question"], row["answer"])


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"question": "?", "Key": "5"}, "no right answers were found; Key may hold them"),
        ({"question": "?", "the_solution": "5"}, "no right answers were found; the_solution may hold them"),
        (
            {"question": "?", "First": "x", "Second": "y", "answer": "B"},
            "are single letters, and no choices were found",
        ),
        ({"question": "?", "answer": "5", "my_passage": "P."}, "may belong to the question: my_passage"),
        ({"question": "How many?", "answer": "5", "text": "Five pens."}, "may belong to the question: text"),
        ({"question": "?", "answer": "5", "lore": "long " * 50}, "may belong to the question: lore"),
        ({"question": "2 + 3? Answer: 5", "answer": "5"}, "seem to hold their right answers, which are sent: line 1"),
        ({"question": "2 + 3?\nRespuesta: 5", "answer": "5"}, "seem to hold their right answers"),
    ],
)
def test_what_may_be_missing_or_too_much_is_noted(row, note):
    """The note names the column or the place; the question is read all the same."""
    found = read_questions(json.dumps(row))
    assert note in "; ".join(found.notes) and note in str(found)


def test_plain_columns_bring_no_note():
    """Numbers, short texts, explanations that are short, and solutions beside answers are only named as not used."""
    row = {"id": 7, "question": "2 + 3?", "solution": "long " * 90, "answer": "5", "level": "1", "document_id": 5}
    assert read_questions(json.dumps(row)).notes == ()
