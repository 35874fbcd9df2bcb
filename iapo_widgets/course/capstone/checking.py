"""Check a report's page: every part there, every number what its own data give, and recorded tasks run anew."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

from ...core.files import contents
from ..verdict import Verdict
from .anew import anew
from .facts import Facts, NoFacts, read
from .page import DATA, page
from .soundness import PARTS, Problems, problems, structure
from .words import alternative

MOST = 5_000_000  # bytes of a page; one of ours has some 50,000


def check_report(path: str | os.PathLike[str]) -> Verdict:
    """Whether a page that ``CapstoneReport.save`` wrote is whole; names every part that is missing or wrong.

    Every number is worked out anew from the data in the page, and those of a recorded task that comes with the package
    from its answers as well.  Whatever the file holds, a verdict comes back.  ``open``: nothing is wrong, and the
    learner's own words are still to be written.
    """
    try:
        return judged(contents(path, MOST).decode("utf-8"))
    except FileNotFoundError:
        return Verdict("wrong", f"There is no file {Path(path).name!r}. Save the report, and hand over its path.")
    except UnicodeDecodeError:
        return Verdict("wrong", "It is no page: its bytes are no text. Save the report anew, and hand over its path.")
    except (OSError, ValueError) as error:
        return Verdict("wrong", f"It cannot be read: {getattr(error, 'strerror', None) or error}.")


def judged(text: str, *, drawn: bool = True) -> Verdict:
    """What ``check_report`` says of a page with that text; drawn: as the page was made."""
    try:
        facts, seen = _read(text)
    except NoFacts as error:
        return Verdict("wrong", f"It is no report that can be checked: {error}. Save the report anew.")
    found = _missing(seen)
    if drawn and not seen.drawn:
        found.setdefault("figure", "there is no drawing")
    broken = structure(facts)
    if broken:
        return _told({**found, **broken}, facts)
    for each in (problems(facts), anew(facts), _different(seen, facts)):
        found = {**each, **found}
    return _told(found, facts)


class _Page(HTMLParser):
    """Words of a page by the section they stand in, "" outside of all; its data; what none of ours would carry."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: dict[str, list[str]] = {"": []}
        self.alternative, self.foreign, self.ended, self.drawn = "", "", False, False
        self.data: list[str] = []
        self._inside: list[str] = []
        self._section, self._ours = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See ``HTMLParser``."""
        given = dict(attrs)
        loads = [v for k, v in attrs if k in ("src", "href", "xlink:href", "action") and not (v or "").startswith("#")]
        if loads or any(name.startswith("on") for name in given):
            self.foreign = f"<{tag}> with {(str(loads[0])[:40] if loads else 'a script')!r}"
        self._ours = tag == "script" and given.get("id") == DATA
        if tag in ("iframe", "object", "embed", "link", "base") or (tag == "script" and not self._ours):
            self.foreign = f"<{tag}>"
        if tag == "section":
            self._section = given.get("id") or ""
            self.words.setdefault(self._section, [])
        if given.get("role") == "img" and self._section == "figure":
            self.alternative = given.get("aria-label") or ""
        self.drawn = self.drawn or (tag == "svg" and self._section == "figure")
        if tag in ("script", "style", "svg"):
            self._inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See ``HTMLParser``."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """See ``HTMLParser``."""
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()
        if tag == "section":
            self._section = ""
        self.ended = self.ended or tag == "html"

    def handle_data(self, data: str) -> None:
        """See ``HTMLParser``."""
        if not self._inside:
            self.words[self._section].append(data)
        elif self._inside == ["script"] and self._ours:
            self.data.append(data)

    def said(self, section: str) -> list[str]:
        """The words of a section."""
        return " ".join(self.words.get(section, [])).split()


def _read(text: str) -> tuple[Facts, _Page]:
    seen = _parsed(text)
    if not any(seen.data):
        raise NoFacts("it holds no data of a capstone report, or ends before them")
    return read("".join(seen.data)), seen


def _parsed(text: str) -> _Page:
    parser = _Page()
    parser.feed(text)
    parser.close()
    return parser


def _missing(seen: _Page) -> Problems:
    found = {part: "it is not there" for part in PARTS if not seen.said(part)}
    if seen.foreign:
        found["page"] = f"it carries {seen.foreign}, which no report of ours does"
    elif not seen.ended:
        found["page"] = "it ends too early"
    return found


def _different(seen: _Page, facts: Facts) -> Problems:
    """By part, where the page does not say what its data give."""
    ours, found = _parsed(page(facts, drawn=False)), {}
    for part in (*PARTS, ""):
        have, want = seen.said(part), ours.said(part)
        if have != want:
            i = next((i for i, (a, b) in enumerate(zip(have, want, strict=False)) if a != b), min(len(have), len(want)))
            here, there = (" ".join(words[i : i + 4]) or "nothing more" for words in (have, want))
            found[part or "page"] = f"it says {here!r}; by its data it should be {there!r}"
    if seen.alternative != alternative(facts):
        found.setdefault("figure", "its text alternative is not what the data give")
    return found


def _told(found: Problems, facts: Facts) -> Verdict:
    if not found:
        return Verdict(
            "right", f"All {len(PARTS)} parts are there, and every number follows from the data in the page."
        )
    told = [f"{PARTS.get(part, 'The page')}: {found[part]}." for part in (*PARTS, "page") if part in found]
    waits = all("not written yet" in problem for problem in found.values())
    return Verdict("open" if waits else "wrong", " ".join(told))
