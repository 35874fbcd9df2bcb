"""Where an answer stands in a text, kind by kind, with rows of each."""

import json
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo_widgets.live.problem import Question
from iapo_widgets.live.scoring.choices import Options
from iapo_widgets.live.scoring.extraction import EXTRACTORS, any_answer, boxed, choice, hashes, number
from iapo_widgets.live.scoring.scorers import ExactMatch, gold_in
from iapo_widgets.live.scoring.writing import canonical, same


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("**Yes**", "yes"), ("no.", "no"), ("Is 9 odd? Yes.", "yes"), ("False, since 4 is even.", "false"),
        ("Lima", "lima"), ("It's Lima.", "lima"), ("Lima is the capital of Peru.", "lima"),
        ("The opposite of up is down.", "down"), ("Tone: friendly", "friendly"),
        ("Tone: friendly\nReason: it thanks 2 people.", "friendly"), ("La respuesta es Lima.", "lima"),
        ("Die Antwort lautet Köln.", "köln"), ("Ответ: Минск", "минск"), ("答案：东京", "东京"),  # noqa: RUF001
        ("The answer is Rio de Janeiro, which has 6 million people.", "rio de janeiro"),
        ("I would rather not say what that could be.", None), ("Well, it depends on the weather.", None),
        ("I'm sorry, but I can't count to 9.", None), ("To find it, take 9 and", None), ("???", None), ("", None),
    ],
)  # fmt: skip
def test_words(text, answer):
    """Words that name something are an answer; talk, refusals and what is cut off are none."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 8. Wait, no: the answer is 9.", "9"), (r"\boxed{8} is wrong. The answer is 9.", "9"),
        ("The answer is 8.\n#### 9", "9"), ("#### 8\nso I take <answer>9</answer>", "9"),
        ('The answer is 8.\n{"final_answer": 9, "sure": 80}', "9"), ("A: 8\nA: 9", "9"),
        ("Answer: 4 + 5 = 9 (4 is even)", "9"), ("The answer after 3 tries is 9.", "9"),
        ("The answer is not 8 but 9.", "9"), ("The answer is:\n```\n9\n```\nIt took 2 steps.", "9"),
        ("**Final Answer**\n\n9\n\nChecked 2 times.", "9"), ("9 is the answer. I had 2 tries.", "9"),
        ("The answer is 9 apples, not 8.", "9"), ("As a result, 4 + 5 = 9.", "9"),
        ("The answer is correct: 4 + 5 = 9", "9"),
        ("#### Step 1\n4 + 5 = 9\n#### Result\nThe answer is 9.", "9"), ("#### 9\n#### Check\n8 + 1 = 9", "9"),
        ("#### 9\n\nQuestion: And 3 + 4?\nThe answer is 7.", "9"), ("The answer is 9<|im_end|>", "9"),
        ("The answer is 4th of July, 2021.", "2021-07-04"), ("It opens at 7:15 pm.", "7:15 pm"),
        ("The answer is (2, 5).", "(2, 5)"), ("The answer is 2, 5 and 7.", "2, 5, 7"), ("The answer is $3\\pi$.", "3π"),
        ("Réponse : 9, en 2 étapes", "9"), ("उत्तर ९ है।", "9"), ("答えは9です。", "9"), ("정답은 9입니다.", "9"),
        ("| Answer | 9 |\n| Sure | 80 |", "80"), ("The total is 9. That was easy.", "9"),
    ],
)  # fmt: skip
def test_the_last_statement_wins(text, answer):
    """A later statement before an earlier one, a statement before what is not stated, and of it the value."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("D) blue", "D"), ("**D)** blue", "D"), ("**D**) blue", "D"), ("(d)", "D"), ("D: blue", "D"), ("option d", "D"),
        ("The best choice is D.", "D"), ("`D`", "D"), ('{"choice": "D"}', "D"), (r"\boxed{\text{D) blue}}", "D"),
        ("I'd pick D.", "D"), ("D is the right answer, (A) is not.", "D"), ("The answer is not A but D.", "D"),
        ("A) red\nD) blue\n\nAnswer: D", "D"), ("A) red\nD) blue", None), ("The answer is A or D.", None),
        ("Answer: A, D", None), ("A dog ran.", None), ("I see.", None), ("Rule out (A). Then (D).", "D"), ("选D", "D"),
        ("\uff24", "D"), ("<think>(A)</think>D", "D"), ("Therefore D.", "D"), ("正解はDです", "D"),
    ],
)  # fmt: skip
def test_choices_in_any_decoration(text, answer):
    """A letter is read whatever surrounds it, articles and pronouns are none, and two letters are no choice."""
    assert choice(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("First yes, but then no.", "no"), ("NO", "no"), ("There is no doubt: yes", "yes"),
        ("It is yes, not no.", "yes"),
        ("The answer is yes. It is not the same as no", "yes"), ("I am not sure.", "not sure"), ("Who knows", None),
        ("yesterday", None), ("<think>no</think> Yes!", "yes"), (r"\boxed{No}", "no"), ("**Not  sure**", "not sure"),
    ],
)  # fmt: skip
def test_the_last_of_a_closed_list(text, answer):
    """The last option that is named and not denied counts, whole words only; others are no answer."""
    assert Options(["Yes", "no", "Not sure"])(text) == answer


