"""What every environment must do, simulated, recorded or live: inherit ``EnvironmentConformance``, give it ``env``."""

import numpy as np
import pytest

from iapo_widgets import ALGORITHMS, BestOfN, Completions, Context, Environment, Prompt, train


class EnvironmentConformance:
    """Laws of the Environment protocol; a subclass has a fixture ``env`` that can vote (every query has its gold)."""

    def test_it_says_what_it_is(self, env):
        """Sizes, prompts, contexts, objectives and strategy fit together."""
        assert isinstance(env, Environment)
        assert len(env.prompts) >= 2 and all(isinstance(prompt, Prompt) for prompt in env.prompts)
        assert env.n_queries >= 2 and env.n_max >= 2 and len(set(env.objectives)) == len(env.objectives)
        assert all(len(context.weights) == len(env.objectives) for context in env.contexts)
        env.strategy.check(len(env.objectives), True)

    def test_a_batch_has_the_shapes_and_ranges_it_promises(self, env):
        """B pulls of n completions, in the order asked, read-only, with what arrived finite and costs at least 0."""
        prompts, queries = [0, 1, 0, 1], [1, 0, 1, 1]
        drawn = env.sample(prompts, queries, 2, np.random.default_rng(0))
        assert isinstance(drawn, Completions) and len(drawn) == 4 and drawn.n == 2
        assert drawn.prompts.tolist() == prompts and drawn.queries.tolist() == queries
        assert drawn.objectives.shape == (4, 2, len(env.objectives))
        assert np.isfinite(drawn.objectives[drawn.valid]).all() and (drawn.cost[drawn.valid] >= 0).all()
        assert drawn.answers.dtype.kind == "i" and (drawn.answers >= -1).all()
        assert drawn.gold[0] == drawn.gold[2] == drawn.gold[3] >= 0
        with pytest.raises(ValueError, match="read-only"):
            drawn.cost[0, 0] = 1.0

    def test_a_request_has_a_cost_beside_its_completions(self, env):
        """One for each prompt, at least 0; a batch has one for each pull, the same for the same prompt and query."""
        assert env.call_cost.shape == (len(env.prompts),) and np.isfinite(env.call_cost).all()
        assert (env.call_cost >= 0).all() and (env.per_call is None or env.per_call >= 1)
        drawn = env.sample([0, 1, 0], [1, 0, 1], 2, np.random.default_rng(0))
        assert drawn.call_cost.shape == (3,) and (drawn.call_cost >= 0).all()
        assert drawn.call_cost[0] == drawn.call_cost[2] and not drawn.call_cost.flags.writeable
        assert len(env.sample([], [], 3, np.random.default_rng(0)).call_cost) == 0
        copy = env.with_(n_max=1)
        assert copy.per_call == env.per_call and np.array_equal(copy.call_cost, env.call_cost)

    def test_no_pull_is_no_completion(self, env):
        """An empty batch is a batch."""
        assert len(env.sample([], [], 3, np.random.default_rng(0))) == 0

    @pytest.mark.parametrize(
        ("prompts", "queries", "n", "error"),
        [
            ([99], [0], 1, IndexError),
            ([0], [-1], 1, IndexError),
            ([0], [0], 0, ValueError),
            ([0, 1], [0], 1, ValueError),
        ],
    )
    def test_what_does_not_exist_is_refused(self, env, prompts, queries, n, error):
        """Indices out of range, a scale below 1, and unequal lengths raise before anything is drawn."""
        with pytest.raises(error):
            env.sample(prompts, queries, n, np.random.default_rng(0))

    def test_the_same_seed_gives_the_same_completions(self, env):
        """Batch by batch, every array is equal."""
        drawn = []
        for _ in range(2):
            rng = np.random.default_rng(5)
            drawn.append([env.sample([0, 1], [0, 1], n, rng) for n in (1, 3)])
        for a, b in zip(*drawn, strict=True):
            assert np.array_equal(a.objectives, b.objectives) and np.array_equal(a.answers, b.answers)
            assert np.array_equal(a.cost, b.cost) and np.array_equal(a.valid, b.valid)
            assert np.array_equal(a.call_cost, b.call_cost)

    def test_a_changed_copy_shares_all_but_the_change(self, env):
        """``with_`` takes a strategy by name, contexts and a smaller n_max; the original stays as it was."""
        ones = (1.0,) * len(env.objectives)
        copy = env.with_(strategy="best-of-n", contexts=[Context("only", ones, 0.5)], n_max=1)
        assert copy.strategy == BestOfN() and copy.n_max == 1 and [c.name for c in copy.contexts] == ["only"]
        assert copy.prompts == env.prompts and copy.n_queries == env.n_queries and env.n_max > 1
        with pytest.raises(ValueError, match="unknown strategy 'none'"):
            env.with_(strategy="none")
        with pytest.raises(ValueError, match="weighs"):
            env.with_(contexts=[Context("long", (*ones, 1.0))])

    def test_a_split_parts_the_queries(self, env):
        """Each query is in one part; without queries in either it is refused."""
        train_part, test_part = env.split(0.5, 0)
        assert (
            train_part.n_queries + test_part.n_queries == env.n_queries and train_part.n_queries == env.n_queries // 2
        )
        assert train_part.contexts == env.contexts and train_part.n_max == env.n_max
        with pytest.raises(ValueError, match="without queries"):
            env.split(0.01, 0)

    @pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "psst+k8"])  # k4 is the same
    def test_every_algorithm_runs_unchanged_and_repeats(self, env, algorithm):
        """Within its budget, and the same seed gives the same policy and the same estimates bit for bit."""
        first, again = (train(algorithm, env, 60, seed=3) for _ in range(2))
        assert first.spent <= 60 and dict(first.policy) == dict(again.policy)
        assert set(first.policy) == {context.name for context in env.contexts}
        for a, b in zip(first.rounds, again.rounds, strict=True):
            assert np.array_equal(a.q, b.q, equal_nan=True)
