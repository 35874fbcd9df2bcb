"""What a record's file and a ledger's task say in the same words: users, strategy, prompts and questions as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core import bounds
from ...core.checks import check_scale
from ...core.policy_file import described_prompt, prompt_of
from ...core.problem import Context
from ...core.saving import name_strategy, named_strategy, typed
from ..problem import PromptTemplate, Question


def described(env: Any) -> dict[str, Any]:
    """Of an environment; raises ``ValueError`` for a strategy that a file cannot name."""
    strategy, objective = name_strategy(env.strategy)
    return {
        "strategy": strategy, "objective": objective, "n_max": env.n_max, "cost_unit": env.cost_unit,
        "contexts": [[c.name, c.weights, c.cost_weight] for c in env.contexts],
        "prompts": [described_prompt(prompt) for prompt in env.prompts],
    }  # fmt: skip


def described_questions(questions: Sequence[Question]) -> list[list[str]]:
    """Each as its text and its right answers."""
    return [[question.text, *question.golds] for question in questions]


def read_described(head: Mapping[str, Any]) -> dict[str, Any]:
    """What ``described`` wrote, as ``Record`` takes it; raises ``KeyError``, ``ValueError`` or ``TypeError``."""
    contexts = typed(head, "contexts", list)
    if len(contexts) > bounds.CONTEXTS or not all(isinstance(c, list) and len(c) == 3 for c in contexts):
        raise ValueError(f"contexts must be lists of name, weights and cost weight, at most {bounds.CONTEXTS:,}")
    return {
        "cost_unit": typed(head, "cost_unit", str),
        "strategy": named_strategy(head["strategy"], head["objective"]),
        "n_max": check_scale(head["n_max"], most=bounds.SCALE),
        "contexts": [Context(name, tuple(weights), cost) for name, weights, cost in contexts],
        "prompts": [_prompt(row) for row in typed(head, "prompts", list)],
    }


def read_questions(rows: Sequence[Any]) -> list[Question]:
    """What ``described_questions`` wrote; raises ``ValueError`` where it is something else."""
    return [_question(row) for row in rows]


def _prompt(row: Any) -> Any:
    prompt = prompt_of(row)
    return prompt if prompt.max_tokens is None else PromptTemplate.of(prompt)


def _question(row: Any) -> Question:
    if not isinstance(row, list) or not row:
        raise ValueError("a question must be a list of its text and its right answers")
    text, *golds = row
    return Question(text, tuple(golds) if len(golds) > 1 else golds[0] if golds else None)
