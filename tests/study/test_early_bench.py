"""The bench of arms that stop: its figures follow from exact values, and fixed arms are their measure."""

import json

import numpy as np
import pytest

from iapo_widgets import Arm, EarlyVote, Policy, mv_contexts, voting_environment
from iapo_widgets.cli import main
from iapo_widgets.core.training import mean_return
from iapo_widgets.study.bench import bench, oracle, parts
from iapo_widgets.tasks.synthetic import synth_bernoulli
from stopping_cases import TWO, stopping_task

CONTEXTS = mv_contexts({"low": 0.05, "high": 1.0})


def task():
    """Prompts that are right more or less often, and a cost that makes stopping worth while."""
    rng = np.random.default_rng(0)
    right = rng.beta(3, 1.5, (4, 40))
    probs = np.stack([right, (1 - right) * 0.6, (1 - right) * 0.4], axis=2)
    return voting_environment(probs, np.zeros(40, int), np.full(4, 0.02), contexts=CONTEXTS, n_max=12)


def test_figures_follow_from_the_policies():
    """Return and all four regrets are those of the arms that the row prints, by exact values."""
    env = task().with_(strategy="early-vote")
    row = next(iter(bench(env, ["psst"], [600], 3, seed=4)))
    regrets = {"regret": [], "regret_train": [], "regret_fixed": [], "regret_fixed_train": []}
    for i, told in enumerate(row.policies):
        train_part, test_part = parts(env, 4 + i)
        fixed_train, fixed_test = parts(task(), 4 + i)
        policy = Policy(env.contexts, [Arm(*told[c.name]) for c in env.contexts])
        best, best_fixed = oracle(train_part), oracle(fixed_train)
        for name, (part, known, fixed) in {
            "": (test_part, best, fixed_test), "_train": (train_part, best, fixed_train)
        }.items():  # fmt: skip
            mine = mean_return(policy, part, part.exact_q())
            regrets[f"regret{name}"].append(mean_return(known, part, part.exact_q()) - mine)
            regrets[f"regret_fixed{name}"].append(mean_return(best_fixed, fixed, fixed.exact_q()) - mine)
    for name, values in regrets.items():
        assert getattr(row, f"{name}_mean") == pytest.approx(np.mean(values), abs=1e-9), name
    assert row.regret_train_mean >= -1e-9 and row.regret_fixed_train_mean <= row.regret_train_mean


def test_without_stops_both_measures_are_one():
    """Where no arm stops, the best fixed arms are the best."""
    row = next(iter(bench(task(), ["psst"], [600], 2)))
    assert (row.regret_mean, row.regret_train_mean) == (row.regret_fixed_mean, row.regret_fixed_train_mean)
    assert all(len(arm) == 2 for policy in row.policies for arm in policy.values())


def test_a_line_tells_both_parts_and_what_stopping_is_worth():
    """Beside the best fixed arms only where arms may stop; the figures are those of the row."""
    fixed, early = (
        next(iter(bench(env, ["frugal"], [600], 2))) for env in (task(), task().with_(strategy="early-vote"))
    )
    for row in (fixed, early):
        assert f"regret {row.regret_mean:.4f} ± {row.regret_sem:.4f} (training part" in row.told()
        assert f"(training part {row.regret_train_mean:.4f} ± {row.regret_train_sem:.4f})" in row.told()
    assert "beside" not in fixed.told()
    assert f"beside the best fixed arms {early.regret_fixed_mean:.4f} ±" in early.told()
    assert f"(training part {early.regret_fixed_train_mean:.4f} ±" in early.told().partition("beside")[2]


def test_best_of_n_is_measured_at_its_own_reach():
    """Arms of best-of-N are valued at the reach that training saw, by the closed form."""
    env = stopping_task(3, votes=False, prompts=3, queries=10, n_max=6)
    row = next(iter(bench(env, ["uniform"], [400], 2)))
    assert any(len(arm) == 4 for policy in row.policies for arm in policy.values())
    assert row.regret_fixed_mean <= row.regret_mean + 0.2 and np.isfinite(row.acr_mean)
    assert len(TWO) == len(row.policies[0])


def test_the_command_takes_a_strategy(capsys, tmp_path):
    """``--strategy`` holds for a saved environment and for a fresh synthetic one; an unknown name is told."""
    task().save(tmp_path / "t.npz")
    given = ["--env", str(tmp_path / "t.npz"), "--strategy", "early-vote"]
    main(["bench", *given, "--budgets", "300", "--runs", "2", "--json"])
    row = json.loads(capsys.readouterr().out)
    assert {"regret_fixed_mean", "regret_fixed_sem", "regret_fixed_train_mean", "regret_fixed_train_sem"} <= set(row)
    assert main(["bench", "--strategy", "best", "--runs", "1"]) == 2
    assert "early-vote" in capsys.readouterr().err
    assert main(["run", *given, "--budget", "900"]) == 0
    assert "ACR" in capsys.readouterr().out


def test_a_generator_is_benched_with_another_strategy():
    """Each run has a fresh environment whose arms may stop."""
    fresh = lambda seed: synth_bernoulli(seed).with_(strategy=EarlyVote((2,), (1,)), n_max=4)  # noqa: E731
    row = next(iter(bench(fresh, ["triple-n1"], [200], 1)))
    assert row.regret_mean == row.regret_train_mean >= 0 and row.regret_fixed_mean <= row.regret_mean + 1e-9
