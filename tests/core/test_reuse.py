"""Laws of reuse: blocks and subsets estimate the same thing, and what did not arrive is missing, never a zero."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import TWO, pull
from iapo_widgets import STRATEGIES
from iapo_widgets.core.reuse import REUSES, Tally, block_samples, subset_samples

WEIGHTS = np.array([c.weights for c in TWO])
drawn_completions = st.lists(
    st.tuples(st.integers(-1, 2), st.integers(0, 4).map(lambda i: i / 4)), min_size=1, max_size=5
)


@pytest.mark.parametrize("name", STRATEGIES)
@given(drawn=drawn_completions, gold=st.integers(0, 2))
def test_blocks_and_subsets_agree_in_expectation(name, drawn, gold):
    """The mean of the block estimates over every order of the completions is the subset estimate, exactly."""
    n, strategy = len(drawn), STRATEGIES[name]
    answers, style = [a for a, _ in drawn], [s for _, s in drawn]
    subsets = subset_samples(pull(answers, gold, style), strategy, WEIGHTS, n)
    total = np.zeros((2, n))
    orders = list(permutations(range(n)))
    for order in orders:
        blocks = block_samples(pull([answers[i] for i in order], gold, [style[i] for i in order]), strategy, WEIGHTS, n)
        total += (blocks.reward / blocks.count[:, None])[0]
    assert total / len(orders) == pytest.approx(subsets.reward[0], abs=1e-9)


@pytest.mark.parametrize("reuse", REUSES)
@pytest.mark.parametrize("name", STRATEGIES)
@given(drawn=drawn_completions, gold=st.integers(0, 2), where=st.integers(0, 5))
def test_failed_completions_are_missing_and_never_zeros(reuse, name, drawn, gold, where):
    """A failed call anywhere in a pull leaves every estimate as if the pull had been without it."""
    answers, style = [a for a, _ in drawn], [s for _, s in drawn]
    where = min(where, len(drawn))
    holed = pull(
        [*answers[:where], 1, *answers[where:]], gold, [*style[:where], 9.0, *style[where:]],
        valid=[i != where for i in range(len(drawn) + 1)],
    )  # fmt: skip
    samples = REUSES[reuse]
    whole = samples(pull(answers, gold, style), STRATEGIES[name], WEIGHTS, len(drawn) + 1)
    found = samples(holed, STRATEGIES[name], WEIGHTS, len(drawn) + 1)
    assert np.array_equal(found.count, whole.count)
    assert found.reward == pytest.approx(whole.reward, abs=1e-9) and found.cost == pytest.approx(whole.cost)


@pytest.mark.parametrize("reuse", REUSES)
@pytest.mark.parametrize("name", STRATEGIES)
def test_a_pull_that_failed_altogether_says_nothing(reuse, name):
    """Nothing is counted, and the estimate stays unknown rather than 0."""
    tally = Tally(STRATEGIES[name], TWO, 3, 2, reuse)
    tally.add(pull([0, 0], 0, [0.5, 0.5], valid=[False, False]))
    assert tally.count.sum() == 0 and np.all(np.isnan(tally.q))
