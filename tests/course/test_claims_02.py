"""What lesson 02 says of prompts that change places, and of new prompts, held against tasks and races."""

import re
from functools import cache

import numpy as np
import pytest

from course.answers import prose
from course.recorded import PLAIN, TERSE, over_questions, printed, standard_error, won_without_end, words
from iapo_widgets import CategoricalEnvironment, Context, load, train
from iapo_widgets.plots.curves import success_curves
from iapo_widgets.widgets import TradeoffExplorer

STRATEGIES = ("majority-vote", "best-of-n")
NEAR, FAR = (3, 5, 6), (7, 8, 9)  # prompts that are never best: close to prompt 0, and far below it


def _worked(rate, strategy="majority-vote"):
    """Rewards of A and B by N for A's lower rate, (2, 32)."""
    rates = np.array([[rate, 0.90], [0.62, 0.62]])
    return success_curves(strategy, rates.ravel(), 32).reshape(2, 2, 32).mean(axis=1)


@pytest.mark.claim("02-worked-flip")
@pytest.mark.claim("02-flip-moves")
@pytest.mark.parametrize(("rate", "lead"), [(0.40, 3), (0.50, 9), (0.59, None), (0.70, None)])
def test_the_flip_of_the_worked_example_moves_as_told(rate, lead):
    """From which N prompt B leads under voting as A's lower rate grows; under best-of-N from two on."""
    vote, best = (_worked(rate, strategy) for strategy in STRATEGIES)
    ahead = np.flatnonzero(vote[1] > vote[0] + 1e-12) + 1
    assert (ahead.tolist() == list(range(lead, 33))) if lead else not len(ahead)
    if rate == 0.40:
        assert np.flatnonzero(best[1] > best[0] + 1e-12)[0] + 1 == 2 and best[0, 0] > best[1, 0]


@pytest.mark.claim("02-only-if")
def test_the_construction_s_numbers_are_those_of_the_worked_example():
    """A's reward lies on the line through 0.40 and 0.90 at its mean; the curve there, and B's reward, lie above."""
    low, middle, high, b = success_curves("majority-vote", np.array([0.40, 0.65, 0.90, 0.62]), 10)[:, 9]
    worth = ((low + high) / 2, middle, b)
    assert np.allclose(worth, (0.633, 0.828, 0.774), atol=5e-4)
    assert all(f"{value:.3f}" in prose("02") for value in worth)
    assert (low + high) / 2 < b < middle


@pytest.mark.claim("02-equal-means")
def test_equal_means_have_unequal_votes():
    """Prompts 1 and 2 are right equally often, differ in four words, and end apart."""
    env = words()
    one, two = env.prompts[1], env.prompts[2]
    assert (env.answers[1] == 0).sum() == (env.answers[2] == 0).sum() and env.answers[1].size == 2_880
    assert two.text == f"{one.text} Answer with one word." and one.temperature == two.temperature
    assert env.exact_q()[0, 1, 15] > env.exact_q()[0, 2, 15] + 0.02


@pytest.mark.claim("02-plain-ends-ahead")
@pytest.mark.claim("02-change-places")
def test_plain_wins_more_questions_without_end_though_it_is_wrong_more_often():
    """Both win most of the same questions, and of those that only one wins plain wins more."""
    terse, plain = won_without_end(TERSE), won_without_end(PLAIN)
    both, alone = len(terse & plain), len(plain - terse)
    assert alone > len(terse - plain) and both > max(60, alone)
    assert words().exact_q()[0, PLAIN, 0] < words().exact_q()[0, TERSE, 0]


@pytest.mark.claim("02-too-few")
def test_a_hundred_and_twenty_questions_do_not_settle_who_is_ahead_on_others():
    """Three differences at N = 16, each below two standard errors over the questions, as the text has them."""
    pairs = {(PLAIN, TERSE): "+0.043 ± 0.028", (1, TERSE): "+0.028 ± 0.033", (PLAIN, 1): "+0.015 ± 0.021"}
    for (a, b), said in pairs.items():
        apart = over_questions((a, 16), (b, 16))
        assert abs(apart.mean()) < 2 * standard_error(apart)
        assert said == f"{apart.mean():+.3f} ± {standard_error(apart):.3f}" and said in prose("02")


