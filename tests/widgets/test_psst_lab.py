"""PSSTLab by its traits and methods, without a browser."""

import threading
import time

import numpy as np
import pytest
import traitlets as t

from cases import small_environment
from iapo_widgets import Context, acr, train
from iapo_widgets.widgets import PSSTLab


def lab(**traits):
    """A lab on a small task that does not wait between rounds."""
    return PSSTLab(small_environment(0, prompts=4, n_max=6), **{"budget": 300, "seconds_per_round": 0.0, **traits})


def wait_for(condition, seconds=10):
    """Wait until it is true; fail where it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def test_the_lab_trains_exactly_as_train_does():
    """Same seed, same rounds: pacing and gates change nothing."""
    mine = lab(seed=3, reuse="subsets")
    mine.run()
    mine.join(10)
    expected = train("psst", mine.env, 300, seed=3, reuse="subsets")
    assert mine.state == "finished" and mine.result.policy == expected.policy
    for a, b in zip(mine.result.rounds, expected.rounds, strict=True):
        assert np.array_equal(a.q, b.q, equal_nan=True) and np.array_equal(a.active, b.active)


def test_controls_and_traits_move_together():
    """A control sets its trait and a trait its control, budgets in two digits where they come from the slider."""
    mine = lab()
    fields = mine.controls.fields
    fields["budget"].control.value = 1234.5
    assert mine.budget == 1200
    mine.budget = 1234
    assert fields["budget"].control.value == pytest.approx(1234) and mine.budget == 1234
    fields["n_max"].control.value = 3
    fields["reuse"].control.value = "subsets"
    assert (mine.n_max, mine.reuse) == (3, "subsets")
    mine.context = "high"
    assert mine.view.context == "high" and mine.controls.weights[-1].control.value == 1.0
    mine.view.context = "mid"
    assert mine.context == "mid" and mine.controls.weights[-1].control.value == 0.2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("budget", 0, "at least 1"),
        ("n_max", 7, "above the 6 completions"),
        ("n_max", 0, "at least 1"),
        ("strategy", "vote", "known: best-of-n, majority-vote, vote-then-best"),
        ("reuse", "all", "known: blocks, subsets"),
        ("seed", -1, "at least 0"),
        ("compare", "best", "unknown algorithm"),
        ("context", "cheap", "known: low, mid, high"),
        ("contexts", (Context("other", (1.0,)),), "must keep their names"),
        ("contexts", (), "no contexts"),
    ],
)
def test_a_bad_value_is_refused_and_the_last_good_one_stays(name, value, message):
    """A TraitError says what would be right; the trait keeps its value."""
    mine = lab()
    before = getattr(mine, name)
    with pytest.raises(t.TraitError, match=message):
        setattr(mine, name, value)
    assert getattr(mine, name) == before


def test_a_control_shows_its_error_beside_it_until_it_is_mended():
    """All weights zero is refused beside the slider; the context stays; the next good value takes the error back."""
    mine = lab()
    field = mine.controls.weights[0]
    field.control.value = 0.0
    assert "at least one must be above 0" in field.error and mine.contexts[0].weights == (1.0,)
    assert "alert" in field.children[1].value
    field.control.value = 0.5
    assert field.error == "" and mine.contexts[0].weights == (0.5,)


def test_pause_step_and_stop():
    """Step gives one round, Pause holds, Stop ends; the rounds that were shown stay."""
    mine = lab(seconds_per_round=30.0)
    mine.step()
    wait_for(lambda: mine.view.n_frames == 1)
    mine.step()
    wait_for(lambda: mine.view.n_frames == 2)
    mine.run()
    wait_for(lambda: mine.view.n_frames == 3)
    mine.pause()
    assert mine.state == "paused"
    mine.stop()
    mine.join(10)
    assert mine.state == "stopped" and mine.view.n_frames == 3
    with pytest.raises(RuntimeError, match="no complete run yet: the lab is stopped"):
        _ = mine.result


def test_pause_and_stop_act_within_a_round():
    """While a round is being sampled, Pause holds it and Stop leaves it."""
    inside, go = threading.Event(), threading.Event()
    mine = lab()
    real = mine.env.sample

    def slow(*args):
        inside.set()
        go.wait(10)
        return real(*args)

    changed = mine.env.with_()
    changed.sample = slow
    changed.with_ = lambda **_: changed
    mine.env = changed
    mine.run()
    assert inside.wait(10)
    mine.stop()
    go.set()
    mine.join(10)
    assert mine.state == "stopped" and mine.view.n_frames == 0


def test_what_fails_in_the_worker_is_shown_and_raised_where_the_result_is_asked_for():
    """An exception in the thread sets the state, its message is in the line of status, and result raises it."""
    mine = lab()
    broken = mine.env.with_()

    def sample(*_):
        raise OSError("the model is gone")

    broken.sample = sample
    broken.with_ = lambda **_: broken
    mine.env = broken
    mine.run()
    mine.join(10)
    assert mine.state == "failed" and "the model is gone" in mine.controls.status.value
    with pytest.raises(OSError, match="the model is gone"):
        _ = mine.result


def test_moving_a_weight_rescores_and_says_so():
    """Estimates follow the cost weight, spending does not, and going back restores the trained recommendation."""
    mine = lab()
    mine.run()
    mine.join(10)
    trained, spent = mine.recommendation, mine.view.rounds[-1].spent
    mine.controls.weights[-1].control.value = 2.0
    entry = mine.view._rescored["0"]
    assert "cost 2" in entry["label"] and mine.view.rounds[-1].spent == spent
    mine.controls.weights[-1].control.value = 0.0
    assert mine.view._rescored == {} and mine.recommendation == trained


def test_settings_changed_after_a_run_are_named():
    """The line of status says what the next Run would do differently."""
    mine = lab()
    mine.run()
    mine.join(10)
    mine.seed = 5
    assert "Changed since: seed; press Run" in mine.controls.status.value


def test_reset_twice_brings_everything_back():
    """Reset stops the run, empties the view and restores every control; a second one changes nothing."""
    mine = lab(seconds_per_round=30.0)
    mine.run()
    wait_for(lambda: mine.view.n_frames == 1)
    mine.seed, mine.context, mine.budget = 9, "high", 77
    for _ in range(2):
        mine.reset()
        assert (mine.state, mine.view.n_frames, mine.seed, mine.context, mine.budget) == ("idle", 0, 0, "low", 300)
        assert mine.controls.fields["seed"].control.value == 0
    with pytest.raises(RuntimeError, match="the lab is idle"):
        _ = mine.result


def test_a_budget_that_reaches_few_prompts_is_said():
    """With three completions one of four prompts stays unknown, and the status says so."""
    mine = lab(budget=3)
    mine.run()
    mine.join(10)
    assert "did not reach 1 of 4 prompts" in mine.controls.status.value


def test_figure_is_the_static_twin():
    """The figure names context, spending and recommendation; without rounds there is nothing to draw."""
    mine = lab()
    with pytest.raises(ValueError, match="not among the 0 rounds"):
        mine.figure()
    mine.run()
    mine.join(10)
    figure = mine.figure()
    arm = mine.recommendation
    assert f"recommended prompt {arm.prompt}, N = {arm.n}" in figure.get_suptitle()
    assert [axes.get_xlabel() for axes in figure.axes[:2]] == ["N, completions per query"] * 2
    assert repr(mine) == "PSSTLab(env='unnamed', algorithm='psst', budget=300, state='finished')"


@pytest.mark.parametrize("algorithm", ["psst+k2", "frugal", "uniform", "ucb", "triple-n1", "triple-random", "halving"])
def test_the_lab_runs_every_algorithm(algorithm):
    """Same rounds as ``train``; a weight moved afterwards is re-scored; picture and words know the recommendation."""
    mine = lab(algorithm=algorithm, budget=200, seed=2)
    mine.run()
    mine.join(20)
    expected = train(algorithm, mine.env, 200, seed=2)
    assert mine.state == "finished" and mine.result.policy == expected.policy
    assert mine.recommendation == expected.policy["low"]
    scale = "N drawn at random" if algorithm == "triple-random" else f"N = {mine.recommendation.n}"
    assert scale in mine.figure().alt
    mine.contexts = (Context("low", (0.5,), 0.3), *mine.contexts[1:])
    assert mine.recommendation is not None


def test_an_unknown_algorithm_or_too_many_prompts_to_screen():
    """The trait refuses a name that does not exist; a K larger than the number of prompts shows when it is run."""
    mine = lab()
    with pytest.raises(t.TraitError, match="unknown algorithm 'best'; known: psst"):
        mine.algorithm = "best"
    assert "psst+k8" not in mine.controls.fields["algorithm"].control.options
    mine.algorithm = "psst+k8"
    mine.run()
    assert "k must be a whole number from 1 to 4" in mine.controls.status.value
    mine.algorithm = "frugal"
    assert mine.controls.fields["reuse"].control.disabled


def test_two_algorithms_run_side_by_side_on_the_same_seed():
    """Each trains exactly as ``train`` does; the words name both, and what each policy is worth."""
    mine = lab(compare="frugal", seed=4)
    mine.run()
    mine.join(20)
    assert mine.state == "finished" and len(mine.views) == 2
    for result, name in zip(mine.results, ("psst", "frugal"), strict=True):
        expected = train(name, mine.env, 300, seed=4)
        assert result.policy == expected.policy
        assert f"{name}: Finished" in mine.controls.status.value
        assert f"mean over contexts: {acr(expected.policy, mine.env):.3f} (best possible" in mine.controls.status.value
    assert [view.title for view in mine.views] == ["psst, seed 4", "frugal, seed 4"]


def test_two_views_share_context_arm_and_scale_and_match_rounds_by_spending():
    """What is picked in one is picked in both; the other shows its last round that had spent no more."""
    mine = lab(compare="uniform", budget=200)
    mine.run()
    mine.join(20)
    first, second = mine.views
    second.context, second.arm = "high", [2, 3]
    assert (mine.context, first.arm) == ("high", [2, 3])
    assert first.scale == second.scale and len(first.scale) == 3
    assert all(a <= b <= c for (a, c), b in zip(first.scale, first.limits()[:, 0], strict=True))
    for number, done in enumerate(first.rounds, 1):
        first.round = number
        earlier = [r.number for r in second.rounds if r.spent <= done.spent]
        assert second.round == (earlier[-1] if earlier else 1)
    first.round = 0
    assert second.round == 0


def test_the_second_run_can_be_taken_away_and_reset_brings_one_view_back():
    """Without a comparison one view is left with its run; Reset restores what the lab began with."""
    mine = lab()
    mine.compare = "uniform"
    mine.run()
    mine.join(20)
    mine.compare = ""
    assert mine.views == (mine.view,) and mine.view.title == "" and mine.view.scale == []
    assert mine.result.policy == train("psst", mine.env, 300, seed=0).policy
    mine.compare = "frugal"
    assert mine.views[1].n_frames == 0
    mine.reset()
    assert (mine.compare, mine.state, len(mine.views)) == ("", "idle", 1)


def test_a_weight_moved_rescores_both_runs():
    """Both views show the context with its new weights, on one scale."""
    mine = lab(compare="uniform")
    mine.run()
    mine.join(20)
    mine.controls.weights[-1].control.value = 2.0
    assert all("cost 2" in view._rescored["0"]["label"] for view in mine.views)
    assert mine.views[0].scale == mine.views[1].scale


def test_a_failure_of_either_run_is_the_labs():
    """Where one of two cannot be run, neither starts, and the reason is shown."""
    mine = lab(compare="psst+k9")
    mine.run()
    assert "k must be a whole number from 1 to 4" in mine.controls.status.value
    assert mine.state in ("idle", "failed") and mine.views[1].n_frames == 0


def test_the_static_twin_shows_what_is_on_screen():
    """Both runs, with the round shown and the weights as they are now."""
    mine = lab(compare="uniform")
    mine.run()
    mine.join(20)
    mine.controls.weights[-1].control.value = 2.0
    mine.view.round = 2
    figure = mine.figure()
    assert len(figure.subfigs) == 2 and "cost 2" in figure.get_supxlabel()
    assert "psst, seed 0: After round 2" in figure.alt and "uniform, seed 0: After round 1" in figure.alt
    shown = mine.view.as_shown()[1].q[0]
    assert np.array_equal(shown, mine.view._rescored_q["low"][1], equal_nan=True)
    assert not np.array_equal(shown, mine.view.rounds[1].q[0], equal_nan=True)
