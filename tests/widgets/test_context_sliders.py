"""ContextSliders by its traits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from cases import small_environment
from iapo_widgets import Context, load
from iapo_widgets.widgets import ContextSliders


@pytest.fixture(scope="module")
def helpful():
    """A stand-in of two objectives."""
    return load("helpful-harmless").split(0.1, 0)[0]


def test_it_starts_from_a_context_of_the_task(helpful):
    """The first one, or the one that is named; an unknown name lists the known."""
    assert ContextSliders(helpful).context.weights == (0.1, 0.9)
    assert ContextSliders(helpful, "w1=0.7 mid").context == Context("mine", (0.7, 0.3), 0.2)
    with pytest.raises(ValueError, match=r"unknown context 'me'; known: w1=0\.1 low"):
        ContextSliders(helpful, "me")


@given(first=st.floats(0, 1), second=st.floats(0, 1))
def test_the_sum_stays_at_1(helpful, first, second):
    """Whichever weight is moved keeps its value, and the other makes room."""
    sliders = ContextSliders(helpful)
    sliders.weights = [first, sliders.weights[1]]
    assert sum(sliders.weights) == pytest.approx(1, abs=1e-5) and sliders.weights[0] == pytest.approx(first, abs=1e-5)
    sliders.weights = [sliders.weights[0], second]
    assert sliders.weights[1] == pytest.approx(second, abs=1e-5) and sum(sliders.weights) == pytest.approx(1, abs=1e-5)
    assert sliders.context.weights == tuple(sliders.weights)


def test_without_the_switch_weights_are_free(helpful):
    """With the switch off they move alone; on again they are scaled to 1."""
    sliders = ContextSliders(helpful, keep_sum=False)
    sliders.weights = [0.6, 0.9]
    assert sliders.context.weights == (0.6, 0.9)
    sliders.keep_sum = True
    assert sliders.weights == pytest.approx([0.4, 0.6])


def test_presets_observers_and_reset(helpful):
    """A preset sets the cost weight, who observes ``context`` hears of it, Reset takes all back."""
    sliders, heard = ContextSliders(helpful), []
    sliders.observe(lambda change: heard.append(change["new"].cost_weight), "context")
    sliders.press("high")
    assert heard == [1.0] and "takes 1 off the reward" in sliders.summary
    sliders.reset()
    assert heard[-1] == 0.0
    assert sliders.summary.startswith("This user cares 10% for helpful and 90% for harmless; cost is free.")


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"weights": [0.0, 0.0]}, "only zero objective weights"),
        ({"weights": [0.5]}, "2 weights are needed, not 1"),
        ({"weights": [-0.5, 0.5]}, "finite and at least 0"),
        ({"cost_weight": 3.0}, "cost_weight must lie between 0 and 2, not 3"),
    ],
)
def test_bad_weights_are_shown_and_change_nothing(helpful, state, message):
    """The error stands in the widget and the context stays."""
    sliders = ContextSliders(helpful, keep_sum=False)
    before = sliders.context
    sliders.set_state(state)
    assert message in sliders.error and sliders.context == before


def test_one_objective_has_no_switch_and_the_twin_has_words():
    """Voting has one weight; figure and repr are stable."""
    sliders = ContextSliders(small_environment(0))
    assert [c.name for c in sliders.controls()] == ["weights", "cost_weight", "low", "mid", "high", "reset"]
    assert isinstance(sliders.figure(), Figure) and sliders.figure().alt == sliders.summary
    assert repr(sliders) == "ContextSliders(weights=[1.0], cost_weight=0.0, keep_sum=False)"


def test_its_context_scores_completions(helpful):
    """What it gives is the core's Context: an environment takes it as any other."""
    assert helpful.with_(contexts=[ContextSliders(helpful).context]).exact_q().shape[0] == 1


@pytest.mark.parametrize("k", [0, 1])
def test_a_weight_that_the_browser_moves_stays_where_it_was_put(helpful, k):
    """The browser's values are validated late, when the trait has them already: each slider must move all the same."""
    sliders = ContextSliders(helpful, "w1=0.7 mid")
    asked = list(sliders.weights)
    asked[k] = 0.55
    sliders.set_state({"weights": asked})
    assert sliders.weights[k] == 0.55 and sliders.weights[1 - k] == pytest.approx(0.45)
    assert sliders.context.weights == tuple(sliders.weights)


def test_weights_above_1_are_refused(helpful):
    """The error names the range, and the weights stay."""
    sliders = ContextSliders(helpful, keep_sum=False)
    before = list(sliders.weights)
    sliders.set_state({"weights": [5.0, 7.0]})
    assert "between 0 and 1" in sliders.error and sliders.weights == before


@pytest.mark.parametrize("k", [0, 1])
def test_a_weight_that_is_dragged_fast_stays_where_it_was_put(helpful, k):
    """The browser may not have heard yet how the other made room: what it says it moved stays, the rest makes room."""
    sliders = ContextSliders(helpful, "w1=0.5 mid")
    for first, value in ((True, 0.3), (False, 0.1), (False, 0.05)):
        stale = [0.5, 0.5]
        stale[k] = value
        sliders.set_state({"weights": stale, **({"_moved": k} if first else {})})
        assert sliders.weights[k] == value and sliders.weights[1 - k] == pytest.approx(1 - value)
    sliders.weights = [0.8, sliders.weights[1]]
    assert sliders.weights[0] == 0.8
