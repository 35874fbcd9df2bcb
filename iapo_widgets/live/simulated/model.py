"""A seeded stand-in for a language model: exact answer distributions, and real text for each draw.

Which answer a completion gives is one draw from ``SimulatedModel.distribution``; the text is then written around it.
So the accuracy of every prompt at every N is known, and a policy learned from text alone can be judged exactly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from . import text as wording
from .prompts import Habit, habit
from .questions import LETTERS, Sum, find_sum, near_misses

Messages = Sequence[Mapping[str, str]]
PLANS_KEPT = 20_000
FLATTEST = 14  # wrong results that a slip can give
CAUGHT, ESCAPED = 0.86, 0.10  # in a trap: the trap's result, the right one


@dataclass(frozen=True, slots=True)
class Text:
    """One completion: its text, its tokens by ``wording.tokens``, and why it ended: ``stop`` or ``length``."""

    text: str
    n_tokens: int
    finish_reason: str


class SimulatedModel:
    """Answers sums and multiple-choice sums; ``seed`` decides which questions are traps and how hard each is.

    Raises ``ValueError`` where the seed is not a whole number of at least 0.
    """

    def __init__(self, seed: int = 0) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise ValueError(f"seed must be a whole number of at least 0, not {seed!r}")
        self.seed = seed
        self._plans: dict[tuple[str, float | None, float | None], tuple[Sum | None, Habit, list[int], np.ndarray]] = {}

    def distribution(
        self, messages: Messages, temperature: float | None = None, top_p: float | None = None
    ) -> dict[str, float]:
        """Probability of each answer; the answer is a number or a letter, and empty where none is given."""
        total, how, results, probs = self._plan(_content(messages), temperature, top_p)
        if total is None:
            return {"": 1.0}
        named: dict[str, float] = {}
        for result, p in zip(results, probs, strict=True):
            name = answer_name(total, result)
            named[name] = named.get(name, 0.0) + float(p) * (1 - how.mumble)
        return {**named, "": how.mumble}

    def complete(
        self,
        messages: Messages,
        *,
        key: tuple[object, ...],
        temperature: float | None = None,
        top_p: float | None = None,
        max_tokens: int | None = None,
    ) -> Text:
        """One completion; the same ``key`` (and seed, messages, settings) gives the same text."""
        content = _content(messages)
        rng = self._rng("complete", content, temperature, top_p, *(() if temperature == 0 else key))
        if wording.asks_for_a_grade(content):
            text = wording.grade(content, rng)
        else:
            total, how, results, probs = self._plan(content, temperature, top_p)
            if total is None:
                text = wording.NO_QUESTION
            else:
                result = results[int(np.searchsorted(np.cumsum(probs)[:-1], rng.random(), side="right"))]
                text = wording.write(total, result, answer_name(total, result), how, rng)
        pieces = wording.tokens(text)
        if max_tokens is not None and len(pieces) > max_tokens:
            return Text("".join(pieces[:max_tokens]), max_tokens, "length")
        return Text(text, len(pieces), "stop")

    def _plan(
        self, content: str, temperature: float | None, top_p: float | None
    ) -> tuple[Sum | None, Habit, list[int], np.ndarray]:
        """What is asked, the habit, the results that may come out, their probabilities; kept, as requests repeat."""
        key = (content, temperature, top_p)
        if key not in self._plans:
            total, how = find_sum(content), habit(content)
            results = {} if total is None else self._results(total, how)
            probs = _sharpened(np.array(list(results.values())), temperature, top_p) if results else np.empty(0)
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            self._plans[key] = total, how, list(results), probs
        return self._plans[key]

    def _results(self, total: Sum, how: Habit) -> dict[int, float]:
        """Probability of each result before temperature, the right one first."""
        rng = self._rng("question", total)  # the same for all prompts: what is hard for one is hard for all
        lot, own = rng.random(), rng.normal(0.0, 0.35)
        right, trap = total.value, total.trap_steps[-1].result
        wrong = [w for w in near_misses(total) if not total.options or w in total.options]
        if total.options:
            wrong += [o for o in total.options if o not in (right, *wrong)]
        wrong = wrong[:FLATTEST]
        weights = np.exp(-np.arange(len(wrong)) / (2.5 * how.spread))
        weights = rng.permutation(weights) / weights.sum()
        difficulty = float(np.clip(total.difficulty + own, 0.0, 1.0))
        if lot < how.trapped(difficulty):
            mass = {right: ESCAPED, trap: CAUGHT}
            slips = 1 - ESCAPED - CAUGHT
        else:
            slips = how.slips(difficulty)
            mass = {right: 1 - slips}
        for result, weight in zip(wrong, weights, strict=True):
            mass[result] = mass.get(result, 0.0) + slips * float(weight)
        return mass

    def _rng(self, *parts: object) -> np.random.Generator:
        name = json.dumps([self.seed, *map(repr, parts)]).encode()
        return np.random.default_rng(int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "big"))


def _content(messages: Messages) -> str:
    """What is asked now: system parts, and what came after the last answer; earlier turns are examples."""
    start = max((i for i, m in enumerate(messages) if m["role"] == "assistant"), default=-1)
    return "\n".join(m["content"] for i, m in enumerate(messages) if i > start or m["role"] == "system")


def answer_name(total: Sum, result: int) -> str:
    """What is said for ``result``: its letter where there are options, else the number."""
    return LETTERS[total.options.index(result)] if result in total.options else str(result)


def _sharpened(probs: np.ndarray, temperature: float | None, top_p: float | None) -> np.ndarray:
    """``probs`` at a temperature (1 where none is given; 0: the likeliest only), then the nucleus of mass ``top_p``."""
    heat = 1.0 if temperature is None else temperature
    if heat == 0:
        out = (np.arange(len(probs)) == probs.argmax()).astype(float)
    else:
        logs = np.log(np.maximum(probs, 1e-300)) / heat
        out = np.exp(logs - logs.max())
        out /= out.sum()
    if top_p is not None and top_p < 1:
        order = np.argsort(-out, kind="stable")
        keep = order[: int(np.searchsorted(np.cumsum(out[order]), top_p)) + 1]
        out = np.where(np.isin(np.arange(len(out)), keep), out, 0.0)
        out /= out.sum()
    return out