def test_options_are_checked():
    """A list of at least two texts that differ, and no extractor beside it; a gold outside of it is told."""
    for options in ("yes", ["yes"], ["yes", "Yes."], [1, 2], []):
        with pytest.raises(ValueError, match="options must be"):
            ExactMatch(options=options)
    with pytest.raises(ValueError, match="take the place"):
        ExactMatch("boxed", options=["yes", "no"])
    scorer = ExactMatch(options=["a", "b", "c"])
    assert scorer.score(Question("q", "B"), "A cat: b").value == 1.0
    assert "can never give the right answer 'd'" in scorer.check_gold(Question("q", "d"))


@pytest.mark.parametrize(
    ("extract", "gold", "never"),
    [
        ("number", "Rome", True), ("choice", "Rome", True), ("choice", "A, C", True), ("number", "3:30", True),
        ("any", "Rome", False), ("boxed", r"\sqrt{2}", False), ("number", "1,200", False),
        ("number", "7 apples", False),
        ("choice", "(b)", False), ("choice", "B) red", False), ("hashes", "Rome", False), ("any", "[0, 1)", False),
        ("any", "3:30 pm", False), ("number", "so 3 + 4 = 7\n#### 7", False),
        ("any", "a long story of many words", False),
        ("number", ("twelve dozen", "144"), False), (re.compile("<(.*)>"), "Rome", False), (str.strip, "Rome", False),
        ("any", "...", False), ("boxed", "I don't know", False), ("any", "x > 3", False), ("number", "½", False),
    ],
)  # fmt: skip
def test_a_right_answer_that_can_never_be_found(extract, gold, never):
    """Named extractors tell what they cannot give; patterns and functions, and what any can give, pass."""
    assert (ExactMatch(extract).check_gold(Question("q", gold)) is not None) == never


@pytest.mark.parametrize(
    ("gold", "text", "value"),
    [
        ("100, 200", r"\boxed{100,200}", 1.0), ("100200", r"\boxed{100,200}", 1.0), ("0,1", r"\boxed{0, 1}", 1.0),
        ("0.1", r"\boxed{0, 1}", 0.0), ("dog", "B) dog", 1.0), ("B", "B) dog", 1.0), ("3:30", "at 3:30 PM", 1.0),
        ("3:30 PM", "at 3:30 AM", 0.0), ("1, 2", "The answer is [1, 2].", 1.0),
        ("[1, 2]", "The answer is (1, 2).", 0.0),
        (("6", "half a dozen"), "The answer is half a dozen.", 1.0), (("6", "half a dozen"), "#### 7", 0.0),
        (("no", "#### 6"), "The answer is 6.", 1.0),
        ("4000000", "About 4M.", 1.0), ("4 million", "The answer is **4M** people.", 1.0), ("4M", "4,000,000", 1.0),
        ("2.5 billion", "It has 2.5B parameters.", 1.0), ("4000", "Answer: 4K", 1.0), ("4 K", "Answer: 4K", 1.0),
        ("4K", "Answer: 4000 m", 1.0), ("4M", "Answer: 4K", 0.0), ("4", "Answer: 4K", 1.0), ("40000", "4M", 0.0),
        ("4000000", "Answer: 4 MB", 0.0), ("4", "Answer: 4 m", 1.0), ("-4000000", "Answer: -$4M", 1.0),
    ],
)  # fmt: skip
def test_what_is_right(gold, text, value):
    """Lists where the right answer is one, what a choice stands for, times, letters that multiply, any of several."""
    assert ExactMatch().score(Question("q", gold), text).value == value


