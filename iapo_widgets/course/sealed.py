"""Checks that hold no answers: what is right is kept as salted hashes, and what is said of it opens by the answer only.

They lie in ``checks.json`` beside the students' copies.  Of an answer by a value that file holds hashes of what the
answer is rounded to, of a function the cases and hashes of what is right for them; the sentence for a right answer, and
the hint for a mistake, are written over with what follows from that very answer.

``check`` uses them where the package has no answers of its own: whoever installs the whole package has those, in
``lesson_*.py``, ``exam`` and the lessons; on a server for students they can be deleted, and the copies work as before.
What no hash can do: few values are possible, so a program that tries them all finds the right one.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import importlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .kinds import Kind
from .written_cases import read, written

FILE = "checks.json"
SLOW = 5_000  # turns of the hash of a value, so that trying all takes its time
DAMAGED = f"{FILE}, which lies beside this notebook, does not hold what `iapo export` wrote: get a new copy of it"
BYTES = 6  # of a hash that is kept

Parts = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """One exercise without its answer; ``parameters``, ``name`` and ``cases`` are of a function only.

    right: hash of each part of the answer, or of each part in each case; none where the kind itself tells what is
    right.  why and mistakes: (hash, sealed words), by all parts together.
    """

    id: str
    kind: Kind
    salt: str
    hint: str
    right: list[Any]
    why: tuple[str, str]
    mistakes: list[tuple[str, str]]
    name: str = ""
    parameters: tuple[str, ...] = ()
    cases: Sequence[tuple[Any, ...]] = ()

    def opened(self, parts: Parts, turns: int = SLOW) -> tuple[list[str], list[bool]]:
        """The words of an answer's parts, those of the right answer where they are the same to it, and which are."""
        wanted = self.right if not self.cases else [each for case in self.right for each in case]
        found, same = [], []
        for place, forms in enumerate(parts):
            kept = wanted[place] if place < len(wanted) else None
            match = next((form for form in forms if hashed(self.salt, place, form, turns) == kept), None)
            found.append(forms[0] if match is None else match)
            same.append(match is not None)
        return found, same

    def said(self, sealed: Iterable[tuple[str, str]], own: Sequence[str]) -> str | None:
        """What these words open of ``sealed``, ``None`` where they open nothing."""
        mark = whole(self.salt, own)
        coded = next((base64.b64decode(words) for kept, words in sealed if kept == mark), None)
        return None if coded is None else crossed(coded, self.salt, own).decode("utf-8", "replace")

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        about = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        made = type(self.kind)
        place = {"module": made.__module__.removeprefix(f"{__package__}."), "name": made.__name__}
        kind = {**place, **dataclasses.asdict(self.kind)}  # type: ignore[call-overload]
        return {**about, "kind": kind, "cases": [[written(value) for value in case] for case in self.cases]}

    @classmethod
    def of_plain(cls, about: dict[str, Any]) -> Sealed:
        """From JSON."""
        kind = dict(about["kind"])
        home = importlib.import_module(f".{kind.pop('module')}", __package__)
        of = getattr(home, kind.pop("name"))
        made = of(**{k: tuple(v) if isinstance(v, list) else v for k, v in kind.items()})
        cases = [tuple(read(value) for value in case) for case in about["cases"]]
        pairs = [(mark, words) for mark, words in about["mistakes"]]
        more = {"kind": made, "cases": cases, "mistakes": pairs, "why": tuple(about["why"])}
        return cls(**{**about, **more, "parameters": tuple(about["parameters"])})


def crossed(text: bytes, salt: str, own: Sequence[str]) -> bytes:
    """The text written over with what follows from the parts of an answer; done twice it is the text again."""
    stream = hashlib.shake_256(_key(salt, own)).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def whole(salt: str, own: Sequence[str]) -> str:
    """The hash of an answer by all its parts."""
    return hashlib.sha256(b"mark" + _key(salt, own)).hexdigest()[: 2 * BYTES]


@lru_cache(maxsize=8)
def _stretched(salt: str, text: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), salt.encode(), SLOW)


def _key(salt: str, own: Sequence[str]) -> bytes:
    return _stretched(salt, "|".join(own))


def hashed(salt: str, place: int, form: str, turns: int) -> str:
    """The hash of one part of an answer, as it is kept."""
    return hashlib.pbkdf2_hmac("sha256", f"{place}|{form}".encode(), salt.encode(), turns, BYTES).hex()


def found(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """The sealed exercises of ``checks.json`` beside the notebook, by id, as JSON; none where there is no such file.

    Raises ``ValueError`` for a file that holds something else.
    """
    try:
        held = json.loads(((folder or Path.cwd()) / FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        held = None
    if not isinstance(held, dict) or not isinstance(held.get("exercises"), dict):
        raise ValueError(DAMAGED)
    return dict(held["exercises"])


def find(exercise_id: str) -> Sealed | None:
    """The sealed exercise of that id beside the notebook, if there is one; raises ``ValueError`` as ``found``."""
    about = found().get(exercise_id)
    try:
        return None if about is None else Sealed.of_plain(about)
    except (TypeError, ValueError, LookupError, AttributeError, ImportError):
        raise ValueError(DAMAGED) from None
