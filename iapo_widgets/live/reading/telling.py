"""Whether a line of plain text holds its right answer, which would be sent to the model."""

from __future__ import annotations

import re

WORD = (
    r"(?:(?:right|correct|final|gold|best|model)\s+)?(?:answer|ans|gold|solution|target|label|output|antwort|lösung"
    r"|ergebnis|réponse|reponse|respuesta|solución|risposta|soluzione|resposta|antwoord|svar|odpowiedź|odpověď|\u043e\u0442\u0432\u0435\u0442"
    r"|उत्तर|答案|正确答案|答|正解)(?:\s+key)?"
)
#: A line, or what stands behind a question, that says what is right.
TELLS = re.compile(
    rf"\s*[*_(\[]*(?:(?:{WORD}|a|key)[*_]*\s*[:=\uff1a]|ans\b[.\s]{{0,9}}[-\u2013\u2014:=]?)[*_\s]*\S", re.I
)
#: The same at the end of a text.
ENDS = re.compile(
    rf"(?:^|[?.!)\]\uff1f。\n]|\s\s)\s{{0,9}}[(\[*_]{{0,4}}{WORD}[*_]{{0,4}}\s?[:=\uff1a]\s?[^?\uff1f\n]{{1,60}}$", re.I
)
ARROW = re.compile(r"\S\s{0,9}(?:=>|->|→)\s{0,9}\S[^?]{0,40}$")
INSIDE = re.compile(r"[?.!)\]]\s{0,9}[(\[]?(?:answer|ans|a|gold|solution|antwort|lösung)\s*[:=]\s*\S", re.I)
LINK = re.compile(r"https?://\S+")
QUESTION_MARKS = "?\uff1f\u061f"
CLOSING = "\"'”\u2019»“«)]}$`"
EDGES = " \t\r\n.!,;:=|/#~-\u2013\u2014*_()[]{}" + CLOSING
SHORT = 40  # characters of what may be a right answer
#: How an instruction behind a question begins.
VERBS = frozenset(re.findall(r"\S+", """
    answer give write explain round use name show state choose pick list include reply respond express justify
    assume note think consider do don't be please if select provide return output type enter tell describe say
    ignore leave only just complete fill find compute calculate keep take let suppose remember mention compare
    simplify put count translate cite quote format convert start begin end limit prove estimate check solve
    discuss imagine read antworte antworten gib geben nenne nennen runde runden schreibe schreiben begründe
    begründen erkläre erklären wähle wählen nutze verwende bitte wenn falls répondez réponds donnez donne
    expliquez explique écrivez justifiez arrondissez responde responda da dé explica escribe redondea elige
    por rispondi spiega scrivi
"""))  # fmt: skip
POINTS = re.compile(r"\d{1,3}\s*(?:points?|marks?|pts?|punkte?|puntos?|p)\.?", re.I)
EITHER = re.compile(r"\s(?:or|oder|ou|o|или|oppure)\s|或|还是", re.I)
UNIT = re.compile(r"\s*\(in [^()\d]{1,30}\)\s*\.?", re.I)
SERIES = re.compile(r"(?:\d{1,9},\s?){3,20}\d{1,9}(?:,\s?(?:\.\.\.|…))?")
MARK = re.compile(r"(?:^|(?<=\s))\(?([A-Ha-h])[).]\s?")
STARRED = re.compile(r"[\w)][*✓✔]+(?=\s|$)|(?:^|\s)(?:[*✓✔]+\(?\w|\[[xX]\])")
SUM = re.compile(r"[\d\s+\-*/\u00d7÷·^().,\u2212]+=\s*[-+\u2212]?\d[\d.,/]*\s*")
AFTER_GAP = re.compile(r"(?<!_)_{2,}\s?[.!]\s*(\S.{0,39})$")
VERDICT = re.compile(
    r"[.!]\s+[(\[*_]*(?:t|f|true|false|yes|no|wahr|falsch|richtig|ja|nein|vrai|faux|oui|non)[)\]*_]*[.!]?$", re.I
)
IN_BRACKETS = re.compile(r"[.!]\s+([(\[][^()\[\]]{1,40}[)\]])$")
COMMAND = re.compile(r"\\(?:answer|ans|solution|boxed)\s?\{\s?[^}\s]")
BEFORE = re.compile(r"[(\[]\d[\d.,]*[)\]]\s+[^\W\d_]")
BARE = re.compile(
    r"[\W_]*(?:\d[\d.,/:]*\s?(?:%|°?[A-Za-z]{1,3})?|[A-H]|yes|no|true|false|ja|nein|oui|non|wahr|falsch|vrai|faux)"
    r"[\W_]*", re.I,
)  # fmt: skip


