"""Endpoints that meet a request for several choices with an error of their own, where one choice is served."""

import numpy as np
import pytest

from faulty import FaultyServer, send
from iapo_widgets import train
from iapo_widgets.live import Endpoint, LimitReached, PromptTemplate, Retries, SpendingLimit
from live_cases import NO_WAIT, PROMPTS, live

ATTEMPTS = NO_WAIT.attempts
ONE_MORE = PromptTemplate("{query} In one word.", max_tokens=16)


class FailsAtSeveral(FaultyServer):
    """Meets more choices than ``takes`` with ``status``, or under a good status with an error that has it as code."""

    takes, status, inside = 1, 500, False

    def reply(self, http, body, fault, first):
        if body.get("n", 1) <= self.takes:
            return super().reply(http, body, fault, first)
        if self.inside:
            return send(http, 200, f'{{"error": {{"message": "upstream", "code": {self.status}}}}}', {})
        return super().reply(http, body, self.status, first)


def served(**more):
    """A server that fails at several in that way."""
    server = FailsAtSeveral()
    vars(server).update(more)
    return server


def asked(server):
    """Choices that each request asked for, in order."""
    return [body.get("n", 1) for body in server.requests]


def run(seed=0):
    """The generator of a run."""
    return np.random.default_rng(seed)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
@pytest.mark.parametrize("concurrency", [1, 16])
def test_one_at_a_time_is_learnt_and_nothing_is_missing(ledger, status, inside, concurrency):
    """After the attempts at several one alone comes, after that at several again, one at a time from then on."""
    with served(status=status, inside=inside) as server:
        env = live(server, ledger, concurrency=concurrency)
        drawn = env.sample([0, 0, 1, 1, 2, 2] * 2, [0, 1] * 3 + [2, 3] * 3, 4, run())
        assert drawn.valid.all() and env.report().failed == 0 and env.per_call == 1
        assert server.delivered == len(ledger) == 48
        if concurrency == 1:
            assert asked(server) == [4] * ATTEMPTS + [1, 3] + [1] * 47
        spent, failed = ledger.spent(), sum(n for n in asked(server) if n > 1)
        # what may have been made stays charged: all that was asked for in vain, where the status does not say no
        assert spent.completions == 48 + (failed if status in (502, 504, 520) and not inside else 0)
        assert ledger.open_calls() == 0 and spent.tokens >= server.tokens
        before = len(server.requests)
        assert live(server, ledger).sample([0] * 4, [0, 1, 2, 3], 6, run()).valid.all()
        assert asked(server)[before:] == [1] * 8


@pytest.mark.parametrize("concurrency", [1, 16])
def test_where_one_alone_fails_too_all_are_missing(ledger, concurrency):
    """It is tried once; nothing is learnt from it, and what follows asks for several."""
    with FaultyServer([500] * (2 * (ATTEMPTS + 1))) as server:
        env = live(server, ledger, concurrency=concurrency)
        drawn = env.sample([0, 1], [0, 0], 4, run())
        assert not drawn.valid.any() and env.report().failed == 8 and ledger.spent().completions == 0
        assert sorted(asked(server)) == [1] * 2 + [4] * 2 * ATTEMPTS
        assert env.sample([0], [2], 4, run(1)).valid.all() and env.caller.abilities.alone is None
        assert asked(server)[-1] == 4 and env.per_call is None


@pytest.mark.parametrize("concurrency", [1, 16])
def test_an_outage_is_no_rule(ledger, concurrency):
    """All in flight fail together, one alone comes of each, and then several do: several are asked for as before."""
    jobs = 16
    outage = [500] * ATTEMPTS if concurrency == 1 else [500] * (ATTEMPTS * jobs)
    with FaultyServer(outage) as server:
        env = live(server, ledger, concurrency=concurrency, prompts=[*PROMPTS, ONE_MORE])
        drawn = env.sample(np.arange(jobs) % 4, np.arange(jobs) // 4, 4, run())
        assert drawn.valid.all() and env.caller.abilities.n > 1
        assert env.sample([0], [0], 4, run(1)).valid.all()
        before = len(server.requests)
        assert env.sample([3], [3], 8, run(2)).valid.all()
        assert asked(server)[before:] == [4]


def test_several_that_come_now_and_then_are_asked_for_again(ledger):
    """A doubt ends with the first reply that holds several; while there is one, one alone has all attempts."""
    down = [500] * (ATTEMPTS - 1)
    script = [500] * ATTEMPTS + ["ok", 500, *down, "ok", "ok"]  # down, up for one, down again for its rest and for one
    with FaultyServer(script) as server:
        env = live(server, ledger, concurrency=1)
        assert env.sample([0], [0], 4, run()).valid.all()
        assert asked(server) == [4] * ATTEMPTS + [1] + [3] + [1] * ATTEMPTS + [2]
        assert env.caller.abilities.alone is None and env.per_call is None


def test_pairs_are_learnt_over_two_requests(ledger):
    """Where two are asked for, the one that is left tells nothing; the next request does, at its first attempt."""
    with served() as server:
        env = live(server, ledger, concurrency=1)
        assert env.sample([0, 0, 0], [0, 1, 2], 2, run()).valid.all()
        assert asked(server) == [2] * ATTEMPTS + [1, 1] + [2] + [1, 1] + [1, 1] and env.per_call == 1


def test_a_rate_limit_is_no_failure_of_the_one_alone(ledger):
    """It waits and goes again, as any request does."""
    with served() as server:
        server.script.extend([None] * ATTEMPTS + [429, 429])
        assert live(server, ledger, concurrency=1).sample([0], [0], 4, run()).valid.all()


@pytest.mark.parametrize("concurrency", [1, 16])
def test_caps_hold_where_several_fail_and_may_be_paid(ledger, concurrency):
    """Every attempt is reserved by itself, the one alone too."""
    with served(status=502) as server:
        limit = SpendingLimit(completions=60)
        env = live(server, ledger, concurrency=concurrency, limit=limit)
        with pytest.raises(LimitReached):
            train("psst", env, 300, seed=0)
        assert env.finish(10)
        assert server.delivered == len(ledger) <= ledger.spent().completions <= 60 and ledger.open_calls() == 0


def test_a_check_finds_it(ledger):
    """And a run that follows asks for one at a time."""
    with served() as server:
        endpoint = Endpoint(server.url, server.model)
        found = endpoint.check(n=4, ledger=ledger, limit=SpendingLimit(completions=200))
        assert found["n"] == "at most 1"
        assert live(server, ledger, retries=Retries(wait=False)).sample([0], [0], 4, run()).valid.all()
        assert asked(server)[-4:] == [1] * 4
