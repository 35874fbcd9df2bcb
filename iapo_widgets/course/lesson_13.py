"""Exercises of lesson 13: what a request can cost, reading an answer, what did not arrive, and which cap holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ..core.completions import Completions
from ..core.reuse import block_samples
from ..core.strategies import BestOfN
from ..live.endpoint.endpoint import Endpoint
from ..live.errors import LimitReached
from ..live.ledger.spending import Spending, SpendingLimit
from ..live.scoring.extraction import number
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Choice, NumberOrNone

CHARACTERS, WIDE = 100, 20  # of a prompt; so many of them take two bytes
MAX_TOKENS, N, REQUESTS = 400, 8, 1_000
INPUT_PRICE, OUTPUT_PRICE = 0.15, 0.60  # dollars for a million tokens

RIGHT, WRONG, UNREADABLE, FAILED = 4, 1, 1, 2  # of eight completions

CAPS = {"completions": 1_000, "tokens": 36_000, "money": 0.05}
SPENT, NEXT_PROMPT = Spending(985, 33_000, 18_500_000_000), 60


def _dollars(prompt: int = CHARACTERS + WIDE, prompts: int = 1, answers: int = N, price: float = INPUT_PRICE) -> float:
    """What ``REQUESTS`` requests cost where each has ``prompts`` times ``prompt`` tokens and ``answers`` answers."""
    endpoint = Endpoint("http://127.0.0.1/v1", "none", input_price=price, output_price=OUTPUT_PRICE)
    return REQUESTS * endpoint.spending(answers, prompts * prompt, answers * MAX_TOKENS).money


def last_number(text: str) -> float | None:
    """The last number that ``text`` names, or ``None``."""
    found = number(text)
    return None if found is None else float(Fraction(found))


_PLAIN = r"-?\d+(?:,\d{3})*(?:\.\d+)?"


def _found(pattern: str, text: str, which: int = -1, none: float | None = None) -> float | None:
    """The match of that index as a number; ``none`` where there is no match."""
    found = re.findall(pattern, text)
    return float(found[which].replace(",", "")) if found else none


def _texts(rng: np.random.Generator) -> Iterator[tuple[str]]:
    """Short completions first: a number, none, two, a sign, a thousands separator, a decimal; then random ones."""
    yield from (("12",), ("I do not know.",), ("3 boxes, 12 pens.",), ("It is -7.",), ("1,200 seats",), ("2.5",))
    ends = ("The answer is {}.", "So {} pens are left.", "That makes {}", "Hence {}!", "I cannot say.")
    for _ in range(30):
        steps = " ".join(f"First, {a} * {b} = {a * b}." for a, b in rng.integers(2, 90, (int(rng.integers(3)), 2)))
        value = int(rng.integers(-9_000, 90_000))
        written = f"{value:,}" if rng.random() < 0.5 else f"{value / 4:.2f}" if rng.random() < 0.5 else str(value)
        yield (f"{steps} {ends[rng.integers(len(ends))].format(written)}".strip(),)


def _accuracy() -> float:
    """Estimated accuracy of one completion, as PSST's tally has it."""
    n = RIGHT + WRONG + UNREADABLE + FAILED
    right = np.array([1.0] * RIGHT + [0.0] * (n - RIGHT))
    valid = np.arange(n) < n - FAILED
    one = np.zeros(1, dtype=np.int64)
    pull = Completions(
        one, one.copy(), right.reshape(1, n, 1), np.full((1, n), -1), one - 1, np.zeros((1, n)), valid.reshape(1, n)
    )
    samples = block_samples(pull, BestOfN(), np.ones((1, 1)), n_max=1)
    return float(samples.reward[0, 0, 0] / samples.count[0, 0])


def _cap() -> str:
    """The cap that refuses the next request."""
    endpoint = Endpoint("http://127.0.0.1/v1", "none", input_price=INPUT_PRICE, output_price=OUTPUT_PRICE)
    asked = endpoint.spending(N, NEXT_PROMPT, N * MAX_TOKENS)
    for name, cap in CAPS.items():
        try:
            SpendingLimit(**{name: cap}).check(SPENT, asked)  # type: ignore[arg-type]
        except LimitReached:
            return name
    return "none"


