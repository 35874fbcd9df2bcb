"""LaTeX, Markdown and HTML around an answer taken off, in one pass each."""

from __future__ import annotations

import html
import re

from .characters import plain

_FRACTION = re.compile(
    r"(?:(\d) ?)?\\[dtc]?frac\s{0,3}(?:\{\s{0,3}(-?\d{1,50})\s{0,3}\}|(\d))\s{0,3}"
    r"(?:\{\s{0,3}(-?\d{1,50})\s{0,3}\}|(\d))"
)
_OPENS = r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mbox|emph|operatorname|boldsymbol)\*?\s{0,3}\{"
_TOKENS = re.compile(rf"({_OPENS})|\\\\|\\[{{}}]|[{{}}]")
_ROOT = re.compile("\u221a\\s{0,3}\\{\\s{0,3}(\\w{1,30})\\s{0,3}\\}")
_OF_SYMBOLS = re.compile("\\\\[dtc]?frac\\{([\\w\u03c0\u221a^]{1,12})\\}\\{([\\w\u03c0\u221a^]{1,12})\\}")
_POWER = re.compile(r"([_^])\s{0,3}\{\s{0,3}([-+]?\w{1,30})\s{0,3}\}")
_COMMANDS = {
    "times": "\u00d7", "cdot": "\u00d7", "approx": "\u2248", "simeq": "\u2248", "pi": "\u03c0", "sqrt": "\u221a",
    "le": "\u2264", "leq": "\u2264", "ge": "\u2265", "geq": "\u2265", "ne": "\u2260", "neq": "\u2260",
    "degree": "\u00b0", "circ": "\u00b0", "textdegree": "\u00b0", "infty": "\u221e", "emptyset": "\u2205",
    "varnothing": "\u2205",
    "to": "\u2192",
    "rightarrow": "\u2192", "euro": "\u20ac", "pounds": "\u00a3", "in": "\u2208", "pm": "\u00b1", "lbrace": "{",
    "rbrace": "}", "left": "", "right": "", "displaystyle": "", "textstyle": "", "quad": " ", "qquad": " ", "bigl": "",
    "bigr": "", "Big": "", "big": "", "dollar": "$", "textdollar": "$", "mathdollar": "$", "percent": "%",
    "newline": "\n",
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]{1,20})(?![A-Za-z]) ?")
# 11,\! 111: a comma with a thin space taken back
_THOUSANDS = re.compile(r"(?<=\d),\\!\s?(?=\d{3}(?!\d))")
_ONE_FRAC = re.compile(r"\\[dtc]frac(?![A-Za-z])")
_BARE_FRAC = re.compile("\\\\frac\\s{0,3}([\\d\u03c0])\\s{0,3}([\\d\u03c0])(?![\\w{])")
_CHARACTERS = re.compile(r"\\([\\,;: !$%#&_()\[\]{}])")
_SPACES = {"\\": "\\\\", ",": " ", ";": " ", ":": " ", " ": " ", "!": "", "(": "", ")": "", "[": "", "]": ""}
_HTML = re.compile(r"</?(?:b|i|em|strong|u|s|p|br|span|div|code|mark|font|center|h[1-6])(?: [^<>]{0,100})?\s?/?>")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][\da-fA-F]{1,5}|[A-Za-z]{2,8});")
_RAISED = re.compile(r"<sup>\s{0,3}([-+]?\w{1,30})\s{0,3}</sup>", re.I)
_SPECIAL = re.compile(r"<\|[\w ]{1,40}\|>|</?s>|<(?:eos|bos|pad|end_of_turn|start_of_turn)>|\[/?INST\]")


def unmarked(text: str) -> str:
    """``text`` without a model's own tokens and without HTML's marks; raised digits become powers."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: plain(html.unescape(match[0])), text)
    if "<" not in text and "[" not in text:
        return text
    return _HTML.sub("", _RAISED.sub(r"^\1", _SPECIAL.sub("", text)))


def unlatex(text: str) -> str:
    r"""``text`` with fractions as ``1/2`` (``3\frac12`` is ``3 1/2``), spaces as spaces, words without ``\text``."""
    if "\\" not in text and "{" not in text:
        return text
    out = _THOUSANDS.sub(",", _unwrapped(text).replace("{,}", ","))
    out = _ONE_FRAC.sub(r"\\frac", out).replace("~", " ")
    out = _FRACTION.sub(_fraction, out)
    out = _CHARACTERS.sub(lambda match: _SPACES.get(match[1], match[1]), out)
    out = _COMMAND.sub(lambda match: _COMMANDS.get(match[1], match[0]), out)
    out = _ROOT.sub("\u221a\\1", _POWER.sub(r"\1\2", out))
    out = _BARE_FRAC.sub(r"\1/\2", _OF_SYMBOLS.sub(r"\1/\2", out))
    return out.replace("^{\u00b0}", "\u00b0").replace("^\u00b0", "\u00b0")


def _fraction(match: re.Match[str]) -> str:
    mixed = f"{match[1]} " if match[1] else ""
    over, under = match[2] or match[3], match[4] or match[5]
    if under[0] == "-":
        over, under = over[1:] if over[0] == "-" else f"-{over}", under[1:]
    return f"{mixed}{over}/{under}"


def _unwrapped(text: str) -> str:
    r"""``\text{...}`` as what is in it, however deep, in one pass."""
    if not re.search(_OPENS, text):
        return text
    out, start, open_ = [], 0, []
    for token in _TOKENS.finditer(text):
        wraps = bool(token[1])
        if wraps or token[0] == "{":
            open_.append(wraps)
        drop = wraps
        if token[0] == "}" and open_:
            drop = open_.pop()
        if drop:
            out.append(text[start : token.start()])
            start = token.end()
    return "".join([*out, text[start:]])
