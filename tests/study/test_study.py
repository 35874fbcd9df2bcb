"""A study stops, resumes and spreads over processes without changing a number."""

import itertools
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets import load
from iapo_widgets.study.engine import run_study
from iapo_widgets.study.protocol import Study, run_unit
from iapo_widgets.study.results import ResultsFile
from iapo_widgets.study.statistics import compare, holm, signed_rank, summary


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    """A saved task that computes in no time."""
    path = tmp_path_factory.mktemp("task") / "small.npz"
    load("math").split(0.1, 0)[0].with_(n_max=4).save(path)
    return str(path)


@pytest.fixture(scope="module")
def study(small_file):
    """Six runs of two budgets."""
    return Study((small_file,), ("psst",), (50, 200), runs=6)


@pytest.fixture(scope="module")
def reference(study, tmp_path_factory):
    """Its records, computed in one go in this process."""
    return run_study(study, tmp_path_factory.mktemp("study") / "whole.jsonl", jobs=1, progress=False)


def test_records_are_what_the_protocol_says(study, reference, small_file):
    """Each record follows from its seed: the split, the training and the exact ACR of its policy."""
    from iapo_widgets import acr, train

    assert len(reference) == 12
    for record in reference:
        parts = load(small_file).split(0.8, record["run"])
        result = train("psst", parts[0], record["budget"], seed=record["run"])
        assert record["acr"] == pytest.approx(acr(result.policy, parts[1]), abs=1e-12)
        assert record["spent"] == result.spent <= record["budget"]


def test_records_of_arms_that_stop(small_file, tmp_path):
    """They are those of the task under its strategy with stops, with regret beside the arms that never stop."""
    from iapo_widgets import train
    from iapo_widgets.core.training import mean_return

    study = Study((small_file,), ("psst", "frugal"), (200,), runs=2, stops=True)
    records = run_study(study, tmp_path / "stops.jsonl", jobs=1, progress=False)
    env, fixed = load(small_file).with_(strategy="early-vote"), load(small_file)
    assert len(records) == 4
    for record in records:
        run = record["run"]
        parts, plain = env.split(0.8, run), fixed.split(0.8, run)
        policy = train(record["algorithm"], parts[0], 200, seed=run).policy
        assert record["policy"] == {c: arm.plain for c, arm in policy.items()}
        for part, other, name in ((parts[1], plain[1], "regret_fixed"), (parts[0], plain[0], "regret_fixed_train")):
            mine, q = mean_return(policy, part, part.exact_q()), other.exact_q()
            best = [row.argmax() for row in plain[0].exact_q().reshape(len(q), -1)]
            most = sum(row[at] for row, at in zip(q.reshape(len(q), -1), best, strict=True)) / len(q)
            assert record[name] == pytest.approx(most - mine, abs=1e-9)
    (cell, _) = summary(records)
    own = [r["regret_fixed_train"] for r in records if r["algorithm"] == "psst"]
    assert cell.stops and cell.regret_fixed_train == pytest.approx(sum(own) / 2)


def test_a_synthetic_environment_may_stop_too():
    """Each run draws a fresh one, whose arms stop, too."""
    (record,) = run_unit(Study(("synth-bernoulli",), ("triple-n1",), (200,), runs=1, stops=True), "synth-bernoulli", 0)
    assert record["regret"] >= record["regret_fixed"] == record["regret_fixed_train"]


def test_a_strategy_without_stops_is_refused(tmp_path):
    """The error names the strategies that have some."""
    load("real-words").with_(strategy="vote-then-best").save(tmp_path / "mixed.npz")
    study = Study((str(tmp_path / "mixed.npz"),), runs=1, budgets=(200,), stops=True)
    with pytest.raises(ValueError, match="vote-then-best has no arms that stop early; only majority-vote, best-of-n"):
        run_study(study, tmp_path / "study.jsonl", jobs=1, progress=False)


def test_a_study_without_stops_is_described_as_before():
    """So that files of older versions are gone on with; where arms stop, one environment comes after the other."""
    plain = Study(("math", "summarization"), runs=2)
    stops = Study(("math", "summarization"), runs=2, stops=True)
    assert "stops" not in plain.description() and stops.description()["stops"] is True
    assert plain.units == [("math", 0), ("summarization", 0), ("math", 1), ("summarization", 1)]
    assert stops.units == [("math", 0), ("math", 1), ("summarization", 0), ("summarization", 1)]


def test_a_record_that_lacks_a_measure_is_named(small_file, tmp_path):
    """Records of arms that stop without their regret beside fixed ones cannot be read."""
    study = Study((small_file,), runs=1, budgets=(200,), stops=True)
    path = tmp_path / "study.jsonl"
    run_study(study, path, jobs=1, progress=False)
    path.write_text(path.read_text().replace("regret_fixed_train", "regret_other"))
    with pytest.raises(ValueError, match="line 2, cannot be read"):
        ResultsFile(study, path)


def test_two_processes_give_the_same_numbers(study, reference, tmp_path):
    """Records are bit-equal however the runs are spread."""
    assert run_study(study, tmp_path / "two.jsonl", jobs=2, progress=False) == reference


def test_a_stopped_study_resumes_bit_equal(study, reference, tmp_path):
    """Stop after two units, go on, and the records are those of a study that never stopped."""
    stop, seen = threading.Event(), []

    def two(records):
        seen.append(records)
        if len(seen) == 2:
            stop.set()

    path = tmp_path / "study.jsonl"
    first = run_study(study, path, jobs=1, progress=False, stop=stop, on_unit=two)
    assert 4 <= len(first) < 12
    assert run_study(study, path, jobs=1, progress=False) == reference