EXERCISES = (
    Exercise(
        "13-a",
        right=_dollars,
        why="One prompt of at most 120 tokens and eight answers of at most 400, each at its own price.",
        hint="Bytes of the prompt x input price + N x max_tokens x output price, per million tokens; then 1,000 times.",
        mistakes=[
            Mistake(
                "You pay the prompt eight times. One request with n = 8 sends it once; only the answers count N times.",
                gives=lambda: _dollars(prompts=N),
            ),
            Mistake(
                "You count one answer. The request asks for eight, and each may be as long as max_tokens.",
                gives=lambda: _dollars(answers=1),
            ),
            Mistake(
                "You charge the prompt at the price of answers; tokens that go in have their own price.",
                gives=lambda: _dollars(price=OUTPUT_PRICE),
            ),
            Mistake(
                "You count characters. The bound is in bytes, and twenty of these characters take two.",
                gives=lambda: _dollars(prompt=CHARACTERS),
            ),
            Mistake(
                "Four bytes a token is a guess for English. A token has at least one byte: that is what holds always.",
                gives=lambda: _dollars(prompt=(CHARACTERS + WIDE) // 4),
            ),
        ],
    ),
    FunctionExercise(
        "13-b",
        right=last_number,
        parameters=("text",),
        cases=_texts,
        why="Sign, thousands separators and decimals belong to the number, and no number is `None`, not 0.",
        hint="Find all numbers with `re.findall`, take the last, drop its commas; `None` where there is none.",
        mistakes=[
            Mistake(
                "You take the first number. A completion that reasons names many: its answer is the last.",
                gives=lambda text: _found(_PLAIN, text, which=0),
            ),
            Mistake(
                "You return 0 where no number is named. Unreadable is not an answer: return `None`.",
                gives=lambda text: _found(_PLAIN, text, none=0.0),
            ),
            Mistake(
                "You lose the minus sign; `-?` before the digits keeps it.",
                gives=lambda text: _found(_PLAIN[2:], text),
            ),
            Mistake(
                "You cut at the comma of 1,200 and read 200. Let commas pass, and drop them before `float`.",
                gives=lambda text: _found(r"-?\d+(?:\.\d+)?", text),
            ),
            Mistake(
                "You lose what stands after the decimal point; a full stop at the end of a sentence is none.",
                gives=lambda text: _found(r"-?\d+(?:,\d{3})*", text),
            ),
        ],
        kind=NumberOrNone(),
    ),
    Exercise(
        "13-c",
        right=_accuracy,
        why="Six arrived, four of them right. Two failed calls say nothing about the prompt.",
        hint="Who belongs below the line? What arrived does, read or not; what failed does not.",
        mistakes=[
            Mistake(
                "You count failed calls as wrong answers: a bad connection would make a good prompt look poor.",
                gives=lambda: RIGHT / (RIGHT + WRONG + UNREADABLE + FAILED),
            ),
            Mistake(
                "You leave out the unreadable one. It arrived and was paid for, and to the user it is worth nothing.",
                gives=lambda: RIGHT / (RIGHT + WRONG),
            ),
            Mistake(
                "You count failed calls as right ones. They are missing: neither right nor wrong.",
                gives=lambda: (RIGHT + FAILED) / (RIGHT + WRONG + UNREADABLE + FAILED),
            ),
        ],
    ),
    Exercise(
        "13-d",
        right=_cap,
        why="60 + 8 x 400 = 3,260 tokens on top of 33,000 would pass 36,000; the other two caps have room.",
        hint="For each cap: what is spent, plus the most that the next request can take.",
        mistakes=[
            Mistake(
                "985 + 8 = 993 completions: that still fits under 1,000, though it is close.",
                gives=lambda: "completions",
            ),
            Mistake(
                "0.0185 + 0.0019 dollars is not even half of the cap. Look at the one that max_tokens eats up.",
                gives=lambda: "money",
            ),
            Mistake(
                "Eight answers of a usual length would fit. A cap that holds must reckon with the longest.",
                gives=lambda: "none",
            ),
        ],
        kind=Choice(("completions", "tokens", "money", "none")),
    ),
)
