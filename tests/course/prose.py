"""What the text of a lesson tells: its paragraphs, its sentences of order, its numbers.

A sentence of order about what was measured carries ``<!-- claim: 07-psst-ahead -->`` behind it.  One that is none, for
it defines a word or follows by reasoning, may carry ``<!-- no claim: why it is none -->`` instead.
"""

import ast
import operator
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from iapo_widgets.course.lessons import DETAILS, source

CLAIM = re.compile(r"<!-- claim: (\S+) -->")
NO_CLAIM = re.compile(r"<!-- no claim: (\S.*?) -->")
COMMENT = re.compile(r"<!--.*?-->", re.S)
FENCE = re.compile(r"```.*?```", re.S)
MATHS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.S)
EXERCISE = re.compile(r"^### Exercise .*", re.M | re.S)
SOURCES = re.compile(r"^## Go further.*", re.M | re.S)
FOLDS = re.compile(r"</?details>|<summary>.*?</summary>")
REFERENCE = re.compile(r"\[(?:arXiv|doi)[^\]]*\]\([^)]*\)|\]\([^)]*\)")
#: A heading, a blank line or a new item of a list ends what stood before it.
BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.|\|)\s)|^#+ .*$", re.M)
SENTENCE = re.compile(r"(?<=[.!?:;])[*_\")]*\s+")

_IS = r"(?:is|are|was|were|ends?|ended|stays?|stayed|lies?|lay|remains?|remained|falls?|fell|comes?|came|far|slightly)"
_BY = rf"\b{_IS} (?:\w+ ){{0,2}}"
#: What puts measured things in an order; where a word has other uses, with the words that make it one.
ORDER = re.compile(
    rf"\bahead\b(?! of time)|{_BY}(?:above|below|behind)\b(?! ±)|{_BY}level\b|\blevel with\b"
    r"|\bbeats?\b|\bbeaten\b|\bovert(?:akes?|ook|aken)\b|\bwins\b|\bwon\b|\bloses\b|\blost\b|\bleads\b(?! to\b| astray)"
    r"|\boutperforms?\b|\b(?:better|worse|higher|lower) than\b",
    re.I,
)
#: Of a place on the page, or of whoever it will be: nothing that was measured.
APART = re.compile(
    r"\b(?:table|figure|picture|cell|widget|text|word|list|line|answer|example|code|run)s? (?:just )?(?:above|below)\b"
    r"|\b(?:above|below)[,;:.)]|\b(?:above|below) (?:this|the (?:table|picture|widget|text))\b"
    r"|\bwho (?:\w+ )?(?:leads|wins|ahead)\b|\bwhat [^.,;:]*? (?:loses|wins)\b",
    re.I,
)
SUPPOSED = re.compile(r"^\W*(?:If|Suppose|Imagine)\b")

NUMBER = r"\d[\d,]*(?:\.\d+)?"
DECIMAL = re.compile(r"(?<![\w.,])(\d[\d,]*\.\d+)(?![\d.]*\d)( ?%)?")
ANY = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")
WORKED = re.compile(rf"((?:[\s(]*{NUMBER}[\s)]*[-+\u2212\u2013\u00d7\u00b7*/])+[\s(]*{NUMBER}[\s)]*)=\s*({NUMBER})")
SUMS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00b7": "*", ",": None})


def told(cell: dict[str, Any]) -> str:
    """What a markdown cell tells: no code, no formulas, no exercise and its solution, no sources."""
    text = source(cell)
    for away in (DETAILS, FENCE, MATHS, EXERCISE, SOURCES, FOLDS):
        text = away.sub("", text)
    return text


