"""From answers to recorded completions: what scorers say of each, as it is kept."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.metadata import version

from ...core.problem import Prompt
from ..answer import Answer
from ..errors import LiveWarning
from ..scoring.judging import Judged, Jury, floor_of
from ..scoring.scorer import Scorer
from .completion import RecordedCompletion, ScorerNote

Pairs = list[list[list[RecordedCompletion]]]  # by prompt, by question
OFTEN = 0.3  # the share of a prompt's completions from which it is told that a scorer can't read them
SHOWN = 3  # examples of them


def noted(scorers: Sequence[Scorer]) -> list[ScorerNote]:
    """How scores by these scorers are made."""
    ours = f"iapo-widgets {version('iapo-widgets')}"
    return [
        ScorerNote(scorer.name, repr(scorer), ours, floor_of(scorer), bool(scorer.needs_gold)) for scorer in scorers
    ]


def gathered(answers: Sequence[Sequence[Sequence[Answer]]], jury: Jury) -> Pairs:
    """The completions of each prompt and question; those whose scorer's own call failed are left out.

    answers: by prompt, question and sample.  Raises as ``Jury.judge``.
    """
    at = [(p, x, a) for p, row in enumerate(answers) for x, pool in enumerate(row) for a in pool]
    scored = jury.scores([(x, answer) for _, x, answer in at])
    judged = Judged()
    out: Pairs = [[[] for _ in row] for row in answers]
    for (p, x, answer), scores in zip(at, scored, strict=True):
        if any(score is None for score in scores):
            continue
        label, said = judged.vote(x, jury.questions[x], jury.scorers, scores)
        values = tuple(score.value for score in scores)
        out[p][x].append(
            RecordedCompletion(answer.text, answer.completion_tokens, answer.finish_reason, values, said, label)
        )
    return out


def warn_of_unjudged(answers: Sequence[Sequence[Sequence[Answer]]], pairs: Pairs) -> int:
    """How many completions ``pairs`` lacks since a scorer's own call on them failed; warns where there are some."""
    whole, kept = (sum(len(pool) for row in each for pool in row) for each in (answers, pairs))
    if kept < whole:
        warnings.warn(
            f"{whole - kept} of {whole} completions are missing, for a scorer's own call on them failed: run again",
            LiveWarning, stacklevel=4,
        )  # fmt: skip
    return whole - kept


def warn_of_unread(prompts: Sequence[Prompt], pairs: Pairs, names: Sequence[str]) -> None:
    """A warning for each scorer and prompt where many completions can't be read: the share, and three of them."""
    for k, name in enumerate(names):
        for prompt, row in zip(prompts, pairs, strict=True):
            pool = [completion for completions in row for completion in completions]
            unread = [completion.text or "" for completion in pool if completion.score[k] is None]
            if pool and len(unread) >= OFTEN * len(pool):
                shown = "; ".join(repr(text[:120]) for text in list(dict.fromkeys(unread))[:SHOWN])
                warnings.warn(
                    f"{name!r} could not read {len(unread) / len(pool):.0%} of the answers to {prompt.text[:60]!r}:"
                    f" {shown}",
                    LiveWarning, stacklevel=4,
                )  # fmt: skip
