"""Exercises of lesson 01: what a vote, a choice of the best, and a bill make of one prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from ..core.completions import Completions
from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import Context
from ..core.strategies import BestOfN, MajorityVote
from ..tasks.catalogue import load
from .exercises import Exercise, FunctionExercise, Mistake

THETA, VOTERS = 0.6, 4
SCORES, CHANCES, DRAFTS = [0.2, 0.6, 1.0], [0.5, 0.3, 0.2], 3
PROMPT, N, COST_WEIGHT = 0, 16, 2.0  # an arm of the recorded task, and a user whom cost hurts


def _vote(n: int) -> float:
    """Chance that the vote of ``n`` is right, two answers, ties split."""
    env = voting_environment([[[THETA, 1 - THETA]]], [0], [0.0], contexts=[Context("accuracy", (1.0,))], n_max=n)
    return float(env.exact_q()[0, 0, n - 1])


def _more_right_than_wrong() -> float:
    """The vote of four if a tie counted as wrong: three or four right."""
    return 4 * THETA**3 * (1 - THETA) + THETA**4


def _not_fewer_right() -> float:
    """The vote of four if a tie counted as right: two or more right."""
    return _more_right_than_wrong() + 6 * THETA**2 * (1 - THETA) ** 2


def credit(votes: Sequence[int], gold: int) -> float:
    """Credit of a vote, eq. 2: 1 / t where ``gold`` is among the t answers at the top, else 0."""
    answers = np.array(votes, dtype=np.int64)[None]
    one, n = np.zeros(1, dtype=np.int64), answers.shape[1]
    pull = Completions(
        one, one.copy(), (answers == gold).astype(float)[..., None], answers, np.array([gold]), np.zeros((1, n)),
        np.ones((1, n), dtype=bool),
    )  # fmt: skip
    return float(MajorityVote().rewards(pull, np.array([0]), np.array([n]), np.ones((1, 1)))[0, 0, 0])


def _tied(votes: Sequence[int]) -> list[int]:
    top = max(votes.count(v) for v in votes)
    return sorted({v for v in votes if votes.count(v) == top})


def _cases(rng: np.random.Generator) -> Iterator[tuple[list[int], int]]:
    """Every vote of one or two on three answers, then random ones up to ten, with ties of two and of three."""
    for votes in ([0], [1], [0, 0], [0, 1], [1, 0], [1, 2], [0, 1, 2], [2, 0, 1, 0, 2, 1]):
        yield votes, 0
    for n in sorted(rng.integers(3, 11, size=40).tolist()):
        yield rng.integers(4, size=n).tolist(), int(rng.integers(4))


def _drafts() -> CategoricalEnvironment:
    """One prompt, one query, drafts scored 0.2, 0.6 or 1."""
    values = np.array(SCORES)[None, None, :, None]
    quality = [Context("quality", (1.0,))]
    return CategoricalEnvironment([[CHANCES]], values, [0.0], contexts=quality, strategy=BestOfN(), n_max=DRAFTS)


def _mean_draft() -> float:
    return float(np.dot(SCORES, CHANCES))


@lru_cache(maxsize=1)
def _accuracy_and_costs() -> tuple[float, float, float]:
    """Accuracy of the arm, and the costs of one request and of one completion of its prompt."""
    env = load("real-words").with_(contexts=[Context("accuracy", (1.0,))])
    accuracy = float(env.exact_q()[0, PROMPT, N - 1])
    return accuracy, float(np.asarray(env.call_cost)[PROMPT]), float(env.cost[PROMPT].mean())


def _net(weight: float = COST_WEIGHT, completions: int = N, requests: int = 1) -> float:
    """Q of the arm for that cost weight, if only so many completions and requests were paid for."""
    accuracy, call, each = _accuracy_and_costs()
    return accuracy - weight * (requests * call + completions * each)


EXERCISES = (
    Exercise(
        "01-a",
        right=lambda: _vote(VOTERS),
        why="Three or four right win, two right tie and win half the time: a fourth voter adds nothing to three.",
        hint="Add up: four right, three right, and what two right and two wrong are worth.",
        mistakes=[
            Mistake(
                "You count a tie as lost. Two against two is settled by a coin: it is worth one half.",
                gives=_more_right_than_wrong,
            ),
            Mistake(
                "You count a tie as won. Two against two is settled by a coin: it is worth one half.",
                gives=_not_fewer_right,
            ),
            Mistake(
                "That is the chance of one completion. Four of them vote: which numbers of right ones win?",
                gives=lambda: THETA,
            ),
            Mistake(
                "That is the chance that at least one of four is right, which is best-of-N. Here they vote.",
                gives=lambda: 1 - (1 - THETA) ** VOTERS,
            ),
            Mistake(
                "That is the chance that all four are right. A majority is enough, and a tie wins half the time.",
                gives=lambda: THETA**VOTERS,
            ),
        ],
    ),
    FunctionExercise(
        "01-b",
        right=credit,
        parameters=("votes", "gold"),
        cases=_cases,
        why="The credit is 1 / t, so that a fair draw among the t answers at the top is right that often.",
        hint="Count the votes of each answer, see which have the most, and how many they are.",
        mistakes=[
            Mistake(
                "You give full credit although other answers share the top: t answers that tie share it, 1 / t each.",
                gives=lambda votes, gold: float(gold in _tied(votes)),
            ),
            Mistake(
                "You give no credit when answers tie: t answers at the top share it, 1 / t each.",
                gives=lambda votes, gold: float(_tied(votes) == [gold]),
            ),
            Mistake(
                "You give 0.5 for every tie; among three answers at the top each has 1 / 3.",
                gives=lambda votes, gold: 0.0 if gold not in _tied(votes) else 1.0 if len(_tied(votes)) == 1 else 0.5,
            ),
            Mistake(
                "You return the share of votes that are right, which is a mean. A vote has winners: who is at the top?",
                gives=lambda votes, gold: votes.count(gold) / len(votes),
            ),
            Mistake(
                "You ask for more than half of all votes. The most frequent answer wins, even with fewer.",
                gives=lambda votes, gold: float(2 * votes.count(gold) > len(votes)),
            ),
        ],
    ),
    Exercise(
        "01-c",
        right=lambda: float(_drafts().exact_q()[0, 0, DRAFTS - 1]),
        why="Each score counts with the chance that it is the best of three, a difference of two cubes.",
        hint="First the chance that all are at most 0.2, then that all are at most 0.6; differences give the rest.",
        mistakes=[
            Mistake(
                "That is the mean of one draft. The best of three is better: how likely is it that none scores 1?",
                gives=_mean_draft,
            ),
            Mistake(
                "Three drafts do not add up: the user gets one of them, the best. Think of the best score's chances.",
                gives=lambda: DRAFTS * _mean_draft(),
            ),
            Mistake(
                "That is the chance that a draft scores 1. When none does, the best is worth 0.6 or 0.2: add these.",
                gives=lambda: 1 - (1 - CHANCES[2]) ** DRAFTS,
            ),
            Mistake(
                "That is the best score there can be. Often none of three drafts reaches it.",
                gives=lambda: max(SCORES),
            ),
        ],
    ),
    Exercise(
        "01-d",
        right=_net,
        why="The request and all 16 completions are paid for, whichever answer wins, times the weight.",
        hint="Q = accuracy - cost weight x (cost of the request + N x cost of one completion).",
        mistakes=[
            Mistake(
                "You count the cost once instead of N times: every completion that votes is paid for.",
                gives=lambda: _net(completions=1),
            ),
            Mistake(
                "You left out the request: the model reads the prompt, too, once for all 16 answers.",
                gives=lambda: _net(requests=0),
            ),
            Mistake(
                "You pay for the request with every answer. One request carries all 16 of them.",
                gives=lambda: _net(requests=N),
            ),
            Mistake(
                "That is the accuracy alone. What do 16 completions cost this user?",
                gives=lambda: _net(weight=0.0),
            ),
            Mistake(
                "You forgot the cost weight: this user minds a unit of cost only as much as the weight says.",
                gives=lambda: _net(weight=1.0),
            ),
            Mistake(
                "You added the cost. It is subtracted: spending makes an arm worse.",
                gives=lambda: _net(weight=-COST_WEIGHT),
            ),
        ],
    ),
)
