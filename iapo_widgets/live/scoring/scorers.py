"""Scorers that need no further call: exact match, regular expression, length, and any function.

Those with ``needs_gold`` measure while the right answer is known; the others can also select an answer at deployment.
A completion that cannot be read has value ``None``: it is counted apart and casts no vote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

from ...core.checks import check_scale
from ..problem import Question
from .canonical_extractor import CanonicalExtractor
from .choices import Options
from .extraction import Extractor, Reader, boxed, find_extractor, hashes
from .lengths import words_in
from .scorer import Score, Scorer, of_what_is_said
from .statements import concluded
from .writing import canonical, same

_FORMS = ("{}", "The answer is {}.", "#### {}", "\\boxed{{{}}}", "<answer>{}</answer>", "({})")


class ExactMatch:
    r"""1 where the extracted answer is the right one, 0 where it is another, ``None`` where there is none; votes.

    extract: ``any``, ``boxed``, ``hashes``, ``number``, ``choice``, a compiled pattern (its first group) or a function
    ``text -> str | None``.  options: a closed list, of which the last one that a text states is its answer.
    Both sides are compared in one way of writing (``1,200.0`` is ``1200``, ``Yes`` is ``yes``); a right answer that
    holds ``####`` or ``\boxed{}``, as data sets do, or ends with a line ``A: 5``, is taken from there, and of several
    any is right.  Without a right answer the value is ``None``, and the vote is still cast.

    Raises ``ValueError`` for an unknown name, or for options beside an extractor; ``TypeError`` for no extractor.
    """

    needs_gold = True

    def __init__(
        self,
        extract: str | re.Pattern[str] | Extractor = "any",
        *,
        name: str = "correct",
        options: Sequence[str] | None = None,
    ) -> None:
        self.name = check_name(name)
        if options is not None and extract != "any":
            raise ValueError("options take the place of extract; give one of them")
        self.extract = find_extractor(extract) if options is None else Options(options)

    def __repr__(self) -> str:
        how = repr(self.extract.__name__) if isinstance(self.extract, Reader) else repr(self.extract)
        return f"ExactMatch({how}, name={self.name!r})"

    @of_what_is_said
    def score(self, question: Question, text: str) -> Score:
        """Whether the answer in ``text`` is the question's."""
        written = self._written(text)
        answer = None if written is None else self._form(written)
        if written is None or answer is None or not question.golds:
            return Score(None, answer)
        return Score(float(any(same(written, gold_in(gold)) for gold in question.golds)), answer)

    def check_gold(self, question: Question) -> str | None:
        """Why none of the question's right answers can ever be found, ``None`` where one can or nobody knows.

        A pattern or a function of one's own may want a form that is not known here, so that nothing is said of it.
        """
        if not isinstance(self.extract, (Reader, Options)) or not question.golds:
            return None
        found = []
        for gold in map(gold_in, question.golds):
            read = [self._written(form.format(gold)) for form in _FORMS]
            if any(written is not None and same(written, gold) for written in read):
                return None
            found.append(next((self._form(written) for written in read if written is not None), None))
        what = " or ".join(map(repr, question.golds))
        gives = "no answer" if found[0] is None else repr(found[0])
        return f"{self.extract!r} can never give the right answer {what}: where a text says just that, it gives {gives}"

    def _form(self, written: str) -> str | None:
        return self.extract.form(written) if isinstance(self.extract, CanonicalExtractor) else canonical(written)

    def _written(self, text: str) -> str | None:
        if isinstance(self.extract, CanonicalExtractor):
            return self.extract.written(text)
        found = self.extract(text)
        if found is not None and not isinstance(found, str):
            raise ValueError(f"the extractor of {self.name!r} returned {found!r}; text or None is wanted")
        return found


class RegexMatch:
    """1 where the pattern is found in the text, else 0; no vote.  Raises ``ValueError`` for a pattern that is none."""

    needs_gold = False

    def __init__(self, pattern: str | re.Pattern[str], *, name: str = "matches") -> None:
        self.name = check_name(name)
        try:
            self.pattern = re.compile(pattern)
        except (re.error, TypeError) as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from None

    def __repr__(self) -> str:
        return f"RegexMatch({self.pattern.pattern!r}, name={self.name!r})"

    @of_what_is_said
    def score(self, question: Question, text: str) -> Score:
        """Whether the pattern is found."""
        return Score(float(self.pattern.search(text) is not None))


