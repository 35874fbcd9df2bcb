"""One question before one or two prompts, as data for the browser: answers, and what each N makes of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.naming import full_name, said_name, short_name
from ...core.problem import Context
from ...live.records.pools import RIGHT, Pool, Votes
from .answer_words import alone_words, best_words, bill_words, odds_words, vote_words

ROOM, SAVED = 19_000, 60_000  # bytes of a page, and of one in a file; what the numbers leave is for the texts
LONGEST, SHORTEST = 600, 60  # bytes of an answer's text
WHOLE = 20_000  # characters of a text that is opened
NAME = 40  # characters of an answer
QUESTION = 2_000  # characters
LEFT_OUT = "(its words were left out)"

Row = tuple[int, Pool, list[int], NDArray[np.float64]]  # prompt, pool, order of drawing, what n of it are worth


@dataclass(slots=True)
class _Class:
    """An answer, in all its writings, over all rows."""

    right: bool
    texts: Counter[str] = field(default_factory=Counter)


def page(
    env: Any, question: int, seed: int, rows: Sequence[Row], most: int, context: Context, room: int = ROOM,
    texts: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """What is shown of that question and draw.

    most: the largest N; context: whose utility chooses where answers don't vote; room: bytes.  texts: ``False`` puts
    numbers in place of what answers say.
    """
    asked = env.questions[question]
    known = bool(asked.golds)
    pools = [pool for _, pool, _, _ in rows]
    classes, places = _classes(pools, known)
    names = [_cut(answer.texts.most_common(1)[0][0]) for answer in classes]
    if not texts:
        names = ["right" if answer.right else f"answer {k}" for k, answer in enumerate(classes, 1)]
    shown = [
        {"name": name, "right": answer.right, "mark": mark,
         "also": [_cut(text) for text, _ in answer.texts.most_common(4)[1:]] if texts else []}
        for name, mark, answer in zip(names, _marks(names, classes), classes, strict=True)
    ]  # fmt: skip
    made = {
        "question": question, "seed": seed, "text": asked.text[:QUESTION],
        "golds": [_cut(gold) for gold in asked.golds[:4]], "known": known,
        "utility": _formula(env, context), "classes": shown,
        "rows": [
            _row(env, row, place, names, known, most, context) for row, place in zip(rows, places, strict=True)
        ],
    }  # fmt: skip
    if texts:
        _fill(made, pools, [order for _, _, order, _ in rows], room)
    else:
        _strip(made, names)
    return made


def held(pages: Sequence[dict[str, Any]], texts: bool = True) -> dict[str, int]:
    """How many questions, right answers and answers stand on those pages, each counted once."""
    golds = {page["question"]: len(page["golds"]) for page in pages}
    answers = {(page["question"], row["prompt"], chip["at"])
               for page in pages for row in page["rows"] for chip in row["chips"]}  # fmt: skip
    kind = "answers" if texts else "bare answers"
    return {"questions": len(golds), "right answers": sum(golds.values()), kind: len(answers)}


def votes(env: Any) -> bool:
    """Whether answers vote, rather than the best being taken by its scores."""
    return env.strategy.name in ("majority-vote", "vote-then-best")


def _marks(names: Sequence[str], classes: Sequence[Any]) -> list[str]:
    """A sign for each class: a tick, else a letter; an answer that is a letter is its own sign, and no other's."""
    own = {*names} & {*ascii_uppercase}
    letters = (letter for letter in ascii_uppercase if letter not in own)
    return [
        "\u2713" if answer.right else name if name in own else next(letters, "\u2022")
        for name, answer in zip(names, classes, strict=True)
    ]


def _classes(pools: Sequence[Pool], known: bool) -> tuple[list[_Class], list[dict[int, int]]]:
    """The answers of all pools, what is right first, then the most frequent; and label -> class of each pool.

    Labels of a live environment count within one pair, so that answers of two prompts are matched by their words.
    """
    found: list[_Class] = []
    places: list[dict[int, _Class]] = []
    for pool in pools:
        said: dict[int, Counter[str]] = {}
        for c in pool.completions:
            if c.label >= 0:
                said.setdefault(c.label, Counter())[c.answer or "?"] += 1
        place: dict[int, _Class] = {}
        for label, texts in said.items():
            right = known and label == RIGHT
            free = [c for c in found if all(c is not taken for taken in place.values())]
            same = [c for c in free if c.right == right and (right or c.texts.keys() & texts.keys())]
            mine = same[0] if same else _Class(right)
            if not same:
                found.append(mine)
            mine.texts.update(texts)
            place[label] = mine
        places.append(place)
    found.sort(key=lambda c: (not c.right, -c.texts.total()))
    index = {id(c): k for k, c in enumerate(found)}
    return found, [{label: index[id(c)] for label, c in place.items()} for place in places]


