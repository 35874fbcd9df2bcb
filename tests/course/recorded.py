"""The recorded tasks, races on them, and what a lesson says and prints: for tests of claims."""

from functools import cache

import numpy as np

from course.answers import LESSONS, notebook
from iapo_widgets import Arm, acr, load, train
from iapo_widgets.course.lesson_01 import credit
from iapo_widgets.live.records.pools import Votes

TERSE, PLAIN = 2, 0
USERS = ("low", "mid", "high")


@cache
def words():
    """The thread of the course."""
    return load("real-words")


@cache
def printed(lesson):
    """All that the lesson's cells print."""
    outputs = [o for cell in notebook(LESSONS[lesson])["cells"] for o in cell.get("outputs", [])]
    return "\n".join("".join(output["text"]) for output in outputs if "text" in output)


@cache
def ends(way, budget=5_000):
    """Mean Q of the policies of twenty races."""
    return np.array([acr(train(way, words(), budget, seed=s).policy, words()) for s in range(20)])


def standard_error(values):
    """Of the mean of ``values``."""
    return np.std(values, ddof=1) / len(values) ** 0.5


def over_questions(arm, other):
    """Exact Q of an arm minus that of another for the user "low", question by question; arms are (prompt, N)."""
    return words().query_q(0, Arm(*arm)) - words().query_q(0, Arm(*other))


def credits(prompt, question, n_max=16):
    """Credit of the vote of the first n answers as they came, by n - 1; ``None`` where nobody votes."""
    labels = [answer.label for answer in words().completions(prompt, question)]
    votes = [Votes.of(labels[:n]) for n in range(1, n_max + 1)]
    return [vote.credit if vote.winners else None for vote in votes]


def won_without_end(prompt):
    """Questions whose most frequent answer is right, alone."""
    votes = [[v for v in row if v >= 0] for row in words().answers[prompt].tolist()]
    return {x for x, v in enumerate(votes) if v and credit(v, 0) == 1}
