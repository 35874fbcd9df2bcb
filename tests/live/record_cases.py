"""Small records for the tests, and what their numbers are by counting."""

import itertools
from collections import Counter

from iapo_widgets import mv_contexts
from iapo_widgets.core.strategies import MajorityVote
from iapo_widgets.live import ExactMatch, PromptTemplate, Question, Record
from iapo_widgets.live.records.completion import RecordedCompletion
from iapo_widgets.live.records.gathered import noted

#: By prompt and question: the answers in order; the right ones are the questions' first letters.
SAID = [["aabc", "bbbd"], ["aaca", "cdde"]]
QUESTIONS = (Question("Which letter?", "a"), Question("And which letter now?", ("b", "B")))
PROMPTS = (PromptTemplate("{query}", max_tokens=8), PromptTemplate("Well: {query}", temperature=0.2, max_tokens=8))


def completion(letter, right, token=0):
    """One whose text is the letter and a remark."""
    label = -1 if letter == "-" else 0 if letter == right else 1 + "abcde".index(letter)
    answer = None if label < 0 else letter
    return RecordedCompletion(f"{letter}, I think", 4 + token, "stop", (float(label == 0),), answer, label)


def small_record(said=SAID, **changes):
    """Two prompts, two questions, four completions of each; an answer ``-`` casts no vote."""
    pairs = [[[completion(c, "ab"[x], i) for i, c in enumerate(pool)] for x, pool in enumerate(row)] for row in said]
    given = {
        "scorers": noted([ExactMatch()]), "contexts": mv_contexts({"low": 0.0, "high": 0.1}), "n_max": 4,
        "strategy": MajorityVote(), "call_cost": [[0.5, 0.25], [1.0, 2.0]], "token_cost": 0.1,
        "cost_unit": "kilotokens", "test": (1,), "made": {"model": "a test"}, "name": "letters", **changes,
    }  # fmt: skip
    return Record(PROMPTS, QUESTIONS, pairs, **given)


def voted(labels):
    """The share in which the right answer (class 0) wins a vote, ties split evenly."""
    votes = Counter(label for label in labels if label >= 0)
    top = [label for label, count in votes.items() if count == max(votes.values())]
    return (0 in top) / len(top) if top else 0.0


def counted(pool, n, replacement=True):
    """The mean vote of ``n`` completions over all draws from the pool: by counting, not by a formula."""
    labels = [completion.label for completion in pool]
    draws = itertools.product(labels, repeat=n) if replacement else itertools.permutations(labels, n)
    votes = Counter(draws)
    return sum(count * voted(draw) for draw, count in votes.items()) / sum(votes.values())
