"""ReuseExplorer by its traits: variances and samples against brute force, and one idea a step."""

import json
from itertools import combinations, product

import numpy as np
import pytest
from matplotlib.figure import Figure

from iapo_widgets.widgets import ReuseExplorer
from iapo_widgets.widgets.explorers.reuse_explorer import MOST, variances


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
    """N = 8, n = 3: two blocks, two left over, 56 subsets; certain completions leave nothing to estimate."""
    explorer = ReuseExplorer()
    held = "A pull of N = 8 holds 2 blocks of 3 (2 completions are left over)"
    assert explorer.summary.startswith(f"{held}; at n = 2 it held 4.")
    explorer.step = "subsets"
    assert explorer.summary.startswith(f"{held} and 56 subsets of 3.")
    explorer.set_state({"step": "worth", "theta": 1.0})
    assert "both estimates are exact, their variance is 0" in explorer.summary and explorer.error == ""


@pytest.mark.parametrize("strategy", ["majority-vote", "best-of-n"])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_the_estimates_told_are_those_of_the_samples_seen(strategy, n):
    """The mean of what each block says, and of what all its subsets of size n say, worked out sample by sample."""
    explorer = ReuseExplorer(pulled=7, n=n, strategy=strategy, seed=3, step="subsets")
    pull = (np.random.default_rng(3).random(7) < 0.6).tolist()
    blocks = np.mean([reward(pull[i : i + n], strategy) for i in range(0, 7 - n + 1, n)])
    subsets = np.mean([reward(s, strategy) for s in combinations(pull, n)])
    assert f"is {subsets:.3f}, that of the blocks {blocks:.3f}" in explorer.summary


def test_the_worth_is_in_independent_samples():
    """What one sample varies over what the pull's estimate varies; blocks are worth as many as there are."""
    (panel,) = ReuseExplorer(step="worth")._scene["panels"]
    worth = {line["label"]: line["y"] for line in panel["lines"]}
    single, _, subsets = variances("majority-vote", 0.6, 8)
    assert worth["all subsets"] == pytest.approx(single / subsets, rel=1e-4)
    assert worth["disjoint blocks"] == [8 // n for n in range(1, 9)]


def test_one_idea_at_a_time():
    """A step shows its own picture, Another pull draws anew, and the pull's settings come with a switch alone."""
    explorer = ReuseExplorer()
    titles = {}
    for step in ("blocks", "subsets", "worth"):
        explorer.step = step
        titles[step] = [panel["title"] for panel in explorer._scene["panels"]]
    blocks = "2 blocks of 3, 2 left over"
    assert titles == {
        "blocks": [blocks],
        "subsets": [blocks, "56 subsets of 3"],
        "worth": ["What one pull of 8 is worth"],
    }
    before = explorer.summary
    explorer.press("again")
    assert explorer.seed == 9 and explorer.summary != before
    names = [c.name for c in explorer.controls()]
    explorer.more = True
    assert sorted(set(c.name for c in explorer.controls()) - set(names)) == ["pulled", "strategy", "theta"]


def test_n_follows_a_smaller_pull_and_reset_takes_it_back():
    """Pulling fewer lowers n; n above what is pulled is refused."""
    explorer = ReuseExplorer()
    explorer.set_state({"pulled": 2})
    assert explorer.n == 2
    explorer.set_state({"n": 3})
    assert "n must lie between 1 and 2, the completions pulled, not 3" in explorer.error and explorer.n == 2
    explorer.reset()
    assert (explorer.pulled, explorer.n, explorer.error) == (8, 3, "")


@pytest.mark.parametrize("state", [{"theta": 1.5}, {"pulled": 0}, {"step": "race"}, {"strategy": "vote"}, {"seed": -1}])
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
        "ReuseExplorer(step='blocks', pulled=8, n=3, theta=0.6, strategy='majority-vote', seed=8)"
    )


@pytest.mark.parametrize(("pulled", "n", "drawn"), [(7, 3, 35), (16, 8, MOST)])
def test_the_map_draws_each_sample_once(pulled, n, drawn):
    """All subsets, or as many as there is room for: each of n completions, no two alike, with what it says beside."""
    blocks, subsets = ReuseExplorer(step="subsets", pulled=pulled, n=n, seed=4)._scene["panels"]
    pull = np.random.default_rng(4).random(pulled) < 0.6
    rows = [row[:pulled] for row in subsets["cells"]["codes"]]
    members = [tuple(i for i, code in enumerate(row) if code >= 0) for row in rows]
    assert len(set(members)) == len(members) == drawn and {len(m) for m in members} == {n}
    assert all(row[i] == (0 if pull[i] else 1) for row, who in zip(rows, members, strict=True) for i in who)
    credits = [{0: 1.0, 1: 0.0, 2: 0.5}[row[-1]] for row in subsets["cells"]["codes"]]
    assert credits == [reward([bool(pull[i]) for i in who], "majority-vote") for who in members] == sorted(credits)
    whole, gap, *rest = [row[:pulled] for row in blocks["cells"]["codes"]][::-1]
    assert -1 not in whole and set(gap) == {-1}
    assert [sum(r[i] >= 0 for r in rest) for i in range(pulled)] == [1] * pulled


def test_words_change_with_every_trait():
    """No trait moves without the words."""
    explorer = ReuseExplorer()
    changes = {"step": "worth", "pulled": 9, "n": 2, "theta": 0.7, "strategy": "best-of-n", "seed": 1}
    for name, value in changes.items():
        before = explorer.summary
        explorer.set_state({name: value})
        assert explorer.summary != before


@pytest.mark.parametrize("step", ["blocks", "subsets", "worth"])
def test_an_update_is_small(step):
    """Also the picture of most subsets is at most 20 kB: a slider sends it at each of its moves."""
    explorer = ReuseExplorer(step=step, pulled=16, n=8)
    assert explorer.error == "" and len(json.dumps(explorer._scene)) <= 20_000
