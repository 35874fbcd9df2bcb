"""The answers behind an arm of a lab."""

from __future__ import annotations

from typing import Any

from ...core.problem import Arm
from ..explorers.answer_explorer import AnswerExplorer
from ..explorers.answer_opening import saved_question
from ..shared.parts import Part


class AnswersPart(Part, AnswerExplorer):
    """The answers of one prompt at a time, beside its race."""

    def show_arm(self, prompt: int, n: int) -> None:
        """Show that arm's answers."""
        with self.hold_trait_notifications():
            self.prompt, self.n = prompt, min(n, self.most)


def answers_of(env: Any, context: str, arm: Arm | None) -> AnswersPart | None:
    """Those of ``arm`` on a question that it saves; ``None`` where the task keeps no texts."""
    if not hasattr(env, "completions"):
        return None
    try:
        part = AnswersPart(env, context=context)
    except ValueError:
        return None
    if arm is not None:
        part.show_arm(arm.prompt, arm.n or 1)
        chosen = next(each for each in env.contexts if each.name == context)
        found = saved_question(env, chosen, arm.prompt, min(arm.n or 1, part.most))
        part.question = part.question if found is None else found
    return part
