"""What lesson 11 claims of arms that stop, held against exact values and what its cells print."""

import re
from functools import cache

import numpy as np
import pytest
from scipy.stats import t as student

from course.answers import printed, prose
from course.told import measured
from iapo_widgets import EarlyBest, EarlyVote, load
from iapo_widgets.course.lesson_11 import stop_at
from iapo_widgets.study.statistics import holm
from iapo_widgets.study.table import STOPS, Table
from iapo_widgets.widgets.explorers.stop_walk import answers_to

VOTES = ("synth-bernoulli", "math", "commonsense-qa")
RACE = "columns = np.column_stack"  # code of the cell that runs them


def rows(words, pattern):
    """What the cell of that code printed, line by line, as far as it has the form of ``pattern``."""
    found = re.findall(pattern, printed("11", words), re.M)
    assert found
    return found


@cache
def leads():
    """How prompt 0 stops -> (share of right votes, answers asked for), as printed."""
    lines = rows("rule.stop == np.inf", r"^(.+?) +(0\.\d{4}) +(\d+\.\d\d)$")
    return {name: (float(right), float(asked)) for name, right, asked in lines}


def gains():
    """User -> what the best arm that may stop gains, as printed."""
    lines = rows('came("11-p3"', r"^(\w+) +0\.\d{4} Arm.*\n.*\n +gain ([+-]\d\.\d{4})")
    return {name: float(gain) for name, gain in lines}


@pytest.mark.claim("11-lead-three")
def test_a_lead_of_three_is_nearly_all_for_less_than_half():
    """It loses 0.002 of the right votes and asks less than half; leads of two and of one lose 0.014 and 0.130."""
    (full, most), (three, asked), (two, _) = (leads()[k] for k in ("all at once", "a lead of 3", "a lead of 2"))
    assert full - three == pytest.approx(0.002, abs=5e-4) and asked < most / 2 and two < three - 0.002
    (one, _) = leads()["a lead of 1"]
    assert (f"{full - two:.3f}", f"{full - one:.3f}") == ("0.014", "0.130")
    assert prose("11").count("0.014") == prose("11").count("0.130") == 2


def test_the_shares_are_those_of_the_exact_values():
    """Of all at once and of the curtailed vote, which need no draws."""
    exact = float(load("real-words").exact_q()[0, 0, 15])
    assert [leads()[k][0] for k in ("all at once", "until it is decided")] == pytest.approx([exact, exact], abs=6e-5)


@pytest.mark.claim("11-batches-cheaper")
def test_batches_of_four_ask_more_answers_and_cost_less():
    """A request costs more than two answers there."""
    lines = rows("price(1, 16, k)", r"a lead of 2, (\d).* (\d+\.\d+) answers, cost (.+)")
    cost = {int(b): (float(n), float(c)) for b, n, c in lines}
    assert cost[4][0] > cost[1][0] and cost[4][1] < cost[1][1]
    env = load("real-words")
    assert env.call_cost[1] > 2 * env.mean_cost[1]


@pytest.mark.claim("11-lead-one")
def test_a_lead_of_one_is_better_than_one_answer():
    """By far, for a fifth more answers at most."""
    (one, _), (first, asked) = leads()["one answer"], leads()["a lead of 1"]
    assert first > one + 0.02 and asked < 1.2


@pytest.mark.claim("11-mid-and-high-gain")
def test_two_users_of_three_gain():
    """By far more than the error of Monte Carlo."""
    assert gains() == {"low": 0, "mid": 0.0151, "high": 0.0130}


@pytest.mark.claim("11-their-arms")
def test_the_best_arms_of_the_three():
    """Who minds no cost asks sixteen at once; the others stop at a lead of two, in pairs, and of one, one by one."""
    arms = dict(rows('came("11-p3"', r"^(\w+) +0\.\d{4} Arm.*\n +0\.\d{4} (Arm\(.*\)) \("))
    assert arms["low"] == "Arm(prompt=0, n=16)" and "stop=2, batch=2" in arms["mid"]
    assert "stop=1, batch=1" in arms["high"]


@pytest.mark.claim("11-curve")
def test_the_gain_is_largest_in_between():
    """Nothing at 0, most at 0.4, a fifth of it at 2."""
    curve = {float(w): float(g) for w, g in rows("for w in weights]", r"^cost weight +([\d.]+): ([+-][\d.]+)$")}
    assert max(curve, key=curve.get) == 0.4 and curve[0] == 0 and all(curve[w] > 0 for w in curve if w)
    assert curve[2] == pytest.approx(curve[0.4] / 5, abs=1e-4)


@pytest.mark.claim("11-reach-gains")
def test_two_users_of_sentences_gain():
    """One of them 0.013, by the closed form."""
    gain = [float(g) for g in rows('with_(strategy="early-best")', r"gain ([+-]\d\.\d{4})$")]
    assert len(gain) == 9 and sum(g > 0 for g in gain) == 2 and max(gain) == pytest.approx(0.013, abs=5e-4)
    assert sum(g == 0 for g in gain) == 7


