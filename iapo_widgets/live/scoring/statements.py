"""Where a text states its answer: in a box, after ``####``, between tags, in JSON, or in words.

A text is read from its end: the last statement that holds a value wins.  Work is bounded whatever the text: the last
few statements of each kind are looked at, and of each ``REACH`` characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from .json_answers import answer_of, in_json, object_around
from .payload import of_clause, payload
from .phrases import YES_NO, is_phrase
from .prepared import BOX, REACH, Prepared, last_few, prepare
from .writing import canonical

Match = re.Match[str]
TASKS = 3  # questions of its own after which a text is read anew
_HASHES = re.compile(r"(?<!#)####(?!#)[ \t]*([^\s#][^\n]*)")
_TAGS = re.compile(r"<(?:final_?)?(?:answer|solution|result|output)>([^<]{1,200})(?:</|\Z)", re.IGNORECASE)
_A_LINE = re.compile(r"^[ \t>]{0,8}[*_]{0,3}A(?:ns)?\.?[*_]{0,3}:[*_]{0,3}(?=[ \t]*\S)", re.MULTILINE)
_B_LINE = re.compile(r"^[ \t>]{0,8}[*_]{0,3}B[*_]{0,3}:", re.MULTILINE)
_CUES = (
    r"(?<!as a )(?<!check the )(?<!verify the )\b(?:answers?|result|solution|conclusion)\b"
    r"|\b(?:correct|right|best|true|closest|nearest) (?:option|choice|letter|one|statement)\b"
    r"|\b(?:option|choice)(?=[*_]{0,2}:)"
)
_CUES_ABROAD = (
    "antwort|lösung|ergebnis|réponse|résultat|respuesta|resultado|solución|risposta|risultato|resposta|antwoord"
    "|opci\u00f3n correcta|op\u00e7\u00e3o correta|alternativa corretta"
    "|απάντηση|αποτέλεσμα|відповідь|отговорът|отговор|odgovor|răspunsul|válasz|trả lời"
    "|alternativa correta|\u0111\u00e1p \u00e1n|ans\\b\\.?(?= )"
    "|svar|svaret|vastaus|odpowiedź|odpověď|ответ|cevap|yanıt|jawaban"  # noqa: RUF001
)
# scripts in which a word may follow without a space
_CUES_OF_SCRIPTS = (
    "答案|解答|正解|答え|答|정답|답|پاسخ|उत्तर|विकल्प|উত্তর|(?:ال)?(?:إجابة|جواب)|תשובה"
    "|\u0e04\u0e4d\u0e32\u0e15\u0e2d\u0e1a"  # Thai, as NFKC writes it
)
_CUE = re.compile(
    rf"(?P<final>final (?:answer|result))\b|{_CUES}|\b(?:{_CUES_ABROAD})\b|(?P<script>{_CUES_OF_SCRIPTS})",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"[\s*_>#-]{0,8}(?:(?:so|thus|therefore|hence),? )?(?:(?:the|my|our|die|das|la|le|el|il|o|a) )?"
    rf"(?:(?:final|correct|right) )?(?:A[*_]{{0,3}}:|ans\b|answer\b|(?:{_CUES_ABROAD})\b|{_CUES_OF_SCRIPTS})",
    re.IGNORECASE,
)
_IS = (
    r"(?:is|are|was|will be|would be|should be|must be|can be|has to be|(?:seems|appears|turns out|works out) to be"
    r"|becomes|equals|gives|ist|sind|lautet|est|es|son|è|sono|é|são|är|er|jest|je|adalah|είναι|este|là)(?![\w'])"
)
_LINK = re.compile(
    rf"[*_`\"')\]]{{0,4}}(?:\s{{0,3}}(?::|=(?!=)|→|->)[*_]{{0,3}}"
    rf"|\s{{1,3}}{_IS}(?:\s?(?::|=(?!=)))?[*_]{{0,3}}|(?: [^\W\d_]{{1,15}}){{1,3}} ?:"
    rf"|\s{{1,3}}of(?= ?[-$*\d])|[^.!?\n:]{{1,80}}?[ *_]{_IS}:?)",
    re.IGNORECASE,
)
_LINK_OF_SCRIPTS = re.compile("\\]?\\s?(?:[:=]|是|为|选|選|為|は|が|는|은|हल|হল|هي|هو|คือ)?:?")
_IS_THE = re.compile(
    r"\b(?:is|was) (?:the |my )?(?:(?:correct|right|final|best) )?"
    r"(?:answer|result|choice|option|solution)\b(?!\s?[:=]|s)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:wait|mistake|actually|oops|error|sorry|correction)\b[^\n]{0,60}?"
    r"(?:\b(?:it|that|this) (?:should|must) (?:be|have been)|\bcorrection:|(?<=correction):)\s",
    re.IGNORECASE,
)
_KEY = re.compile(r"[\"']\s{0,5}:")
_BELOW = re.compile(r"[*_:]{0,5}[ \t]*\n")
_BEGINS = re.compile(r"(?:^|\n)[ \t#*_>-]{0,12}(?:(?:the|my|so|thus) )?(?:(?:final|correct) )?$", re.IGNORECASE)
_SECTIONS = (
    "conclusion|explanation|solution|answer|final answer|verification|summary|analysis|calculations?|result|notes?"
    "|given|check|approach|reasoning|problem|question|example|introduction|overview"
)
_HEADING = re.compile(
    rf"[*_]{{0,3}}(?:(?:step|part|case|phase)\b|\d{{1,2}}[.)] |(?:{_SECTIONS})[*_:]*\s*\Z)", re.IGNORECASE
)
_NEXT_TASK = re.compile(
    r"\n[ \t#*]{0,8}(?:(?:new |next )?question(?: ?\d+)?|q(?: ?\d+)?|problem(?: ?\d+)?"
    r"|user|human|instruction)[*_]{0,3}:",
    re.IGNORECASE,
)


def statements(prepared: Prepared) -> Iterator[str]:
    """What is stated, as it is written, the last first."""
    text = prepared.text
    told = in_json(text)
    strong: tuple[tuple[Iterable[Match], Callable[[Prepared, Match], str | None]], ...] = (
        (BOX.finditer(text), lambda prepared, match: prepared.boxes[int(match[1])]),
        (_HASHES.finditer(text), _after_hashes),
        (_TAGS.finditer(text), lambda _, match: match[1]),
        (told, lambda _, match: answer_of(match)),
    )
    found = [(match.start(), partial(read, prepared, match)) for some, read in strong for match in last_few(some)]
    first = min((at for at, read in found if read() is not None), default=len(text))
    in_words: tuple[tuple[Iterable[Match], Callable[[Prepared, Match, bool], str | None]], ...] = (
        (_a_lines(text), lambda prepared, match, firm: payload(prepared, match.end(), firm=firm)),
        (_CUE.finditer(text), _after_cue),
        (_IS_THE.finditer(text), _before_cue),
        (_CORRECTS.finditer(text), lambda prepared, match, _: payload(prepared, match.end(), firm=True)),
    )
    objects = [object_around(text, match) for match in told]
    for some, tells in in_words:
        for match in last_few(some):
            at = match.start()
            if not any(begin < at < end for begin, end in objects):
                found.append((at, partial(tells, prepared, match, at > first)))
    for _, read in sorted(found, key=lambda pair: -pair[0]):
        raw = read()
        if raw is not None and canonical(raw) is not None:
            yield raw


def _a_lines(text: str) -> Iterable[Match]:
    """The lines that begin with ``A:``, unless they are a choice's."""
    return () if _B_LINE.search(text) else _A_LINE.finditer(text)


