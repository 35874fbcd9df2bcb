"""What the paper finds, on the stored table of 200 runs on the stand-ins; and where our data disagrees."""

import json

import pytest

from iapo_widgets.plots import figure4
from iapo_widgets.study.paper import ELIMINATION, IMPROVED, SEQUENTIAL, STUDIES, paper_studies, tabulate
from iapo_widgets.study.statistics import Cell, Comparison
from iapo_widgets.study.table import Table
from iapo_widgets.tasks.catalogue import GENERATED

BUDGETS = (1_000, 2_000, 5_000, 10_000, 20_000)


@pytest.fixture(scope="module")
def table():
    """The table that comes with the package."""
    return Table.read()


def test_the_table_is_complete(table):
    """200 runs of every elimination algorithm at five budgets, of the sequential ones at three, on six environments."""
    for environment in GENERATED:
        for name in ELIMINATION:
            assert [table.cell(environment, name, b).runs for b in BUDGETS] == [200] * 5
        for name in SEQUENTIAL:
            assert [table.cell(environment, name, b).runs for b in (1_000, 5_000, 20_000)] == [200] * 3
    assert not table.published and "generated stand-ins, 200 runs" in table.source


@pytest.mark.parametrize("environment", GENERATED)
@pytest.mark.parametrize("baseline", ["uniform", *SEQUENTIAL])
def test_psst_beats_the_baselines_at_5000(table, environment, baseline):
    """Significantly, after Holm's correction."""
    assert table.comparison(environment, "psst", baseline, 5_000).significant


def test_a_table_goes_to_disk_and_comes_back(tmp_path):
    """What is written is read again, to six digits; nothing unfinished stays behind."""
    cell = Cell("math", "psst", 1_000, 3, 0.7123456789, 0.01, 0.02, 0.001)
    comparison = Comparison("math", 1_000, "psst", "uniform", 0.1, 0.01, 0.02)
    Table((cell,), (comparison,), True).write(tmp_path)
    found = Table.read(tmp_path)
    assert found.published and found.comparisons == (comparison,)
    assert found.cells[0].acr == pytest.approx(cell.acr, abs=1e-6)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["about.json", "cells.csv", "comparisons.csv"]
    assert "the authors' files" in figure4(found).get_suptitle()
    with pytest.raises(KeyError, match="nothing on ucb at T = 1000 on math"):
        found.cell("math", "ucb", 1_000)
    with pytest.raises(KeyError, match="does not compare ucb with psst"):
        found.comparison("math", "ucb", "psst", 1_000)


def test_the_published_studies_leave_out_what_is_not_published():
    """Five environments, the authors' files; and fewer runs on request, never more."""
    chosen = paper_studies(runs=100, published=True)
    assert all(s.published and "synth-categorical" not in s.environments for s in chosen.values())
    assert {s.runs for s in chosen.values()} == {100} and {s.runs for s in paper_studies(runs=999).values()} == {200}


def test_tabulate_compares_what_it_says():
    """On records made by hand: frugal at T is paired with PSST at 4 T, and the improved PSST with the default."""

    def records(study, value):
        same = {"environment": "math", "regret": 0.0}
        return [
            {**same, "run": run, "algorithm": a, "budget": b, "acr": value(a, b) + run / 100}
            for a in study.algorithms
            for b in study.budgets
            for run in range(8)
        ]

    given = {name: records(s, lambda a, b: b / 1e6 + 0.1 * (a == "frugal")) for name, s in STUDIES.items()}
    given["improved"] = records(STUDIES["improved"], lambda a, b: b / 1e6 + 0.5)
    table = tabulate(json.loads(json.dumps(given)))
    found = table.comparison("math", "frugal", "psst at 4 T", 5_000)
    assert found.difference == pytest.approx(0.1 + 0.005 - 0.020) and found.p < 0.05
    assert table.comparison("math", IMPROVED, "psst", 20_000).difference == pytest.approx(0.5)
    assert table.cell("math", IMPROVED, 20_000).acr == pytest.approx(0.52 + 0.035)
    assert table.cell("math", "psst", 8_000).acr == pytest.approx(0.008 + 0.035)