def tells(line: str) -> bool:
    """Whether a line with a question says what is right, behind its question mark or without one."""
    line = LINK.sub("", line).strip()
    gap, bracket = AFTER_GAP.search(line), IN_BRACKETS.search(line)
    return bool(
        _answer(_behind(line))
        or (SUM.fullmatch(line) and line[:1] != "=")
        or BEFORE.match(line)
        or VERDICT.search(line)
        or COMMAND.search(line)
        or (gap and _answer(gap[1]))
        or (bracket and _answer(bracket[1]))
        or _chosen(line)
    )


def answers_above(line: str, above: str) -> bool:
    """Whether the line holds nothing but a number, a letter or a truth value, below a question."""
    return _asks(above) and len(line) <= SHORT and BARE.fullmatch(line.strip()) is not None


def may_answer_above(line: str, above: str) -> bool:
    """Whether the line is so short that it may be the answer to the question above."""
    line = line.strip()
    spaced = len(line) <= 4 or line.isascii() or " " in line
    short = len(line) <= 30 and len(line.split()) <= 3 and spaced
    return (
        _asks(above) and short and _answer(line) and not re.search(r"\d\s?[-+*/\u00d7÷]\s?\d|[:?\uff1f\u061f]$", line)
    )


def ends_with_answer(text: str) -> bool:
    """Whether a text of any length ends with words like ``Answer: 5``."""
    return ENDS.search(text[-200:].rstrip()) is not None


def _asks(line: str) -> bool:
    return line.rstrip(" \t" + CLOSING).endswith(tuple(QUESTION_MARKS))


def _behind(line: str) -> str:
    """What stands behind the last question mark; nothing where that stands in a quotation or for a number."""
    at = max(map(line.rfind, QUESTION_MARKS))
    if at < 0 or line[:at].rstrip()[-1:] in tuple("-+*/\u00d7÷=<>([{"):  # 3 + ? = 5
        return ""
    after = line[at + 1 :]
    if after[:1] in tuple(CLOSING) and re.match(r"[,;:]?\s+[^\W\d_A-Z]", after.lstrip(CLOSING)):
        return ""
    return after


def _answer(text: str) -> bool:
    """Whether a text may be an answer: short, and neither an instruction, nor choices, nor a number of points."""
    inner = text.strip(EDGES)
    if not inner or len(inner) > SHORT:
        return False
    if TELLS.match(text):
        return True
    if POINTS.fullmatch(inner) or EITHER.search(inner) or UNIT.fullmatch(text) or SERIES.fullmatch(inner):
        return False
    if _marks(text):
        return False
    words = inner.casefold().split()
    told = words[0] == "answer" and not (len(words) > 2 or words[-1].endswith("ly"))
    return words[0].strip(",") not in VERBS or told  # "Answer yes."


def _marks(line: str) -> list[re.Match[str]]:
    """The letters of choices in one line, where the first two are A and B."""
    found = list(MARK.finditer(line))
    return found if [mark[1].upper() for mark in found[:2]] == ["A", "B"] else []


def _chosen(line: str) -> bool:
    """Whether choices in one line say which is right: by a star, or by a letter at the end."""
    marks = _marks(line)
    return bool(marks) and (not line[marks[-1].end() :].strip() or bool(STARRED.search(line[marks[0].start() :])))
