"""Questions from text, a file's bytes or a path, with what was used of it and what was not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..problem import Question
from .cells import cell
from .choices import LETTERS, ChoiceColumns, Choices, pointers
from .doubts import check_choices, doubts, letters_alone
from .golds import BOOLEAN, expected, gold_texts
from .lettering import letters
from .messages import one_user
from .names import ALIASES, CHOICES, CONTEXTS, GOLDS, INSTRUCTION, LISTS, NESTS, QUESTIONS, WRONG, flat, plain
from .plain_lines import read_plain
from .reading import Reading
from .source import GUESSED, Source, text_of, within_memory
from .structured import read_structured
from .table import Record, Table, Vocabulary
from .telling import ends_with_answer
from .written import unwritten

VOCABULARY = Vocabulary(
    "question", QUESTIONS, frozenset((*QUESTIONS, *CONTEXTS, *CHOICES, *GOLDS, *WRONG, "a", "b", "c", "d"))
)
COMMON = "question, query, problem, prompt, input, instruction, text"  # of many; named where there is none
LONG = 300  # characters of a right answer that no model will say word by word
SOLUTION = re.compile(
    r"\\boxed|####|\n[\s*_]{0,6}(?:(?:so,? )?(?:the )?(?:final )?answer\b|a(?:ns)?\b\.?:)[^\n]*\s*\Z", re.I
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A record by plain names; ``names`` are the names as the file writes them."""

    where: str
    values: Mapping[str, Any]
    names: Mapping[str, str]


def questions_from(source: Source) -> list[Question]:
    """Questions from JSON, JSON lines, YAML, a table with a header, or plain lines without right answers.

    source: text, bytes, or a path; text is never a path.  ``read_questions`` says what was used and what was not.

    Raises ``ValueError`` with the place that cannot be read, and the columns found where none is a question.
    """
    return list(read_questions(source).questions)


@within_memory
def read_questions(source: Source) -> Reading:
    """The questions of ``questions_from``, with the kind and encoding of the text and the columns used and ignored."""
    text, encoding = text_of(source)
    if not text.strip():
        raise ValueError("no questions: paste one a line, or CSV with a header, or JSON lines")
    table = read_structured(text, VOCABULARY) or read_plain(text)
    if not table.records:
        raise ValueError(f"no questions: the {table.kind} has none below its header")
    found = _read(table)
    return replace(found, encoding=encoding, notes=(*found.notes, *GUESSED.get(encoding, ())))


def _read(table: Table) -> Reading:
    rows = [_row(record) for record in table.records]
    used: dict[str, str] = {}
    told: dict[str, str] = {}  # columns of right answers, named after the others
    notes = list(table.notes)
    columns = _placed(rows[0].where, ChoiceColumns, [row.values for row in rows])
    choices = [_placed(row.where, columns.of, row.values) for row in rows]
    sheet = table.kind.startswith(("table", "Markdown"))
    golds = _right_answers(rows, columns, choices, told, notes, sheet)
    main = next((n for n in QUESTIONS if any(_some(row.values.get(n)) for row in rows)), None)
    questions = []
    for row, found, gold in zip(rows, choices, golds, strict=True):
        text = _text(row, main, used)
        if found is not None:
            text = f"{text}\n{found}"
            used.update({row.names[name]: role for name, role in columns.names.items() if name in row.names})
        for part in (text, *gold):
            check_sound(part, row.where)
        questions.append(Question(text, tuple(map(str, gold)) if len(gold) > 1 else str(gold[0]) if gold else None))
    used |= told
    unused = {short: name for row in rows for short, name in row.names.items() if name not in used}
    values, texts = [row.values for row in rows], [question.text for question in questions]
    if not any(choices):
        check_choices(values, unused, golds, texts)
        if letters_alone(golds, texts):
            notes.append("the right answers are single letters, and no choices were found")
    notes += doubts(values, unused, any(golds), texts)
    telling = [row.where for row, text in zip(rows, texts, strict=True) if ends_with_answer(text)]
    if telling:
        notes.append(f"questions that seem to hold their right answers, which are sent: {', '.join(telling[:5])}")
    without = sum(question.gold is None for question in questions)
    if 0 < without < len(questions):
        notes.append(f"{without} of {len(questions)} questions have no right answer")
    wordy = sum(len(g) == 1 and len(g[0]) > LONG and not SOLUTION.search(g[0]) for g in golds)
    if wordy:
        notes.append(f"{wordy} right answers are longer than {LONG} characters; no answer will equal them")
    names = dict.fromkeys(name for row in rows for name in row.names.values())
    left = dict.fromkeys(name or "a column without a name" for name in (*names, *table.ignored) if name not in used)
    return Reading(tuple(questions), (), table.kind, "text", used, tuple(left), tuple(notes))


def _row(record: Record) -> _Row:
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for name, value in flat(record.fields).items():
        short = plain(name) or name
        if short in values and _some(value) and short in VOCABULARY.known:
            if _some(values[short]) and values[short] != value:
                raise ValueError(f"{record.where} names both {names[short]!r} and {name!r}; keep one")
            values[short], names[short] = value, name
        elif short in values:
            names[f"{short} {name}"] = name  # known only as ignored
        else:
            values[short], names[short] = value, name
    return _Row(record.where, values, names)


