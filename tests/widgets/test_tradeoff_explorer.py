"""TradeoffExplorer by its traits: exact arms, the plane of weights, errors."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.ndimage import label

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
    """Each cell's words name the best prompt and N for its weights, its colour the prompt, and N is its shade."""
    cells = TradeoffExplorer(helpful)._scene["panels"][1]["cells"]
    assert np.array(cells["codes"]).shape == np.array(cells["shades"]).shape == (11, 11)
    shade_of = {}
    for j, i in np.ndindex(11, 11):
        w, cost = cells["x"][i], cells["y"][j]
        q = helpful.with_(contexts=[Context("mine", (w, 1 - w), cost)]).exact_q()[0]
        p, n = np.unravel_index(q.argmax(), q.shape)
        assert cells["tell"][j][i] == f"helpful {w:.1f}, cost {cost:.1f}: prompt {p}, N = {n + 1}"
        assert cells["labels"][cells["codes"][j][i]] in (f"prompt {p} wins", "another prompt wins")
        shade_of.setdefault(int(n) + 1, set()).add(cells["shades"][j][i])
    shades = [shade for n in sorted(shade_of) for shade in shade_of[n]]
    assert len(shades) == len(shade_of) > 3 and shades == sorted(shades)
    told = dict(cells["ramp"])
    assert list(told) == ["N = 1", "N = 3", "N = 8"] and told["N = 1"] <= shades[0] and shades[-1] <= told["N = 8"]


def test_every_region_of_the_map_has_its_marker(helpful):
    """One mark in each region whose cells share sides, within it, of the winner's marker."""
    panel = TradeoffExplorer(helpful)._scene["panels"][1]
    cells, marks = panel["cells"], panel["lines"]
    codes = np.array(cells["codes"])
    assert len(marks) == sum(label(codes == code)[1] for code in np.unique(codes)) > 1
    for mark in marks:
        i, j = cells["x"].index(mark["x"][0]), cells["y"].index(mark["y"][0])
        assert mark["marker"] == cells["markers"][codes[j, i]]


@pytest.mark.parametrize("cost", [0.2, 0.0, 2.0])
def test_the_caption_says_what_would_change_the_winner(helpful, cost):
    """At the weight of cost that it names another prompt, or N, wins, and at none nearer."""
    explorer = TradeoffExplorer(helpful, cost_weight=cost)
    way, to, what = re.match(
        r"(Raise|Lower) the weight of cost to ([\d.]+) and (\w+)", explorer._scene["change"]
    ).groups()
    kind = 1 if what == "N" else 0

    def winner(weight):
        q = helpful.with_(contexts=[Context("mine", (0.5, 0.5), weight)]).exact_q()[0]
        return [int(v) for v in np.unravel_index(q.argmax(), q.shape)]

    assert (way == "Raise") is (float(to) > cost)
    assert winner(float(to))[kind] != winner(cost)[kind]
    nearer = [0.05 * k for k in range(41) if abs(0.05 * k - cost) < abs(float(to) - cost) - 1e-9]
    assert all(winner(weight)[kind] == winner(cost)[kind] for weight in nearer)
    assert explorer.summary.endswith(explorer._scene["change"])


def test_the_user_is_a_ring_that_moves_both_ways(helpful):
    """It stands where the weights are, hides no cell, and sets share along x and cost weight along y."""
    explorer = TradeoffExplorer(helpful, share=0.3, cost_weight=1.2)
    (user,) = explorer._scene["panels"][1]["stars"]
    assert (user["x"], user["y"], user["ring"]) == (0.3, 1.2, True)
    assert [(m["axis"], m["name"], m["low"], m["high"]) for m in user["moves"]] == [
        ("x", "share", 0.0, 1.0), ("y", "cost_weight", 0.0, 2.0),
    ]  # fmt: skip


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
    """Each goes from N = 1 to N_max, a gap stands between two, where the x of the last point is repeated, none last."""
    widget = TradeoffExplorer(load("helpful-harmless"))
    line = widget._scene["panels"][0]["lines"][0]
    n_max = widget.env.n_max
    scales = line["x"][: line["x"].index(n_max) + 1]
    assert line["label"] == "other prompts" and scales[0] == 1 and scales == sorted(set(scales))
    each = [*scales, n_max]
    assert (len(line["y"]) + 1) % len(each) == 0
    for i, (x, y) in enumerate(zip(line["x"], line["y"], strict=True)):
        assert (y is None) == (i % len(each) == len(scales)) and x == each[i % len(each)]


@pytest.mark.parametrize("per_call", [None, 1, 3])
def test_requests_are_charged_as_exact_q_charges_them(per_call):
    """Q of every arm is that of exact Q where a request costs something, however many completions it carries."""
    env = small_environment(0, n_max=8, call_cost=[0.1, 0.0, 0.3], per_call=per_call)
    found = TradeoffExplorer(env).q(0.5, 1.5)
    assert found == pytest.approx(env.with_(contexts=[Context("mine", (0.5,), 1.5)]).exact_q()[0])
