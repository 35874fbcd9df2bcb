"""What is wrong with the facts of a report, part by part: what a reader would miss, and what cannot be."""

from __future__ import annotations

import datetime
import re

from .facts import Facts

FEWEST = 10  # held-out questions: below, no interval is worth its ink
WORDS = 8  # that an explanation has at least
#: What the lesson writes where a learner's own words belong.
WHY = "Here in your own words: why did the answers fail at this question?"
LIMITS = "Here in your own words: what may nobody conclude from this page?"
#: Parts of a page, in order: id -> title.
PARTS = {
    "task": "Task and its source", "prompts": "Prompts", "split": "Training part and test part",
    "budget": "Budget, cap and what was spent", "policy": "Policy for each user",
    "score": "Score on the held-out questions", "against": "Paired difference from the rivals",
    "figure": "Figure", "failure": "One failure explained", "limits": "Limits", "date": "Date",
}  # fmt: skip
_BARE = re.compile(r"prompt \d+")

Problems = dict[str, str]


def structure(facts: Facts) -> Problems:
    """By part, what makes it impossible to say what the page should say; empty where all can be worked out."""
    found: Problems = {}
    prompts, held_out = facts["prompts"], len(facts["held_out"])
    if not facts["users"]:
        found["policy"] = "there is no user"
    for user in facts["users"]:
        name = user["name"]
        for arm in user["arms"].values():
            if not _is_arm(arm, len(prompts)):
                found["policy"] = f"{arm} of {name!r} is no arm: a prompt from 0 to {len(prompts) - 1} and an N from 1"
        for values in user["values"].values():
            if len(values) != held_out:
                found["score"] = f"{name!r} has {len(values)} values for {held_out} held-out questions"
        if "score" not in found and sum(None not in row for row in zip(*user["values"].values(), strict=True)) < 2:
            found["score"] = f"fewer than two held-out questions have all values of {name!r}"
        if len(user["trained"]) != 1:
            found["score"] = f"{name!r} needs one estimate of training"
    if not 0 <= facts["failure"]["prompt"] < len(prompts):
        found["failure"] = f"its prompt is none of 0 to {len(prompts) - 1}"
    return found


def problems(facts: Facts) -> Problems:
    """By part, what is missing or wrong in facts whose structure is sound."""
    found = {
        "task": _task(facts), "prompts": _prompts(facts), "split": _split(facts), "budget": _budget(facts),
        "policy": _policy(facts), "failure": _failure(facts), "limits": _limits(facts), "date": _date(facts["date"]),
    }  # fmt: skip
    return {part: problem for part, problem in found.items() if problem}


def _task(facts: Facts) -> str:
    lacking = [name for name in ("title", "name", "source") if not facts[name].strip()]
    return f"it has no {' and no '.join(lacking)}" if lacking else ""


def _prompts(facts: Facts) -> str:
    bare = [i for i, prompt in enumerate(facts["prompts"]) if not prompt.strip() or _BARE.fullmatch(prompt.strip())]
    if len(facts["prompts"]) < 2:
        return "two at least are needed, for there is something to choose"
    return f"prompt {bare[0]} has no words" if bare else ""


def _split(facts: Facts) -> str:
    training, held_out = set(facts["training"]), set(facts["held_out"])
    both = len(training & held_out)
    if both:
        return f"{both} question{'s are' if both > 1 else ' is'} in both parts: those are not held out"
    if not training:
        return "there is no question to train on"
    if len(held_out) < len(facts["held_out"]):
        return "a held-out question stands there twice"
    return f"{len(held_out)} held-out questions are too few; give {FEWEST} at least" if len(held_out) < FEWEST else ""


def _budget(facts: Facts) -> str:
    if min(facts["budget"], facts["cap"], facts["spent"]) < 1 or facts["judging"] < 0:
        return "budget, cap and what was spent must be completions, at least 1"
    if facts["exact"] and facts["judging"]:
        return "exact values need no completions to judge by"
    if facts["spent"] > facts["budget"]:
        return f"training spent {facts['spent']:,} of a budget of {facts['budget']:,}"
    total = facts["spent"] + facts["judging"]
    return f"{total:,} completions were spent, and the cap is {facts['cap']:,}" if total > facts["cap"] else ""


def _policy(facts: Facts) -> str:
    names = [user["name"] for user in facts["users"]]
    if len(set(names)) < len(names):
        return "two users have one name"
    if any(user["arms"]["plain"] != facts["users"][0]["arms"]["plain"] for user in facts["users"]):
        return "the plain prompt is another one for some user"
    return "a user has no name" if not all(name.strip() for name in names) else ""


def _failure(facts: Facts) -> str:
    failure = facts["failure"]
    if not failure["question"].strip() or not failure["answers"]:
        return "the question that failed, or its answers, are not there"
    return _own(failure["words"], WHY)


def _limits(facts: Facts) -> str:
    same = facts["limits"].strip() and facts["limits"].split() == facts["failure"]["words"].split()
    return "it says the same as the failure explained" if same else _own(facts["limits"], LIMITS)


def _own(words: str, template: str) -> str:
    """What is wrong with words that should be the learner's own."""
    if words.split() in ([], template.split()):
        return "your own words are not written yet"
    return f"say it in {WORDS} words at least" if len(words.split()) < WORDS else ""


def _date(text: str) -> str:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return f"{text[:20]!r} is no date such as 2026-11-26"
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)  # somewhere it is that day already
    return f"{text} is still to come" if day > tomorrow else ""


def _is_arm(arm: list[float | None], prompts: int) -> bool:
    if len(arm) not in (2, 4) or arm[0] is None or arm[1] is None:
        return False
    whole = float(arm[0]).is_integer() and float(arm[1]).is_integer()
    return whole and 0 <= arm[0] < prompts and arm[1] >= 1
