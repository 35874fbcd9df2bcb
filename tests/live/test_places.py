"""Where the answer stands among other words: behind a strong mark, above its reason, or as one of a list."""

# ruff: noqa: RUF001
import json

import pytest

from iapo_widgets.live.scoring.choices import Options
from iapo_widgets.live.scoring.extraction import any_answer, choice


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("\\boxed{14}\nThe answer is a multiple of 7.", "14"), ("\\boxed{14}\nThe result is a positive number.", "14"),
        ("<answer>14</answer>\nThe answer is based on 2 facts.", "14"),
        ("\\boxed{14} is wrong. The answer is 15.", "15"),
        ("<answer>The sum is 14</answer>", "14"), ("\\boxed{Oslo}, no: the answer is Bergen.", "bergen"),
        (json.dumps({"answer": 14, "explanation": "The answer is 2 rows of 7."}), "14"),
        (json.dumps({"answer": "Oslo", "explanation": "The result is well known."}), "oslo"),
        (json.dumps({"answer": 14}) + "\nThe answer is 15.", "15"),
    ],
)  # fmt: skip
def test_a_remark_takes_no_answer_s_place(text, answer):
    """Behind a box, a tag or JSON only a value at the head of a statement or a name counts."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("**14**\n\nEach of the 2 rows holds 7.", "14"), ("14\n\nExplanation: 2 rows of 7 chairs.", "14"),
        ("friendly\n\nThe writer thanked the team.", "friendly"), ("14 chairs\n\nThere are 2 rows of 7.", "14"),
        ("14\n\nTwo more make 16. So the total is 16.", "16"), ("14\n\nOr is it this?\n\n15", "15"),
        ("Overview\n\nThe writer thanked the team.", None),
    ],
)  # fmt: skip
def test_an_answer_above_its_reason(text, answer):
    """An answer alone on the first line counts, unless the text comes to a conclusion of its own."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("options", "text", "answer"),
    [
        ("true false unclear", "True. There is no sign that it is false.", "true"),
        ("true false unclear", "Unclear; true in some cases.", "unclear"),
        ("warm cold", "This is a warm tone, not a cold one.", "warm"),
        ("warm cold", "Tone: warm\nReason: no cold words.", "warm"),
        ("warm cold", json.dumps({"tone": "cold", "why": "no warm word"}), "cold"),
        ("warm kalt", "Der Ton ist kalt und nicht warm.", "kalt"), ("warm cold", "It seems warm, then cold.", "cold"),
        ("1 2 3 4 5", "3/5", "3"),
        ("1 2 3 4 5", "Rating: 5 stars", "5"), ("1 2 3 4 5", "I give 3 out of 5 stars.", "3"),
        ("warm cold", "The answer is cold. Warm: no.", "cold"), ("A B C", "B. A is too small.", "B"),
    ],
)  # fmt: skip
def test_one_of_a_closed_list(options, text, answer):
    """A statement, then a label's or a key's value, then the head of the text, then the last that is not denied."""
    assert Options(options.split())(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Vitamin C is the best one", None), ("(D) All of (A), (B) and (C)", "D"), ("C, because it is blue", "C"),
        ("I'd say C", "C"), ("Ans. C", "C"), ("【答案】C", "C"), ("故选：C", "C"), ("正确选项是C", "C"),
        ("La bonne réponse est la C.", "C"), ("La respuesta correcta es la opción C.", "C"), ("Réponse C", "C"),
        ("Antwort C ist richtig.", "C"), ("Đáp án: C", "C"), ("La opción correcta es C.", "C"), ("Ich wähle C.", "C"),
        ("So C is our answer.", "C"), ("La respuesta es la Casa.", None), ("C is not correct.", None),
    ],
)  # fmt: skip
def test_choices_of_more_tongues(text, answer):
    """Letters that are called a choice in the languages of the statements, and no letter of a name."""
    assert choice(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 15. Wait, I made a mistake. It should be 16.", "16"),
        ("The answer is 15... Correction: 16", "16"),
        ("The answer is 15. It should be 3 more than 12.", "15"), ("Answer: unknown", "unknown"),
        ("Wait, that must be 16. The answer is 15.", "15"), ("The answer is: correct.", "correct"),
        ("The answer is correct: 7 + 8 = 15", "15"), ("The answer is correct.", None),
    ],
)  # fmt: skip
def test_corrections_and_answers_of_plain_words(text, answer):
    """What corrects a statement takes its place; behind a colon any word is an answer."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("She got 15 out of 16.", "15"), ("In the end 15% out of 80 remain.", "15"), ("Also 15 von 16.", "15"),
        ("Il reste 15 billets sur 16.", "15"), ("So 15 girls out of a total of 16.", "15"),
        ("So we take it out of 16.", "16"), ("Es folgt ein Anteil von 16.", "16"), ("15 left, out of 16 came 1.", "1"),
    ],
)  # fmt: skip
def test_of_how_many_a_part_is(text, answer):
    """The part counts, and not the whole behind it; without a part the numeral is its own."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("答案是16（共4步）", "16"), ("정답: 16(3단계)", "16"), ("答え：16個（4×4）", "16"),
        ("الإجابة هي 16 لأن 4 في 4", "16"),
        ("Η απάντηση είναι 16 (4 βήματα).", "16"), ("Câu trả lời là 16 vì 4 + 12.", "16"),
        ("คำตอบคือ 16 เพราะ 4 + 12", "16"),
        ("Відповідь: 16 (4 кроки)", "16"), ("Odgovor: 16, jer je 4 + 12.", "16"),
        ("The answer is &nbsp;16.", "16"), ("The answer is &#49;6", "16"),
        ("<p>The answer is &minus;16&#x20;km</p>", "-16"),
        ('{"selected_option": "C", "sure": 80}', "C"), ('{"answer_letter": "C", "steps": 4}', "C"),
        ('{"chosenAnswer": 16}', "16"),
        ('{"predicted_label": "spam", "score": 0.9}', "spam"), ('{"answer_value": 16, "answers_seen": 4}', "16"),
    ],
)  # fmt: skip
def test_answers_of_more_tongues_and_names(text, answer):
    """A remark right behind the value, words of more scripts, HTML's signs, and longer names of keys."""
    assert any_answer(text) == answer
