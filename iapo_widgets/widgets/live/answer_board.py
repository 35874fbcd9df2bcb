"""One question under every prompt of a live run: the answers as they came, their votes, and who was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.naming import said_name, short_name, without_shared
from ...core.rounds import Round
from ...live.environment import LiveEnvironment
from ...live.records.pools import Votes
from ...live.scoring.extraction import Reader
from ..explorers.answer_explorer import MOST, PANEL, AnswerExplorer
from ..explorers.answer_page import ROOM, votes
from ..shared.assets import packed, styles
from ..shared.explorer import Control
from .asked import Asked, AskedQuestions

ROWS = 12  # prompts on screen
LOOKED = 12  # questions among which the opening one is sought
#: What is said where nothing could be read, by how answers are read.
SILENT = {
    "number": "no number found", "choice": "no letter found", "boxed": "no \\boxed{} found",
    "hashes": "nothing after ####",
}  # fmt: skip


class AnswerBoard(AnswerExplorer):
    """Shows what a live run was answered, question by question; ``look`` brings it to further rounds.

    Traits: ``question`` (its place among those that were asked), ``n`` (answers that count), ``context``.  Its rows are
    the prompts, at most ``ROWS`` of them; those that were asked most, where there are more.
    """

    _esm = packed("shared/canvas", "shared/kernel", "shared/controls", *PANEL, "live/answer_board")
    _css = styles("shared/theme", "shared/explorer", "explorers/answer_explorer", "live/answer_board")
    public = ("question", "n", "context")
    draws = 1  # answers stand as they came

    def __init__(self, env: LiveEnvironment, rounds: Sequence[Round], **traits: Any) -> None:
        self._live, self._chosen, self._fault = env, dict[int, str](), ""
        self._apart_by, shared = without_shared(env.prompts)
        asked = Asked.of(rounds, len(env.prompts), env.n_queries)
        super().__init__(AskedQuestions(env, asked), 0, None, 0, **{"n": min(env.n_max, MOST), "pages": 6, **traits})
        self._about = {**self._about, "shared": shared and f"Every prompt is asked at {shared}."}
        self.question = self._telling()
        self._initial["question"] = self.question

    def look(self, rounds: Sequence[Round], chosen: Mapping[int, str], fault: str = "") -> None:
        """Show what these rounds asked; the question on screen stays.

        chosen: prompt -> whom it was chosen for, in words; fault: why calls failed, where any did.
        """
        with self.lock, self.hold_sync():
            shown = self.env.asked.order[self.question]
            self._chosen, self._fault = dict(chosen), fault
            self.env = AskedQuestions(self._live, Asked.of(rounds, len(self._live.prompts), self._live.n_queries))
            self.forget()
            self._about = {**self._about, "questions": len(self.env.questions)}
            self.question = self.env.asked.order.index(shown)
            self.redraw()

    def controls(self) -> Sequence[Control]:
        """How many answers count, and where they don't vote, for whom."""
        contexts = [(c.name, c.name) for c in self.env.contexts]
        served = [] if votes(self.env) or len(contexts) == 1 else [
            Control("context", "Served", "choice", options=contexts, hint="whose utility is the best")]  # fmt: skip
        hint = "Only the first so many answers of each prompt count"
        return [Control("n", "N answers", "range", 1, self.most, 1, hint=hint), *served]

    def saved(self) -> range:
        """Questions around the one on screen, so that a saved page turns both ways."""
        last = len(self.env.questions)
        start = max(0, min(self.question - self.pages // 2, last - self.pages))
        return range(start, min(last, start + self.pages))

    def beside(self, prompt: int) -> Sequence[int]:
        """The prompts on screen."""
        asked, x = self.env.asked, self.env.asked.order[self.question]
        most = np.lexsort((-asked.last, -asked.came[:, x]))[:ROWS]
        return sorted(int(p) for p in most)

    def _paged(
        self, question: int, seed: int, room: int = ROOM, prompt: int | None = None, texts: bool = True
    ) -> dict[str, Any]:
        made = super()._paged(question, seed, room, prompt, texts)
        if "count" not in made:
            made["count"], made["silent"] = self._count(question, len(made["rows"])), self._silent()
            for row in made["rows"]:
                self._note(row, question)
        return made

    def _note(self, row: dict[str, Any], question: int) -> None:
        """Say of a row what is missing and whom its prompt was chosen for; leave out what is not shown."""
        p, x, asked = row["prompt"], self.env.asked.order[question], self.env.asked
        row["name"], row["chosen"] = short_name(self._apart_by[p], p), self._chosen.get(p, "")
        row["called"] = f"P{said_name(self._apart_by[p], p)[1:]}"
        failed = int(asked.wanted[p, x] - asked.came[p, x])
        row["missing"] = ""
        if failed:
            why = f" The last fault: {self._fault}." if self._fault else ""
            calls = f"{failed} of {asked.wanted[p, x]} answers did not arrive"
            row["missing"] = f"{calls}: missing, neither right nor wrong.{why}"
        if not row["size"] and not failed:
            gone = f": it was last asked in round {asked.last[p]}" if asked.last[p] else ""
            row["missing"] = f"Not asked this question{gone}."
        for frame in row["frames"]:
            for name in ("bill", "cost", "odds"):
                frame.pop(name, None)

    def _count(self, question: int, shown: int) -> str:
        asked, x, prompts = self.env.asked, self.env.asked.order[question], len(self.env.prompts)
        of = int((asked.wanted[:, x] > 0).sum())
        by = "every prompt was" if of == prompts else f"{of} of {prompts} prompts {'was' if of == 1 else 'were'}"
        more = f"; {shown} prompts are shown" if shown < prompts else ""
        return f"Question {question + 1} of {len(asked.order)} that the race asked; {by} asked it{more}"

    def _silent(self) -> str:
        """What is said of an answer in which nothing was found."""
        extract = getattr(self.env.scorers[0], "extract", None)
        return SILENT.get(extract.__name__ if isinstance(extract, Reader) else "", "no answer found")

    def _telling(self) -> int:
        """The place of the question on which prompts differ most, among those that most prompts answered."""
        asked = self.env.asked
        answered = (asked.came[:, list(asked.order)] > 0).sum(axis=0)
        among = [k for k in range(len(asked.order)) if answered[k] == answered[0]][:LOOKED]
        return max(among, key=lambda k: (self._apart(k), -k))

    def _apart(self, question: int) -> float:
        """How far the verdicts of the prompts on a question lie apart: the variance of their credit."""
        pools = [self._pool(p, question) for p in range(len(self.env.prompts))]
        credit = [Votes.of([c.label for c in pool.completions[: self.n]]).credit for pool in pools if pool.completions]
        return float(np.var(credit)) if credit else 0.0
