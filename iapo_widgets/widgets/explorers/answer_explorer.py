"""One question, its answers as chips, and what a vote or a choice makes of the first N of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.naming import said_name, short_name
from ...core.problem import Context
from ...core.stopping import without_stops
from ...core.strategies import MajorityVote
from ...live.records.pools import Pool, expected, pool_of
from ...plots.scene import Scene
from ..shared.assets import packed, styles
from ..shared.checked import chosen
from ..shared.explorer import Control, Explorer
from ..shared.holdings import Holdings, prompts_of
from ..shared.note import note
from .answer_opening import GAIN, opening
from .answer_page import ROOM, SAVED, WHOLE, Row, held, page, votes
from .answer_twin import HEAD, panels, table
from .answer_words import found_words

#: The scripts that show answers, for every widget that does.
PANEL = ("explorers/answer_chips", "explorers/answer_tally", "explorers/answer_panel")
MOST = 32  # answers shown of a prompt
USUAL = 5  # answers at first, where there are so many
SAVING = {"saves": "Where the vote saves it", "ruins": "Where the vote ruins it"}


class AnswerExplorer(Explorer):
    """Shows what one or two prompts were answered to a question, and who wins among the first N.

    env: a ``Record``, or a ``LiveEnvironment``, of which what its ledger holds is shown and nothing is asked.  Traits:
    ``prompt``, ``other`` (a second one, or ``None``), ``question``, ``n``, ``seed`` (0: answers as they came; any
    other: drawn from all of them without replacement), ``context`` (its name; whose utility chooses among answers that
    don't vote).  pages: questions that a saved page carries, from the one that is shown.  Where neither prompt,
    question nor context is given, it opens at a question of the record that the vote saves under one prompt and ruins,
    or helps least, under another.

    Raises ``ValueError`` for an environment without texts.
    """

    _esm = packed(
        "shared/canvas", "shared/kernel", "shared/state", "shared/controls", *PANEL, "explorers/answer_explorer"
    )
    _css = styles("shared/theme", "shared/explorer", "explorers/answer_explorer")

    prompt = t.Int(0).tag(sync=True)
    other = t.Int(None, allow_none=True).tag(sync=True)
    question = t.Int(0).tag(sync=True)
    n = t.Int(1).tag(sync=True)
    seed = t.Int(0).tag(sync=True)
    context = t.Unicode().tag(sync=True)
    public: tuple[str, ...] = ("prompt", "other", "question", "n", "seed", "context")
    free = ("prompt", "question", "n", "seed")
    draws = 4  # that a saved page carries of each question
    _about = t.Dict().tag(sync=True)
    _page = t.Dict().tag(sync=True)
    _told = t.Unicode().tag(sync=True)
    _whole = t.Dict().tag(sync=True)

    def __init__(
        self,
        env: Any,
        prompt: int | None = None,
        other: int | None = None,
        question: int | None = None,
        n: int = USUAL,
        seed: int = 0,
        *,
        pages: int = 3,
        **traits: Any,
    ) -> None:
        pool_of(env, 0, 0)  # refuses what has no texts
        self.pages = pages
        self.env = env = without_stops(env)  # what all N say is shown, whenever an arm may stop
        self.forget()
        about = {"vote": votes(env), "unit": getattr(env, "cost_unit", "cost"), "note": note(env),
                 "objectives": list(env.objectives), "questions": len(env.questions)}  # fmt: skip
        n = n if n != USUAL else min(n, self.most)
        if (prompt, other, question) == (None, None, None) and "context" not in traits:
            fits = isinstance(n, int) and 1 <= n <= self.most  # what the trait will refuse chooses nothing
            prompt, other, question = opening(env, env.contexts[0], n if fits else 1)
        given = {"context": env.contexts[0].name, **traits}
        super().__init__(
            _about=about, n=n, seed=seed, prompt=prompt or 0, other=other, question=question or 0, **given)  # fmt: skip

    @property
    def most(self) -> int:
        """The largest N."""
        return min(int(self.env.n_max), MOST)

    def forget(self) -> None:
        """Drop what was read of the environment."""
        self._pools: dict[tuple[int, int], Pool] = {}
        self._worth: dict[tuple[int, str], NDArray[np.float64]] = {}
        self._made: dict[tuple[Any, ...], dict[str, Any]] = {}

    def refresh(self) -> None:
        """Read again what the environment holds: a ledger grows."""
        with self.lock:
            self.forget()
            self.redraw()

    def controls(self) -> Sequence[Control]:
        """Prompts, context, question and N; two jumps; Reset."""
        env, vote = self.env, votes(self.env)
        names = [(short_name(prompt, p), p) for p, prompt in enumerate(env.prompts)]
        last = len(env.questions) - 1
        saving = SAVING.items() if vote and any(question.golds for question in env.questions) else ()
        jump = "Go to the next question where a vote of this N is right much {} often than one answer alone"
        tips = {"saves": jump.format("more"), "ruins": jump.format("less")}
        return [
            *([Control("prompt", "Prompt", "choice", options=names),
               Control("other", "Beside it", "choice", options=[("none", None), *names])] if len(names) > 1 else []),
            *([Control("context", "Served", "choice", options=[(c.name, c.name) for c in env.contexts],
                       hint="whose utility is the best")] if not vote and len(env.contexts) > 1 else []),
            *([Control("question", "Question", "range", 0, last, 1)] if last else []),
            Control("n", "N answers", "range", 1, self.most, 1),
            *(Control(name, text, "button", hint=tips[name]) for name, text in saving),
            Control("reset", "Reset", "button", hint="Back to prompts, question, N and draw at first"),
        ]  # fmt: skip

    def drawn(self) -> dict[str, Any]:
        """The page, and in words what it comes to at this N."""
        made = self._paged(self.question, self.seed)
        return {"_page": made, "_scene": {"summary": self._words(made)}}

    def holdings(self) -> Holdings:
        """Prompts, and question and answers of the page."""
        return {**prompts_of(self.env), **held([self._paged(self.question, self.seed)])}

    def carried(
        self, texts: bool = True, prompts: Iterable[int] | None = None, fully: Container[int] | None = None
    ) -> dict[str, Any]:
        """The pages that a saved page can turn to, by ``prompt:question,draw``; texts: with the answers' words.

        prompts: of these, the shown one by default; of each the question on screen; of those in ``fully`` (all by
        default) the next questions, too, and a few draws of each.
        """
        draws = sorted({0, *range(self.seed, self.seed + self.draws)})
        turned: dict[str, Any] = {}
        with self.lock:
            for p in [self.prompt] if prompts is None else prompts:
                all_of_it = fully is None or p in fully
                for x in self.saved() if all_of_it else [self.question]:
                    for s in draws if all_of_it else [self.seed]:
                        turned[f"{p}:{x},{s}"] = self._paged(x, s, SAVED, p, texts)
            state = {"_carried": turned, "_holds": prompts_of(self.env) | held(list(turned.values()), texts)}
            if not texts:
                bare = self._paged(self.question, self.seed, texts=False)
                state |= {"_page": bare, "_scene": {"summary": self._words(bare)}, "_whole": {}, "_errors": {}}
            return state

    def saved(self) -> range:
        """Questions that a saved page carries."""
        return range(self.question, min(len(self.env.questions), self.question + max(1, self.pages)))

    def press(self, name: str) -> None:
        """Jump to the next question that the vote saves, or ruins; or reset."""
        if name not in SAVING:
            super().press(name)
            return
        with self.lock:
            found, said = self.search(name)
            self.question, self._told = self.question if found is None else found, said

    def search(self, name: str) -> tuple[int | None, str]:
        """The next question that a vote of ``n`` ``saves`` or ``ruins`` for ``prompt``, and why; ``None`` for none.

        Saved: alone mostly wrong, by the vote mostly right.  Ruined: right less often by at least 0.1; it can't be that
        alone is mostly right and the vote mostly wrong.  Both by all draws from the recorded answers.
        """
        n, worth = self.n, self._expected(self.prompt)
        if n == 1:
            return None, "One answer is no vote: raise N first."
        alone, together = worth[:, 0], worth[:, n - 1]
        gain = together - alone
        with np.errstate(invalid="ignore"):
            such = (alone < 0.5) & (together > 0.5) & (gain >= GAIN) if name == "saves" else gain <= -GAIN
        if not such.any():
            of = gain[~np.isnan(gain)]
            if not len(of):
                return None, f"No question has {n} answers to this prompt and a right answer that is known."
            best = float(of.max() if name == "saves" else of.min())
            x = int(np.flatnonzero(gain == best)[0])
            return None, (
                f"A vote of {n} {name} no question with {self._named}; it comes nearest at question {x}:"
                f" alone right in {alone[x]:.0%}, by the vote in {together[x]:.0%}."
            )
        x = next(x for x in np.roll(np.arange(len(worth)), -self.question - 1).tolist() if such[x])
        return x, found_words(
            name, self._named, n, alone[x], together[x], int(such.sum()), int((~np.isnan(gain)).sum())
        )

    def scene(self) -> Scene:
        """The tally of each prompt at this N as bars, and every answer as a row: what ``figure()`` draws."""
        made = self._paged(self.question, self.seed)
        words = f"Question {self.question}: {made['text']} {self._words(made)}"
        return Scene(panels(made, self.n, self.context), words, HEAD, table(made, self.n), note(self.env))

    def _words(self, made: dict[str, Any]) -> str:
        rows = made["rows"]
        return " ".join(
            (f"{row['called']}: " if len(rows) > 1 else "")
            + (row["frames"][min(self.n, len(row["frames"])) - 1]["said"] if row["frames"] else "not answered yet.")
            for row in rows
        )

    @property
    def _named(self) -> str:
        return said_name(self.env.prompts[self.prompt], self.prompt)

    def _paged(
        self, question: int, seed: int, room: int = ROOM, prompt: int | None = None, texts: bool = True
    ) -> dict[str, Any]:
        prompt = self.prompt if prompt is None else prompt
        key = (question, seed, prompt, self.other, self.context, room, texts)
        if key not in self._made:
            if len(self._made) > 64:
                self._made.clear()
            rows: list[Row] = []
            for p in self.beside(prompt):
                pool = self._pool(p, question)
                rows.append((p, pool, pool.drawn(seed, p, question), self._expected(p, question)))
            self._made[key] = page(self.env, question, seed, rows, self.most, self._context(), room, texts)
        return self._made[key]

    def beside(self, prompt: int) -> Sequence[int]:
        """The prompts of its page, from top to bottom."""
        return [prompt] if self.other is None else [prompt, self.other]

    def _pool(self, prompt: int, question: int) -> Pool:
        if (prompt, question) not in self._pools:
            self._pools[prompt, question] = pool_of(self.env, prompt, question)
        return self._pools[prompt, question]

    def _expected(self, prompt: int, question: int | None = None) -> NDArray[np.float64]:
        """What n answers are worth on average, of one question (n,) or of all (X, n), NaN where that is not known."""
        key = (prompt, self.context)
        if key in self._worth:
            return self._worth[key] if question is None else self._worth[key][question]
        # A record is at hand whole; of a ledger no more is read than is looked at.
        whole = question is None or hasattr(self.env, "pairs")
        some = [question] if question is not None and not whole else list(range(len(self.env.questions)))
        known = [bool(self.env.questions[x].golds) for x in some]
        vote = votes(self.env)
        strategy, weights = (MajorityVote(), (1.0,)) if vote else (self.env.strategy, self._context().weights)
        worth = expected([self._pool(prompt, x) for x in some], known, strategy, weights, self.most)
        if vote:
            worth[~np.array(known)] = np.nan
        if whole:
            self._worth[key] = worth
        return worth if question is None else worth[question if whole else 0]

    def _context(self) -> Context:
        return next(c for c in self.env.contexts if c.name == self.context)

    def _changed(self, change: Any) -> None:
        if self._ready and change["name"] != "seed":
            self._told = ""  # it was said of what was shown before
        super()._changed(change)

    def _message(self, widget: Any, content: Any, buffers: Any) -> None:
        opened = content.get("open") if isinstance(content, dict) else None
        if isinstance(opened, list) and len(opened) == 2 and all(isinstance(v, int) for v in opened):
            self._open(*opened)
        else:
            super()._message(widget, content, buffers)

    def _open(self, row: int, k: int) -> None:
        """Send the whole of a text that the page has no room for."""
        with self.lock:
            made = self._paged(self.question, self.seed)
            if 0 <= row < len(made["rows"]) and 0 <= k < len(made["rows"][row]["chips"]):
                prompt, at = made["rows"][row]["prompt"], made["rows"][row]["chips"][k]["at"]
                text = self._pool(prompt, self.question).completions[at].text or ""
                self._whole = {"prompt": prompt, "question": self.question, "at": at, "text": text[:WHOLE]}

    @t.validate("prompt", "other", "question", "n", "seed")
    def _check_number(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "other" and value is None:
            return None
        others = {"question": len(self.env.questions) - 1, "n": self.most, "seed": 2**53}
        last = others.get(name, len(self.env.prompts) - 1)
        if not (low := int(name == "n")) <= value <= last:
            raise t.TraitError(f"{name} must lie between {low} and {last:,}, not {value}")
        return value

    @t.validate("context")
    def _check_context(self, proposal: Any) -> str:
        return chosen("context", proposal, (c.name for c in self.env.contexts))
