"""What arms that may stop ask of a query, told from the completions of a training."""

from dataclasses import replace

import numpy as np
import pytest

from cases import costly_task, small_environment
from iapo_widgets import Arm, Context, EarlyBest, EarlyVote, MajorityVote, Policy, load, train
from iapo_widgets.core.draws import expected_draws, with_draws
from iapo_widgets.core.early import mean_drawn
from iapo_widgets.core.stopping import check_drawn, find_rule


@pytest.mark.parametrize("algorithm", ["frugal", "psst"])
@pytest.mark.parametrize("task", ["real-words", "real-sums"])
def test_votes_ask_what_the_exact_mean_says(task, algorithm):
    """Within an eighth of what each arm asks exactly, at 5,000 completions, and by much less than the cap is off."""
    env = load(task).with_(strategy="early-vote")
    exact, errors, caps = mean_drawn(env)[0], [], []
    for seed in range(3):
        policy = train(algorithm, env, 5_000, seed=seed).policy
        for name, found in policy.drawn.items():
            arm = policy[name]
            truth = exact[arm.prompt, arm.n - 1, find_rule(env.strategy, arm)]
            errors.append(abs(found - truth) / truth)
            caps.append(arm.n / truth - 1)
    assert len(errors) >= 3 and max(errors) < 0.125 and np.mean(errors) < 0.2 * np.mean(caps)


@pytest.mark.parametrize("algorithm", ["frugal", "psst"])
@pytest.mark.parametrize("batch", [1, 4])
def test_best_of_n_asks_until_its_reach_comes(algorithm, batch):
    """At each quantile of what was seen, what training tells is close to the mean over the task's own outcomes."""
    env = costly_task(3, "early-best").with_(contexts=[Context("dear", (0.5, 0.5), 0.1)])
    rounds = train(algorithm, env, 3_000, seed=0).rounds
    rng = np.random.default_rng(1)
    c = env.sample(np.ones(4_900, dtype=int), np.tile(np.arange(7), 700), 8, rng)
    best = np.maximum.accumulate(c.objectives @ np.array([0.5, 0.5]), axis=1)[:, batch - 1 :: batch]
    told = []
    for reach in reaches(env, rounds):
        policy = Policy(env.contexts, [Arm(1, 8, reach, batch)], strategy=env.strategy)
        told.append(expected_draws(policy, rounds)["dear"])
        exact = np.minimum(batch * (1 + (best < reach - 1e-9).sum(axis=1)), 8).mean()
        assert told[-1] == pytest.approx(exact, rel=0.1)
    assert told == sorted(told) and told[-1] > told[0]


def reaches(env, rounds):
    """The utilities at which best-of-N stops, by the completions of the first round, ascending."""
    first = np.concatenate([batch.objectives[batch.valid] for batch in rounds[0].completions])
    seen = np.sort(first @ np.array([0.5, 0.5]))
    return [float(seen[int(np.ceil(level * len(seen))) - 1]) for level in env.strategy.levels]


def test_arms_that_ask_all_have_nothing_to_tell():
    """Policies without stops stay as they are, and so does one of which no completion arrived."""
    env = small_environment(0, prompts=3)
    result = train("frugal", env, 200, seed=0)
    assert result.policy.drawn == {} and with_draws(result.policy, result.rounds) is result.policy
    stops = Policy(env.contexts, [Arm(0, 4, 2, 1)] * 3, strategy=EarlyVote())
    lost = replace(result.rounds[0], completions=())
    assert with_draws(stops, [lost]).drawn == {}
    with pytest.raises(ValueError, match="name early-vote or early-best"):
        expected_draws(Policy(env.contexts, [Arm(0, 4, 2, 1)] * 3, strategy=MajorityVote()), result.rounds)


def test_a_prompt_that_was_never_asked_is_not_told():
    """Where the budget did not reach the prompt of an arm, what it asks is not known; of another it is."""
    env = small_environment(0, prompts=4)
    rounds = train("frugal", env, 2, seed=0).rounds
    asked = {int(p) for done in rounds for batch in done.completions for p in batch.prompts}
    other = next(p for p in range(4) if p not in asked)
    arms = [Arm(other, 4, 2, 1), Arm(min(asked), 4, 2, 1), Arm(min(asked), 4)]
    policy = with_draws(Policy(env.contexts, arms, strategy=EarlyVote()), rounds)
    assert set(policy.drawn) == {"mid"} and 2 <= policy.drawn["mid"] <= 4


@pytest.mark.parametrize("number", [3.9, 8.1, np.nan, True, "5"])
def test_what_an_arm_cannot_ask_is_refused(number):
    """Less than its first batch, more than its cap, and what is no number."""
    arms = {"low": Arm(0, 8, 2, 4), "high": Arm(0, 8)}
    assert check_drawn(arms, {"low": 4}) == {"low": 4.0}
    with pytest.raises(ValueError, match="between 4 and 8 completions"):
        check_drawn(arms, {"low": number})
    with pytest.raises(ValueError, match="no arm that may stop early"):
        check_drawn(arms, {"high": 8})


@pytest.mark.parametrize("strategy", [EarlyVote(), EarlyBest()])
def test_what_is_drawn_goes_through_a_file(strategy, tmp_path):
    """A policy that training told keeps it; older files, which say nothing, are read without; a lie is refused."""
    contexts = Context("a", (1.0,)), Context("b", (1.0,), 0.1)
    policy = Policy(contexts, [Arm(0, 8), Arm(0, 8, 2, 1)], strategy=strategy, drawn={"b": 3.25})
    path = tmp_path / "p.json"
    policy.save(path)
    assert Policy.load(path).drawn == pytest.approx(policy.drawn)
    text = path.read_text()
    path.write_text("\n".join(line for line in text.splitlines() if '"drawn"' not in line).replace(",\n  }", "\n  }"))
    assert Policy.load(path).drawn == {}
    path.write_text(text.replace('"drawn": 3.25', '"drawn": 1000'))
    with pytest.raises(ValueError, match="not a saved policy: an arm"):
        Policy.load(path)
