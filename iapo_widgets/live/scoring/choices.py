"""Choices: the letter that a text takes, and the last of a closed list that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .canonical_extractor import CanonicalExtractor
from .payload import CHOICE_WORDS, with_label
from .prepared import Prepared, last_few, prepare
from .statements import statements
from .thought import without_thought
from .writing import LETTERS, canonical

_ANY = LETTERS + LETTERS.lower()
_LINE = re.compile(
    rf"^[ \t>*_#-]{{0,8}}(?:(?i:option|choice) )?"
    rf"(?:\(([{_ANY}])\)|([{_ANY}])[*_]{{0,3}}(?:[).:]| (?=- )))[*_]{{0,3}}(?:[ \t]|$)",
    re.MULTILINE,
)
_ALONE = re.compile(rf"^[\W_]{{0,8}}(?:(?i:ans|{CHOICE_WORDS})[\W_]{{1,4}})?([{_ANY}])[\W_]{{0,8}}$", re.MULTILINE)
_BECAUSE = re.compile(rf"\A[\s(*_\"'`]{{0,6}}([{LETTERS}])[)*_\"'`]{{0,4}},? (?i:because|since|as|weil|car|porque)\b")
_COVERS = re.compile(r"[ \t*_]{0,4}(?:all|both|neither|none|either)\b", re.IGNORECASE)  # other choices
_TAKES = (
    r"(?i:say|w\u00e4hle|choisis|elijo|scelgo|choose|chose|pick|picked|select|selected|go with|going with"
    r"|leaves?|leaving|it'?s|it is|must be|should be|to be|is)"
    r" (?:(?i:the )?(?i:option|choice|letter|answer) )?"
)
_TAKEN = re.compile(
    rf"\b{_TAKES}[(*_\"'`]{{0,4}}([{LETTERS}])(?=[)*_\"'`]{{0,4}}(?:[.,;:!)]|\s*$|\s*\n))"
    rf"|[\u9009\u9078](?:\u62e9|\u64c7|\u9879|\u9805)?(?:\u662f|\u4e3a|\u70ba)?:?\s?([{LETTERS}])(?![A-Za-z])"
    rf"|\b(?i:therefore|so|thus|hence),? \(?([{LETTERS}])\)?(?=[.!]?\s*\Z)"
    rf"|(?:^|[.!?:;,(\n] ?|\b(?i:so|hence|thus|therefore|that|only|but|{CHOICE_WORDS}) )"
    rf"[(*_]{{0,4}}([{LETTERS}])[)*_]{{0,4}}"
    r" (?:is|ist|est|es) (?:definitely |clearly |indeed )?(?:the |our |my )?(?:only |most )?"
    r"(?:right|correct|best|true|answer|accurate|richtig|korrekt|correcte?|correcta)\b"
)
_INSIDE = re.compile(rf"(?:(?<![\w\\])\(|\b(?i:option|choice) )([{_ANY}])\b(?!['(])")
_AGAINST = re.compile(
    r"(?:\bnot|n't(?: be)?|\bout|\brather than|\binstead of|\beliminate[sd]?|\bexcludes?"
    r"|\bneither|\bnor|\bthan|\bexcept|\bno|\bnicht|\bpas|\bkein\w{0,2})"
    r"(?: (?:option|choice|the|an?))?[ (*_\"'`]{1,5}$",
    re.IGNORECASE,
)
# all that a label or a key has on its line or in its quotes
_VALUE = re.compile(
    r"(?:^[ \t*_>#-]{0,6}[^\W\d][\w ]{0,30}[*_]{0,3}:|[\"'][\w ]{1,30}[\"']\s{0,3}:)[*_]{0,3}[ \t]{0,3}[*_`\"']{0,4}"
    r"([^\n\"'*_`{}]{1,60}?)[*_`\"'.]{0,4}[ \t]*(?:[,}]|$)",
    re.MULTILINE,
)
_ENDS_HEAD = re.compile(r"[*_`\"')]{0,4}\s*(?:[.;:,(\u2014]|- |/ ?\d|out of \d|\Z)")
_DENIED = re.compile(
    r"[)*_\"'`]{0,4},? ?(?:is|are|was|would be|seems?|can be)? ?"
    r"(?:not\b|n't|isn't|wrong|incorrect|false|out\b|ruled|eliminated|excluded)",
    re.IGNORECASE,
)


def chosen(prepared: Prepared) -> str | None:
    """The letter of a choice: in the last statement, at the head of the only labelled line, alone on a line, else the
    last one in brackets that is not denied; ``None`` where several are taken."""
    for raw in statements(prepared):
        letter = canonical(raw) or ""
        if len(letter) == 1 and letter in LETTERS:
            return letter
        if re.fullmatch(rf"[{LETTERS}](?:, [{LETTERS}])+", letter):
            return None
    loose = loosely_chosen(prepared)
    return None if loose is None else canonical(loose)


def loosely_chosen(prepared: Prepared) -> str | None:
    """The choice that a text takes without saying ``answer``, as it is written."""
    text = prepared.text.strip()
    labels = list(_LINE.finditer(text))
    if because := _BECAUSE.match(text):
        return because[1]
    if (
        len(labels) == 1
        and not _denied(text, labels[0])
        and (_COVERS.match(text, labels[0].end()) or not _INSIDE.search(text, labels[0].end()))
    ):
        letter = labels[0]
        bracket = ")" + text[letter.end() :].split("\n", 1)[0]
        return with_label(letter[1] or letter[2], bracket)
    for pattern in (_TAKEN, _ALONE):
        found = [match for match in last_few(pattern.finditer(text)) if not _denied(text, match)]
        if found:
            return next(group for group in found[-1].groups() if group).upper()
    if len(labels) > 1:
        return None  # the list of choices itself
    inside = [match for match in last_few(_INSIDE.finditer(text)) if not _denied(text, match)]
    return inside[-1][1].upper() if inside else None


def _denied(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 40) : match.start() + (text[match.start()] in "(*_\"'`")]
    return bool(_AGAINST.search(before) or _DENIED.match(text, match.end()))


class Options(CanonicalExtractor):
    """Reads the last of a closed list that a text names; what is denied (``not red``) is passed over.

    Raises ``ValueError`` where the list holds fewer than two options, an option twice, or what is no text.
    """

    def __init__(self, options: Sequence[str]) -> None:
        if isinstance(options, str) or not all(isinstance(option, str) for option in options):
            raise ValueError(f"options must be a list of texts, as in ['yes', 'no'], not {options!r}")
        self.options = tuple(options)
        self._known = {form: option for option in self.options if (form := canonical(option)) is not None}
        if len(self._known) < len(self.options) or len(self.options) < 2:
            raise ValueError(f"options must be at least two that differ in more than case and marks, not {options!r}")
        longest = sorted(self.options, key=len, reverse=True)
        spelled = "|".join(r"\s+".join(map(re.escape, plain_words(option))) for option in longest)
        self._pattern = re.compile(rf"(?<![\w-])(?:{spelled})(?![\w]|-\w)", re.IGNORECASE)

    def __repr__(self) -> str:
        return f"Options({list(self.options)!r})"

    def written(self, text: str) -> str | None:
        """The option of the last statement where that is one, else the last that is named."""
        return self._find(prepare(without_thought(text)))

    def _find(self, prepared: Prepared) -> str | None:
        for raw in statements(prepared):
            if (form := canonical(raw)) in self._known:
                return self._known[form or ""]
        if (alone := self._beside(prepared.text) or self._at_the_head(prepared.text)) is not None:
            return alone
        named = [
            match for match in last_few(self._pattern.finditer(prepared.text)) if self._counts(prepared.text, match)
        ]
        last = named[-1] if named else None
        form = None if last is None else canonical(last[0])
        return self._known.get(form) if form is not None else None

    def _beside(self, text: str) -> str | None:
        """The last option that is all that stands behind a label or a key."""
        found = [self._known.get(canonical(match[1]) or "") for match in last_few(_VALUE.finditer(text))]
        return next((option for option in reversed(found) if option is not None), None)

    def _at_the_head(self, text: str) -> str | None:
        """The option that begins the last line or the text, as a sentence of its own."""
        lines = [line for line in text.splitlines() if line.strip()]
        for line in (lines[-1], lines[0]) if lines else ():
            lead = re.match(r"[\s*_`\"'(>#~-]{0,8}", line)
            match = self._pattern.match(line, lead.end() if lead else 0)
            if match and _ENDS_HEAD.match(line, match.end()):
                return self._known.get(canonical(match[0]) or "")
        return None

    def _counts(self, text: str, match: re.Match[str]) -> bool:
        word = match[0]
        if word.isdigit() and re.search(r"(?:/|out of|von|sur) ?\Z", text[max(0, match.start() - 8) : match.start()]):
            return False  # of a scale
        if (
            len(word) == 1 and word.isalpha()
        ) or word.lower() == "no":  # an article, a pronoun, or no difference: another word follows
            if re.match(r" [a-z]", text[match.end() : match.end() + 2]):
                return False
            if (
                len(word) == 1
                and word.isalpha()
                and word.islower()
                and not re.match(r"[^\w\s]", text[match.end() : match.end() + 1] or ".")
            ):
                return False
        return not _AGAINST.search(text[max(0, match.start() - 40) : match.start()])


def plain_words(option: str) -> list[str]:
    """The words of an option, as they stand in a prepared text."""
    return prepare(option).text.split()
