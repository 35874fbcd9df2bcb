"""What the simulated model writes: a calculation, or a bare answer, in the form that the prompt asks for."""

from __future__ import annotations

import re

import numpy as np

from .prompts import Habit
from .questions import Step, Sum, find_sum

NO_QUESTION = (
    "I am a simulated model, and I can only do sums such as 17 * 24 + 9, in signs or in the words of my example"
    " questions. I found none in your message."
)
_TOKEN = re.compile(r"\s?(?:[^\W\d_]{1,6}|\d{1,3}|[^\w\s]|_|\s)")
_GRADE = re.compile(r"\bscore:?\b.*?\b(\d+)\b.{0,12}?\b(\d+)\b", re.IGNORECASE | re.DOTALL)
_GRADED = re.compile(r"(?:response|answer) to (?:grade|judge|score)\s*:(.*)", re.IGNORECASE | re.DOTALL)
# Many wordings, as models have: two long texts that are equal to the letter are then rare.
OPENERS = (
    "Let me work this out.", "We go one operation at a time.", "Here is how I do it.", "Let us see.", "All right.",
    "This can be done in a few lines.", "Products go first.", "I write down what is asked.",
)  # fmt: skip
REMARKS = (
    "So far, so good.", "That settles the first part.", "Nothing else is asked.", "I keep that number in mind.",
    "This is the middle of the work.", "The rest is easy.", "Now what remains.", "It goes on with that result.",
    "That number is needed next.", "One more look at the question.", "The units stay the same.", "Half of it is done.",
)  # fmt: skip
ENDINGS = ("The answer is", "So the answer is", "Hence the answer is", "Therefore the answer is", "The final answer is")
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
        return _formed(answer, how)
    end = _formed(answer, how, str(rng.choice(ENDINGS)))
    if {"hurry", "shortcut", "brief"} & how.cues and "steps" not in how.cues:
        return end
    steps = _steps_to(total, result)
    said = [_said(step, rng) for step in steps]
    if {"steps", "check", "detail", "own way"} & how.cues:
        said = [f"{_ordinal(i)}, {text}" for i, text in enumerate(said)]
        said.insert(1, str(rng.choice(REMARKS)))
    lines = [str(rng.choice(OPENERS)), *said]
    if "detail" in how.cues:
        lines.insert(1, f"The question asks for {len(steps)} operation(s) on {len(total.numbers)} numbers.")
    if "own way" in how.cues:
        lines.append(_split(steps[0]))
    if "check" in how.cues:
        lines.append(f"Checking once more: {'; '.join(map(str, steps))}. The check agrees.")
    return "\n".join([*lines, end])


def _formed(answer: str, how: Habit, ending: str = "") -> str:
    """The answer in the form that the prompt asks for, bare where there is no ``ending``."""
    if "hashes" in how.cues:
        return f"#### {answer}"
    if "boxed" in how.cues:
        answer = f"\\boxed{{{answer}}}"
    elif ending and answer.isalpha():
        answer = f"({answer})"
    return f"{ending} {answer}." if ending else answer


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
    forms = (f"I {verb}: {step}.", f"{step}.", f"we {verb}, {step}.", f"it is {step}.", f"{step}, if I {verb} right.")
    return forms[int(rng.integers(len(forms)))]


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