@pytest.mark.parametrize(
    ("gold", "right"),
    [
        ("He has 4.\nHe gets 5 more.\nA: 9", "9"), ("4 + 5\n\n**Final answer:** 9 pens\n", "9"),
        ("Add them.\nSo the answer is 9.", "9"), ("Erst 4.\nDie Antwort lautet 9.", "9"), ("4 + 5\n答案：9", "9"),  # noqa: RUF001
        ("It is red.\nAnswer: (B)", "B"), ("Roses are red,\nviolets blue", None), ("a = 4\nb = 5", None),
        ("A) red\nB) blue", None), ("Why?\nBecause the answer is 9.", None),
    ],
)  # fmt: skip
def test_a_right_answer_at_the_end_of_a_solution(gold, right):
    """It is taken from a last line that states it; other texts of several lines are the answer themselves."""
    assert (canonical(gold_in(gold)) if gold_in(gold) != gold else None) == right


@pytest.mark.parametrize(
    ("gold", "text", "score"),
    [
        ("9", "nine pens", (1.0, "9")), ("9 pens", "The answer is nine pens.", (1.0, "9")),
        ("nine pens", "#### 9", (1.0, "9")), ("nine", r"\boxed{\text{nine pens}}", (1.0, "9")),
        ("23", "**Twenty-three girls**", (1.0, "23")), ("105", "Answer: one hundred and five dollars", (1.0, "105")),
        ("-4", "Answer: minus four degrees", (1.0, "-4")), ("2.5", "Answer: two and a half hours", (1.0, "2.5")),
        ("2/3", '{"answer": "two thirds of it"}', (1.0, "2/3")), ("Nine Elms", "Nine Elms", (1.0, "nine elms")),
        ("9", "Nine Elms", (0.0, "nine elms")), ("Nine Elms", "nine elms", (1.0, "9")),
        ("nine pens", "nine pencils", (0.0, "9")), ("8", "nine pens", (0.0, "9")),
        ("9", "nine to ten", (0.0, "nine to ten")), ("9", "nine years ago", (0.0, "nine years ago")),
        ("9", "nine point five", (0.0, "nine point five")), ("1", "Answer: one of them", (0.0, "one of them")),
    ],
)  # fmt: skip
def test_numbers_in_words_before_what_they_count(gold, text, score):
    """They are the number, on either side; names, other numbers and what changes the value are themselves."""
    found = ExactMatch().score(Question("q", gold), text)
    assert (found.value, found.answer) == score


def test_options_in_words_are_told_apart():
    """Two that count as many of different things are two, and neither is the number."""
    scorer = ExactMatch(options=["two cats", "two dogs"])
    assert [scorer.score(Question("q", "two dogs"), text).value for text in ("two dogs", "two cats")] == [1.0, 0.0]
    assert scorer.score(Question("q", "two dogs"), "I say two cats.").answer == "two cats"


VALUES = st.fractions(-(10**6), 10**6, max_denominator=400)


