"""The bank of exam questions: on the teachers' page as computed, true, with variants that hold."""

import re
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.answers import LESSONS
from iapo_widgets import BestOfN, CategoricalEnvironment, Context, voting_environment
from iapo_widgets.cli import main
from iapo_widgets.core.halving import halving
from iapo_widgets.core.psst import psst
from iapo_widgets.core.theory import complexity
from iapo_widgets.course.exam import QUESTIONS, answered, asked, chosen
from iapo_widgets.course.files import course_folder
from iapo_widgets.course.lesson_01 import credit
from iapo_widgets.study.statistics import holm

PAGE = (course_folder() / "TEACHING.md").read_text("utf-8")
BOLD = re.compile(r"\*\*(-?[\d.,]*\d)\*\*")
NAMED = {each.name: each for each in QUESTIONS}
ACCURACY = [Context("accuracy", (1.0,))]
SEEDS = st.integers(0, 10_000)


def values(name, seed=None):
    """The computed numbers of a question."""
    return list(NAMED[name].posed(seed).values)


def votes(rates, n_max=32):
    """Accuracy under voting between two answers, (prompts, n_max); rates: (prompts, questions)."""
    rates = np.atleast_2d(rates)
    probs = np.stack([rates, 1 - rates], axis=2)
    gold, cost = [0] * rates.shape[1], [0.0] * len(rates)
    return voting_environment(probs, gold, cost, contexts=ACCURACY, n_max=n_max).exact_q()[0]


def test_the_page_has_the_bank():
    """Sixty questions with their answers stand in TEACHING.md as they are computed."""
    assert len(QUESTIONS) == len(NAMED) == 60
    assert asked(QUESTIONS) in PAGE.split("\n## Exam\n")[1] and answered(QUESTIONS) in PAGE.split("\n## Answers\n")[1]


def test_every_lesson_has_questions():
    """At least two each, in the order of the course."""
    named = [lesson for each in QUESTIONS for lesson in each.lessons]
    assert set(named) == {f"{i:02}" for i in range(15)} and set(LESSONS) <= set(named)
    assert min(named.count(lesson) for lesson in set(named)) >= 2
    first = [each.lessons[0] for each in QUESTIONS]
    assert first == sorted(first)


@given(seed=SEEDS)
def test_a_variant_states_the_numbers_that_it_computes(seed):
    """All bold numbers are computed ones, in order, to their digits; the others are answered in a sentence or more."""
    for each in QUESTIONS:
        posed = each.posed(seed)
        assert "{" not in posed.ask + posed.reply and "nan" not in posed.reply and posed == each.posed(seed)
        written = [text.replace(",", "") for text in BOLD.findall(posed.reply)]
        assert written if posed.values else len(posed.reply.split()) > 20
        rest = iter(posed.values)
        for text in written:
            digits = len(text.partition(".")[2])
            found = next((v for v in rest if abs(float(text) - v) <= 0.5 * 10**-digits + 1e-9), None)
            assert found is not None, (each.name, text)


def test_seeds_change_numbers_but_not_what_is_asked():
    """Twenty seeds give every computed question at least two variants."""
    several = [len({each.posed(seed).ask for seed in range(20)}) for each in QUESTIONS if each.posed().values]
    assert min(several) >= 2 and len(several) >= 45
    assert all(
        each.posed() in {each.posed(s) for s in range(60)} for each in QUESTIONS if len(each.posed().values) == 1
    )


#: Question -> numbers that a lesson works by hand or asks for in an exercise, as they would stand in it.
TAUGHT = {
    "prompts_that_change_places": ("0.4 and 0.9",), "votes_of_three_and_four": ("θ = 0.6,",),
    "equal_means_unequal_votes": ("0.5 and 0.9",), "pulls_of_halving": ("6 arms, T = 180",),
    "corrected_by_holm": ("0.01, 0.04, 0.03", "0.01, 0.03, 0.04"), "blocks_of_two_pulls": ("3 times at N = 16",),
    "blocks_and_subsets": ("8 answers. How many disjoint blocks of 5",), "pulls_by_equation_6": ("are 4, 2, 1.",),
    "what_screening_sees": ("T = 5,000, ρ = 0.2, 25",), "level_or_ahead": ("0.618",),
    "questions_or_answers": ("between = 0.09", "within = 0.10"), "a_plug_in": ("2 of 3",),
    "missing_is_not_wrong": ("Of 8 completions 2 failed",), "tokens_of_a_request": ("100 tokens",),
}  # fmt: skip


@pytest.mark.parametrize("name", TAUGHT)
def test_no_variant_has_the_numbers_that_a_lesson_works(name):
    """An answer that is remembered from the lesson is no answer here: a question has numbers of its own."""
    variants = [NAMED[name].posed(seed).ask for seed in (None, *range(60))]
    assert len(set(variants)) >= 2
    assert not [ask for ask in variants for words in TAUGHT[name] if words in ask]


