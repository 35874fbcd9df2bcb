"""The questions that the simulated model understands: sums in words or signs, free or with four options.

The model gets nothing but text, as a real one does: ``find_sum`` reads the question back out of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ...core.checks import check_scale, check_seed
from ..problem import Question

LETTERS = "ABCD"
STORIES = (
    ("A shop has {0} boxes of {1} pens and sells {2} of the pens. How many pens are left?", "*-"),
    ("A hall has {0} rows of {1} seats and {2} more at the back. How many seats does it have?", "*+"),
    ("A baker bakes {0} rolls, and later {1} trays of {2} rolls. How many rolls is that together?", "+*"),
    ("In a class {0} pupils each read {1} pages a day. How many pages do they read in {2} days?", "**"),
)
_STORY = tuple((re.compile(re.sub(r"\\\{\d\\\}", r"(\\d{1,9})", re.escape(text))), signs) for text, signs in STORIES)
_EXPRESSION = re.compile(r"(?<![\w.])\d{1,9}(?:\s*[-+*\u00d7]\s*\d{1,9}){1,8}(?![\w.]*\d)")
_OPTIONS = re.compile(r"\(?\bA[).:]\s*(-?\d+)\s*\(?\bB[).:]\s*(-?\d+)\s*\(?\bC[).:]\s*(-?\d+)\s*\(?\bD[).:]\s*(-?\d+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a calculation, with its result."""

    left: int
    sign: str
    right: int
    result: int

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right} = {self.result}"


@dataclass(frozen=True, slots=True)
class Sum:
    """What a question asks: numbers with signs between them, and the four options, or none."""

    numbers: tuple[int, ...]
    signs: str
    options: tuple[int, ...] = ()

    def steps(self, in_order: bool = False) -> list[Step]:
        """The calculation, products first; ``in_order``: wrongly from left to right."""
        numbers, signs, out = list(self.numbers), list(self.signs), []
        while signs:
            i = 0 if in_order or "*" not in signs else signs.index("*")
            out.append(Step(numbers[i], signs[i], numbers[i + 1], _apply(numbers[i], signs[i], numbers[i + 1])))
            numbers[i : i + 2] = [out[-1].result]
            del signs[i]
        return out

    @property
    def value(self) -> int:
        """The right result."""
        return self.steps()[-1].result

    @property
    def trap_steps(self) -> list[Step]:
        """The mistake that lies near: from left to right where that matters, else the last step forgotten."""
        wrong, right = self.steps(in_order=True), self.steps()
        if wrong[-1].result != right[-1].result:
            return wrong
        return right[:-1] or [Step(self.numbers[0], self.signs[0], self.numbers[1], right[0].result + 10)]

    @property
    def difficulty(self) -> float:
        """0 for what anyone can do at once, 1 for several long products."""
        digits = sum(len(str(s.result)) for s in self.steps() if s.sign == "*")
        return float(min(1.0, 0.1 * (len(self.signs) - 1) + 0.1 * digits))


def _apply(left: int, sign: str, right: int) -> int:
    return left * right if sign == "*" else left + right if sign == "+" else left - right


@lru_cache(maxsize=4096)
def find_sum(text: str) -> Sum | None:
    """The last question in ``text`` with the options that follow it, or ``None`` where there is none."""
    found: tuple[int, int, tuple[int, ...], str] | None = None
    for pattern, signs in _STORY:
        for match in pattern.finditer(text):
            if found is None or match.start() > found[0]:
                found = (match.start(), match.end(), tuple(map(int, match.groups())), signs)
    for match in _EXPRESSION.finditer(text):
        if found is None or match.start() > found[0]:
            numbers = tuple(int(d) for d in re.findall(r"\d+", match[0]))
            found = (
                match.start(),
                match.end(),
                numbers,
                "".join(re.findall(r"[-+*\u00d7]", match[0])).replace("\u00d7", "*"),
            )
    if found is None:
        return None
    _, end, numbers, signs = found
    options = _OPTIONS.search(text, end)
    return Sum(numbers, signs, tuple(map(int, options.groups())) if options else ())


def near_misses(total: Sum) -> list[int]:
    """Wrong results that a slip gives, likeliest first: a carry lost, a sign mistaken, digits changed places."""
    last, value = total.steps()[-1], total.value
    turned = _apply(last.left, {"+": "-", "-": "+", "*": "*"}[last.sign], last.right)
    swapped = int(str(abs(value))[:-2] + str(abs(value))[-2:][::-1]) if abs(value) > 9 else value + 5
    tried = [value + d for d in (10, -10, 1, -1, 2, 100, -2, 20, -20, 9, -9, 11, -11, 30, -100)]
    wrong = dict.fromkeys((tried[0], tried[1], swapped, turned, *tried[2:]))
    return [w for w in wrong if w != value]


def make_questions(n: int, seed: int = 0, *, choices: float = 0.25) -> list[Question]:
    """``n`` different questions with their right answers; a share ``choices`` of them has four options.

    Right answers are a number, or a letter where there are options.  Raises ``ValueError`` for a number below 1,
    a seed that is none, or a share outside 0 .. 1.
    """
    n, rng = check_scale(n, "n"), check_seed(seed)
    if not 0 <= choices <= 1:
        raise ValueError(f"choices must lie between 0 and 1, not {choices!r}")
    out: dict[str, Question] = {}
    while len(out) < n:
        numbers = tuple(int(k) for k in rng.integers((12, 3, 2), (90, 40, 30)))
        if rng.random() < 0.5:
            text, signs = STORIES[rng.integers(len(STORIES))]
            text = text.format(*numbers)
        else:
            signs = str(rng.choice(["*-", "+*", "*+", "-*", "++", "**"]))
            text = f"What is {numbers[0]} {signs[0]} {numbers[1]} {signs[1]} {numbers[2]}?"
        total = Sum(numbers, signs)
        gold = str(total.value)
        if rng.random() < choices:
            wrong = dict.fromkeys([total.trap_steps[-1].result, *near_misses(total)])
            options = rng.permutation([total.value, *[w for w in wrong if w != total.value][:3]]).tolist()
            text += "\n" + "\n".join(f"({letter}) {option}" for letter, option in zip(LETTERS, options, strict=True))
            gold = LETTERS[options.index(total.value)]
        out.setdefault(text, Question(text, gold))
    return list(out.values())
