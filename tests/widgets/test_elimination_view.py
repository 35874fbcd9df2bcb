"""EliminationView by its traits: what the browser is sent is what the rounds hold."""

import numpy as np
import pytest
import traitlets as t

from cases import small_environment
from decoding import decoded, decoded_errors
from iapo_widgets import Arm, Context, psst
from iapo_widgets.core.rescoring import Rescorer
from iapo_widgets.core.uncertainty import Spread
from iapo_widgets.widgets import EliminationView


@pytest.fixture
def env():
    """A small task."""
    return small_environment(0, prompts=4, n_max=6)


@pytest.fixture
def rounds(env):
    """All rounds of one run on it."""
    return list(psst(env, 300, seed=0))


def test_frames_hold_what_the_rounds_hold(env, rounds):
    """Decoded estimates differ by less than a step from the round's; survivors, pulls and policy are exact."""
    view = EliminationView(env, 300, rounds)
    assert view.n_frames == len(rounds) and view.finished
    for i, done in enumerate(rounds, 1):
        frame = view.get_state()[f"_frame_{i}"]
        assert np.allclose(decoded(frame, done.q.shape), done.q, atol=frame["step"], equal_nan=True)
        bits = np.unpackbits(np.frombuffer(frame["active"], np.uint8), bitorder="little")[: done.active.size]
        assert np.array_equal(bits.reshape(done.active.shape).astype(bool), done.active)
        assert sum(n * times for _, n, times in frame["pulls"]) == done.spent - (rounds[i - 2].spent if i > 1 else 0)
        assert frame["policy"] == [[a.prompt, a.n] for a in done.policy.values()]
        assert sum(frame["completions"]) == frame["spent"] == done.spent


@pytest.mark.parametrize("reuse", ["blocks", "subsets"])
def test_frames_hold_how_sure_the_estimates_are(env, reuse):
    """Standard errors to half a step, of what was drawn up to that round, NaN where nothing was."""
    rounds = list(psst(env, 40, seed=0, reuse=reuse))
    view = EliminationView(env, 40)
    view.clear(env, 40, "psst", reuse)
    spread = Spread(env.strategy, env.contexts, 4, 6, reuse)
    for i, done in enumerate(rounds, 1):
        view.append(done)
        for batch in done.completions:
            spread.add(batch)
        frame, exact = view.get_state()[f"_frame_{i}"], spread.errors
        assert np.allclose(decoded_errors(frame, exact.shape), exact, atol=frame["error_step"], equal_nan=True)
        assert np.array_equal(np.isnan(exact[0]), np.isnan(done.q[0]))


def test_every_round_is_sent_once(env, rounds):
    """Appending a round sends that round's frame and not the earlier ones again."""
    view = EliminationView(env, 300)
    sent = []
    view.send_state = lambda key=None: sent.extend(
        name for name in ([key] if isinstance(key, str) else key or view.keys) if getattr(view, name) is not None
    )
    for done in rounds:
        view.append(done)
    frames = [name for name in sent if name.startswith("_frame_")]
    assert sorted(frames) == sorted(f"_frame_{i + 1}" for i in range(len(rounds)))


def test_a_lost_frame_is_sent_again_on_demand(env, rounds):
    """The browser asks from the frame that it lacks, and gets that one and all later ones."""
    view = EliminationView(env, 300, rounds)
    sent = []
    view.send_state = lambda key=None: sent.extend(key)
    view._missing(view, {"need": len(rounds) - 1}, [])
    assert sent == [f"_frame_{len(rounds) - 1}", f"_frame_{len(rounds)}", "n_frames"]


def test_clear_forgets_and_a_new_run_can_follow(env, rounds):
    """After clear nothing of the old run is left in the state, and another run may be shown."""
    view = EliminationView(env, 300, rounds)
    view.clear(env, 50)
    assert view.n_frames == 0 and not view.finished and view.recommendation() is None
    assert all(view.get_state()[f"_frame_{i + 1}"] is None for i in range(len(rounds)))
    view.append(next(psst(env, 50, seed=1)))
    assert view.n_frames == 1


def test_rounds_that_do_not_fit_are_refused(env, rounds):
    """A round out of order or of another environment names what was expected, and changes nothing."""
    view = EliminationView(env, 300)
    with pytest.raises(ValueError, match="round 2 cannot follow 0 rounds"):
        view.append(rounds[1])
    other = next(psst(small_environment(0), 50, seed=0))
    with pytest.raises(ValueError, match="this view shows"):
        view.append(other)
    assert view.n_frames == 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("context", "cheap", "known: low, mid, high"), ("arm", [9, 1], "prompt 0 .. 3"), ("arm", [0, 7], "n 1 .. 6")],
)
def test_a_bad_trait_is_refused_and_the_last_good_one_stays(env, rounds, name, value, message):
    """The error says what would be right."""
    view = EliminationView(env, 300, rounds)
    before = getattr(view, name)
    with pytest.raises(t.TraitError, match=message):
        setattr(view, name, value)
    assert getattr(view, name) == before


def test_rescoring_changes_estimates_and_not_the_trimming(env, rounds):
    """With a heavy cost weight the recommendation gets cheaper; the frames stay as they were."""
    view = EliminationView(env, 300, rounds, context="low")
    frames = [view.get_state()[f"_frame_{i + 1}"] for i in range(len(rounds))]
    rescorer = Rescorer(env.strategy, 4, 6)
    view.rescore(Context("low", (1.0,), 50.0), rescorer, "cost 50")
    assert view.recommendation().n == 1
    assert [view.get_state()[f"_frame_{i + 1}"] for i in range(len(rounds))] == frames
    view.unscore("low")
    assert view.recommendation() == rounds[-1].policy["low"] and isinstance(view.recommendation(), Arm)


def test_a_context_that_is_rescored_is_sent_alone(env, rounds, monkeypatch):
    """A move of its weights is one message without the others' estimates, and a new run forgets them all."""
    view, rescorer = EliminationView(env, 300, rounds), Rescorer(env.strategy, 4, 6)
    for context in env.contexts[:2]:
        view.rescore(Context(context.name, context.weights, 3.0), rescorer, "cost 3")
    sent = []
    monkeypatch.setattr(view, "_send", lambda message, buffers=None: sent.append(message["state"]))
    view.rescore(Context(env.contexts[1].name, env.contexts[1].weights, 4.0), rescorer, "cost 4")
    assert [set(state) for state in sent] == [{"_rescored_1", "_scored"}]
    assert set(sent[0]["_scored"]) == {"0", "1"}
    view.clear(env, 300)
    assert view.get_state()["_scored"] == {} and view.get_state()["_rescored_0"] is None


def test_repr_is_stable(env, rounds):
    """It holds no address of memory, so that notebooks compare."""
    assert repr(EliminationView(env, 300, rounds[:1])) == "EliminationView(context='low', rounds=1, budget=300)"


def test_frames_hold_what_a_request_costs():
    """The mean of each prompt's requests, and how many each N takes, from which the browser tells a query's cost."""
    env = small_environment(0, prompts=4, n_max=6, call_cost=[0.5, 0.0, 0.25, 1.0], per_call=4)
    view = EliminationView(env, 300)
    assert view.mean_call_costs == [None] * 4 and view.get_state()["_about"]["calls"] == [1, 1, 1, 1, 2, 2]
    for done in psst(env, 300, seed=0):
        view.append(done)
    assert view.mean_call_costs == pytest.approx([0.5, 0.0, 0.25, 1.0])
    assert view.mean_costs == pytest.approx(env.mean_cost)
    assert all(done.policy.per_call == 4 for done in view.as_shown())
