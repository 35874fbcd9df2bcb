"""What lesson 12 works by hand and what it says of the race that is watched; what its table and README's share."""

import re
from math import exp, log

from course.answers import LESSONS, notebook, printed
from iapo_widgets import load, train
from iapo_widgets.course.files import course_folder
from iapo_widgets.course.lessons import source


def test_by_tokens_only_whole_pulls_are_a_bad_buy():
    """For one kilotoken the other three are within a fifth of each other; a request costs nearly three answers."""
    text = printed("12", "task.call_cost.mean()")
    product = [float(found) for found in re.findall(r"product (\S+)", text)]
    assert len(product) == 4 and product[0] > 2 * max(product[1:]) and max(product[1:]) < 1.2 * min(product[1:])
    request, answer = map(float, re.search(r"a request (\S+), an answer (\S+)", text).groups())
    assert 2.8 < request / answer < 3


def test_ten_prompts_drop_out_as_the_text_says():
    """By the small algorithm's own rule: 6, 4, 2 and 2 after rounds 1 to 4."""
    assert [max(2, int(2 * (10 / 2) ** (1 - r / 4))) for r in range(1, 5)] == [6, 4, 2, 2]


def test_the_rate_by_hand():
    """Two of two right and a guess of 0.6 that is worth four answers; three voters at the rate 2/3."""
    assert round((2 + 4 * 0.6) / (2 + 4), 2) == 0.73
    assert 3 * 2**2 + 2**3 == 20 and 3**3 == 27


def test_one_pair_of_the_memory_by_hand():
    """Share, log odds, guess and both urns as the lesson works them, from the numbers that its cell prints."""
    text = printed("12", "poland = 1")
    usual, share, odds, a, s, guess, kappa, rate, rho, mass = (
        float(re.search(rf"\b{name} (-?\d+\.\d+)", text)[1])
        for name in ("questions", "share", "odds", "a", "s", "guess", "kappa", "rate", "rho", "kappa'")
    )
    assert "others 12 of 21" in text and "own 1 of 4" in text and "Poland 1 of 3, by others 6 of 9" in text
    assert round((12 + 0.5 * usual) / (21 + 0.5), 3) == share and round(log(share / (1 - share)), 2) == odds
    assert round(1 / (1 + exp(-(a + s * odds))), 3) == guess and round((1 + kappa * guess) / (4 + kappa), 3) == rate
    assert round((1 + mass * rho) / (3 + mass), 3) == 0.431


def test_the_race_that_is_watched():
    """Prompts and arms left, round by round, at 1,000, and what 200 answers are spent on."""
    env = load("real-words")
    psst, frugal = (train(name, env, 1_000, seed=0).rounds for name in ("psst", "frugal"))
    assert [int(done.active[0].any(axis=1).sum()) for done in psst[3:5]] == [3, 1]
    assert len(psst) == 8 and len(frugal) == 5 and psst[4].active.sum(axis=(1, 2)).tolist() == [5, 5, 5]
    assert frugal[3].active.sum(axis=2).max(axis=1).tolist() == [16] * 3
    assert frugal[3].active.any(axis=2).sum(axis=1).max() in (2, 3)
    left = {name: rounds[2].active[1].sum(axis=1) for name, rounds in (("psst", psst), ("frugal", frugal))}
    assert set(left["frugal"]) == {0, 16} and left["psst"].sum() == 20 and (left["psst"] > 0).sum() == 2
    assert left["psst"].max() < 16
    assert psst[2].q[1].max() > 0.95 and 0.75 < frugal[2].q[1].max() < 0.85
    short = {name: train(name, env, 200, seed=0).rounds for name in ("psst", "frugal")}
    assert [done.spent for done in short["psst"][:3]] == [160, 200, 200]
    assert short["frugal"][0].pulls.sum(axis=1).tolist() == [4] * 10
    assert all(done.pulls.any() for done in short["frugal"])


def table(text, head):
    """Rows of the one table that begins with that head, the first two cells of each."""
    (rows,) = re.findall(rf"(?m)^{re.escape(head)}.*\n\|[-|]+\n((?:\|.*\n)+)", text)
    return [tuple(cell.strip() for cell in row.split("|")[1:3]) for row in rows.splitlines()]


def test_readme_and_the_lesson_advise_the_same():
    """Situation and algorithm, row by row; the lesson adds where each was measured."""
    texts = "\n\n".join(source(c) for c in notebook(LESSONS["12"])["cells"] if c["cell_type"] == "markdown")
    readme = (course_folder().parent / "README.md").read_text("utf-8")
    advised = table(texts, "| you have | run |")
    assert advised == table(readme, "| you have | run |") and len(advised) == 9