def paragraphs(book: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """(index of the cell, paragraph or item of a list) below the lesson's plan, which is its first cell."""
    for i, cell in enumerate(book["cells"]):
        if i and cell["cell_type"] == "markdown":
            yield from ((i, part.strip()) for part in BREAK.split(told(cell)) if part.strip())


def orders(paragraph: str) -> list[str]:
    """Sentences of a paragraph that put things in an order, but for questions and suppositions."""
    plain = " ".join(COMMENT.sub("", paragraph).split())
    kept = [s for s in SENTENCE.split(plain) if not s.rstrip("*_ ").endswith("?") and not SUPPOSED.match(s)]
    return [s for s in kept if ORDER.search(APART.sub("", s))]


def unclaimed(book: dict[str, Any]) -> list[tuple[int, str]]:
    """(index of the cell, sentence of order) of paragraphs that carry no claim and no reason why there is none."""
    bare = [(i, p) for i, p in paragraphs(book) if not CLAIM.search(p) and not NO_CLAIM.search(p)]
    return [(i, sentence) for i, paragraph in bare for sentence in orders(paragraph)]


def claims(book: dict[str, Any]) -> list[str]:
    """Ids of the claims in a notebook, in order."""
    return [each for c in book["cells"] if c["cell_type"] == "markdown" for each in CLAIM.findall(source(c))]


def marked(path: Path) -> list[str]:
    """Ids of the claims that the tests of a file are marked with; raises ``ValueError`` for another mark."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if ast.unparse(mark).startswith("pytest.mark.claim"):
                given = [a.value for a in getattr(mark, "args", []) if isinstance(a, ast.Constant)]
                if len(given) != 1 or not node.name.startswith("test_"):
                    raise ValueError(f"{path.name}: {node.name} is marked, but not as a test of one claim")
                found.append(given[0])
    return found


def uncarried(book: dict[str, Any], literals: str = "") -> list[tuple[int, str]]:
    """(index of the cell, decimal number) of the text that stands in no code or output, and not in ``literals``."""
    carried = numbers(literals) | {n for cell in book["cells"] if cell["cell_type"] == "code" for n in shown_by(cell)}
    missing = []
    for i, cell in enumerate(book["cells"]):
        if cell["cell_type"] != "markdown":
            continue
        text = re.sub(r"`[^`\n]*`", "", REFERENCE.sub("", COMMENT.sub("", told(cell))))
        for match in WORKED.finditer(text):
            if holds(match[1], match[2]):
                carried |= numbers(match[2])
                text = text.replace(match[0], "")
        for number, percent in DECIMAL.findall(text):
            value = value_of(number)
            if value not in carried and not (percent and (value / 100).normalize() in carried):
                missing.append((i, number))
    return missing


def shown_by(cell: dict[str, Any]) -> set[Decimal]:
    """Numbers in a cell's code and in all that it put out, the words for a picture too."""
    texts = [source(cell)]
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        texts += ["".join(output.get("text", ""))]
        texts += ["".join(data[kind]) for kind in ("text/plain", "text/html", "text/markdown") if kind in data]
        texts += [str(about.get("alt", "")) for about in output.get("metadata", {}).values() if isinstance(about, dict)]
    return numbers("\n".join(texts))


def numbers(text: str) -> set[Decimal]:
    """All numbers in a text, as values: 0.10 is 0.1."""
    return {value_of(found) for found in ANY.findall(text)}


def value_of(number: str) -> Decimal:
    """The value of a number as it is written."""
    return Decimal(number.replace(",", "").rstrip(".")).normalize()


def holds(expression: str, result: str) -> bool:
    """Whether numbers that are added, multiplied ... in plain sight come to the result, in its digits."""
    try:
        tree = ast.parse(expression.translate(SIGNS).strip(), mode="eval")
    except SyntaxError:
        return False
    places = max(0, -Decimal(result.replace(",", "")).as_tuple().exponent)
    return bool(abs(_worth(tree.body) - float(result.replace(",", ""))) <= 0.5 * 10**-places + 1e-9)


def _worth(node: ast.expr) -> float:
    if isinstance(node, ast.Constant):
        return float(node.value)
    assert isinstance(node, ast.BinOp), ast.dump(node)
    return float(SUMS[type(node.op)](_worth(node.left), _worth(node.right)))


def constants(path: Path) -> str:
    """All literals of a file of tests, as one text; of a file that is not there none."""
    if not path.exists():
        return ""
    tree = ast.parse(path.read_text("utf-8"))
    return "\n".join(str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant))