def writings(value):
    """Ways to write a value: as a fraction, mixed, in LaTeX, as a decimal where it ends, with units and money."""
    n, d = abs(value.numerator), value.denominator
    sign = "-" if value < 0 else ""
    out = [f"{sign}{n}/{d}", rf"{sign}\frac{{{n}}}{{{d}}}", rf"\dfrac{{{sign}{n}}}{{{d}}}", f"{sign}{3 * n}/{3 * d}"]
    if d > 1 and n > d:
        out += [f"{sign}{n // d} {n % d}/{d}", rf"{sign}{n // d}\frac{{{n % d}}}{{{d}}}"]
    if d == 1:
        groups = f"{sign}{n:,}"
        out += [groups, *(groups.replace(",", mark) for mark in ("_", "\u202f", "\u2019")), f"{sign}${n:,}.00"]
        out += [f"{sign}{n}.0", f"{sign}{n} km", f"\u2212{n}" if sign else f"+{n}", f"{sign}{n}e0"]
    if 10**6 % d == 0:
        decimal = f"{n * 10**6 // d / 10**6:.6f}"
        out += [f"{sign}{decimal}", f"{sign}{decimal}0 %", f"**{sign}{decimal}**"]
        if len(decimal.split(".")[1].rstrip("0")) != 3:
            out.append(sign + decimal.rstrip("0").replace(".", ",") + "0" * (decimal.rstrip("0")[-1] == "."))
    return out


@given(VALUES, VALUES)
def test_writings_of_one_value_agree_and_of_two_never(one, other):
    """All writings of a value have one form, which names it exactly; another value never has it."""
    forms = {canonical(text) for text in writings(one)}
    assert len(forms) == 1 and Fraction(forms.pop()) == one
    assert one == other or not {canonical(t) for t in writings(one)} & {canonical(t) for t in writings(other)}


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=4), st.sampled_from([", ", " , ", "; "]))
def test_lists_are_not_their_numerals(values, between):
    """Numbers with a separator and a space are a list; in brackets also without the space."""
    want = ", ".join(map(str, values))
    assert canonical(between.join(map(str, values))) == want
    assert canonical("(" + ",".join(map(str, values)) + ")") == f"({want})"


PIECES = [
    "\\boxed{", "}", "{", "answer is ", "Answer:", "#### ", "\n", " ", "<think>", "</think>", "B) ", "(", ")",
    "12", ",", ".", "5", "yes", "no", "Paris", "=", "$", "**", "\\frac", "\\text{", "{\"answer\": ", "\"", "not ",
    "3:30", " pm", "May 5", "\xbd", "\u0967", "\u7b54\u6848", "\U0001f600", "\ud83d", "\x00", "-", "/", "^", "\\",
    "is ", "the ", "[", "]", "and ", "\ue000", "1\ue001",
]  # fmt: skip


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)))
def test_nothing_raises_and_what_is_read_is_canonical(text):
    """Every extractor takes every text; what it gives is canonical, and equals itself as a right answer."""
    for extract in (*EXTRACTORS.values(), Options(["yes", "no", "Paris"])):
        found = extract(text)
        assert found is None or (found and canonical(found) == found and same(found, found))
    once = canonical(text)
    assert once is None or canonical(once) == once


def test_right_scores_of_a_collection(answers_file):
    """At least 95 % of a collection of texts after public reports are scored as they should be."""
    rows = json.loads(answers_file.read_text("utf-8"))
    wrong = [
        row["id"]
        for row in rows
        if ExactMatch(row["extract"]).score(Question("q", row["gold"]), row["text"]).value != row["right"]
    ]
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_published_verdicts_are_reproduced(solutions_file):
    """Four models' solutions to 1,319 questions: right where their authors say so, without exception."""
    wrong, scorer = [], ExactMatch()
    for line in solutions_file.read_text("utf-8").splitlines():
        row = json.loads(line)
        question = Question(row["question"], row["ground_truth"].rpartition("A:")[2].strip())
        for name, made in row.items():
            if isinstance(made, dict):
                right = scorer.score(question, made["solution"]).value == 1.0
                wrong += [(name, row["question"])] if right != made["is_correct"] else []
    assert not wrong


def test_a_box_within_a_box_and_a_heading():
    """The outermost complete box counts; a heading is passed over, a word at the end is an answer."""
    assert boxed(r"\boxed{\boxed{5}}") == "5" and boxed(r"\boxed{7} as in \boxed below") == "7"
    assert hashes("#### Lima") == "lima" and hashes("#### Sums\nwe add") is None
    assert number("7, then 8:15") == "7"
