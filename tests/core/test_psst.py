"""Laws of PSST."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import acr, load, psst, train, voting_environment
from iapo_widgets.core.deck import Deck
from iapo_widgets.study.bench import oracle

sizes = st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(2, 4), st.integers(1, 6))


@given(size=sizes, budget=st.integers(1, 600), seed=st.integers(0, 99), reuse=st.sampled_from(["blocks", "subsets"]))
def test_budget_nesting_and_one_survivor(size, budget, seed, reuse):
    """Spending stays within the budget and leaves less than n_max; survivors are nested; one arm a context is left."""
    prompts, queries, answers, n_max = size
    env = small_environment(seed, prompts, queries, answers, n_max)
    before, spent = np.ones((3, prompts, n_max), bool), 0
    for r in psst(env, budget, seed=seed, reuse=reuse):
        spent += int((r.pulls * np.arange(1, n_max + 1)).sum())
        assert r.spent == spent <= budget
        assert not np.any(r.active & ~before)
        before = r.active
    assert budget - spent < n_max
    assert before.sum(axis=(1, 2)).tolist() == [1, 1, 1]
    assert [tuple(np.argwhere(a)[0] + [0, 1]) for a in before] == [(a.prompt, a.n) for a in r.policy.values()]


@given(budget=st.integers(1, 400), seed=st.integers(0, 99))
def test_same_seed_same_rounds(budget, seed):
    """Two runs with one seed are equal, array by array."""
    env = small_environment(3)
    for a, b in zip(psst(env, budget, seed=seed), psst(env, budget, seed=seed), strict=True):
        assert np.array_equal(a.q, b.q, equal_nan=True)
        assert np.array_equal(a.active, b.active) and np.array_equal(a.pulls, b.pulls) and a.policy == b.policy


@given(seed=st.integers(0, 99))
def test_permuting_prompts_permutes_the_result(seed):
    """Where answers are certain, relabelling the prompts relabels the policy."""
    rng = np.random.default_rng(seed)
    right = rng.permutation(6)  # prompt p answers right[p] of the six queries: no two are equal
    gold = np.zeros(6, int)
    wrong = (np.arange(6) >= right[:, None] + 1).astype(int)
    order = rng.permutation(6)

    def learn(prompts):
        env = voting_environment(
            np.eye(2)[wrong[prompts]], gold, np.full(6, 0.1), contexts=small_environment(0).contexts, n_max=4
        )
        return train("psst", env, 20_000, seed=seed).policy

    plain, moved = learn(np.arange(6)), learn(order)
    assert {c: (order[a.prompt], a.n) for c, a in moved.items()} == {c: (a.prompt, a.n) for c, a in plain.items()}


def test_unreached_prompts_rank_last_and_are_counted():
    """Five completions reach five of twelve prompts, and only these can be recommended."""
    env = small_environment(0, prompts=12)
    result = train("psst", env, 5, seed=0)
    assert result.unreached == 7
    known = ~np.isnan(result.rounds[-1].q).all(axis=(0, 2))
    assert all(known[a.prompt] for a in result.policy.values())


def test_schedule_of_a_small_case_by_hand():
    """Two prompts, four scales, T = 60: three rounds, M = 8, n_1 = 20 gives two pulls each at n = 4."""
    rounds = list(psst(small_environment(0, prompts=2), 60, seed=0))
    assert len(rounds) == 3
    assert rounds[0].pulls.tolist() == [[0, 0, 0, 2]] * 2 and rounds[0].spent == 16
    assert [int(r.active[0].sum()) for r in rounds] == [4, 2, 1]


def test_acr_is_the_mean_of_exact_q():
    """ACR averages exact Q over contexts (eq. 4)."""
    env = small_environment(0)
    policy = train("psst", env, 100, seed=0).policy
    q = env.exact_q()
    assert acr(policy, env) == pytest.approx(np.mean([q[i, a.prompt, a.n - 1] for i, a in enumerate(policy.values())]))


@pytest.mark.parametrize("budget", [0, -1, float("nan"), float("inf"), 2.5, "10", None, True])
def test_a_bad_budget_is_refused_at_once(budget):
    """The error names what is wanted before anything is drawn."""
    with pytest.raises(ValueError, match="whole number of completions, at least 1"):
        psst(small_environment(0), budget, seed=0)


def test_unknown_names_list_the_known_ones():
    """A wrong algorithm, reuse, strategy or context says which exist."""
    env = small_environment(0)
    with pytest.raises(ValueError, match="unknown algorithm 'pst'; known: psst"):
        train("pst", env, 10, seed=0)
    with pytest.raises(ValueError, match="known: blocks, subsets"):
        psst(env, 10, seed=0, reuse="all")
    with pytest.raises(ValueError, match="known: best-of-n, majority-vote, vote-then-best"):
        env.with_(strategy="vote")
    with pytest.raises(KeyError, match="known: low, mid, high"):
        train("psst", env, 10, seed=0).policy["cheap"]


@given(budget=st.integers(1, 900), seed=st.integers(0, 99))
def test_paired_prompts_answer_the_same_new_queries(budget, seed):
    """The i-th pull of every prompt in a round asks one query at any scale; none comes again before all were asked."""
    env = small_environment(seed, prompts=4, queries=9, n_max=5)
    asked = []
    for r in psst(env, budget, seed=seed, paired=True):
        lists = {}
        for batch in r.completions:
            for p, x in zip(batch.prompts.tolist(), batch.queries.tolist(), strict=True):
                lists.setdefault(p, []).append(x)
        longest = max(lists.values(), key=len, default=[])
        assert all(queries == longest[: len(queries)] for queries in lists.values())
        asked += longest
    counts = np.bincount(asked, minlength=9)
    assert counts.max() - counts.min() <= 1


@given(budget=st.integers(60, 3_000), seed=st.integers(0, 99), stockpile=st.booleans())
def test_no_paired_round_judges_on_one_query_where_more_can_be_paid(budget, seed, stockpile):
    """Where a completion of two queries can be paid for every prompt, two are asked before anything is trimmed."""
    env = small_environment(seed, prompts=6, queries=9, n_max=8)
    first = next(psst(env, budget, seed=seed, paired=True, stockpile=stockpile))
    each = [set(batch.queries[batch.prompts == p].tolist()) for batch in first.completions for p in range(6)]
    several = budget < 4 * 48 or budget // 6 >= 96  # four whole pulls cannot be paid, or the share pays two at once
    assert (min(map(len, each)) > 1) is several


def test_paired_rounds_by_hand():
    """Six prompts, N_max 8, so M = 48.  T = 60: 7 pulls of 1; T = 100: 4 of 2; T = 200: one of 8."""
    env = small_environment(0, prompts=6, queries=50, n_max=8)
    found = {t: next(psst(env, t, seed=0, paired=True)).pulls[0].tolist() for t in (40, 60, 100, 200)}
    assert found[40] == [6, 0, 0, 0, 0, 0, 0, 0]  # all 40 pay 6 of 1 for each, and 4 are left
    assert found[60] == [7, 0, 0, 0, 0, 0, 0, 0]
    assert found[100] == [0, 4, 0, 0, 0, 0, 0, 0]
    assert found[200] == [0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("reuse", ["blocks", "subsets"])
def test_paired_queries_never_end_in_the_worst_prompts(reuse):
    """On the stand-in for MATH at T = 1,000 no run of 30 loses more than 0.3: no single query decides."""
    env = load("math")
    lost = []
    for seed in range(30):
        part, _ = env.split(0.8, seed)
        policy = train("psst", part, 1_000, seed=seed, paired=True, reuse=reuse).policy
        lost.append(acr(oracle(part), part) - acr(policy, part))
    assert max(lost) < 0.3  # on one query alone the worst of them lost 0.7


@given(
    size=sizes, budget=st.integers(1, 600), seed=st.integers(0, 99), reuse=st.sampled_from(["blocks", "subsets"]),
)  # fmt: skip
def test_pairing_keeps_the_laws_of_the_budget(size, budget, seed, reuse):
    """Paired or not: spending stays within the budget and leaves less than n_max."""
    prompts, queries, answers, n_max = size
    env = small_environment(seed, prompts, queries, answers, n_max)
    rounds = list(psst(env, budget, seed=seed, reuse=reuse, paired=True))
    assert sum(int((r.pulls * np.arange(1, n_max + 1)).sum()) for r in rounds) == rounds[-1].spent <= budget
    assert budget - rounds[-1].spent < n_max


@given(sizes=st.lists(st.integers(0, 30), max_size=8), seed=st.integers(0, 99))
def test_a_deck_deals_every_query_once_a_turn(sizes, seed):
    """However it is dealt, each stretch of seven is a permutation."""
    deck = Deck(7, np.random.default_rng(seed))
    dealt = np.concatenate([np.empty(0, int), *(deck.deal(k) for k in sizes)])
    assert len(dealt) == sum(sizes)
    for start in range(0, len(dealt) - 6, 7):
        assert sorted(dealt[start : start + 7]) == list(range(7))
