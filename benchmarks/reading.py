"""How long reading takes for 100,000 characters of anything: ``python benchmarks/reading.py [CHARACTERS]``.

Each reader reads each text; the ratio is its processor time for all of it over that for a tenth (10 is linear).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from iapo_widgets.live.scoring.choices import Options
from iapo_widgets.live.scoring.extraction import EXTRACTORS
from iapo_widgets.live.scoring.grades import read_grade
from iapo_widgets.live.scoring.thought import without_thought
from iapo_widgets.live.scoring.writing import canonical

#: A text of about n characters by what it is made of: what is repeated, before it and after it.
PIECES: dict[str, tuple[str, str, str]] = {
    "<": ("", "<", ""),
    "boxes that stay open": ("", "\\boxed{", ""),
    "boxes": ("", "\\boxed{7}", ""),
    "boxes in boxes": ("", "\\boxed{", "7" + "}" * 50_000),
    "#### and dots": ("#### ", ".", "x"),
    "#### x=x=": ("#### ", "x=", "1"),
    "####": ("", "#### a\n", ""),
    "nested text": ("\\boxed{", "\\text{", "7"),
    "fractions": ("", "\\frac{", "1"),
    "answer is": ("", "answer is ", ""),
    "answer": ("", "answer ", ""),
    "answer is not": ("", "the answer is not so, ", ""),
    "A:": ("", "A: \n", ""),
    "JSON": ("", '"answer": "', ""),
    "tags": ("", "<answer>", ""),
    "digits": ("", "7", ""),
    "digits and commas": ("", "123,", "4"),
    "digits and dots": ("", "1.", ""),
    "digits and spaces": ("", "123 ", "4,5,6"),
    "digits and slashes": ("", "1/", ""),
    "powers": ("", "2^", ""),
    "commas": ("", ",", ""),
    "spaces": ("x", " ", "x"),
    "lines": ("x", "\n", "x"),
    "dots": ("", ".", ""),
    "opening brackets": ("", "(", ""),
    "braces": ("", "{", "}" * 50_000),
    "stars": ("", "*", "x"),
    "underscores": ("", "_", "x"),
    "dollars": ("", "$x", ""),
    "quotes": ("", '"', ""),
    "backslashes": ("", "\\", ""),
    "thoughts": ("", "<think>", ""),
    "thoughts that end": ("", "<think>a</think>", "7"),
    "think with a space": ("", "<think ", ""),
    "channels": ("", "<|channel|>", ""),
    "letters": ("", "(A) ", ""),
    "lines of choices": ("", "B) red\n", ""),
    "options": ("", "not yes ", ""),
    "is": ("", "is a ", ""),
    "minus": ("", "-", "7"),
    "months": ("", "may 1 ", ""),
    "times": ("", "1:", ""),
    "questions": ("", "\nQuestion: ", ""),
    "scores": ("", "score ", ""),
    "score of": ("", "score of 8 (", ""),
    "emoji": ("", "\N{GRINNING FACE}", ""),
    "raised": ("", "\N{SUPERSCRIPT TWO}", ""),
    "combining": ("", "a\u0301\u0327", ""),
    "prose": ("", "Tom has 3 pens, which is 2 more than Ann has. ", "The answer is 5."),
}


def text_of(kind: str, characters: int) -> str:
    """About that many characters of one kind."""
    before, piece, after = PIECES[kind]
    after = after[: characters // 2]
    return before + piece * max(1, (characters - len(before) - len(after)) // len(piece)) + after


def readers() -> dict[str, Callable[[str], object]]:
    """Everything that reads a model's text."""
    return {
        **EXTRACTORS,
        "options": Options(["yes", "no", "not sure"]),
        "canonical": canonical,
        "thought": without_thought,
        "grade": lambda text: read_grade(text, 0, 10),
    }


def seconds(read: Callable[[str], object], text: str) -> float:
    """The least of three times, of the processor."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read(text)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the slowest texts of each reader."""
    characters = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print("| reader | slowest text | ms | times a tenth of it |\n|---|---|---|---|")
    for name, read in readers().items():
        taken = {kind: seconds(read, text_of(kind, characters)) for kind in PIECES}
        for kind in sorted(taken, key=lambda kind: -taken[kind])[:3]:
            tenth = seconds(read, text_of(kind, characters // 10))
            print(f"| {name} | {kind} | {1000 * taken[kind]:.1f} | {taken[kind] / tenth:.1f} |", flush=True)


if __name__ == "__main__":
    main()