@pytest.mark.claim("02-three-take-turns")
@pytest.mark.claim("02-n-first")
@pytest.mark.claim("02-some-lose")
def test_three_prompts_take_turns_and_the_pair_is_the_last_step():
    """Leaders of figure 2 (a); choosing N is the larger step on every task, and the pair helps some users, not all."""
    assert len(set(words().exact_q()[0].argmax(axis=0).tolist())) == 3
    for env in (words(), load("math"), load("helpful-harmless")):
        q = env.exact_q()
        level = q[:, :, 0] > q[:, :, 0].max(axis=1, keepdims=True) - 1e-9
        alone, best = q[:, :, 0].max(axis=1), q.max(axis=(1, 2))
        then = np.where(level, q.max(axis=2), -1).max(axis=1)
        assert then.mean() - alone.mean() > best.mean() - then.mean() > 0.004
        lost = best - then
        assert (lost > 0.01).sum() > 0 and (lost < 1e-9).sum() > 0
    assert ((lost > 1e-9).sum(), (lost > 0.01).sum()) == (15, 12)
    assert "of the 15 users of `helpful-harmless` who lose, three lose less than 0.01" in prose("02")


@pytest.mark.claim("02-who-for-whom")
def test_who_is_best_for_which_user_is_as_the_answer_says():
    """Plain with 16 at no cost, prompt 1 with 6 at 0.2, one answer from 0.8 on, and only the ratio counts."""
    explorer = TradeoffExplorer(words())
    best = {}
    for cost in (0.0, 0.15, 0.2, 0.75, 0.8, 1.5, 2.0):
        p, i = np.unravel_index(explorer.q(1.0, cost).argmax(), (10, 16))
        best[cost] = (int(p), int(i) + 1)
        assert np.unravel_index(explorer.q(0.5, cost / 2).argmax(), (10, 16)) == (p, i)
    assert best[0.0] == best[0.15] == (PLAIN, 16) and best[0.2] == (1, 6)
    assert best[0.75][1] > 1 and {best[cost][1] for cost in (0.8, 1.5, 2.0)} == {1}


CHANGES = [(0, 1), (0, 3), (1, 2), (3, 4), (0, 5), (0, 6), (0, 7), (0, 8), (0, 9)]


@pytest.mark.claim("02-most-changes-harm")
@pytest.mark.claim("02-colder")
def test_most_changes_of_a_prompt_do_harm_and_colder_helps_alone():
    """At N = 1 only the colder prompt gains; at N = 16 none does."""
    q = words().exact_q()[0]
    steps = np.array([q[new] - q[old] for old, new in CHANGES])
    assert [pair for pair, step in zip(CHANGES, steps[:, 0], strict=True) if step > 1e-9] == [(0, 1)]
    assert (steps[:, 15] < 0).all() and steps[2, 0] == pytest.approx(0)


@pytest.mark.claim("02-why-worse")
def test_answers_that_cannot_be_read_were_cut_and_examples_lead_to_copies():
    """Nine of ten unread answers of prompts 7 and 8 were cut; of prompt 9's mistakes four of ten repeat the word."""
    env = words()
    for p in (7, 8):
        unread = [c for x in range(env.n_queries) for c in env.completions(p, x) if c.label < 0]
        assert len(unread) > 0.35 * 2_880 and np.mean([c.finish_reason == "length" for c in unread]) > 0.9
    asked = [(x, word[1]) for x in range(env.n_queries) if (word := re.search(r'"(\w+)"', env.questions[x].text))]

    def repeated(p):
        return [c.answer == word for x, word in asked for c in env.completions(p, x) if c.label > 0]

    def copies(p):
        return np.mean(repeated(p))

    assert f"({sum(repeated(9))} of {len(repeated(9))})" in prose("02")
    assert 0.35 < copies(9) < 0.45 and max(copies(0), copies(1), copies(2)) < 0.15
    assert env.cost[9].mean() < 0.3 * env.cost[0].mean()


