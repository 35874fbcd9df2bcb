"""Values that stand at the head of words: what follows a numeral may make another value of it."""

import pytest

from iapo_widgets.live.scoring.extraction import any_answer
from iapo_widgets.live.scoring.writing import canonical


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 10.25 + 1.25 = 11.5.", "11.5"), ("The answer is 3.45 million.", "3450000"),
        ("The answer is 1.38 × 10⁻²³.", "0.0000000000000000000000138"), ("He pays 1.50, 2.50 and 4.00.", "1.5, 2.5, 4"),
        ("The answer is 9h45.", "9h45"), ("The answer is 9.45 am.", "9:45 am"), ("The answer is 9:45.", "9:45"),
    ],
)  # fmt: skip
def test_a_decimal_is_no_time(text, answer):
    """Two places behind a point are a time only before am or pm."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3 millions", "3000000"), ("3 lakhs", "300000"), ("3 crores", "30000000"), ("3 Mio. Euro", "3000000"),
        ("3 Milliarden", "3000000000"), ("3 milliards", "3000000000"), ("3 millones", "3000000"), ("3 mil", "3000"),
        ("3 milhões", "3000000"), ("3万", "30000"), ("3亿", "300000000"), ("3만", "30000"), ("3 миллиона", "3000000"),
        ("3万5千", "3万5千"), ("110₂", "110_2"), ("110_{2}", "110_2"), ("H₂O", "h2o"), ("7° N", "7° n"),
        ("7° S", "7° s"), ("7 below zero", "7 below zero"), ("7 years ago", "7 years ago"), ("7 dozen", "7 dozen"),
        ("7 square metres", "7"), ("± 7", "± 7"),
    ],
)  # fmt: skip
def test_words_that_change_a_value(written, read):
    """A scale is read in many languages; what makes another value of a numeral never leaves it as it was."""
    assert canonical(written) == read == canonical(read)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 6 plus 2.", "6 plus 2"), ("The answer is 6 plus 2, which is 8.", "8"),
        ("The answer is 6 cubed.", "6 cubed"), ("The answer is 6 times y.", "6 times y"),
        ("The answer is 6 pi.", "6 pi"), ("The answer is 6 sqrt(3).", "6 sqrt(3)"),
        ("The answer is 6 to the power of 2.", "6 to the power of 2"), ("The answer is at most 6.", "at most 6"),
        ("The answer is 6 or more.", "6 or more"), ("The answer is 6 - 3i.", "6-3i"),
        ("The answer is 6 and a quarter.", "6.25"), ("The answer is 6 dozen.", "6 dozen"),
        ("Answer: 6 feet 2 inches", "6 feet 2 inches"), ("The answer is 6 hours and 20 minutes.", None),
        ("The answer is 6 years ago.", "6 years ago"), ("The answer is 6° S.", "6° s"),
        ("The answer is 6 times.", "6"), ("The answer is 6 or so.", "6"), ("The answer is 6 in 2 boxes.", "6"),
        ("The answer is 6, plus a remark.", "6"), ("The answer is 6 - that is all.", "6"),
    ],
)  # fmt: skip
def test_a_head_is_whole_or_not_read(text, answer):
    """Where an operator or a changing word follows a numeral, it alone is never the answer."""
    found = any_answer(text)
    assert found == answer if answer else found != "6"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It is certainly not 6.", None), ("It can't be 6.", None), ("It has 8, not 6.", "8"), ("So x < 6.", "x<6"),
        ("Thus n ≠ 6.", "n≠6"), ("The interval is [2, 6].", "[2, 6]"), ("The point is (2, 6).", "(2, 6)"),
        ("The roots are 2 and 6.", "2, 6"), ("The roots are y = 2 or y = 6.", "2, 6"), ("Then y = ±6.", None),
        ("It takes 6 hours 20 minutes.", "6 hours 20 minutes"), ("It is 6 feet 2 inches tall.", "6 feet 2 inches"),
        ("So at least 6 are left.", "at least 6"), ("It is not less than 6.", "not less than 6"),
        ("2 × 6 = 12 pens in 6 boxes", "12"), ("They spent $1,200 (1,000 before).", "1000"),
    ],
)  # fmt: skip
def test_the_last_numeral_is_whole_or_not_read(text, answer):
    """What is denied is passed over; relations, tuples, intervals and lists are whole."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{4!}", "24"), ("The answer is $4!$.", "24"), ("The answer is 4! = 24.", "24"), ("4! = 24", "24"),
        ("The answer is 4!", "4"), (r"\boxed{2 \cdot 4!}", "2×24"),
    ],
)  # fmt: skip
def test_factorials(text, answer):
    """In a formula an exclamation mark multiplies; at the end of a sentence it ends it."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"21,\! 000,\! 300", "21000300"), (r"21~\text{m}", "21"), (r"\dfrac{y+2}{3}", r"\frac{y+2}{3}"),
        (r"\tfrac{y + 2}{3}", r"\frac{y+2}{3}"), (r"\frac{1}{-4}", "-0.25"), (r"\frac{-1}{-4}", "0.25"),
        (r"+\infty", "∞"), (r"(2, +\infty)", "(2, ∞)"), (r"\emptyset", "∅"), (r"\varnothing", "∅"),
        (r"\frac\pi3", "π/3"), (r"\frac{\pi}{3}", "π/3"),
    ],
)  # fmt: skip
def test_latex_in_one_way(written, read):
    """Spaces, kinds of fractions, signs and symbols have one form."""
    assert canonical(written) == read == canonical(read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("three hundred and six", "306"), ("a hundred", "100"), ("two thousand one hundred", "2100"),
        ("four million", "4000000"), ("half", "0.5"),
        ("one third", "1/3"), ("three quarters", "0.75"), ("four and a half", "4.5"), ("4 and a half", "4.5"),
        ("twenty fifth", "twenty fifth"), ("five ten", "five ten"), ("hundred", "hundred"), ("zero", "0"),
        ("one hundred and", "one hundred and"), ("minus four", "-4"), ("third", "third"),
    ],
)  # fmt: skip
def test_number_words(written, read):
    """English words for whole numbers and simple fractions are read; ordinals and rows of digits are none."""
    assert canonical(written) == read == canonical(read)
