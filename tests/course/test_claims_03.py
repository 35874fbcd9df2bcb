"""What lesson 03 says of recorded sentences, policies and re-scored runs, held against them."""

import re
from functools import cache
from math import erf, sqrt

import numpy as np
import pytest

from course.answers import prose
from course.recorded import printed, standard_error
from iapo_widgets import Arm, Context, acr, load, train
from iapo_widgets.core.rescoring import Rescorer, queries_seen
from iapo_widgets.course.lesson_03 import BUDGET, DRAFTS, NEW, SEED
from iapo_widgets.widgets import TradeoffExplorer

RUNS = range(20)


@cache
def sentences():
    """The recorded task of two wishes."""
    return load("real-sentences")


@cache
def q():
    """Exact Q of the nine users, (9, 10, 16)."""
    return sentences().exact_q()


@pytest.mark.claim("03-three-winners")
def test_three_recorded_drafts_have_three_winners():
    """The drafts of the exercises are recorded ones, and three users choose three of them."""
    three = [draft.score for draft in sentences().completions(0, 106)[4:7]]
    assert np.allclose(three, DRAFTS)
    assert len(set((DRAFTS @ np.array([[0.9, 0.5, 0.1], [0.1, 0.5, 0.9]])).argmax(axis=0).tolist())) == 3


@pytest.mark.claim("03-shared-luck")
def test_nine_estimates_from_one_pull_are_closer_than_independent_ones_would_be():
    """All within 0.6 of a standard error, as printed; nine independent ones less than once in a thousand times."""
    apart = [float(x) for x in re.findall(r"(?m)^(?:words|both|short), .* ([+-]\d\.\d)$", printed("03"))]
    assert len(apart) == 9 and max(map(abs, apart)) <= 0.5 and "within 0.6 of a standard error" in prose("03")
    assert erf(0.6 / sqrt(2)) ** 9 < 1e-3


def test_the_users_weights_are_those_of_the_text():
    """Names, weights and cost weights of the nine users."""
    weights = {"words": (0.9, 0.1), "both": (0.5, 0.5), "short": (0.1, 0.9)}
    cost = {"low": 0.0, "mid": 0.2, "high": 1.0}
    want = [Context(f"{w}, {c}", weights[w], cost[c]) for w in weights for c in cost]
    assert list(sentences().contexts) == want
    assert all(f"{pair} for `{name}`" in prose("03") for name, pair in weights.items())


@pytest.mark.claim("03-n-falls")
def test_n_falls_with_the_cost_weight_for_every_pair_of_weights():
    """Three times three users in order of their cost weights."""
    scales = q().max(axis=1).argmax(axis=1).reshape(3, 3) + 1
    assert (np.diff(scales, axis=1) < 0).all()
    assert [c.cost_weight for c in sentences().contexts] == [0.0, 0.2, 1.0] * 3


@pytest.mark.claim("03-count-three")
def test_three_prompts_are_best_for_somebody_at_a_cost_weight_of_0_2():
    """Prompt 8 up to 0.35, then 6, and 1 from about 0.86 on."""
    explorer, found = TradeoffExplorer(sentences()), {}
    for share in np.round(np.linspace(0, 1, 101), 2):
        found.setdefault(int(explorer.q(float(share), 0.2).max(axis=1).argmax()), []).append(float(share))
    assert {p: (shares[0], shares[-1]) for p, shares in found.items()} == {
        8: (0.0, 0.35), 6: (0.36, 0.85), 1: (0.86, 1.0)
    }  # fmt: skip


@pytest.mark.claim("03-fewest-then-most")
@pytest.mark.claim("03-copies-win")
def test_the_german_prompt_wins_by_copies_of_the_list():
    """Fewest words alone, among the most of 16; nearly all of its full drafts are copies, found on 108 questions."""
    task = sentences()
    covered = task.with_(contexts=[Context("only words", (1.0, 0.0))]).exact_q()[0]
    assert covered[:, 0].argmin() == 9 and covered[9, 15] == covered[:, 15].max()
    copies = np.array([
        [task.questions[x].text in draft.text.lower() for draft in task.completions(9, x)] for x in range(120)
    ])  # fmt: skip
    full = task.values[9, :, :, 0] == 1
    assert copies[full].mean() > 0.9
    found = int(copies[:, :16].any(axis=1).sum())
    assert f"among the first 16 drafts to {found} of 120 questions" in printed("03")
    assert f"on {found} of 120 questions, about nine of ten" in prose("03") and found / 120 == pytest.approx(0.9)