class Brevity:
    """1 for an empty text, falling evenly to 0 at ``longest`` words or characters; no vote.

    Words stand between spaces; in Chinese and Japanese each sign is one, in Thai, Lao, Burmese and Khmer four letters.
    Raises ``ValueError`` where ``longest`` is below 1 or the unit unknown.
    """

    needs_gold = False

    def __init__(self, longest: int = 200, unit: str = "words", *, name: str = "brevity") -> None:
        if unit not in ("words", "characters"):
            raise ValueError(f"unit must be words or characters, not {unit!r}")
        self.name, self.longest, self.unit = check_name(name), check_scale(longest, "longest"), unit

    def __repr__(self) -> str:
        return f"Brevity({self.longest}, {self.unit!r}, name={self.name!r})"

    @of_what_is_said
    def score(self, question: Question, text: str) -> Score:
        """How far the length stays below ``longest``, 0 to 1."""
        length = words_in(text) if self.unit == "words" else len(text)
        return Score(max(0.0, 1 - length / self.longest))


class Coverage:
    """The share of the words that a question lists (``old, river, dog``) that stand in the text; no vote.

    A word counts where a word of the text begins with it: *dogs* has *dog*.  Case does not count.
    """

    needs_gold = False

    def __init__(self, *, name: str = "coverage") -> None:
        self.name = check_name(name)

    def __repr__(self) -> str:
        return f"Coverage(name={self.name!r})"

    @of_what_is_said
    def score(self, question: Question, text: str) -> Score:
        """The share of the words, 0 to 1."""
        wanted = [word.strip().casefold() for word in question.text.split(",") if word.strip()]
        if not wanted:
            return Score(None)
        said = text.casefold()
        return Score(sum(re.search(rf"\b{re.escape(word)}", said) is not None for word in wanted) / len(wanted))


class FunctionScorer:
    """Any Python function ``(question, text) -> number``; it may return ``None`` (unreadable), or a whole ``Score``.

    needs_gold: whether it looks at ``question.gold``; such a function cannot select at deployment.  floor: the lowest
    value that it gives, which counts for a completion that could not be read.

    Raises ``TypeError`` where it cannot be called; ``score`` raises ``ValueError`` where it fails or returns no number.
    """

    def __init__(
        self,
        function: Callable[[Question, str], Any],
        *,
        name: str | None = None,
        needs_gold: bool = False,
        floor: float = 0.0,
    ) -> None:
        if not callable(function):
            raise TypeError(f"a scorer needs a function (question, text) -> number, not {type(function).__name__}")
        self.name = check_name(getattr(function, "__name__", "score").strip("<>") if name is None else name)
        self.function, self.needs_gold, self.floor = function, bool(needs_gold), float(floor)

    def __repr__(self) -> str:
        return f"FunctionScorer(name={self.name!r}, needs_gold={self.needs_gold})"

    @of_what_is_said
    def score(self, question: Question, text: str) -> Score:
        """What the function says."""
        try:
            value = self.function(question, text)
        except Exception as error:
            raise ValueError(
                f"scorer {self.name!r} failed on {text[:80]!r}: {type(error).__name__}: {error}"
            ) from error
        if value is None:
            return Score(None)
        if isinstance(value, Score):
            return value
        try:
            number = float(value) if isinstance(value, Real) else float(value.item())  # numpy's scalars as well
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"scorer {self.name!r} returned {value!r}; a number, None or a Score is wanted") from None
        if not math.isfinite(number):
            raise ValueError(f"scorer {self.name!r} returned {value!r}; return None for what cannot be scored")
        return Score(number)


def gold_in(gold: str) -> str:
    """A right answer as it is written, without the solution that leads to it in some data sets."""
    for explicit in (hashes, boxed):
        if (answer := explicit.written(gold)) is not None:
            return answer
    return concluded(gold) or gold


def as_scorer(scorer: Scorer | Callable[[Question, str], Any]) -> Scorer:
    """A scorer as it is, a plain function as a ``FunctionScorer``.  Raises ``TypeError`` for anything else."""
    if isinstance(scorer, Scorer):
        return scorer
    return FunctionScorer(scorer)


def check_name(name: str) -> str:
    """``name``, or ``ValueError`` where it is no name of an objective."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a scorer's name must be text that is not empty, not {name!r}")
    return name
