"""BudgetSlider by its traits: what it says is what PSST does."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from cases import small_environment
from iapo_widgets import psst
from iapo_widgets.widgets import BudgetSlider


@pytest.fixture(scope="module")
def env():
    """Six prompts, N up to 8: M = 48, R = 6."""
    return small_environment(0, prompts=6, n_max=8)


@pytest.mark.parametrize("budget", [3, 6, 20, 47, 48, 100, 288, 1_000, 20_000])
def test_the_words_are_what_round_1_does(env, budget):
    """Completions of round 1 and the prompts that it reaches, as PSST does it on this task."""
    first = next(psst(env, budget, seed=0))
    summary = BudgetSlider(env, budget=budget).summary
    spent = int((first.pulls * np.arange(1, 9)).sum())
    assert f"({spent:,} completions)" in summary
    reached = int(first.pulls.any(axis=1).sum())
    assert (f"each of the {reached} prompts" if reached == 6 else f"{reached} of the 6 prompts") in summary


@pytest.mark.parametrize(
    ("budget", "warning"),
    [(288, ""), (287, "borrowed"), (48, "borrowed"), (47, "pulls shrink"), (6, "pulls shrink"), (5, "1 are never")],
)
def test_it_warns_where_a_round_cannot_pull_every_prompt(env, budget, warning):
    """T / R pays M = 48 from 288 on; below M pulls shrink; below one a prompt some are never asked."""
    slider = BudgetSlider(env, budget=budget)
    assert warning in slider.warning and bool(slider.warning) is bool(warning)
    assert slider.warning in slider.summary


def test_money_is_a_product(env):
    """20,000 completions of 400 tokens at 0.60 dollars a million: 4.80 dollars."""
    slider = BudgetSlider(env)
    assert slider.money == pytest.approx(4.8) and "8,000,000 tokens, 4.80 dollars" in slider.summary
    slider.set_state({"tokens": 1_000, "price": 5})
    assert "20,000,000 tokens, 100.00 dollars" in slider.summary
    slider.reset()
    assert "4.80 dollars" in slider.summary


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"budget": 0}, "budget must be a whole number of completions, at least 1, not 0"),
        ({"price": -1}, "price must be finite and at least 0, not -1.0"),
        ({"tokens": float("inf")}, "tokens must be finite"),
        ({"budget": 2.5}, "expected an int"),
    ],
)
def test_bad_values_are_shown_and_change_nothing(env, state, message):
    """The error names what is wanted; the traits stay."""
    slider = BudgetSlider(env)
    slider.set_state(state)
    assert message in slider.error and (slider.budget, slider.tokens, slider.price) == (20_000, 400, 0.6)


def test_the_twin_and_the_repr(env):
    """The figure carries the words; the repr holds the traits."""
    slider = BudgetSlider(env)
    assert isinstance(slider.figure(), Figure) and slider.figure().alt == slider.summary
    assert repr(slider) == "BudgetSlider(budget=20000, tokens=400.0, price=0.6)"


@pytest.mark.parametrize(("per_call", "requests"), [(None, 2_500), (8, 2_500), (3, 7_500), (1, 20_000)])
def test_requests_are_paid_where_they_have_a_cost(per_call, requests):
    """20,000 completions at N = 8 take 2,500 requests or more, and a request three times a completion's tokens."""
    dear = 3 * small_environment(0, prompts=6, n_max=8).mean_cost.mean()
    env = small_environment(0, prompts=6, n_max=8, call_cost=dear, per_call=per_call)
    slider = BudgetSlider(env, tokens=100.0)
    assert slider.requests == requests
    assert slider.money == pytest.approx((20_000 * 100 + requests * 300) * 0.6e-6)
    assert f"20,000 completions in about {requests:,} requests: about {2_000_000 + requests * 300:,} tokens" in (
        slider.summary
    )


@pytest.mark.parametrize("budget", [1, 5, 20, 47, 100, 287, 288, 1_000, 20_000])
@pytest.mark.parametrize("few", [False, True])
def test_all_rounds_together_spend_the_budget_as_psst_does(env, budget, few):
    """Never more than T, and less than N_max is left; the first round is PSST's own, whoever stays."""
    rounds = BudgetSlider(env, budget=budget).rounds(few)
    assert len(rounds) == 6 and budget - 8 < sum(asked.completions for asked in rounds) <= budget
    first = next(psst(env, budget, seed=0)).pulls
    assert rounds[0].prompts == first.any(axis=1).sum() and rounds[0].questions == first.sum(axis=1).max()
    assert rounds[0].completions == (first * np.arange(1, 9)).sum()


@pytest.mark.parametrize("seed", range(4))
def test_as_many_prompts_stay_as_is_said(env, seed):
    """Of a run every round asks no more prompts than said of many users who differ, nor fewer than of one mind."""
    slider = BudgetSlider(env, budget=2_000)
    for done, many, few in zip(psst(env, 2_000, seed=seed), slider.rounds(), slider.rounds(few=True), strict=True):
        assert few.prompts <= done.pulls.any(axis=1).sum() <= many.prompts


def test_the_picture_is_the_rounds(env):
    """Each bar is as long as the round has questions and as thick as it has prompts, and its words say both."""
    slider = BudgetSlider(env, budget=2_000)
    bars = slider._scene["panels"][1]["bars"]
    for k, (many, few) in enumerate(zip(slider.rounds(), slider.rounds(few=True), strict=True), 1):
        mine = [bar for bar in bars if bar["y"] == k and bar["label"]]
        assert [bar["end"] for bar in mine] == [asked.questions for asked in dict.fromkeys((many, few))]
        assert mine[0]["thick"] == pytest.approx(0.8 * many.prompts / 6, abs=1e-4)
        assert f"{few.prompts} prompt" in mine[0]["tell"] and f"{few.questions} question" in mine[0]["tell"]


def test_the_caption_names_the_next_step(env):
    """Below it round 1 can't do what is said, at it it can; the words are the zones of the ruler."""
    slider = BudgetSlider(env, budget=5)
    for need, zone in ((6, "too little"), (48, "fewer than 8"), (288, "round 1 is whole"), (576, "every round")):
        assert f"Raise the budget to {need:,} completions and " in slider._scene["change"]
        spans = slider._scene["panels"][0]["spans"]
        at = [span["label"] for span in spans if span["start"] <= max(slider.budget, 10) < span["end"]]
        assert need == 6 or zone in at[0]
        slider.budget = need
    assert "asks each prompt 3 questions" in slider._scene["change"]


def test_the_line_of_the_ruler_sets_the_budget(env):
    """It stands at the budget, within the ruler, and moves by the slider's own steps."""
    slider = BudgetSlider(env, budget=3)
    (rule,) = slider._scene["panels"][0]["rules"]
    control = slider.controls()[0]
    assert rule["x"] == control.low == 10
    (move,) = rule["moves"]
    assert (move["name"], move["low"], move["high"], move["step"], move["log"]) == (
        "budget", control.low, control.high, control.step, True,
    )  # fmt: skip
