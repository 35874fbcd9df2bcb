"""One question: its answers in the order in which they came, and where a rule would have asked no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

import numpy as np

from ...core.problem import Arm
from ...live.ledger.spending import Spending
from ...live.sequence import Drawn, batches, lead, why_stop

RIGHT, WRONG, SILENT = range(3)
LOOKED = 200  # questions that are looked through for one that teaches most


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its class (-1 casts no vote), whether that is right, its utility and its cost.

    said, text: what was read of it and its words; empty where it has none.
    """

    label: int
    right: bool
    utility: float
    cost: float
    said: str = ""
    text: str = ""

    @property
    def kind(self) -> int:
        """``RIGHT``, ``WRONG`` or ``SILENT``."""
        return SILENT if self.label < 0 else RIGHT if self.right else WRONG


def answers_to(env: Any, prompt: int, question: int, cap: int, seed: int, weights: Sequence[float]) -> list[Answer]:
    """The first ``cap`` answers of a record, with seed 0 as they came, else in another order; of others, drawn."""
    if hasattr(env, "completions"):
        pool = env.completions(prompt, question)
        order = np.random.default_rng((seed, prompt, question)).permutation(len(pool)) if seed else range(len(pool))
        which = [int(i) for i in order][:cap]
        said = [(pool[i].answer or "", pool[i].text or "") for i in which]
        values, labels = env.values[prompt, question, which], env.answers[prompt, question, which]
        costs = env.cost[prompt, question, which]
    else:
        drawn = env.sample([prompt], [question], cap, np.random.default_rng((seed, prompt, question)))
        values, labels, costs = drawn.objectives[0], drawn.answers[0], drawn.cost[0]
        said = [("", "")] * cap
    return [
        Answer(int(label), bool(label == env.gold[question] and label >= 0), float(value @ np.asarray(weights)),
               float(cost), *words)
        for label, value, cost, words in zip(labels, values, costs, said, strict=True)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walk:
    """Answers in order under an arm: after how many it asks no more (``fired``), and why.

    sizes: of the batches that were asked.  level (t,): after each answer the lead, or the best utility so far.
    decided: after how many answers a vote of all can no longer change, ``None`` for what is no vote or never is.
    """

    answers: Sequence[Answer]
    votes: bool
    level: Sequence[float]
    sizes: Sequence[int]
    why: str
    decided: int | None

    @property
    def fired(self) -> int:
        """Answers asked for."""
        return sum(self.sizes)

    @property
    def letters(self) -> list[str]:
        """A letter for each answer, A for the most frequent one, a dash for no vote; none where nobody votes."""
        ranked = Counter(a.label for a in self.answers if a.label >= 0).most_common()
        names = {label: ascii_uppercase[k] if k < len(ascii_uppercase) else "+" for k, (label, _) in enumerate(ranked)}
        return [names.get(a.label, "-") if self.votes else "" for a in self.answers]

    def counted(self, n: int) -> list[tuple[str, int]]:
        """Votes of the first ``n`` by letter, most first."""
        return Counter(letter for letter in self.letters[:n] if letter != "-").most_common()

    def winners(self, n: int) -> list[str]:
        """Letters with the most votes among the first ``n``: several in a tie, none where nobody voted."""
        votes = self.counted(n)
        return sorted(letter for letter, count in votes if count == votes[0][1])

    def best(self, n: int) -> float:
        """The largest utility of the first ``n``."""
        return max(a.utility for a in self.answers[:n])

    def same(self) -> bool:
        """Whether those that were asked say what all of them would."""
        if self.votes:
            return self.winners(self.fired) == self.winners(len(self.answers))
        return self.best(self.fired) == self.best(len(self.answers))

    def answer_of(self, letter: str) -> Answer:
        """The first answer of that letter."""
        return self.answers[self.letters.index(letter)]


def walk(answers: Sequence[Answer], arm: Arm, votes: bool) -> Walk:
    """Ask in the way of a policy at work: look after each batch, up to as many answers as there are."""
    drawn = [
        Drawn(i, a.text, str(a.label) if a.label >= 0 else None, a.utility, Spending(), Spending())
        for i, a in enumerate(answers)
    ]
    n, why, sizes = len(answers), "", list[int]()
    for batch in batches(arm, n):
        sizes.append(len(batch))
        why = why_stop(arm, drawn[: batch.stop], batch.stop, votes)
        if why:
            break
    so_far = range(1, n + 1)
    if not votes:
        best = np.maximum.accumulate([a.utility for a in answers])
        return Walk(answers, votes, best.tolist(), sizes, why, None)
    leads = [lead(drawn[:t]) for t in so_far]
    decided = next((t for t in so_far if leads[t - 1] > n - t), None)
    return Walk(answers, votes, leads, sizes, why, decided)


def telling(env: Any, prompt: int, arm: Arm, weights: Sequence[float], votes: bool) -> int:
    """The question that shows a stop best: it comes early, though not all agree, and says what all would.

    Of votes, it is right.
    """
    best, found = -1.0, 0
    for x in range(min(env.n_queries, LOOKED)):
        mine = walk(answers_to(env, prompt, x, arm.n or 1, 0, weights), arm, votes)
        if not mine.same() or mine.fired == len(mine.answers):
            continue
        spoken = mine.answers[: mine.fired]
        if votes:
            (winner, *others) = mine.winners(mine.fired)
            if others or not mine.answer_of(winner).right:
                continue
            mixed = len({a.label for a in spoken if a.label >= 0}) > 1
            talk = sum(a.label >= 0 for a in mine.answers) / len(mine.answers)
        else:
            mixed, talk = mine.fired > 2, 0.0
        score = 2 * mixed + talk + 1 - mine.fired / len(mine.answers)
        if score > best:
            best, found = score, x
    return found