@given(seed=SEEDS, questions=st.integers(1, 60))
def test_a_paper_is_spread_over_the_course(seed, questions):
    """As many as asked for, none twice, in the course's order, and the same again for the same seed."""
    paper = chosen(questions, seed)
    places = [QUESTIONS.index(each) for each in paper]
    assert len(paper) == questions and places == sorted(set(places)) and paper == chosen(questions, seed)
    if questions >= 25:
        assert np.diff([-1, *places, 60]).max() <= 2 * 60 / questions + 1


@pytest.mark.parametrize(
    ("questions", "seed", "words"), [(0, 1, "ask for 1 to 60"), (61, 1, "not 61"), (25, -1, "seed")]
)
def test_a_paper_that_cannot_be_made_is_refused(questions, seed, words):
    """The error says what can be asked for."""
    with pytest.raises(ValueError, match=words):
        chosen(questions, seed)


def test_the_command_prints_a_paper_and_its_answers(capsys):
    """Numbered alike; another seed asks for something else; nonsense is an error in one line."""
    printed = []
    for more in ([], ["--answers"], ["--seed", "8"]):
        assert main(["exam", "--questions", "12", "--seed", "7", *more]) == 0
        printed.append(capsys.readouterr().out)
    assert all(re.findall(r"(?m)^(\d+)\. ", text) == [str(i + 1) for i in range(12)] for text in printed)
    assert printed[0] != printed[2] and printed[1].count("**") >= 12
    assert main(["exam", "--questions", "99"]) == 2 and "ask for 1 to 60" in capsys.readouterr().err


def test_the_core_agrees_with_answers_by_hand():
    """Votes, ties, best-of-N, changes of place, sizes and Holm as the library computes them."""
    assert values("votes_of_three_and_four") == pytest.approx(votes([[0.7]])[0, 2:4])
    best = CategoricalEnvironment(
        [[[0.3, 0.7]]], np.array([1.0, 0.0])[None, None, :, None], [0.0], contexts=ACCURACY, strategy=BestOfN(), n_max=3
    )  # fmt: skip
    assert values("best_of_three") == pytest.approx(best.exact_q()[0, 0, 2:])
    first = votes([[0.3, 0.9], [0.58, 0.58]])
    assert first[0, 0] > first[1, 0] and values("prompts_that_change_places") == pytest.approx(
        [first[1, 2] - first[0, 2]]
    )
    assert values("equal_means_unequal_votes") == pytest.approx(votes([[0.75, 0.75], [0.6, 0.9]])[:, 2])
    assert values("credit_of_a_tie") == [credit([2, 2, 1, 1, 0], 1)]
    assert values("a_plug_in") == pytest.approx([votes([[3 / 4]])[0, 2]])
    sizes = complexity(np.array([[[0.70, 0.80], [0.60, 0.50]]]))
    assert values("sizes_of_a_task") == [sizes.h1, sizes.h2]
    assert values("corrected_by_holm") == pytest.approx(holm([0.015, 0.06, 0.02]))
    assert values("blocks_and_subsets")[2] == comb(9, 4)


def test_rounds_and_pulls_are_those_of_the_algorithms():
    """Halving's arms, PSST's first round within its share, and on credit where the share is too small."""
    env = voting_environment(
        np.full((10, 3, 2), 0.5), gold=[0] * 3, cost=[0.0] * 10, contexts=ACCURACY, n_max=16
    )  # fmt: skip
    left = [int(done.active[0].sum()) for done in psst(env, 5_000, seed=0)]
    rounds, after = values(
        "arms_that_are_left", next(s for s in range(99) if "160 arms" in NAMED["arms_that_are_left"].posed(s).ask)
    )
    assert len(left) == rounds and left[4] == after
    one = voting_environment(np.full((16, 1, 2), 0.5), gold=[0], cost=[0.0] * 16, contexts=ACCURACY, n_max=1)
    pulls = [int(done.pulls.max()) for done in halving(one, 320, seed=0)]
    assert pulls == values("pulls_of_halving")
    wide = voting_environment(np.full((10, 3, 2), 0.5), gold=[0] * 3, cost=[0.0] * 10, contexts=ACCURACY, n_max=32)
    first = next(iter(psst(wide, 2_000, seed=0)))
    share, cost, rest = values("a_share_that_is_too_small")
    assert first.spent == cost > share - 50 and 2_000 - first.spent == rest


@given(theta=st.sampled_from([0.6, 0.7, 0.8, 0.9]))
def test_a_curtailed_vote_asks_what_simulation_asks(theta):
    """Mean number of answers of a vote of three that stops as soon as it is decided."""
    seed = next(s for s in range(99) if f"chance {theta}." in NAMED["answers_of_a_curtailed_vote"].posed(s).ask)
    right = np.random.default_rng(0).random((100_000, 2)) < theta
    asked_for = 2 + (right[:, 0] != right[:, 1])
    assert values("answers_of_a_curtailed_vote", seed)[0] == pytest.approx(asked_for.mean(), abs=0.01)
