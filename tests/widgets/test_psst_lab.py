"""PSSTLab by its traits and methods, without a browser."""

import threading

import numpy as np
import pytest
import traitlets as t

from cases import small_environment
from decoding import decoded
from iapo_widgets import Context, acr, train
from iapo_widgets.core.pooled_rescoring import rescorer_for
from iapo_widgets.widgets import PSSTLab
from iapo_widgets.widgets.race.lab_run import LabRun
from iapo_widgets.widgets.race.runner import Runner
from live_lab_cases import wait_for


def lab(**traits):
    """A lab on a small task that does not wait between rounds."""
    return PSSTLab(small_environment(0, prompts=4, n_max=6), **{"budget": 300, "seconds_per_round": 0.0, **traits})


def test_the_lab_trains_exactly_as_train_does():
    """Same seed, same rounds: pacing and gates change nothing."""
    mine = lab(seed=3, reuse="subsets")
    mine.run()
    mine.join(10)
    expected = train("psst", mine.env, 300, seed=3, reuse="subsets")
    assert mine.state == "finished" and mine.result.policy == expected.policy
    for a, b in zip(mine.result.rounds, expected.rounds, strict=True):
        assert np.array_equal(a.q, b.q, equal_nan=True) and np.array_equal(a.active, b.active)


def sent(lab, name, value):
    """What the browser sends when a control is moved."""
    lab.set_state({name: value})


def test_controls_and_traits_move_together():
    """What a control sets is in force, every list and slider holds its value, and weights are the chosen context's."""
    mine = lab()
    sent(mine, "budget", 1_200_000)
    slider = next(control for control in mine.controls() if control.name == "budget")
    assert mine.budget == 1_200_000 <= slider.high
    sent(mine, "n_max", 3)
    sent(mine, "reuse", "subsets")
    assert (mine.n_max, mine.reuse) == (3, "subsets")
    mine.context = "high"
    assert mine.view.context == "high" and mine.weights == [1.0, 1.0]
    mine.view.context = "mid"
    assert mine.context == "mid" and mine.weights == [1.0, 0.2]
    assert {control["name"] for control in mine._controls} >= {"budget", "weights", "algorithm", "again", "reset"}


def test_the_browser_trains_at_once_what_it_changes():
    """A setting moved on screen gives the finished race of that setting, exactly as ``train`` does; a bad one none."""
    mine = lab()
    sent(mine, "budget", 200)
    mine.join(10)
    assert mine.state == "finished" and mine.result.policy == train("psst", mine.env, 200, seed=0).policy
    assert mine.view.finished and not mine._stale
    sent(mine, "seed", -1)
    assert "at least 0" in mine._errors["seed"] and (mine.seed, mine.view.budget) == (0, 200)
    mine.press("again")
    mine.join(10)
    assert mine.seed == 1 and mine.result.policy == train("psst", mine.env, 200, seed=1).policy


def test_it_opens_on_a_finished_race():
    """Shown for the first time it has been trained, once; what was run before is left as it is."""
    mine = lab()
    assert (mine.state, mine.view.n_frames) == ("idle", 0)
    mine._repr_mimebundle_()
    mine.join(10)
    assert mine.result.policy == train("psst", mine.env, 300, seed=0).policy and mine.view.finished
    rounds = mine.view.rounds
    mine.show_finished()
    assert mine.view.rounds is rounds
    mine.press("reset")
    mine.join(10)
    assert mine.state == "finished"


def test_without_a_task_it_runs_on_real_answers():
    """The first recorded task, whose prompts are texts."""
    mine = PSSTLab(budget=500)
    assert mine.env.name == "real-words"
    mine.show_finished()
    mine.join(30)
    assert mine.answers is not None and mine.view.finished


def test_what_may_be_reported_of_a_winner_is_from_new_answers():
    """Mean and error of fresh pulls of each context's arm; near the exact value, as its estimate need not be."""
    mine = lab()
    mine.run()
    mine.join(10)
    exact = mine.env.exact_q()
    for c, context in enumerate(mine.env.contexts):
        mean, error, pulls = mine.view._report[str(c)]
        arm = mine.result.policy[context.name]
        assert pulls == 200 and abs(mean - exact[c, arm.prompt, arm.n - 1]) < 4 * error


def test_the_truth_is_shown_for_the_weights_as_they_are():
    """Exact Q of every context once it is asked for, and anew when a weight is moved."""
    mine = lab()
    mine.run()
    mine.join(10)
    assert mine.view._truth is None
    mine.view.truth = True
    shown = decoded(mine.view._truth, mine.env.exact_q().shape)
    assert np.allclose(shown, mine.env.exact_q(), atol=1e-4)
    sent(mine, "weights", [1.0, 2.0])
    changed = mine.env.with_(contexts=mine.contexts).exact_q()
    assert np.allclose(decoded(mine.view._truth, changed.shape), changed, atol=1e-4)


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
    sent(mine, "weights", [0.0, 0.0])
    assert "at least one must be above 0" in mine.error and mine.contexts[0].weights == (1.0,)
    sent(mine, "weights", [0.5, 0.0])
    assert mine.error == "" and mine.contexts[0].weights == (0.5,)


@pytest.mark.parametrize("bad", [[1.0], [1.0, 0.2, 0.3], [float("nan"), 0.0], [1.0, -0.1], ["much", 0.0]])
def test_weights_that_are_none_are_refused(bad):
    """Too few, too many, no numbers, or below 0: the trait keeps what it had."""
    mine = lab()
    with pytest.raises((t.TraitError, ValueError)):
        mine.weights = bad
    assert mine.weights == [1.0, 0.0] and mine.contexts == mine.env.contexts


