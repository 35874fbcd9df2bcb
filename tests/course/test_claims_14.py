"""What lesson 14 says of its twenty trainings, held against them."""

import re
from functools import cache

import numpy as np
import pytest

from course.answers import LESSONS, notebook, prose
from iapo_widgets import Arm, arm_table, load, train
from iapo_widgets.core.paired_test import critical_value
from iapo_widgets.course.capstone import difference, prompt_first, values_on
from iapo_widgets.course.capstone.soundness import LIMITS, PARTS, WHY
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


@pytest.mark.claim("14-reach")
def test_the_numbers_in_the_prose_follow_from_the_interval():
    """How far it reaches, how many questions shrink it to 0.05, and Student's t for 40 and for 5 questions."""
    run = train("psst", task("train"), 5_000, seed=14)
    _, low, high, count = gap(run, prompt_first(task("train"), run)["low"])
    reach = (high - low) / 2
    assert abs(reach - 0.09) < 5e-3 and abs(reach - 0.0926) < 5e-5 and "about 0.09 to either side" in prose("14")
    told = re.search(r"40 . \(([\d.]+) / 0\.05\)² ≈ (\d+)", prose("14"))
    assert (
        count == 40 and abs(float(told[1]) - reach) < 5e-4 and int(told[2]) == round(40 * (float(told[1]) / 0.05) ** 2)
    )
    for number, said in re.findall(r"`critical_value\(0\.025, (\d+)\)` is ([\d.]+)", prose("14")):
        assert f"{critical_value(0.025, int(number)):.2f}" == said
    assert f"For 5 questions it is {critical_value(0.025, 4):.2f}." in prose("14")


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
    assert f"in {found} of 20 trainings the policy is ahead of prompt-first" in prose("14")


@cache
def against_first(user):
    """Of the twenty trainings: (policy and prompt-first are one arm, low end, high end) for that user."""
    found = []
    for run in runs():
        mine, rival = run.policy[user], prompt_first(task("train"), run)[user]
        _, low, high, _ = difference(values_on(task("test"), mine, user), values_on(task("test"), rival, user))
        found.append((mine == rival, low, high))
    return found


@pytest.mark.claim("14-one-behind")
def test_the_policy_is_behind_prompt_first_in_one_training():
    """For the user low; in one the two are the same arm, in the other eighteen the interval holds 0."""
    behind = [high < 0 for _, _, high in against_first("low")]
    around = [low <= 0 <= high and not one for one, low, high in against_first("low")]
    assert behind.count(True) == 1 and around.count(True) == 18
    assert [one for one, _, _ in against_first("low")].count(True) == 1


@pytest.mark.claim("14-inside")
def test_what_prompt_first_gives_up_on_all_questions_is_inside_the_interval():
    """With each of the two prompts that are level at N = 1, at its best N."""
    q = load("real-words").exact_q()[0]
    assert abs(q[1, 0] - q[2, 0]) < 1e-9 and np.argsort(q[:, 0])[-2:].tolist() in ([1, 2], [2, 1])
    lost = [round(float(q.max() - q[prompt].max()), 3) for prompt in (1, 2)]
    assert lost == [0.015, 0.043] and max(lost) < 0.09


@pytest.mark.claim("14-others")
def test_the_means_of_the_other_users_are_below_prompt_first():
    """In the training of the lesson; their intervals hold 0."""
    run = train("psst", task("train"), 5_000, seed=14)
    for user in ("mid", "high"):
        mine, rival = (
            values_on(task("test"), arms[user], user) for arms in (run.policy, prompt_first(task("train"), run))
        )
        mean, low, high, _ = difference(mine, rival)
        assert mean < 0 and low < 0 < high


@pytest.mark.claim("14-same-arm")
def test_for_high_policy_and_prompt_first_are_often_one_arm():
    """In 11 of the twenty trainings, with an interval of nothing."""
    same = [(low, high) for one, low, high in against_first("high") if one]
    assert len(same) == 11 and set(same) == {(0.0, 0.0)} and "in 11 of the twenty trainings" in prose("14")


@pytest.mark.claim("14-five-nothing")
def test_for_five_users_of_nine_choosing_both_together_gains_nothing():
    """By exact arms on the training questions; for both, low it does."""
    env = load("real-sentences", part="train")
    gains = {
        user.name: q.max() - q[q[:, 0].argmax()].max() for user, q in zip(env.contexts, env.exact_q(), strict=True)
    }
    assert len(gains) == 9 and sum(gain == 0 for gain in gains.values()) == 5 and gains["both, low"] > 0.01


def test_all_parts_that_the_check_looks_for_are_listed():
    """Each by its title, and there are eleven."""
    assert len(PARTS) == 11 and all(title[1:] in prose("14") for title in PARTS.values())


def test_where_voting_harms_nothing_the_recipe_names_the_first_question():
    """As the text warns: argmin of zeros is 0; the other recipe names a question of the least value."""
    test, arm = task("test"), Arm(0, 1)
    mine = values_on(test, arm, "low")
    assert np.argmin(mine - values_on(test, Arm(arm.prompt, 1), "low")) == 0
    assert mine[np.argmin(mine)] == mine.min() < mine[0]