@cache
def _races(*keep):
    """Policies of twenty races of PSST with 1,000 answers on these prompts alone, and their mean Q."""
    task, keep = words(), list(keep)
    env = CategoricalEnvironment(
        task.probs[keep], task.values[keep], task.cost[keep], answers=task.answers[keep], gold=task.gold,
        call_cost=task.query_call_cost[keep], contexts=task.contexts, strategy=task.strategy, n_max=task.n_max,
    )  # fmt: skip
    assert np.allclose(env.exact_q(), task.exact_q()[:, keep])
    arms = [list(train("psst", env, 1_000, seed=s).policy.values()) for s in range(20)]
    q = env.exact_q()
    return arms, np.array([np.mean([q[c, arm.prompt, arm.n - 1] for c, arm in enumerate(run)]) for run in arms])


@pytest.mark.claim("02-cold-worth")
def test_the_cold_prompts_are_worth_their_pulls():
    """Both gain, by more than two standard errors, and less than is possible: for who minds cost, with at most six."""
    q = words().exact_q()
    best = q.max(axis=2)
    for p in (1, 2):
        better = np.flatnonzero(best[:, p] > best[:, 0])
        assert len(better) and 0 not in better and q[better, p].argmax(axis=1).max() < 6
        gain = _races(0, p)[1] - _races(0)[1]
        possible = (best[:, [0, p]].max(axis=1) - best[:, 0]).mean()
        assert 2 * standard_error(gain) < gain.mean() < possible


@pytest.mark.claim("02-near-copies-cost")
def test_near_copies_cost_more_than_bad_prompts():
    """Never best for any user, yet given to a quarter of them; the bad ones to none, and the difference is no luck."""
    q, lost = words().exact_q(), {}
    for group in (NEAR, FAR):
        for p in group:
            assert (q[:, p].max(axis=1) < q[:, 0].max(axis=1)).all()
            given = [arm.prompt == 1 for run in _races(0, p)[0] for arm in run]
            share = np.mean(given)
            assert f"{sum(given):2} of {len(given)}   {p}: " in printed("02")
            assert share >= 0.25 if group is NEAR else share == 0
        lost[group] = np.mean([_races(0)[1] - _races(0, p)[1] for p in group], axis=0)
    apart = lost[NEAR] - lost[FAR]
    assert apart.mean() > 2 * standard_error(apart)
    for group, said in ((NEAR, "0.0135 ± 0.0035"), (FAR, "0.0022 ± 0.0015")):
        assert said == f"{lost[group].mean():.4f} ± {standard_error(lost[group]):.4f}" and said in prose("02")


def test_the_prompt_between_the_groups_is_told_of():
    """Prompt 4: how often it is given, and what it costs."""
    given = sum(arm.prompt == 1 for run in _races(0, 4)[0] for arm in run)
    cost = _races(0)[1] - _races(0, 4)[1]
    said = f"it is given {given} times of 60, and costs {cost.mean():.3f} ± {standard_error(cost):.3f}"
    assert said in prose("02") and said.endswith("0.013 ± 0.008")


@pytest.mark.claim("02-two-beat-ten")
@pytest.mark.claim("02-ten-end-lower")
def test_two_prompts_end_above_ten_with_a_small_budget():
    """By more than two standard errors of the difference; the cell prints both means."""
    two, ten = _races(0, 1)[1], _races(*range(10))[1]
    assert (two - ten).mean() > 2 * standard_error(two - ten)
    assert f"mean of 20 races {two.mean():.4f}" in printed("02") and f"{ten.mean():.4f}" in printed("02")


def test_a_user_without_cost_is_one_user():
    """The worked example's user is lesson 00's first one."""
    low = words().contexts[0]
    assert (low.name, low.cost_weight) == ("low", 0.0) and Context("low", (1.0,)) == low
