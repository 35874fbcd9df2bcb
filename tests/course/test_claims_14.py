"""What lesson 14 says of its twenty trainings, held against them."""

import re
from functools import cache

import numpy as np
import pytest

from course.answers import LESSONS, notebook
from iapo_widgets import Arm, arm_table, load, train
from iapo_widgets.core.paired_test import critical_value
from iapo_widgets.course.capstone import difference, prompt_first, values_on
from iapo_widgets.course.capstone.soundness import LIMITS, WHY
from iapo_widgets.course.lessons import source


@cache
def task(part):
    """One of the recorded task's own parts."""
    return load("real-words", part=part)


@cache
def runs():
    """The lesson's twenty trainings."""
    return [train("psst", task("train"), 5_000, seed=seed) for seed in range(20)]


def gap(run, rival):
    """Policy less rival for the user low, held out: mean, low, high, number of questions."""
    return difference(values_on(task("test"), run.policy["low"], "low"), values_on(task("test"), rival, "low"))


def text():
    """The lesson's markdown, on one line."""
    return " ".join(
        " ".join(source(c) for c in notebook(LESSONS["14"])["cells"] if c["cell_type"] == "markdown").split()
    )


@pytest.mark.claim("14-luck")
def test_the_estimate_of_the_chosen_arm_is_too_high_on_average():
    """By more than three standard errors over twenty trainings."""
    luck = []
    for run in runs():
        (row,) = [r for r in arm_table(task("train"), run) if r.recommended and r.context == "low"]
        luck.append(row.q - values_on(task("train"), run.policy["low"], "low").mean())
    assert np.mean(luck) > 3 * np.std(luck, ddof=1) / len(luck) ** 0.5 > 0


@pytest.mark.claim("14-plain-ahead")
def test_the_policy_is_ahead_of_the_plain_prompt_in_all_trainings():
    """Its interval lies above 0 each time."""
    assert all(gap(run, Arm(0, 1))[1] > 0 for run in runs())


@pytest.mark.claim("14-first-not-ahead")
def test_the_policy_is_ahead_of_prompt_first_in_no_training():
    """Its interval lies above 0 never."""
    assert not any(gap(run, prompt_first(task("train"), run)["low"])[1] > 0 for run in runs())


def test_the_numbers_in_the_prose_follow_from_the_interval():
    """How far it reaches, how many questions shrink it to 0.05, and Student's t for 40 and for 5 questions."""
    run = train("psst", task("train"), 5_000, seed=14)
    _, low, high, count = gap(run, prompt_first(task("train"), run)["low"])
    reach = (high - low) / 2
    told = re.search(r"40 . \(([\d.]+) / 0\.05\)² ≈ (\d+)", text())
    assert (
        count == 40 and abs(float(told[1]) - reach) < 5e-4 and int(told[2]) == round(40 * (float(told[1]) / 0.05) ** 2)
    )
    for number, said in re.findall(r"`critical_value\(0\.025, (\d+)\)` is ([\d.]+)", text()):
        assert f"{critical_value(0.025, int(number)):.2f}" == said
    assert f"For 5 questions it is {critical_value(0.025, 4):.2f}." in text()


def test_the_templates_of_the_lesson_are_those_that_the_check_refuses():
    """What stands where a learner's own words belong is known to be none of them."""
    code = "\n".join(source(c) for c in notebook(LESSONS["14"])["cells"] if c["cell_type"] == "code")
    assert f'why = "{WHY}"' in code and f'limits = "{LIMITS}"' in code


@pytest.mark.claim("14-one-word-dark")
def test_the_words_of_the_failure_are_as_the_text_has_them():
    """At the question that voting harms most, the plain prompt says darkness more often than dark; prompt 2 dark."""
    run, test = train("psst", task("train"), 5_000, seed=14), task("test")
    arm = run.policy["low"]
    question = int(np.argmin(values_on(test, arm, "low") - values_on(test, Arm(arm.prompt, 1), "low")))
    plain, short = ([a.answer for a in test.completions(prompt, question)] for prompt in (0, 2))
    assert arm.prompt == 0 and plain.count("darkness") == 13 and len(plain) == 24 and plain.count("dark") == 9
    assert plain[:16].count("darkness") > plain[:16].count("dark")
    assert short.count("dark") > len(short) / 2 and test.questions[question].gold == ("dark", "heavy")


@pytest.mark.claim("14-sentences-ahead")
def test_on_sentences_the_policy_is_often_ahead_of_prompt_first():
    """For the user both, low, as often as the cell prints and the prose says."""
    training, test = (load("real-sentences", part=part) for part in ("train", "test"))
    user, found = "both, low", 0
    for seed in range(20):
        run = train("psst", training, 5_000, seed=seed)
        mine, rival = (values_on(test, arms[user], user) for arms in (run.policy, prompt_first(training, run)))
        found += difference(mine, rival)[1] > 0
    assert f"in {found} of 20 trainings the policy is ahead of prompt-first" in text()


@pytest.mark.claim("14-single-good")
def test_the_best_prompt_for_one_answer_is_nearly_the_best_for_a_vote():
    """Held out, exact: at its best N it is within a hundredth of the best arm of the user low."""
    q = task("test").exact_q()[0]
    single = int(q[:, 0].argmax())
    assert q.max() - q[single].max() < 0.01
