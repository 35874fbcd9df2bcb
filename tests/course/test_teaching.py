"""The teachers' page: its numbers and its times are true."""

import re
from math import comb

import numpy as np
import pytest

from course.answers import LESSONS, notebook
from iapo_widgets import Context, MajorityVote, acr, load, train, voting_environment
from iapo_widgets.cli import main
from iapo_widgets.core.theory import complexity
from iapo_widgets.course.files import course_folder
from iapo_widgets.course.lessons import source
from iapo_widgets.live.records.pools import expected, pool_of
from iapo_widgets.study.table import Table

PAGE = (course_folder() / "TEACHING.md").read_text("utf-8")
ACCURACY = [Context("accuracy", (1.0,))]


def votes(rates, n_max=32):
    """Accuracy under voting between two answers, (prompts, n_max); rates: (prompts, questions)."""
    rates = np.atleast_2d(rates)
    probs = np.stack([rates, 1 - rates], axis=2)
    gold, cost = [0] * rates.shape[1], [0.0] * len(rates)
    return voting_environment(probs, gold, cost, contexts=ACCURACY, n_max=n_max).exact_q()[0]


def test_numbers_in_the_notes_are_true():
    """What the notes say about the worked example, lesson 00 and the figures to move."""
    worked = votes([[0.40, 0.90], [0.62, 0.62]])
    assert worked[0, [0, 31]] == pytest.approx([0.650, 0.564], abs=5e-4)
    assert worked[1, 9] - worked[0, 9] == pytest.approx(0.141, abs=5e-4)
    assert votes([[0.65]])[0, 2] == pytest.approx(0.718, abs=5e-4)
    for rate, lead in ((0.40, 3), (0.50, 9), (0.59, None)):
        a, b = votes([[rate, 0.90], [0.62, 0.62]])
        found = np.flatnonzero(b > a + 1e-12) + 1
        assert (found[0] if len(found) else None) == lead and f"{rate:.2f}" in PAGE
    task = load("real-words")
    done = train("psst", task, 5_000, seed=0).rounds[2]
    assert np.nanmax(done.q[0][done.active[0]]) == pytest.approx(1.000, abs=5e-4) and task.exact_q().max() < 0.8
    wrong = [answer.label for answer in task.completions(2, 63) if answer.label]
    assert len(wrong) == 20 and len(set(wrong)) == 1 and "20 are wrong" in PAGE
    worth = [_worth(task, p) for p in (0, 2)]
    assert worth[1][63, 15] == 0 and ((worth[0][:, 0] < 0.5) & (worth[0][:, 15] > 0.9)).sum() > 5
    ways = [[acr(train(way, task, 5_000, seed=s).policy, task) for s in range(20)] for way in ("psst", "uniform")]
    apart = np.subtract(*ways)
    assert abs(apart.mean()) < 2 * apart.std(ddof=1) / 20**0.5


def _worth(task, prompt):
    """How often a vote of n recorded answers is right, none drawn twice, (questions, 16)."""
    pools = [pool_of(task, prompt, x) for x in range(task.n_queries)]
    return expected(pools, [True] * task.n_queries, MajorityVote(), (1.0,), 16)


def test_cost_moves_prompt_and_n_as_the_table_says():
    """With equal weights a growing cost weight lowers N and changes the prompt."""
    users = [Context(f"cost {w}", (0.5, 0.5), w) for w in (0, 0.2, 1, 2)]
    q = load("helpful-harmless").with_(contexts=users).exact_q()
    arms = [np.unravel_index(table.argmax(), table.shape) for table in q]
    scales = [int(n) for _, n in arms]
    assert scales == sorted(scales, reverse=True) and scales[0] > scales[-1] and len({p for p, _ in arms}) > 1


@pytest.mark.parametrize("lesson", LESSONS)
def test_times_are_those_of_the_lessons(lesson):
    """The table of minutes says what the lesson's first cell says, and each lesson has notes."""
    (minutes,) = re.search(rf"(?m)^\| {lesson} \| (\d+) \|", PAGE).groups()
    assert f"**Time**: {minutes} minutes" in source(notebook(LESSONS[lesson])["cells"][0])
    assert len(re.findall(rf"(?m)^### {lesson} \S", PAGE)) == 1


def test_students_do_not_get_this_page(tmp_path):
    """The copies without solutions leave it out; the full copies have it."""
    assert main(["export", str(tmp_path / "students"), "--without-solutions"]) == 0
    assert main(["export", str(tmp_path / "all")]) == 0
    assert not (tmp_path / "students" / "TEACHING.md").exists() and (tmp_path / "all" / "TEACHING.md").exists()


def test_numbers_in_the_notes_on_later_lessons_are_true():
    """Samples in three pulls, and the bound at T = 16."""
    assert 3 * (16 // 6) == 6 and 3 * 16 // 6 == 8 and "8 instead of 6" in PAGE
    assert comb(8, 5) == 56
    after_two = 0.7**2 + 2 * 0.7 * 0.3 * votes([[0.5]], 31)[0, 30]  # two right: certain; one right: a coin
    assert after_two == pytest.approx(0.70, abs=5e-3) and votes([[0.7]], 31)[0, 30] == pytest.approx(0.99, abs=5e-3)
    pair = voting_environment(
        [[[0.75, 0.25]], [[0.25, 0.75]]], gold=[0], cost=[0, 0], contexts=ACCURACY, n_max=1
    )  # fmt: skip
    assert complexity(pair.exact_q()).error_bound(16) == pytest.approx(1.10, abs=5e-3)
    early = [
        c for c in Table.read().comparisons if (c.better, c.worse, c.budget) == ("psst", "psst+k1", 1_000)
    ]  # fmt: skip
    assert len(early) == 6 and all(c.difference < 0 and c.p_holm < 0.05 for c in early)