def test_an_unfinished_last_line_is_dropped_and_said_so(study, reference, tmp_path, capsys):
    """A crash in mid-line costs that run alone, which is done again."""
    path = tmp_path / "study.jsonl"
    run_study(study, path, jobs=1, progress=False)
    path.write_bytes(path.read_bytes()[:-40])
    file = ResultsFile(study, path)
    assert "was not finished: dropped" in file.dropped and len(file.missing) == 1
    assert run_study(study, path, jobs=1, progress=False) == reference


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("hello\n", "is not the results of a study"),
        ('{"format": "other, version 9", "study": {}}\n', "expected 'iapo-widgets study, version 1'"),
        (None, "holds another study: runs differ"),
        ("broken", r"line 2, cannot be read"),
    ],
)
def test_a_foreign_results_file_is_refused_and_left_alone(study, tmp_path, content, message):
    """What is not ours, of another version, of another study or damaged inside is named, and not touched."""
    path = tmp_path / "study.jsonl"
    if content in (None, "broken"):
        other = Study(study.environments, study.algorithms, study.budgets, runs=5 if content is None else 6)
        ResultsFile(other, path)
        if content:
            path.write_bytes(path.read_bytes() + b"nonsense\n")
    else:
        path.write_text(content)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        run_study(study, path, jobs=1, progress=False)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"runs": 0}, "at least 1"),
        ({"budgets": (200, 100)}, "must increase"),
        ({"budgets": (0,)}, "at least 1"),
        ({"budgets": ()}, "at least one"),
        ({"algorithms": ("best",)}, "unknown algorithm 'best'; known: psst"),
        ({"environments": ("math", "math")}, "must differ"),
        ({"environments": "math"}, "must be a list"),
    ],
)
def test_a_bad_study_is_refused(change, message):
    """Each error says what would be right."""
    with pytest.raises(ValueError, match=message):
        Study(**{"environments": ("math",), **change})


def test_holm_by_hand():
    """0.01, 0.04, 0.03 become 0.03, 0.06, 0.06."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([0.0] * 195 + [0.01, 0.02, 0.03, 0.04, 0.05], 2 / 2**5),
        ([0.0] * 195 + [0.01] * 5, 2 / 2**5),  # equal ranks
        ([1e-12, -1e-13] * 50 + [0.01, 0.02, 0.03, 0.04, 0.05], 2 / 2**5),  # rounding is a tie
        ([3e-17, 1e-16, 2e-17, 5e-16, 1e-17, 2e-16, 4e-17, 6e-17, 8e-17], 1.0),
        ([], 1.0),
        ([0.1], 1.0),
        ([-0.1, 0.2, 0.3], 4 / 8),  # W- = 1: of eight sign patterns {}, {1} and their mirrors are as far out
        ([0.1, 0.1 + 1e-15, -0.1, 0.3], 8 / 16),  # ranks 2, 2, 2, 4 sum to 6: at most one 2 has the other sign
        (list(range(1, 10)), 2 / 2**9),
        ([-v for v in range(1, 10)], 2 / 2**9),
        (list(range(1, 11)), 2 / 2**10),  # ten pairs: SciPy's, exact without ties
    ],
)
def test_wilcoxon_by_hand(differences, p):
    """Ties are left out, and few pairs are counted exactly."""
    assert signed_rank(differences) == pytest.approx(p)


@given(st.lists(st.integers(-6, 6), max_size=9))
def test_few_pairs_are_counted_over_all_signs(differences):
    """The p value is the share of sign patterns whose rank sum is as far from the middle, and is the same mirrored."""
    values = [d for d in differences if d]
    ranks = [sum(abs(o) < abs(v) for o in values) + (sum(abs(o) == abs(v) for o in values) + 1) / 2 for v in values]
    seen = abs(sum(r if v > 0 else -r for r, v in zip(ranks, values, strict=True)))
    far = 0
    for signs in itertools.product((1, -1), repeat=len(values)):
        far += abs(sum(s * r for s, r in zip(signs, ranks, strict=True))) >= seen - 1e-9
    assert signed_rank(differences) == pytest.approx(far / 2 ** len(values))
    assert signed_rank(differences) == signed_rank([-d for d in differences])


def made_up(algorithm, shift):
    """Twelve records whose ACR is the run's own value plus a shift."""
    return [
        {"environment": "e", "run": i, "algorithm": algorithm, "budget": 10, "acr": (i % 5) / 10 + shift + i / 1000,
         "regret": -shift, "spent": 10}
        for i in range(12)
    ]  # fmt: skip


def test_paired_comparisons_see_a_small_constant_difference():
    """Runs that differ much among themselves but always by the same amount in pairs differ significantly."""
    records = made_up("a", 0.01) + made_up("b", 0.0) + made_up("c", 0.01)
    against_b, against_c = compare(records, "a", ["b", "c"])
    assert against_b.significant and against_b.difference == pytest.approx(0.01)
    assert not against_c.significant and against_c.p == 1.0
    with pytest.raises(ValueError, match="do not have the same runs"):
        compare(records[:-1], "a", ["c"])


def test_summary_has_means_and_standard_errors():
    """Mean and standard error of one group by hand."""
    (cell,) = summary(made_up("a", 0.0)[:2])
    assert (cell.runs, cell.acr) == (2, pytest.approx(0.0505)) and cell.acr_sem == pytest.approx(0.0505)
    assert json.dumps(cell.regret) == "0.0" or cell.regret == 0


@pytest.mark.parametrize("stops", ["no", 1, None])
def test_stops_is_true_or_false(stops):
    """A text that means no is refused at the door, not taken for yes."""
    with pytest.raises(ValueError, match="stops must be true or false"):
        Study(("math",), stops=stops)
