"""The process in which ``MathVerify`` works answers out: lines ``[golds, text]`` in, lines ``[value, answer]`` out.

It ends itself, whatever it is doing, where a line takes longer than its first argument says in seconds.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import re
import sys
from typing import Any

from .characters import plain
from .extraction import any_answer
from .numerals import written_out
from .writing import canonical, same

BOXED = re.compile(r"(?<=\\boxed\{)[^{}\\$]{1,60}(?=\})")
LONGEST = 4_000  # characters of the end of a text that are read: the answer stands last


def main() -> None:
    """Serve until the input ends."""
    logging.disable(logging.WARNING)  # math-verify warns at each call that its own timeouts are off; that is known
    import math_verify

    _score(math_verify, ["2*x"], "$x+x$")  # loads the grammar and what compares: no answer's time goes on that
    seconds = float(sys.argv[1])
    print("ready", flush=True)
    with open(os.devnull, "w") as nowhere:
        for line in sys.stdin:
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            answer = _score(math_verify, *json.loads(line))
            faulthandler.cancel_dump_traceback_later()
            print(json.dumps(answer), flush=True)


def _score(math_verify: Any, golds: list[str], text: str) -> tuple[float | None, str | None]:
    parsed, answer = _read(math_verify, text[-LONGEST:])
    if answer is None:  # no mathematics: a choice, a word
        written = any_answer.written(text)
        answer = None if written is None else any_answer.form(written)
        if written is None or answer is None or not golds:
            return None, answer
        return float(any(same(written, gold) for gold in golds)), answer
    if not golds:
        return None, answer
    return float(any(_equal(math_verify, gold, parsed, answer) for gold in golds)), answer


def _equal(math_verify: Any, gold: str, parsed: list[Any], answer: str) -> bool:
    expected, written = _read(math_verify, f"${gold}$")  # between dollars: where math-verify looks for LaTeX
    if written is None:
        expected, written = _read(math_verify, gold)
    return answer == written or bool(math_verify.verify(expected, parsed, timeout_seconds=None))


def _read(math_verify: Any, text: str) -> tuple[list[Any], str | None]:
    """What math-verify reads in ``text``, and the string that it votes by, ``None`` where it reads nothing."""
    found = math_verify.parse(_without_groups(text), parsing_timeout=None)
    if not found:
        return [], None
    try:
        first = found[0]
        if getattr(first, "rel_op", None) == "==" and first.lhs.is_Symbol:  # x = 3 votes with 3
            first = first.rhs
        return found, canonical(str(first if isinstance(first, str) else first.doit()))
    except Exception:  # sympy raises anything on odd input, for instance where a number is too long to be written
        return found, canonical(str(found[-1]))


def _without_groups(text: str) -> str:
    """``text`` with numerals as math-verify knows them, of which it would take a piece; LaTeX stays as it is."""
    bare = text.strip("$")
    if "\\" in bare or "$" in bare:
        return BOXED.sub(lambda inside: written_out(plain(inside[0])), text)
    out = written_out(before := plain(text))
    return text if out == before else out


if __name__ == "__main__":
    main()
