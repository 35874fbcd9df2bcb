"""The values of a report on a recorded task that comes with the package, worked out anew from its answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.naming import short_name
from ...core.problem import Arm, Context
from ...tasks.catalogue import RECORDED, load
from .facts import ARMS, Facts, digest
from .held_out import values_on
from .soundness import Problems

NEAR = 2e-6  # what rounding leaves
SHOWN = 80  # characters of a prompt's own words
BEFORE, NOW = "\N{MIDDLE DOT} T=", "\N{MIDDLE DOT} temperature "  # in names of prompts: pages of before stay right


def anew(facts: Facts) -> Problems:
    """By part, what the recorded task denies; empty where it is none of ours, or its values were drawn."""
    if facts["recorded"] not in RECORDED or not facts["exact"]:
        return {}
    task: Any = load(facts["recorded"])
    places = {digest(question.text): i for i, question in enumerate(task.questions)}
    if any(mark not in places for mark in (*facts["training"], *facts["held_out"])):
        return {"split": f"it has questions that {facts['recorded']} has not"}
    names = [short_name(prompt, i, SHOWN) for i, prompt in enumerate(task.prompts)]
    if [name.replace(BEFORE, NOW) for name in facts["prompts"]] != names:
        return {"prompts": f"they are not those of {facts['recorded']}"}
    try:
        return _values(task, [places[mark] for mark in facts["held_out"]], facts)
    except (ValueError, IndexError, TypeError) as error:
        return {"policy": f"{facts['recorded']} cannot be asked for it: {error}"}


def _values(task: Any, held_out: list[int], facts: Facts) -> Problems:
    users = [Context(user["name"], tuple(user["weights"]), user["cost_weight"]) for user in facts["users"]]
    task = task.with_(contexts=users, strategy=facts["strategy"])
    for user in facts["users"]:
        for name in ARMS:
            prompt, n = user["arms"][name][:2]
            true = values_on(task, Arm(int(prompt), int(n)), user["name"])[held_out]
            told = np.array(user["values"][name], dtype=float)
            if not np.all(np.abs(true - told) <= NEAR):
                wrong = int(np.argmax(~(np.abs(true - told) <= NEAR)))
                where = f"held-out question {wrong} has the value {told[wrong]:.3f} for {user['name']!r}"
                return {"score": f"{where}; by the recorded answers it is {true[wrong]:.3f}"}
    return {}