def test_a_lab_that_says_finished_has_a_result(monkeypatch):
    """When a race ends and when the next takes its place, there is no moment of a state without what it promises."""
    seen, end, begin = [], LabRun._on_end, Runner.start
    monkeypatch.setattr(LabRun, "_on_end", lambda run, runner: (seen.append(run.state), end(run, runner)))
    monkeypatch.setattr(Runner, "start", lambda runner: (seen.append(mine.state), begin(runner)))
    mine = lab()
    mine.show_finished()
    mine.join(10)
    assert mine.state == "finished" and mine.result.spent <= 300
    sent(mine, "budget", 200)
    mine.join(10)
    assert mine.state == "finished" and mine.result.spent <= 200
    assert len(seen) >= 4 and set(seen) == {"running"}


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
    assert mine.state == "failed" and "the model is gone" in mine.status
    with pytest.raises(OSError, match="the model is gone"):
        _ = mine.result


def test_moving_a_weight_rescores_and_says_so():
    """Estimates follow the cost weight, spending does not, and going back restores the trained recommendation."""
    mine = lab()
    mine.run()
    mine.join(10)
    trained, spent = mine.recommendation, mine.view.rounds[-1].spent
    sent(mine, "weights", [1.0, 2.0])
    entry = mine.view._rescored["0"]
    assert "cost 2" in entry["label"] and mine.view.rounds[-1].spent == spent
    sent(mine, "weights", [1.0, 0.0])
    assert mine.view._rescored == {} and mine.recommendation == trained


def test_settings_changed_after_a_run_are_named():
    """The line of status says what the next Run would do differently."""
    mine = lab()
    mine.run()
    mine.join(10)
    mine.seed = 5
    assert "Changed since: seed; press Run" in mine.status


def test_reset_twice_brings_everything_back():
    """Reset stops the run, empties the view and restores every control; a second one changes nothing."""
    mine = lab(seconds_per_round=30.0)
    mine.run()
    wait_for(lambda: mine.view.n_frames == 1)
    mine.seed, mine.context, mine.budget = 9, "high", 77
    for _ in range(2):
        mine.reset()
        assert (mine.state, mine.view.n_frames, mine.seed, mine.context, mine.budget) == ("idle", 0, 0, "low", 300)
        assert mine.weights == [1.0, 0.0]
    with pytest.raises(RuntimeError, match="the lab is idle"):
        _ = mine.result


def test_a_budget_that_reaches_few_prompts_is_said():
    """With three completions one of four prompts stays unknown, and the status says so."""
    mine = lab(budget=3)
    mine.run()
    mine.join(10)
    assert "did not reach 1 of 4 prompts" in mine.status


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


@pytest.mark.parametrize(
    "algorithm",
    ["psst+k2", "frugal", "uniform", "ucb", "triple-n1", "triple-random", "halving", "ucb-e", "ucb-e-lrf", "racing"],
)
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
    offered = {control.name: control.options for control in mine.controls()}["algorithm"]
    assert ("psst", "psst") in offered and ("psst+k8", "psst+k8") not in offered
    mine.algorithm = "psst+k8"
    mine.run()
    assert "k must be a whole number from 1 to 4" in mine.status
    mine.algorithm = "frugal"
    assert mine._unused == ["reuse"]


def test_two_algorithms_run_side_by_side_on_the_same_seed():
    """Each trains exactly as ``train`` does; the words name both, and what each policy is worth."""
    mine = lab(compare="frugal", seed=4)
    mine.run()
    mine.join(20)
    assert mine.state == "finished" and len(mine.views) == 2
    for result, name in zip(mine.results, ("psst", "frugal"), strict=True):
        expected = train(name, mine.env, 300, seed=4)
        assert result.policy == expected.policy
        assert f"{name}: Finished" in mine.status
        assert f"mean over contexts: {acr(expected.policy, mine.env):.3f} (best possible" in mine.status
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
    sent(mine, "weights", [1.0, 2.0])
    assert all("cost 2" in view._rescored["0"]["label"] for view in mine.views)
    assert mine.views[0].scale == mine.views[1].scale


def test_each_run_is_rescored_by_estimates_of_its_own_kind():
    """After a weight was moved, frugal's view recommends by the pooled estimate, and PSST's by that of its pulls."""
    mine = lab(compare="frugal")
    mine.run()
    mine.join(20)
    sent(mine, "weights", [1.0, 2.0])
    moved = Context("low", (1.0,), 2.0)
    for name, view in zip(("psst", "frugal"), mine.views, strict=True):
        q, arms = rescorer_for(name, mine.env).best(view.rounds, moved)
        assert view.recommendation() == arms[-1]
        assert np.allclose(view.as_shown()[-1].q[0], q[-1], equal_nan=True)


def test_a_failure_of_either_run_is_the_labs():
    """Where one of two cannot be run, neither starts, and the reason is shown."""
    mine = lab(compare="psst+k9")
    mine.run()
    assert "k must be a whole number from 1 to 4" in mine.status
    assert mine.state in ("idle", "failed") and mine.views[1].n_frames == 0


def test_the_static_twin_shows_what_is_on_screen():
    """Both runs, with the round shown and the weights as they are now."""
    mine = lab(compare="uniform")
    mine.run()
    mine.join(20)
    sent(mine, "weights", [1.0, 2.0])
    mine.view.round = 2
    figure = mine.figure()
    assert len(figure.subfigs) == 2 and "cost 2" in figure.get_supxlabel()
    assert "psst, seed 0: After round 2" in figure.alt and "uniform, seed 0: After round 1" in figure.alt
    shown = mine.view.as_shown()[1].q[0]
    assert np.array_equal(shown, mine.view._rescored_q["low"][1], equal_nan=True)
    assert not np.array_equal(shown, mine.view.rounds[1].q[0], equal_nan=True)