def _right_answers(
    rows: Sequence[_Row],
    columns: ChoiceColumns,
    choices: Sequence[Choices | None],
    used: dict[str, str],
    notes: list[str],
    sheet: bool,
) -> list[list[str]]:
    """The right answers of each row: letters where it has choices, else texts.  ``sheet``: of a table of cells."""
    known = [name for name in GOLDS if name not in columns.names]
    if columns.names:
        known += pointers(dict.fromkeys(name for row in rows for name in row.values))
    usual = next((name for name in known if any(_some(row.values.get(name)) for row in rows)), None)
    golds: list[list[str]] = []
    for row, found in zip(rows, choices, strict=True):
        name = usual if usual in row.values else next((n for n in known if _some(row.values.get(n))), None)
        stated = _stated(row, name, notes) if name else None
        if sheet and isinstance(stated, str):
            stated, note = cell(stated)
            notes += [note] if note and note not in notes else []
        golds.append(_placed(row.where, gold_texts, stated) if name else [])
        if name:
            used[row.names[name]] = "right answer"
        if found is None:
            for alias in ALIASES:
                if alias != name and isinstance(more := unwritten(row.values.get(alias)), list):
                    golds[-1] = list(dict.fromkeys([*golds[-1], *_placed(row.where, gold_texts, more)]))
                    used[row.names[alias]] = "further right answers"
        elif name and isinstance(row.values[name], bool):
            texts = [text.casefold() for text in found.texts]
            golds[-1] = [text for text in golds[-1] if text in texts] or golds[-1]
        elif golds[-1] == ["-1"]:  # hidden, as in published test parts
            golds[-1] = []
    _letter(rows, choices, golds, usual or "", notes)
    told = [gold[0].casefold() for gold in golds if len(gold) == 1]
    if told and not any(choices) and all(text in BOOLEAN for text in told) and len(told) == sum(map(bool, golds)):
        return [list(BOOLEAN[gold[0].casefold()]) if gold else [] for gold in golds]
    return golds


def _stated(row: _Row, name: str, notes: list[str]) -> Any:
    """What a row says is right; checks that say something else are noted."""
    value, other = expected(row.names[name], row.values[name])
    if other and (note := f"checks that are no right answers: {other}") not in notes:
        notes.append(note)
    return value


def _letter(
    rows: Sequence[_Row], choices: Sequence[Choices | None], golds: list[list[str]], name: str, notes: list[str]
) -> None:
    """Put letters in the place of what is right among choices."""
    known = [(i, found) for i, found in enumerate(choices) if found is not None]
    open_ = [(i, found) for i, found in known if found.right is None]
    done, more = letters([(rows[i].where, found, golds[i]) for i, found in open_], name)
    notes += more
    for (i, _), letter in zip(open_, done, strict=True):
        golds[i] = letter
    for i, found in known:
        if found.right is not None:
            golds[i] = [LETTERS[place] for place in found.right]


def _text(row: _Row, main: str | None, used: dict[str, str]) -> str:
    """Context, instruction and question of a row, each where there is one, with blank lines between."""
    own = main if main in row.values else next((n for n in QUESTIONS if _some(row.values.get(n))), None)
    asked = _placed(row.where, one_user, row.values.get(own) if own else None)
    if own == "input" and not asked:
        asked = _placed(row.where, one_user, row.values.get(INSTRUCTION))
        own = INSTRUCTION if asked else own
    if own is None or asked is None:
        found = ", ".join(name[:40] for name in list(row.names.values())[:20]) or "nothing"
        nested = [row.names[n] for n in (*LISTS, *NESTS) if isinstance(row.values.get(n), list)]
        more = f"; {nested[0]} is a list: give an object for each question" if nested else ""
        raise ValueError(f"{row.where} names no question; call it one of {COMMON}; it has {found}{more}")
    parts = []
    for name in (*CONTEXTS, INSTRUCTION):
        if name != own and (part := _placed(row.where, _context, row.values.get(name))):
            if name == INSTRUCTION and own not in ("input", "question", "query", "problem", "text"):
                continue
            parts.append(part)
            used[row.names[name]] = "instruction" if name == INSTRUCTION else "context"
    used[row.names[own]] = "question"
    return "\n\n".join([*parts, asked])


def _context(value: Any, depth: int = 4) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and depth:
        return "\n".join(filter(None, (_context(part, depth - 1) for part in value)))
    if isinstance(value, Mapping) and depth:
        names = {plain(str(name)): part for name, part in value.items()}
        part = next((names[n] for n in ("text", "contexts", "sentences", "content", "passage") if n in names), None)
        if part is not None:
            return _context(part, depth - 1)
    raise ValueError(f"the context is no text but {str(value)[:60]!r}")


def _placed(where: str, read: Any, value: Any) -> Any:
    """What ``read`` makes of it; its complaint with the place."""
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _some(value: Any) -> bool:
    return value is not None and value != [] and value != {} and not (isinstance(value, str) and not value.strip())


def check_sound(text: str, where: str) -> None:
    """Refuse what cannot be sent, naming the place."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{where} holds half a sign (a lone surrogate), which cannot be sent; mend it") from None
