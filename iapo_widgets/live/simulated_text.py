"""What the simulated model writes: a calculation, or a bare answer, in the form that the prompt asks for."""

from __future__ import annotations

import re

import numpy as np

from .simulated_prompts import Habit
from .simulated_questions import Step, Sum, find_sum

NO_QUESTION = (
    "I am a simulated model, and I can only do sums such as 17 * 24 + 9, in signs or in the words of my example"
    " questions. I found none in your message."
)
_TOKEN = re.compile(r"\s?(?:[^\W\d_]{1,6}|\d{1,3}|[^\w\s]|_|\s)")
_GRADE = re.compile(r"\bscore:?\b.*?\b(\d+)\b.{0,12}?\b(\d+)\b", re.IGNORECASE | re.DOTALL)
_GRADED = re.compile(r"(?:response|answer) to (?:grade|judge|score)\s*:(.*)", re.IGNORECASE | re.DOTALL)
OPENERS = ("Let me work this out.", "We go one operation at a time.", "Here is how I do it.", "Let us see.")
MUMBLES = ("Something like that, I think.", "It should be clear from this.", "Hard to say without more time.")


def tokens(text: str) -> list[str]:
    """Pieces of ``text`` that are counted as tokens; joined they give it back.  Never more than its UTF-8 bytes."""
    out, end = [], 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            out.append(text[end : match.start()])
        out.append(match[0])
        end = match.end()
    return [*out, text[end:]] if end < len(text) else out


def write(total: Sum, result: int, answer: str, how: Habit, rng: np.random.Generator) -> str:
    """A completion that arrives at ``result`` and calls it ``answer``; sometimes it names none."""
    if rng.random() < how.mumble:
        return str(rng.choice(MUMBLES))
    if "only" in how.cues:
        return _formed(answer, how, bare=True)
    end = _formed(answer, how, bare=False)
    if {"hurry", "shortcut", "brief"} & how.cues and "steps" not in how.cues:
        return end
    steps = _steps_to(total, result)
    lines = [f"{s}." for s in steps]
    if {"steps", "check", "detail", "own way"} & how.cues:
        lines = [str(rng.choice(OPENERS)), *(f"{_ordinal(i)}, {_said(s, rng)}" for i, s in enumerate(steps))]
    if "detail" in how.cues:
        lines.insert(1, f"The question asks for {len(steps)} operation(s) on {len(total.numbers)} numbers.")
    if "own way" in how.cues:
        lines.append(_split(steps[0]))
    if "check" in how.cues:
        lines.append(f"Checking once more: {'; '.join(map(str, steps))}. The check agrees.")
    return "\n".join([*lines, end])


def _formed(answer: str, how: Habit, bare: bool) -> str:
    if "boxed" in how.cues:
        boxed = f"\\boxed{{{answer}}}"
        return boxed if bare else f"The answer is {boxed}."
    if "hashes" in how.cues:
        return f"#### {answer}"
    if bare:
        return answer
    return f"The answer is ({answer})." if answer.isalpha() else f"The answer is {answer}."


def _steps_to(total: Sum, result: int) -> list[Step]:
    """The calculation that ends with ``result``: the trap's, or the right one with a slip in its last step."""
    trap, steps = total.trap_steps, total.steps()
    if result == trap[-1].result != total.value:
        return trap
    last = steps[-1]
    return [*steps[:-1], Step(last.left, last.sign, last.right, result)]


def _ordinal(i: int) -> str:
    return ("First", "Then", "Next", "After that", "Then again")[min(i, 4)]


def _said(step: Step, rng: np.random.Generator) -> str:
    verb = {"*": "multiply", "+": "add", "-": "subtract"}[step.sign]
    form = int(rng.integers(3))
    if form == 0:
        return f"I {verb}: {step}."
    return f"{step}." if form == 1 else f"we {verb} {step.left} and {step.right} and get {step}."


def _split(step: Step) -> str:
    tens = step.right - step.right % 10
    return f"Another way to see the first part: {step.right} is {tens} and {step.right % 10}."


def asks_for_a_grade(content: str) -> bool:
    """Whether the message asks for a score of a response, as ``JudgeScorer`` does."""
    response = _GRADED.search(content)
    return response is not None and _GRADE.search(content[: response.start()]) is not None


def grade(content: str, rng: np.random.Generator) -> str:
    """A score of the response: the simulated judge works the sum out itself, and is right by and large."""
    response = _GRADED.search(content)
    asked = response and _GRADE.search(content[: response.start()])
    assert response is not None and asked is not None  # asks_for_a_grade held
    low, high = sorted((int(asked[1]), int(asked[2])))
    total = find_sum(content[: response.start()])
    named = re.findall(r"-?\d+", response[1])
    right = total is not None and str(total.value) in named[-1:]
    if total is not None and total.options:
        letter = re.findall(r"\b[A-D]\b", response[1])
        right = letter[-1:] == ["ABCD"[total.options.index(total.value)]]
    share = (0.85 if right else 0.3) - 0.0005 * len(response[1]) + rng.normal(0.0, 0.12)
    score = round(low + (high - low) * float(np.clip(share, 0.0, 1.0)))
    return f"{'The result holds.' if right else 'I doubt the result.'}\nScore: {score}"
