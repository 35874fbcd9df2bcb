"""Plain text: one question a line, and only where nothing looks structured."""

from __future__ import annotations

import re
from itertools import pairwise

from .names import GOLDS, QUESTIONS, plain
from .source import lines_of
from .table import Record, Table
from .telling import ARROW, INSIDE, TELLS, answers_above, may_answer_above, tells

REMEDY = "give CSV with a header like question,answer, or JSON lines"
BULLET = re.compile(r"\s*[-*+\u2022]\s+(?:\[[ xX]\]\s+)?")
NUMBERED = re.compile(r"\s*\(?(\d{1,6})[.)]\s+")
HEADING = re.compile(r"#{1,6}\s")
OPTION = re.compile(r"\s*\(?([A-Ha-h])[).:]\s*\S")
FILE = re.compile(r"\S{0,200}\.(?:csv|tsv|txt|md|jsonl?|ndjson|ya?ml|xlsx?|ods|parquet|pdf|zip|gz)", re.I)
ENCLOSED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|\$[^$]*\$|`[^`]*`|https?://\S+|\"[^\"]*\"(?![;,\t])")
#: Between two fields, and not within a sentence or a number.
TOUCHING = {
    ",": re.compile(r"(?<!\d),(?=\S)|,(?=[^\d\s])"),
    ";": re.compile(r";(?=\S)"),
    "\t": re.compile(r"\t"),
    "|": re.compile(r"[?.!]\s?\|\s?\S"),
}


def read_plain(text: str) -> Table:
    """A record for each line.  Raises ``ValueError`` where lines look like fields, choices or answers, naming one."""
    lines = [(number, line) for number, line in enumerate(lines_of(text), 1) if line.strip()]
    if len(lines) == 1 and FILE.fullmatch(text.strip()):
        raise ValueError(f"{text.strip()[:80]!r} looks like the name of a file: give pathlib.Path of it")
    notes: list[str] = []
    body = lines
    marked = [(n, line) for n, line in lines if not HEADING.match(line)]
    if marked and all(BULLET.match(line) for _, line in marked):
        body, notes = [(n, BULLET.sub("", line, count=1)) for n, line in marked], ["the bullets were taken off"]
    elif marked and _counted([line for _, line in marked]):
        body, notes = [(n, NUMBERED.sub("", line, count=1)) for n, line in marked], ["the numbers were taken off"]
    else:
        _check_outline(lines)
    if body is not lines and len(marked) < len(lines):
        notes.append(f"{len(lines) - len(marked)} headings were not read")
    _check(body)
    return Table("plain lines", [Record(f"line {n}", {"question": line.strip()}) for n, line in body], notes=notes)


def _counted(lines: list[str]) -> bool:
    """Whether the lines are numbered one after another."""
    found = [NUMBERED.match(line) for line in lines]
    numbers = [int(match[1]) for match in found if match]
    return len(numbers) == len(lines) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _check_outline(lines: list[tuple[int, str]]) -> None:
    """Items of more than one line, and headings, are no plain questions."""
    for n, line in lines:
        if HEADING.match(line) and len(lines) > 1:
            raise ValueError(f"line {n} looks like a heading or a comment, and would be sent; take it away")
    numbered = [n for n, line in lines if NUMBERED.match(line)]
    first = [int(found[1]) for _, line in lines if (found := NUMBERED.match(line))][:2]
    if first == [1, 2] and len(numbered) < len(lines):
        raise ValueError(
            f"line {numbered[0]} is numbered and not every line is: put each question on one line, or {REMEDY}"
        )


def _bare(line: str) -> str:
    """The line without what stands in brackets, formulas and quotes, where dividers mean nothing."""
    for _ in range(3):  # brackets in brackets
        line = ENCLOSED.sub("", line)
    return line


def _check(lines: list[tuple[int, str]]) -> None:
    """Refuse choices, right answers and quizzes in any line, and fields in most lines."""
    options = [(n, found[1].upper()) for n, line in lines if (found := OPTION.match(line))]
    for (n, first), (_, second) in pairwise(options):
        if (first, second) == ("A", "B"):
            raise ValueError(f"line {n} looks like a choice of a question: {REMEDY}, with choices in columns A, B, ...")
    for n, line in lines:
        if re.match(r"\s*::|.*[^\\]\{\s*[=~]", line):
            raise ValueError(f"line {n} looks like a quiz in GIFT, with its right answers: {REMEDY}")
        if TELLS.match(line):
            raise ValueError(f"line {n} looks like a right answer, which would be sent: {REMEDY}")
        if re.match(r"\s*(?:(?:var |let |const )?\s*\w+\s*=\s*[\[{]\s*)?\{?\s*\{\s*[\"']\w+[\"']\s*:", line):
            raise ValueError(f"line {n} looks like JSON, and the text does not begin as JSON: give one or the other")
    bare = [(n, line, _bare(line.strip())) for n, line in lines]
    for divider, touching in TOUCHING.items():
        touched = [(n, line) for n, line, inner in bare if touching.search(inner)]
        if len(touched) >= 2 / 3 * len(lines):
            n, line = touched[0]
            sign = {"\t": "tabs"}.get(divider, repr(divider))
            fields = " | ".join(part.strip()[:40] for part in line.split(divider)[:6])
            raise ValueError(f"line {n} looks divided by {sign} ({fields}), and no line names the columns: "
                             "put a header like question,answer above, divided alike, or give JSON lines")  # fmt: skip
    pairs = list(pairwise(lines))
    sure = [n for (_, above), (n, line) in pairs if answers_above(line, above)]
    maybe = [n for (_, above), (n, line) in pairs if may_answer_above(line, above)]
    if sure or len(maybe) > 1 or (maybe and len(lines) < 4):
        raise ValueError(f"line {(sure or maybe)[0]} looks like a right answer, which would be sent: {REMEDY}")
    head = [plain(name) for name in re.findall(r"[^\W_]+", lines[0][1])]
    if {*head} & {*QUESTIONS} and {*head} & {*GOLDS} and {*head} <= {*QUESTIONS, *GOLDS}:
        raise ValueError(f"line {lines[0][0]} looks like a header, and what divides its columns is not known: {REMEDY}")
    told = [n for n, line in lines if INSIDE.search(line) or ARROW.search(line)]
    told = told if len(told) >= 2 / 3 * len(lines) else [n for n, line in lines if tells(line)]
    if told:
        raise ValueError(f"line {told[0]} looks like a question with its right answer, which would be sent: {REMEDY}")
