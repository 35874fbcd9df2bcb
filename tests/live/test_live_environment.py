"""Live and recorded environments pass the suite for all environments."""

import os

import numpy as np
import pytest

from conformance import EnvironmentConformance
from faulty import FaultyServer
from iapo_widgets import train
from iapo_widgets.live import Endpoint, LiveEnvironment, PromptTemplate, Question, SpendingLimit
from live_cases import CONTEXTS, Correct, Short, live, new_ledger

MORE = tuple(PromptTemplate(f"{{query}} Way {i}.", max_tokens=24) for i in range(4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the ledgers of this module lie."""
    return tmp_path_factory.mktemp("ledgers")


class TestLive(EnvironmentConformance):
    """A live environment before a server on loopback."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls, folder):
        with FaultyServer() as server, new_ledger(folder) as ledger:
            yield live(server, ledger, prompts=MORE)


class TestLiveThatFailsOften(EnvironmentConformance):
    """A live environment before a server where a third of all requests fail, repeated with it off."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls, folder):
        with FaultyServer([400 if i % 3 == 0 else None for i in range(300)]) as server, new_ledger(folder) as ledger:
            env = live(server, ledger, prompts=MORE)
            for seed in (0, 3, 5):
                rng = np.random.default_rng(seed)
                env.sample([0, 1, 2, 3] * 4, [0, 1, 2, 3, 1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2], 6, rng)
            yield env.with_(offline=True)


class TestRecorded(EnvironmentConformance):
    """What a ledger holds, as an environment of known outcomes."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls, folder):
        with FaultyServer() as server, new_ledger(folder) as ledger:
            env = live(server, ledger, prompts=MORE)
            pairs = np.divmod(np.arange(4 * env.n_queries), env.n_queries)
            env.sample(*pairs, 6, np.random.default_rng(0))
            return env.recorded()


@pytest.mark.skipif(not os.environ.get("IAPO_TEST_BASE_URL"), reason="IAPO_TEST_BASE_URL names no endpoint")
class TestReal(EnvironmentConformance):
    """A live environment before the endpoint that IAPO_TEST_BASE_URL, _MODEL and _API_KEY name."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls, folder):
        endpoint = Endpoint(
            os.environ["IAPO_TEST_BASE_URL"], os.environ["IAPO_TEST_MODEL"], key=os.environ.get("IAPO_TEST_API_KEY")
        )
        prompts = [PromptTemplate(f"{{query}} Way {i}: end with the number.", max_tokens=64) for i in range(4)]
        questions = [Question(f"What is {i} modulo 3?", str(i % 3)) for i in range(4)]
        with new_ledger(folder) as ledger:
            yield LiveEnvironment(
                endpoint, prompts, questions, (Correct(), Short()), n_max=4, strategy="majority-vote",
                contexts=CONTEXTS, ledger=ledger, limit=SpendingLimit(completions=2_000), concurrency=8,
            )  # fmt: skip


def test_a_recorded_environment_has_the_recorded_shares(folder):
    """Outcome probabilities are the shares of the recorded completions, and cost is what they cost."""
    with FaultyServer() as server, new_ledger(folder) as ledger:
        env = live(server, ledger)
        drawn = env.sample([0, 1, 2], [1, 1, 1], 5, np.random.default_rng(0))
        book = env.recorded()
    assert book.n_queries == 1 and "5 to 5 for each of 3 prompts and 1 questions" in book.note
    share = (book.probs * (book.answers == book.gold[0])).sum(axis=2)
    assert np.allclose(share[:, 0], (drawn.answers == 0).mean(axis=1))
    assert np.allclose((book.probs * book.cost).sum(axis=2)[:, 0], drawn.cost.mean(axis=1))
    assert np.isfinite(book.exact_q()).all()


def test_a_ledger_without_a_common_question_gives_no_environment(server, ledger):
    """The error says what to sample."""
    env = live(server, ledger)
    env.sample([0], [0], 1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="no question that every prompt has answered"):
        env.recorded()


def test_with_the_endpoint_off_a_run_repeats_bit_for_bit(server, tmp_path):
    """From the ledger alone, opened anew, a run gives the same rounds; a longer one first reuses what is there."""
    with new_ledger(tmp_path) as ledger:
        env = live(server, ledger)
        runs = {name: train(name, env, 120, seed=1) for name in ("psst", "frugal", "ucb")}
        path, delivered = ledger.path, server.delivered
        more = train("psst", env, 240, seed=1)
        assert server.delivered - delivered <= 240 and more.spent <= 240
    server.off()
    from iapo_widgets.live import Ledger

    with Ledger(path) as again:
        env = live(server, again)
        for name, run in runs.items():
            repeated = train(name, env, 120, seed=1)
            assert dict(repeated.policy) == dict(run.policy)
            for a, b in zip(run.rounds, repeated.rounds, strict=True):
                assert a.q.tobytes() == b.q.tobytes() and a.active.tobytes() == b.active.tobytes()
        assert env.report().requests == 0 and env.report().faults == 0
