"""ScalingExplorer by its traits: what it computes, says and refuses."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.stats import binom

from iapo_widgets.widgets import ScalingExplorer
from iapo_widgets.widgets.explorers.scaling_explorer import leaders


def test_the_worked_example_is_the_default():
    """0.63284 against 0.77378 at N = 10, the order flips after N = 2."""
    explorer = ScalingExplorer()
    q = explorer.environment().exact_q()[0]
    assert q[:, 9] == pytest.approx([0.63284, 0.77378], abs=1e-5) and q[:, 0] == pytest.approx([0.65, 0.62])
    assert "prompt A 0.633, prompt B 0.774" in explorer.summary
    assert "The order flips: prompt A leads from N = 1 to 2; prompt B leads from N = 3 to 32." in explorer.summary


@pytest.mark.parametrize("strategy", ["majority-vote", "best-of-n"])
def test_curves_are_those_of_coins(strategy):
    """Each curve is the mean over queries of the coin's closed form, less N times the cost."""
    rates = np.array([[0.2, 0.7, 0.9], [0.5, 0.5, 0.5]])
    explorer = ScalingExplorer(rates, strategy=strategy, cost=0.01)
    n = np.arange(1, 33)
    theta = rates[..., None]
    value = {
        "majority-vote": binom.sf(n / 2, n, theta) + 0.5 * binom.pmf(n / 2, n, theta),
        "best-of-n": 1 - (1 - theta) ** n,
    }[strategy].mean(axis=1) - 0.01 * n
    lines = explorer._scene["panels"][1]["lines"]
    assert np.array([line["y"] for line in lines]) == pytest.approx(value, abs=1e-4)


def test_leaders_cover_every_n_once():
    """Stretches follow one another from 1 to N_max, and each leader has the largest value in its own."""
    q = np.random.default_rng(0).random((4, 20))
    spans = leaders(q)
    assert [n for _, a, b in spans for n in range(a, b + 1)] == list(range(1, 21))
    assert all(q[p, a - 1 : b] == pytest.approx(q[:, a - 1 : b].max(axis=0)) for p, a, b in spans)


def test_what_the_browser_sends_moves_it():
    """A dragged rate changes curves and words; Reset takes it back."""
    explorer = ScalingExplorer()
    before = explorer.summary
    explorer.set_state({"flat": [0.8, 0.9, 0.62, 0.62], "n": 3})
    assert explorer.rates.tolist() == [[0.8, 0.9], [0.62, 0.62]] and "One prompt leads everywhere" in explorer.summary
    explorer.reset()
    assert explorer.summary == before and explorer.flat == [0.4, 0.9, 0.62, 0.62]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"n": 0}, "n must lie between 1 and 32, not 0"),
        ({"flat": [0.1, 0.2]}, "2 x 2 success rates from 0 to 1 are needed"),
        ({"flat": [0.1, 0.2, 0.3, 1.5]}, "from 0 to 1"),
        ({"strategy": "vote"}, "known: majority-vote, best-of-n"),
        ({"cost": -1}, "cost must be at least 0"),
        ({"n": "many"}, "expected an int"),
    ],
)
def test_bad_values_are_shown_and_change_nothing(state, message):
    """The error stands in the widget, the trait keeps its value, and a good value takes the error away."""
    explorer = ScalingExplorer()
    (name,) = state
    kept = getattr(explorer, name)
    explorer.set_state(state)
    assert message in explorer.error and getattr(explorer, name) == kept
    explorer.set_state({name: kept})
    assert explorer.error == ""


def test_the_twin_and_the_repr():
    """The figure is matplotlib's, its alternative text is the summary, the repr holds the public traits."""
    explorer = ScalingExplorer()
    figure = explorer.figure()
    assert isinstance(figure, Figure) and figure.alt == explorer.summary
    assert figure.axes[1].get_xlabel() == "N, completions per query"
    assert repr(explorer) == ("ScalingExplorer(flat=[0.4, 0.9, 0.62, 0.62], n=10, strategy='majority-vote', cost=0.0)")


@pytest.mark.parametrize("rates", [[0.5], np.ones((9, 2)), np.ones((2, 0))])
def test_too_many_or_no_rates_are_refused(rates):
    """The error says how many prompts and queries there may be."""
    with pytest.raises(ValueError, match="1 to 7 prompts by 1 to 12 queries"):
        ScalingExplorer(rates)
