"""Small records of answers to a made-up question, and what their explorer shows of them."""

from iapo_widgets import Context
from iapo_widgets.core.strategies import STRATEGIES
from iapo_widgets.live import PromptTemplate, Question
from iapo_widgets.live.records.completion import RecordedCompletion, ScorerNote
from iapo_widgets.live.records.record import Record


def said(answer, gold, tokens=3, text=None, score=None):
    """A completion that says so; ``None`` casts no vote."""
    label = -1 if answer is None else 0 if answer == gold else 1 + sum(map(ord, answer)) % 50
    scores = (float(answer == gold),) if score is None else score
    return RecordedCompletion(text or f"It is {answer}.", tokens, "stop", scores, answer, label)


def record(pools, gold="lima", *, strategy="majority-vote", contexts=None, scorers=("correct",), **more):
    """A record of prompts x questions from lists of answers."""
    pairs = [
        [[c if isinstance(c, RecordedCompletion) else said(c, gold) for c in pool] for pool in row] for row in pools
    ]
    prompts = [PromptTemplate("{query} Say it in words, prompt " + "ab"[p], max_tokens=9) for p in range(len(pools))]
    questions = [Question(f"Which is number {x}?", gold) for x in range(len(pools[0]))]
    given = {"call_cost": 2.0, "token_cost": 0.5, "cost_unit": "kilotokens", "n_max": 9, **more}
    return Record(
        prompts, questions, pairs, scorers=[ScorerNote(s, s, "1") for s in scorers], strategy=STRATEGIES[strategy],
        contexts=contexts or [Context("here", (1.0,))], **given,
    )  # fmt: skip


def frame(widget, row=0):
    """What the shown N comes to."""
    return widget._page["rows"][row]["frames"][widget.n - 1]