@pytest.mark.claim("11-race-high")
def test_what_high_gains_in_the_race_does_not_stand_among_eight():
    """More than two standard errors at 20,000, alone of the eight lines; not significant after Holm's rule for them."""
    race = measured("11", RACE)
    gap, error = race["T = 20000 high"]
    assert gap > 2 * error and f"{gap:+.4f} ± {error:.4f}" in prose("11") and len(race) == 8
    p = [2 * student.sf(abs(mean) / each, 19) for mean, each in race.values()]
    assert min(p) == p[list(race).index("T = 20000 high")] < 0.05 < min(holm(p))


@pytest.mark.claim("11-race-level")
def test_twenty_races_cannot_tell_the_rest_apart():
    """Below two standard errors at both budgets; the mean at 20,000 is as near to nothing as to 0.0094."""
    race = measured("11", RACE)
    for budget in (1000, 20000):
        for who in ("low", "mid", "all three"):
            gap, error = race[f"T = {budget} {who}"]
            assert abs(gap) < 2 * error
    assert error == 0.0041 and abs(gap - 0.0094) < 2 * error


def kept_rows(name, budget):
    """Task -> (comparison of arms that stop with fixed ones, their row) of the kept table, for that algorithm."""
    table = Table.read()
    stops = name + STOPS
    return {c.environment: (table.comparison(c.environment, stops, name, budget), c) for c in table.cells
            if (c.algorithm, c.budget) == (stops, budget)}  # fmt: skip


def errors_above(cell):
    """Regret beside the best fixed arms on the training part, in its standard errors."""
    return cell.regret_fixed_train / cell.regret_fixed_train_sem


@pytest.mark.claim("11-table-psst")
def test_psst_does_not_profit_from_arms_that_stop():
    """Two lines of twelve are significant, and both are losses; all are of thirty runs."""
    lines = {(t, b): row for b in (1_000, 20_000) for t, row in kept_rows("psst", b).items()}
    found = {line: c.difference for line, (c, _) in lines.items() if c.p_holm < 0.05}
    assert len(lines) == 12 and set(found) == {("synth-categorical", 1_000), ("helpful-harmless", 1_000)}
    assert max(found.values()) < 0 and {len(EarlyVote().rules), len(EarlyBest().rules)} == {9, 11}
    assert {cell.runs for _, cell in lines.values()} == {30}


@pytest.mark.claim("11-table-psst-above")
def test_psst_stays_behind_the_best_fixed_arms():
    """By more than two errors in every line that is printed."""
    assert all(errors_above(cell) > 2 for b in (1_000, 20_000) for _, cell in kept_rows("psst", b).values())


@pytest.mark.claim("11-table-frugal")
def test_frugal_profits_with_many_completions():
    """Significantly on four tasks of six at 20,000, on one at 1,000, and nowhere a loss."""
    for budget, number in ((20_000, 4), (1_000, 1)):
        found = [c.difference for c, _ in kept_rows("frugal", budget).values() if c.p_holm < 0.05]
        assert len(found) == number and min(found) > 0


@pytest.mark.claim("11-table-below")
@pytest.mark.claim("11-table-below-sizes")
def test_frugal_returns_more_than_any_fixed_arms_where_votes_are_counted():
    """At 20,000, by more than two errors on two of the three, and by less on the third."""
    rows = kept_rows("frugal", 20_000)
    *cells, third = (rows[task][1] for task in VOTES)
    assert all(errors_above(cell) < -2 for cell in cells) and -2 < errors_above(third) < 0 and len(rows) == 6
    more = [f"{-c.regret_fixed_train:.4f} ± {c.regret_fixed_train_sem:.4f}" for c in cells]
    assert "{} and {} more than the best fixed arms".format(*more) in prose("11")


@pytest.mark.claim("11-table-best-of-n")
def test_frugal_is_a_thousandth_above_on_best_of_n():
    """To three digits on each of the three; the return differs by what the text says."""
    rows = kept_rows("frugal", 20_000)
    assert {f"{row.regret_fixed_train:.3f}" for t, (_, row) in rows.items() if t not in VOTES} == {"0.001"}
    added = [c.difference for t, (c, _) in rows.items() if t not in VOTES]
    assert f"{min(added):.4f} to {max(added):.4f}" == "0.0002 to 0.0018"


def test_the_winner_stays_the_same_on_most_questions():
    """With a lead of two, of the answers as they came, prompt 1: at least nine questions of ten."""
    env, same = load("real-words"), []
    for x in range(env.n_queries):
        labels = [str(a.label) for a in answers_to(env, 1, x, 16, 0, (1.0,)) if a.label >= 0]
        if labels:
            asked = stop_at(labels, 2, len(labels))
            same.append(max(set(labels), key=labels.count) == max(set(labels[:asked]), key=labels[:asked].count))
    assert np.mean(same) >= 0.9


def test_three_ways_give_as_many_right_answers_for_fewer_completions():
    """On the simulated endpoint, by its ledger."""
    found = rows("deployed(question.text", r"(\d+) right, +(\d+) answers used; the ledger holds (\d+)")
    right, used, held = zip(*[tuple(map(int, row)) for row in found], strict=True)
    assert len(set(right)) == 1 and used == held and used[0] < used[1] < used[2] == 240
    assert "20 of 20 questions" in printed("11", "instead(12)")
