"""Tables with a header: fields divided by commas, semicolons, tabs or bars, and tables of Markdown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from .names import plain
from .source import BOM, lines_of
from .table import Record, Table, Vocabulary

DIVIDERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE = 65_536  # characters that the header is looked for in
ABOVE = 10  # lines of a title that may stand above it
RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")


def read_divided(text: str, vocabulary: Vocabulary) -> Table | None:
    """The records under a header that names what is known; ``None`` without one.

    Raises ``ValueError`` with the line that does not fit the header.
    """
    text = _unwrapped(text)
    told = re.match(r'\s*"?sep=(.)"?[^\S\n\r]*(?:\r\n|\n|\r)', text)  # as Excel writes it
    rest = text[told.end() :] if told else text
    skipped = len(lines_of(text[: told.end()])) - 1 if told else 0
    best: tuple[int, int, str] | None = None
    for divider in (told[1],) if told else DIVIDERS:
        rows = _sample(rest, divider)
        for i in range(min(ABOVE, len(rows))):
            score = _header(rows[i:], vocabulary)
            if score and (best is None or score > best[0]):
                best = score, i, divider
            if sum(bool(cell.strip()) for cell in rows[i]) > 1:  # no title
                break
    if best is None:
        if told:
            raise ValueError(f"no column is a {vocabulary.what}; the columns are {_named(_sample(rest, told[1])[:1])}")
        return None
    head = _sample(rest, best[2])[best[1]]
    quote = "'" if all(re.fullmatch(r"\s*'.*'\s*", cell) for cell in head) else '"'
    return _records(rest, best[1], best[2], quote, skipped, vocabulary)


def read_markdown(text: str, vocabulary: Vocabulary) -> Table | None:
    """The records of a Markdown table; ``None`` where there is none."""
    lines = lines_of(text)
    rule = next((i for i in range(1, len(lines)) if _is_rule(lines[i], lines[i - 1])), None)
    if rule is None:
        return None
    head = _cells(lines[rule - 1])
    _check_names(head, vocabulary)
    records, ignored = [], sum(bool(line.strip()) for line in lines[: rule - 1])
    again = 0
    for number, (line, below) in enumerate(zip(lines[rule + 1 :], [*lines[rule + 2 :], ""], strict=True), rule + 2):
        if _is_rule(below, line) or _is_rule(line, lines[number - 2]):
            if _cells(line if _is_rule(below, line) else lines[number - 2]) != head:
                raise ValueError(f"line {number} begins another table; give one, or tables with one header")
            again += _is_rule(below, line)
            continue
        if "|" not in line:
            ignored += bool(line.strip())
            continue
        cells = _cells(line)
        if len(cells) != len(head):
            raise ValueError(
                f"line {number} has {len(cells)} fields, the header {len(head)}; write \\| for a bar in a text"
            )
        if any(cells):
            records.append(Record(f"line {number}", dict(zip(head, cells, strict=True))))
    notes = [f"{ignored} lines outside the table were not read"] if ignored else []
    notes += [f"the header stands there {again + 1} times"] if again else []
    return Table("Markdown table", records, notes=notes)


def _unwrapped(text: str) -> str:
    """The text without quotes around whole rows, which some programs put there; any other text as it is."""
    lines = lines_of(text.strip())
    if not all(re.fullmatch(r'"(?:[^"]|"")*"|\s*', line) for line in lines) or not any(
        divider in line for divider in DIVIDERS for line in lines[:1]
    ):
        return text
    return "\n".join(line.strip()[1:-1].replace('""', '"') for line in lines)


def _is_rule(line: str, above: str) -> bool:
    """Whether the line divides a header from what is below."""
    if "|" not in above or not RULE.fullmatch(line.strip()):
        return False
    return len(_cells(line)) == len(_cells(above)) > 1


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def _sample(text: str, divider: str) -> list[list[str]]:
    """The first rows that are not blank, as far as they can be read."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=divider, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append(row)
    except csv.Error:
        pass
    return found[:-1] if len(text) > SAMPLE and len(found) > 1 else found


def _header(rows: Sequence[Sequence[str]], vocabulary: Vocabulary) -> int:
    """How many names of the first row are known, 0 where it is no header."""
    head, rest = rows[0], rows[1:]
    names = [plain(cell) for cell in head]
    main = any(name in vocabulary.main for name in names)
    known = sum(name in vocabulary.known and (len(name) > 1 or main) for name in names)
    if len(head) == 1:
        return int(names[0] in vocabulary.known and len(names[0]) > 1 and bool(rest))
    if not main and known < 2:
        return 0
    fitting = sum(_width(row) <= len(head) <= len(row) + (len(row) > 1) for row in rest)
    short = all(len(cell) <= 40 and len(cell.split()) <= 4 and not re.search(r"[?!:]\s*$|: ", cell) for cell in head)
    enough = fitting >= 0.9 * len(rest)
    if (short and (known > 1 or (bool(rest) and fitting >= 0.5 * len(rest)))) or (known > 1 and enough):
        return known + 1
    return 0


def _width(row: Sequence[str]) -> int:
    """Fields up to the last that is not blank."""
    return max((i for i, cell in enumerate(row, 1) if cell.strip()), default=0)


def _records(text: str, above: int, divider: str, quote: str, skipped: int, vocabulary: Vocabulary) -> Table:
    records: list[Record] = []
    head: list[str] | None = None
    blank = again = 0
    raw: list[str] = []
    for line, row in _rows(text, divider, quote, skipped):
        if not any(cell.strip() for cell in row):
            blank += head is not None and bool(row)
        elif above:
            above -= 1
        elif head is None:
            raw = [cell.strip() for cell in row]
            head = [cell.strip(BOM + "\"'“”„«»").strip() for cell in raw]
            _check_names(head, vocabulary)
        elif [cell.strip() for cell in row] == raw:
            again += 1  # sheets put together
        elif _width(row) > len(head):
            raise ValueError(
                f"line {line} has more fields than the header; quote text that holds {DIVIDERS.get(divider, divider)}"
            )
        else:
            cells = [*row, *[""] * (len(head) - len(row))]
            records.append(
                Record(f"line {line}", {name: cell for name, cell in zip(head, cells, strict=False) if name or cell})
            )
    notes = [f"{blank} blank rows were skipped"] if blank else []
    notes += [f"the header stands there {again + 1} times"] if again else []
    return Table(f"table, fields divided by {DIVIDERS.get(divider, repr(divider))}", records, notes=notes)


def _rows(text: str, divider: str, quote: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=divider, skipinitialspace=True, strict=True, quotechar=quote
    )
    while True:
        line = reader.line_num + 1 + skipped
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(f"line {line} is not CSV: {error}") from None


def _check_names(head: Sequence[str], vocabulary: Vocabulary) -> None:
    seen = [plain(name) for name in head]
    for name in seen:
        if name in vocabulary.known and seen.count(name) > 1:
            raise ValueError(f"two columns are named {head[seen.index(name)]!r}; the columns are {_named([head])}")


def _named(rows: Sequence[Sequence[str]]) -> str:
    return ", ".join(cell[:40] for cell in (rows[0] if rows else ())[:20])
