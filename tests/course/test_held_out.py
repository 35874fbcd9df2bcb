"""What arms are worth on held-out questions, and how far they are apart: exact, or drawn at an endpoint."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.report_cases import OWN
from iapo_widgets import Arm, load, mv_contexts, train
from iapo_widgets.core.paired_test import critical_value
from iapo_widgets.course.capstone import capstone_report, check_report, difference, prompt_first, values_on
from iapo_widgets.course.capstone.page import page
from iapo_widgets.live import Endpoint, ExactMatch, Ledger, LiveEnvironment, SimulatedEndpoint, SpendingLimit


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=40))
def test_an_interval_is_around_the_mean_and_turns_with_its_sign(pairs):
    """Symmetric, as wide as t times the standard error, and mirrored where mine and other change places."""
    mine, other = np.array(pairs).T
    middle, low, high, count = difference(mine, other)
    apart = mine - other
    assert count == len(pairs) and np.isclose(middle, apart.mean()) and np.isclose(middle - low, high - middle)
    reach = critical_value(0.025, count - 1) * apart.std(ddof=1) / count**0.5
    assert np.isclose(high - middle, reach, atol=1e-12)
    assert np.allclose(difference(other, mine)[:3], (-middle, -high, -low), atol=1e-12)


def test_an_interval_holds_the_truth_as_often_as_it_says():
    """Of 2,000 samples of 10 normal differences, 95 % up to chance hold their mean."""
    rng = np.random.default_rng(0)
    held = [
        low <= 0.3 <= high
        for _, low, high, _ in (difference(rng.normal(0.3, 1, 10), np.zeros(10)) for _ in range(2_000))
    ]
    assert abs(np.mean(held) - 0.95) < 4 * (0.95 * 0.05 / 2_000) ** 0.5


def test_pairs_that_are_not_whole_are_left_out():
    """A missing value takes its question with it; with one question left there is no interval."""
    assert difference([1.0, np.nan, 0.5], [0.5, 0.5, 0.5])[3] == 2
    for mine, other in (([1.0], [0.0]), ([1.0, np.nan], [0.0, 0.0]), ([1.0, 2.0], [1.0])):
        with pytest.raises(ValueError, match=r"at least 2|one value a question"):
            difference(mine, other)


def test_prompt_first_is_the_best_prompt_for_one_answer_with_its_best_n():
    """By the estimates of that training alone."""
    training = load("real-words", part="train")
    result = train("psst", training, 3_000, seed=3)
    for user, arm in prompt_first(training, result).items():
        c = [context.name for context in training.contexts].index(user)
        last = np.full(result.rounds[0].q.shape[1:], np.nan)
        for done in result.rounds:
            last = np.where(np.isnan(done.q[c]), last, done.q[c])
        assert arm == Arm(int(np.nanargmax(last[:, 0])), int(np.nanargmax(last[np.nanargmax(last[:, 0])])) + 1)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A task of one's own at the simulated endpoint, trained, in two parts."""
    contexts = mv_contexts({"low": 0.0, "high": 2.0})
    with SimulatedEndpoint(seed=0) as sim, Ledger(tmp_path_factory.mktemp("live") / "ledger.sqlite") as ledger:
        task = LiveEnvironment(
            Endpoint(sim.base_url, sim.model), sim.prompts(max_tokens=200), sim.questions(36), [ExactMatch()], n_max=4,
            strategy="majority-vote", contexts=contexts, ledger=ledger, limit=SpendingLimit(completions=900),
            progress=False,
        )  # fmt: skip
        training, held_out = task.split(2 / 3, seed=14)
        result = train("psst", training, 400, seed=0)
        before = ledger.spent().completions
        report = capstone_report(
            training, held_out, result, title="Sums", source="A simulated endpoint.", budget=400, cap=900,
            algorithm="psst", failure=(0, 1), why=OWN, limits=f"{OWN} It is simulated.",
        )  # fmt: skip
        yield report, ledger.spent().completions - before, held_out, result


def test_a_task_at_an_endpoint_gets_a_report_as_well(live, tmp_path):
    """Its values are drawn, once a question; what judging took is what the ledger was charged; it passes its check."""
    report, charged, _, _ = live
    facts = report.facts
    assert not facts["exact"] and facts["judging"] == charged > 0 and facts["recorded"] == ""
    assert len(facts["held_out"]) == 12 and f"to judge: {charged:,}" in page(facts, drawn=False)
    assert check_report(report.save(tmp_path / "live.html")).right


def test_arms_of_one_prompt_share_their_answers(live):
    """An arm's first answers are those of a smaller N, so that only N tells the two apart."""
    _, _, held_out, _ = live
    first = [held_out.sample([2], [0], n, np.random.default_rng(0)).answers[0] for n in (1, 4)]
    assert first[1][0] == first[0][0]
    with pytest.raises(ValueError, match="no user 'mid'"):
        values_on(held_out, Arm(0, 1), "mid")
    with pytest.raises(ValueError, match="leaves N open"):
        values_on(held_out, Arm(0, None), "low")
