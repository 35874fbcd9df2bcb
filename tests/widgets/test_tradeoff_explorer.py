"""TradeoffExplorer by its traits: exact arms, the plane of weights, errors."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from cases import small_environment
from iapo_widgets import CategoricalEnvironment, Context, load
from iapo_widgets.core.strategies import BestOfN
from iapo_widgets.widgets import TradeoffExplorer


@pytest.fixture(scope="module")
def helpful():
    """A small part of the stand-in of two objectives."""
    return load("helpful-harmless").split(0.1, 0)[0].with_(n_max=8)


@pytest.mark.parametrize(("share", "cost"), [(0.5, 0.2), (0.0, 0.0), (1.0, 2.0), (0.35, 0.75)])
def test_the_best_arm_is_that_of_exact_q(helpful, share, cost):
    """Star and words name the arm that exact Q of such a context has."""
    explorer = TradeoffExplorer(helpful, share=share, cost_weight=cost)
    q = helpful.with_(contexts=[Context("mine", (share, 1 - share), cost)]).exact_q()[0]
    p, i = np.unravel_index(q.argmax(), q.shape)
    assert f"prompt {p} with N = {i + 1} is best: Q {q.max():.3f}" in explorer.summary
    (star,) = explorer._scene["panels"][0]["stars"]
    assert star["x"] == i + 1 and star["y"] == pytest.approx(q.max(), abs=1e-4)


def test_the_map_holds_the_winner_of_every_cell(helpful):
    """Each text of the map is the best prompt and N for the weights of its cell."""
    cells = TradeoffExplorer(helpful)._scene["panels"][1]["cells"]
    for j, i in [(0, 0), (10, 10), (3, 7), (10, 0)]:
        w, cost = cells["x"][i], cells["y"][j]
        q = helpful.with_(contexts=[Context("mine", (w, 1 - w), cost)]).exact_q()[0]
        p, n = np.unravel_index(q.argmax(), q.shape)
        assert cells["texts"][j][i] == f"{p}\u00b7{n + 1}"
    assert np.array(cells["codes"]).shape == (11, 11)


def test_one_objective_is_scaled():
    """With accuracy alone the weight scales the reward, and cost is what is left to trade."""
    env = small_environment(0)
    explorer = TradeoffExplorer(env, share=0.5, cost_weight=1.0)
    q = env.with_(contexts=[Context("mine", (0.5,), 1.0)]).exact_q()[0]
    assert explorer.q(0.5, 1.0) == pytest.approx(q)
    assert TradeoffExplorer(env).share == 1.0


def test_moving_and_resetting(helpful):
    """A new weight gives new words; Reset takes them back."""
    explorer = TradeoffExplorer(helpful)
    before = explorer.summary
    explorer.set_state({"cost_weight": 1.5})
    assert "cost 1.50" in explorer.summary
    explorer.reset()
    assert explorer.summary == before and explorer.cost_weight == 0.2


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"share": 1.2}, "share must lie between 0 and 1, not 1.2"),
        ({"cost_weight": -0.1}, "cost_weight must lie between 0 and 2"),
        ({"cost_weight": float("nan")}, "cost_weight must lie"),
    ],
)
def test_bad_weights_are_shown_and_change_nothing(helpful, state, message):
    """The error stands in the widget and the trait keeps its value."""
    explorer = TradeoffExplorer(helpful)
    explorer.set_state(state)
    assert message in explorer.error and (explorer.share, explorer.cost_weight) == (0.5, 0.2)


def test_three_objectives_are_refused():
    """A plane has room for two."""
    equal = [Context("a", (1.0, 1.0, 1.0))]
    three = CategoricalEnvironment(
        np.ones((1, 1, 1)), np.ones((1, 1, 1, 3)), [0.1], contexts=equal, strategy=BestOfN(), n_max=2
    )
    with pytest.raises(ValueError, match="one or two objectives, this task has 3"):
        TradeoffExplorer(three)


def test_the_twin_the_repr_and_the_payload(helpful):
    """A matplotlib twin with the same words, a stable repr, and less than 20 kB for the browser."""
    explorer = TradeoffExplorer(helpful)
    figure = explorer.figure()
    assert isinstance(figure, Figure) and figure.alt == explorer.summary
    assert repr(explorer) == "TradeoffExplorer(share=0.5, cost_weight=0.2)"
    assert len(str(explorer._scene)) < 20_000 and "Simulated" in explorer._scene["note"]


def test_the_curves_of_the_other_prompts_are_one_line_with_gaps_between():
    """Each curve is whole, a gap stands between two, where the x of the last point is repeated, and none at the end."""
    widget = TradeoffExplorer(load("helpful-harmless"))
    line = widget._scene["panels"][0]["lines"][0]
    n_max = widget.env.n_max
    assert line["label"] == "other prompts" and (len(line["y"]) + 1) % (n_max + 1) == 0
    for i, (x, y) in enumerate(zip(line["x"], line["y"], strict=True)):
        assert (y is None) == (i % (n_max + 1) == n_max) and x == min(i % (n_max + 1) + 1, n_max)


@pytest.mark.parametrize("per_call", [None, 1, 3])
def test_requests_are_charged_as_exact_q_charges_them(per_call):
    """Q of every arm is that of exact Q where a request costs something, however many completions it carries."""
    env = small_environment(0, n_max=8, call_cost=[0.1, 0.0, 0.3], per_call=per_call)
    found = TradeoffExplorer(env).q(0.5, 1.5)
    assert found == pytest.approx(env.with_(contexts=[Context("mine", (0.5,), 1.5)]).exact_q()[0])