def of_first_task(prepared: Prepared) -> Iterator[Prepared]:
    """The text up to each question that it goes on to ask itself, the first such part first; at last all of it."""
    for match in islice(_NEXT_TASK.finditer(prepared.text), TASKS):
        yield Prepared(prepared.text[: match.start()], prepared.boxes)
    yield prepared


def hashed(prepared: Prepared) -> str | None:
    """What follows the last ``####`` that is no heading."""
    for match in reversed(last_few(_HASHES.finditer(prepared.text))):
        if (found := _after_hashes(prepared, match)) is not None:
            return found
    return None


def concluded(solution: str) -> str | None:
    """The answer that the last of several lines states, as it is written."""
    lines = solution.strip().splitlines()
    if len(lines) < 2 or not _CONCLUDES.match(lines[-1]):
        return None
    return next(statements(prepare(lines[-1])), None)


def _after_hashes(prepared: Prepared, match: Match) -> str | None:
    """The answer after ``####``, ``None`` for a heading: words over a text, a step, ``Conclusion``."""
    line = match[1].strip("# \t")
    if box := BOX.search(line):
        return prepared.boxes[int(box[1])]
    if len(line) > REACH or _HEADING.match(line):
        return None
    value = canonical(line)
    if value is None:
        return None
    below = prepared.text[match.end() : match.end() + REACH].strip()
    words = not re.search(r"\d", value) and len(value) > 1 and not YES_NO.fullmatch(value)
    return None if words and below and not below.startswith("####") else line


def _before_cue(prepared: Prepared, cue: Match, firm: bool) -> str | None:
    """``12 is the answer``."""
    said = re.split(r"(?<!\d)[.,!?;:]|[.!?;:] |\n", prepared.text[max(0, cue.start() - 60) : cue.start()])[-1].strip()
    found = of_clause(said, firm=firm) if 0 < len(said) < 60 else None
    return found if found and (found == said or not is_phrase(found)) else None


def _after_cue(prepared: Prepared, cue: Match, firm: bool) -> str | None:
    text, end = prepared.text, cue.end()
    near = text[end : end + REACH // 2]
    if _KEY.match(near):  # JSON has been read
        return None
    if cue["script"]:
        link = _LINK_OF_SCRIPTS.match(near)
        return payload(prepared, end + (link.end() if link else 0), firm=firm)
    if link := _LINK.match(near):
        return payload(prepared, end + link.end(), firm=firm)
    if (below := _BELOW.match(near)) and _BEGINS.search(text[max(0, cue.start() - 40) : cue.start()]):
        return payload(prepared, end + below.end(), firm=firm)
    return payload(prepared, end, firm=firm) if cue["final"] else None
