"""A completion's text made ready for reading: plain, without LaTeX, its boxes taken out, and of a bounded length."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .characters import plain
from .heads import ending_factorials, factorials
from .latex import unlatex, unmarked
from .numerals import value_of

#: Of a longer text its end is read, its beginning, and what follows the last mark of an answer before that.
FAR = 20_000
#: Characters of each of those places; also how far a statement reaches.
REACH = 400
_MANY = 40
_SIGNS = ("\\boxed", "####", "nswer")
# as in JSON the sign may be written with two backslashes
_BARE = re.compile(r"\\\\?(?:boxed|fbox)(?![A-Za-z])\s{0,3}([-+.\w]{1,40})")
_BRACES = re.compile(r"\\\\?(?:boxed|fbox)(?![A-Za-z])\s{0,3}\{|\\.|[{}]", re.DOTALL)
_FENCE = re.compile(r"^[ \t]{0,8}```\w{0,20}[ \t]*$", re.MULTILINE)
#: The sign that stands for a box; its group is the box's number.
BOX = re.compile("\ue000(\\d{1,9})\ue001")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text made plain, in which a sign stands for each box; ``boxes`` holds what is in them."""

    text: str
    boxes: tuple[str, ...]

    def unboxed(self) -> str:
        """The text with what stands in its boxes."""
        return BOX.sub(lambda box: f" {self.boxes[int(box[1])]} ", self.text)


def prepare(text: str) -> Prepared:
    """``text`` in plain characters, without LaTeX and code fences."""
    text = ending_factorials(_shortened(text).replace("\ue000", ""))
    boxes: list[str] = []
    out, start = [], 0
    for begin, end, inside in _boxes(text):
        out.append(f"{text[start:begin]}\ue000{len(boxes)}\ue001")
        boxes.append(factorials(inside))
        start = end
    body = unlatex(unmarked(plain("".join([*out, text[start:]]))))
    return Prepared(_FENCE.sub("", body), tuple(boxes))


def last_few(matches: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """The last of many matches, in their order."""
    return list(deque(matches, _MANY))


def _shortened(text: str) -> str:
    cut = len(text) - FAR
    if cut <= 0:
        return text
    marks = sorted(at for sign in _SIGNS if (at := text.rfind(sign, REACH, cut)) >= 0)
    return "\n".join([text[:REACH], *(text[at : min(cut, at + REACH)] for at in marks), text[cut:]])


def _boxes(text: str) -> Iterator[tuple[int, int, str]]:
    r"""Where each outermost complete ``\boxed{...}`` stands, and what is in it, in one pass; ``\boxed 5`` counts."""
    open_: list[tuple[int, int] | None] = []
    found: list[tuple[int, int, str]] = []
    for token in _BRACES.finditer(text):
        sign = token[0]
        if sign == "}":
            box = open_.pop() if open_ else None
            if box:
                while found and found[-1][0] > box[0]:
                    found.pop()  # a box within this one
                found.append((box[0], token.end(), text[box[1] : token.start()]))
        elif sign == "{":
            open_.append(None)
        elif len(sign) > 2:
            open_.append(token.span())
    for bare in _BARE.finditer(text):
        if value_of(plain(bare[1].rstrip("."))) is not None:
            found.append((*bare.span(), bare[1]))
    end = 0
    for begin, stop, inside in sorted(found):
        if begin >= end:
            yield begin, stop, inside
            end = stop
