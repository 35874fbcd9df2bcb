"""From prompts to a policy on the simulated endpoint, and again without it."""

import pytest

from iapo_widgets import mv_contexts, train
from iapo_widgets.live import Endpoint, ExactMatch, Ledger, LiveEnvironment, Retries, SimulatedEndpoint, SpendingLimit


@pytest.mark.parametrize("algorithm", ["psst", "frugal", "uniform", "ucb"])
def test_an_algorithm_learns_live_and_replays_from_its_ledger(tmp_path, algorithm):
    """The ledger holds what the endpoint generated, within the cap; with the endpoint off the policy is the same.

    What was recorded is also an environment with an exact Q, for free replays.
    """
    limit = SpendingLimit(completions=300)
    path = tmp_path / "run.ledger"
    with SimulatedEndpoint(seed=1) as sim:
        endpoint = Endpoint(sim.base_url, sim.model)
        parts = endpoint, sim.prompts(), sim.questions(6), [ExactMatch()]
        more = {"n_max": 4, "strategy": "majority-vote", "contexts": mv_contexts(), "limit": limit}
        with Ledger(path, durable=False) as ledger:
            env = LiveEnvironment(*parts, ledger=ledger, cost_unit="kilotokens", **more)
            learnt = train(algorithm, env, 240, seed=0)
            assert learnt.spent <= 240 and ledger.spent().completions == len(ledger) == sim.stats.generated
    with Ledger(path, durable=False) as ledger:
        off = LiveEnvironment(*parts, ledger=ledger, cost_unit="kilotokens", retries=Retries(wait=False), **more)
        again = train(algorithm, off, 240, seed=0)
        assert dict(again.policy) == dict(learnt.policy) and off.report().requests == 0
        for a, b in zip(learnt.rounds, again.rounds, strict=True):
            assert a.q.tobytes() == b.q.tobytes()
        if algorithm in ("psst", "ucb"):  # their queries are not paired: no question need be common to all prompts
            return
        book = off.recorded()
        assert book.exact_q().shape == (3, len(off.prompts), 4) and "recorded" in book.note
        assert train(algorithm, book, 2_000, seed=0).spent <= 2_000