def _row(
    env: Any, row: Row, place: dict[int, int], names: list[str], known: bool, most: int, context: Context
) -> dict[str, Any]:
    prompt, pool, order, worth = row
    template, order = env.prompts[prompt], order[:most]
    head = {
        "prompt": prompt, "name": short_name(template, prompt), "full": full_name(template),
        "called": f"P{said_name(template, prompt)[1:]}", "temperature": template.temperature,
        "size": len(pool.completions),
    }  # fmt: skip
    labels = [pool.completions[i].label for i in order]
    values = [_value(env, pool.scores(i), context) for i in order]
    chips = []
    for i, label, value in zip(order, labels, values, strict=True):
        c = pool.completions[i]
        chip: dict[str, Any] = {
            "at": i, "class": place.get(label, -1), "answer": None if c.answer is None else _cut(c.answer),
            "right": known and label == RIGHT, "tokens": c.tokens, "ended": _cut(c.finish_reason or ""),
        }  # fmt: skip
        if not votes(env) or len(env.objectives) > 1:
            chip |= {"scores": [None if s is None else round(s, 4) for s in c.score], "value": round(value, 4)}
        chips.append(chip)
    frames = [
        _frame(env, pool, order[:n], labels[:n], values[:n], place, names, known, worth, context)
        for n in range(1, len(order) + 1)
    ]
    alone = alone_words(worth[0], len(pool.completions), votes(env)) if frames and "odds" in frames[0] else ""
    return {**head, "alone": alone, "chips": chips, "frames": frames}


def _frame(
    env: Any, pool: Pool, which: list[int], labels: list[int], values: list[float], place: dict[int, int],
    names: list[str], known: bool, worth: NDArray[np.float64], context: Context,
) -> dict[str, Any]:  # fmt: skip
    """What these first n answers come to."""
    n = len(which)
    counted = Votes.of(labels)
    unit = getattr(env, "cost_unit", "cost")
    frame: dict[str, Any] = {"cost": pool.cost(which), "bill": bill_words(pool, which, unit)}
    if votes(env):
        mine = Votes(
            tuple((place[label], count) for label, count in counted.votes), tuple(place[w] for w in counted.winners)
        )
        frame["votes"], frame["top"] = [list(v) for v in mine.votes], list(mine.winners)
        frame["credit"] = counted.credit if known else None
        right_class = place.get(RIGHT, -1) if known else None
        frame["said"] = vote_words(mine, names, n, right_class, place.get(labels[0], -1))
        if env.strategy.name == "vote-then-best" and len(counted.winners) == 1:
            inside = [k for k, label in enumerate(labels) if label in counted.winners]
            frame["best"] = _highest(values, inside)
            frame["said"] += f" Of those, number {frame['best'][0] + 1} is returned: it scores best otherwise."
    else:
        by = [_chooser(env, pool.scores(i), value) for i, value in zip(which, values, strict=True)]
        frame["best"] = _highest(by, range(n))
        taken = {labels[k] == RIGHT for k in frame["best"]}
        right = f" It is {'right' if taken == {True} else 'wrong'}." if known and len(taken) == 1 else ""
        frame["said"] = best_words(frame["best"], by, n, _measure(env, context), right)
    if n <= len(worth) and not np.isnan(worth[n - 1]):
        frame["odds"] = odds_words(worth[n - 1], n, votes(env))
    return frame


def _value(env: Any, scores: Sequence[float], context: Context) -> float:
    """Utility before cost; where a vote decides first, of all but what the vote is about."""
    weights = list(context.weights)
    if env.strategy.name == "vote-then-best":
        weights[env.strategy.correctness] = 0.0
    return float(np.dot(weights, scores))


def _chooser(env: Any, scores: Sequence[float], value: float) -> float:
    """What an answer is chosen by."""
    return float(scores[env.strategy.selection]) if env.strategy.name == "selected-best" else value


def _measure(env: Any, context: Context) -> str:
    if env.strategy.name == "selected-best":
        return str(env.objectives[env.strategy.selection])
    return f"utility for \u201c{context.name}\u201d"


def _formula(env: Any, context: Context) -> str:
    """What utility is made of; empty where answers vote."""
    parts = [f"{w:g} \u00d7 {name}" for w, name in zip(context.weights, env.objectives, strict=True) if w]
    return "" if votes(env) else " + ".join(parts)


def _highest(values: Sequence[float], among: Any) -> list[int]:
    top = max(values[k] for k in among)
    return [k for k in among if values[k] >= top - 1e-9]


def _fill(made: dict[str, Any], pools: Sequence[Pool], orders: Sequence[list[int]], room: int) -> None:
    """Put in the texts, as long as the page has room for; a cut one has its whole length beside it."""
    chips = sum(len(row["chips"]) for row in made["rows"])
    left = room - len(json.dumps(made, ensure_ascii=False).encode())
    size = min(LONGEST, max(SHORTEST, left // max(1, chips) - 12))
    for row, pool, order in zip(made["rows"], pools, orders, strict=True):
        for chip, i in zip(row["chips"], order, strict=False):
            text = pool.completions[i].text or ""
            short = text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
            chip["text"] = short
            if len(short) < len(text):
                chip["length"] = len(text)


def _strip(made: dict[str, Any], names: Sequence[str]) -> None:
    """Say of each answer only which class it is of."""
    for row in made["rows"]:
        for chip in row["chips"]:
            chip["answer"] = None if chip["class"] < 0 else names[chip["class"]]
            chip["text"] = LEFT_OUT


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= NAME else f"{line[: NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