@pytest.mark.claim("03-german-ahead")
def test_the_german_prompt_is_among_the_best_of_sixteen_and_ahead_of_the_one_that_leads_alone():
    """For "words, low" at N = 16, question by question: against prompt 1, and against prompt 7, the best at N = 1."""
    task = sentences()
    assert task.contexts[0].name == "words, low" and q()[0, :, 0].argmax() == 7
    german, one, seven = (task.query_q(0, Arm(p, 16)) for p in (9, 1, 7))
    assert f"its Q at N = 16 is {german.mean():.3f}. Prompt 1 has {one.mean():.3f}" in prose("03")
    for other, said in ((one, "0.014 ± 0.012"), (seven, "0.096 ± 0.013")):
        apart = german - other
        assert said == f"{apart.mean():.3f} ± {standard_error(apart):.3f}" and said in prose("03")
        assert (apart.mean() > 2 * standard_error(apart)) == (other is seven)
    assert (german.mean(), one.mean()) == pytest.approx((0.904, 0.890), abs=5e-4)


@pytest.mark.claim("03-own-prompt")
@pytest.mark.claim("03-who-pays")
def test_a_prompt_for_each_user_is_the_larger_step():
    """Larger than an N for each; one prompt for all costs one user above three times the mean, another nothing."""
    best_n = q().max(axis=2)
    prompt = best_n.mean(axis=0).argmax()
    one, two, each = q().mean(axis=0).max(), best_n[:, prompt].mean(), best_n.max(axis=1).mean()
    lost = best_n.max(axis=1) - best_n[:, prompt]
    assert each - two > two - one and lost.max() > 3 * lost.mean() and lost.min() == 0


@pytest.mark.claim("03-learned")
def test_a_learned_policy_is_above_what_simpler_choices_reach_when_told():
    """The mean of twenty runs is above one arm, one prompt, and prompt then N, by more than two standard errors."""
    runs = np.array([acr(train("psst", sentences(), 5_000, seed=s).policy, sentences()) for s in RUNS])
    first = q()[:, :, 0] > q()[:, :, 0].max(axis=1, keepdims=True) - 1e-9
    told = (
        q().mean(axis=0).max(),
        q().max(axis=2).mean(axis=0).max(),
        np.where(first, q().max(axis=2), -1).max(axis=1).mean(),
    )
    assert runs.mean() - max(told) > 2 * standard_error(runs)
    assert f"mean of 20 runs {runs.mean():.4f}" in printed("03")


def _rescored(seed):
    """The new user's arm from a finished run: its loss, how much its estimate is too high, questions, prompt."""
    task = sentences()
    run = train("psst", task.with_(contexts=task.contexts[:3]), BUDGET, seed=seed)
    estimate = Rescorer(task.strategy, 10, 16).q(run.rounds, task.contexts[NEW])[-1]
    at = np.unravel_index(estimate.argmax(), estimate.shape)
    return q()[NEW].max() - q()[NEW][at], estimate[at] - q()[NEW][at], queries_seen(run.rounds)[-1][at], at[0]


def _own(contexts, budget, seed):
    """What a run with the new user among its contexts loses for that user."""
    task = sentences()
    arm = train("psst", task.with_(contexts=contexts), budget, seed=seed).policy[task.contexts[NEW].name]
    return q()[NEW].max() - q()[NEW, arm.prompt, arm.n - 1]


@pytest.mark.claim("03-one-run-wrong")
def test_the_run_that_goes_wrong_does_so_as_told():
    """Prompt 5 on three questions, 0.07 too high; prompt 8, seen on one question, is the best."""
    lost, luck, seen, prompt = _rescored(SEED)
    assert (prompt, seen) == (5, 3) and luck == pytest.approx(0.07, abs=0.005) and lost > 0.05
    assert q()[NEW].max(axis=1).argmax() == 8


@pytest.mark.claim("03-rescoring-limit")
@pytest.mark.claim("03-rescored-luck")
def test_rescoring_loses_several_times_what_a_small_run_does():
    """Over twenty runs; its estimates are too high by more than two standard errors, on three questions (median)."""
    lost, luck, seen, _ = map(np.array, zip(*map(_rescored, RUNS), strict=True))
    new = sentences().contexts[NEW]
    small = np.array([_own([new], 500, s) for s in RUNS])
    every = np.array([_own(sentences().contexts, BUDGET, s) for s in RUNS])
    assert (lost - small).mean() > 2 * standard_error(lost - small) and lost.mean() > 3 * small.mean()
    assert every.mean() < small.mean() and luck.mean() > 2 * standard_error(luck) and np.median(seen) == 3
