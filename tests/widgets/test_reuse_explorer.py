"""ReuseExplorer by its traits: variances against brute force, the race against PSST."""

from itertools import combinations, product

import numpy as np
import pytest
from matplotlib.figure import Figure

from iapo_widgets.widgets import ReuseExplorer
from iapo_widgets.widgets.explorers.reuse_explorer import variances


def reward(sample, strategy):
    """Of a tuple of True and False."""
    if strategy == "best-of-n":
        return float(any(sample))
    return 0.5 * ((2 * sum(sample) > len(sample)) + (2 * sum(sample) >= len(sample)))


@pytest.mark.parametrize("strategy", ["majority-vote", "best-of-n"])
@pytest.mark.parametrize("theta", [0.3, 0.6])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_variances_are_those_of_all_possible_pulls(strategy, theta, n):
    """Every pull of five completions, weighed by its probability: blocks and subsets have the stated variance."""
    pulls = list(product([False, True], repeat=5))
    mass = np.array([theta ** sum(p) * (1 - theta) ** (5 - sum(p)) for p in pulls])
    blocks = [np.mean([reward(p[i : i + n], strategy) for i in range(0, 5 - n + 1, n)]) for p in pulls]
    subsets = [np.mean([reward(s, strategy) for s in combinations(p, n)]) for p in pulls]
    single, by_block, by_subset = (v[n - 1] for v in variances(strategy, theta, 5))
    for values, stated in ((blocks, by_block), (subsets, by_subset)):
        values = np.array(values)
        assert mass @ (values - mass @ values) ** 2 == pytest.approx(stated)
    assert by_subset <= by_block + 1e-12 <= single + 1e-11


def test_the_words_count_blocks_and_subsets():
    """N = 8, n = 3: two blocks, two left over, 56 subsets."""
    explorer = ReuseExplorer()
    assert "holds 2 blocks of 3 (2 completions are left over) and 56 subsets of 3" in explorer.summary
    explorer.set_state({"theta": 1.0})
    assert "both estimates are exact, their variance is 0" in explorer.summary and explorer.error == ""


def test_the_table_adds_up():
    """Rounds are numbered, the completions of all rounds stay within the budget, and the sum stands in the words."""
    explorer = ReuseExplorer(budget=400)
    rows = explorer._scene["rows"]
    spent = sum(int(row[-1].replace(",", "")) for row in rows)
    assert [row[0] for row in rows] == [f"{i + 1} of 5" for i in range(5)]
    assert 400 - 8 < spent <= 400 and f"it spends {spent}" in explorer.summary
    assert rows[0][2] == "4 x 8 = 32" and rows[0][3] == "80"


def test_n_follows_a_smaller_pull_and_reset_takes_it_back():
    """Pulling fewer lowers n; n above what is pulled is refused."""
    explorer = ReuseExplorer()
    explorer.set_state({"pulled": 2})
    assert explorer.n == 2
    explorer.set_state({"n": 3})
    assert "n must lie between 1 and 2, the completions pulled, not 3" in explorer.error and explorer.n == 2
    explorer.reset()
    assert (explorer.pulled, explorer.n, explorer.error) == (8, 3, "")


@pytest.mark.parametrize("state", [{"theta": 1.5}, {"pulled": 0}, {"budget": 5}, {"strategy": "vote"}, {"seed": -1}])
def test_bad_values_are_shown_and_change_nothing(state):
    """The error stands in the widget."""
    explorer = ReuseExplorer()
    before = repr(explorer)
    explorer.set_state(state)
    assert next(iter(state)) in explorer.error and repr(explorer) == before


def test_the_twin_and_the_repr():
    """The figure carries the words; the repr holds the traits."""
    explorer = ReuseExplorer()
    assert isinstance(explorer.figure(), Figure) and explorer.figure().alt == explorer.summary
    assert repr(explorer) == (
        "ReuseExplorer(pulled=8, n=3, theta=0.6, strategy='majority-vote', budget=400, prompts=4, seed=0)"
    )


def test_a_pull_that_shrinks_is_said():
    """Sixty completions cannot pay 12 x 16: the pulls are smaller, five each, and the table says so."""
    row = ReuseExplorer(pulled=16, n=1, prompts=12, budget=60)._scene["rows"][0]
    assert row[2] == "12 x 16 = 192" and row[4].startswith("1 smaller") and row[5] == "60"


def test_the_map_draws_each_sample_once():
    """Every row but the rest holds n completions; the subsets differ, and their letters are those of the pull."""
    cells = ReuseExplorer(pulled=7, n=3, seed=4)._scene["panels"][0]["cells"]
    rows = [tuple(i for i, code in enumerate(row) if code >= 0) for row in cells["codes"]]
    kinds = [max(row) for row in cells["codes"]]
    assert [kinds.count(k) for k in (0, 1, 2)] == [2, 10, 1]
    assert all(len(r) == (1 if k == 2 else 3) for r, k in zip(rows, kinds, strict=True))
    assert len({r for r, k in zip(rows, kinds, strict=True) if k == 1}) == 10
    columns = zip(*cells["texts"], strict=True)
    assert all(len(set(column) - {""}) == 1 for column in columns)


def test_words_change_with_every_trait():
    """No trait moves without the words."""
    explorer = ReuseExplorer()
    changes = {"pulled": 9, "n": 2, "theta": 0.7, "strategy": "best-of-n", "budget": 500, "prompts": 5, "seed": 1}
    for name, value in changes.items():
        before = explorer.summary
        explorer.set_state({name: value})
        assert explorer.summary != before
