"""What a run would find in its ledger is told beforehand, and is what it then finds."""

import pytest

from iapo_widgets import mv_contexts, train
from iapo_widgets.live import (
    Endpoint,
    ExactMatch,
    Ledger,
    LimitReached,
    LiveEnvironment,
    SimulatedEndpoint,
    SpendingLimit,
)
from iapo_widgets.live.replay import Replay, replay


@pytest.fixture
def env(tmp_path):
    """The simulated endpoint's prompts on eight questions, with a ledger of its own."""
    with SimulatedEndpoint(seed=0) as sim, Ledger(tmp_path / "ledger.sqlite") as ledger:
        yield LiveEnvironment(
            Endpoint(sim.base_url, sim.model), sim.prompts(), sim.questions(8), [ExactMatch()], n_max=4,
            strategy="majority-vote", contexts=mv_contexts({"low": 0.0, "high": 1.0}), ledger=ledger,
            limit=SpendingLimit(completions=5_000), cost_unit="kilotokens", progress=False,
        )  # fmt: skip


def test_an_empty_ledger_holds_nothing_and_a_finished_run_is_held_whole(env):
    """Nothing before; afterwards all of it, and nothing was asked to find that out; a longer run is not whole."""
    assert replay(env, "psst", 200, seed=0, paired=True) == Replay(0, False)
    spent = train("psst", env, 200, seed=0, paired=True).spent
    charged = env.ledger.spent()
    assert replay(env, "psst", 200, seed=0, paired=True) == Replay(spent, True)
    longer = replay(env, "psst", 2_000, seed=0, paired=True)
    assert not longer.whole and longer.paid <= spent and env.ledger.spent() == charged


def test_what_a_run_left_that_met_its_cap_is_what_the_next_one_finds(env):
    """At most the cap's completions are there, and the run that goes on replays as many as were told, or more."""
    with pytest.raises(LimitReached):
        train("psst", env.with_(limit=SpendingLimit(completions=60)), 200, seed=0, paired=True)
    assert env.finish(20)
    told = replay(env, "psst", 200, seed=0, paired=True)
    assert 0 < told.paid <= 60 and not told.whole
    fresh = env.with_()
    train("psst", fresh, 200, seed=0, paired=True)
    assert fresh.report().replayed >= told.paid


def test_bad_settings_are_refused_as_by_the_algorithm(env):
    """An unknown name and a budget of nothing."""
    with pytest.raises(ValueError, match="known: psst"):
        replay(env, "best", 200, seed=0)
    with pytest.raises(ValueError, match="at least 1"):
        replay(env, "psst", 0, seed=0)
