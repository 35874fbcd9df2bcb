"""The policy of a live run: whom which arm is for, what may be reported of it, what was spent, and how to deploy it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anywidget
import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.costs import arm_cost
from ...core.draws import with_draws
from ...core.naming import short_name, without_shared
from ...core.problem import Arm, Context
from ...core.rounds import Round, without_rules
from ...core.stopping import mean_asked, most_requests
from ...live.environment import LiveEnvironment
from ..race.elimination_view import EliminationView
from ..shared.assets import packed, styles
from ..shared.holdings import prompts_of
from .asked import Asked
from .recipe import recipe

HEAD = ("for whom", "prompt", "N", "estimated Q", "a query costs")
WHISKER = 2  # standard errors to either side, as in the race


class PolicyBoard(anywidget.AnyWidget):
    """Shows the policy of the newest round as a table, with words on it, and texts to copy.

    Traits to read: ``rows`` (cells of the table, by ``HEAD``), ``notes``, ``table_text`` (Markdown), ``recipe`` (Python
    that deploys it).  The board is empty until ``look`` is called.
    """

    _esm = packed("shared/canvas", "shared/copy", "live/policy_board")
    _css = styles("shared/theme", "live/policy_board")

    rows: t.List[Any] = t.List().tag(sync=True)
    notes: t.List[Any] = t.List().tag(sync=True)
    table_text = t.Unicode().tag(sync=True)
    recipe = t.Unicode().tag(sync=True)
    _head = t.List(list(HEAD)).tag(sync=True)
    _holds = t.Dict().tag(sync=True)

    def look(self, env: LiveEnvironment, view: EliminationView, spent: str, path: str) -> None:
        """Show the policy after the rounds of ``view``.

        spent: what was spent, in words; path: the file that the policy is saved in.
        """
        rounds = view.rounds
        newest = replace(rounds[-1], policy=with_draws(rounds[-1].policy, rounds))
        rows = policy_rows(env, newest, view.mean_costs, view.mean_call_costs, view.errors)
        with self.hold_sync():
            self.rows, self.notes = rows, [reported(env, rounds), spent]
            self.table_text = _markdown(rows)
            self.recipe = recipe(env, newest.policy, path)
            self._holds = {**prompts_of(env), "questions": 1}

    def clear(self) -> None:
        """Show nothing."""
        with self.hold_sync():
            self.rows, self.notes, self.table_text, self.recipe, self._holds = [], [], "", "", {}

    def __repr__(self) -> str:
        return f"PolicyBoard(rows={len(self.rows)})"


def policy_rows(
    env: Any, done: Round, costs: Sequence[float | None], call_costs: Sequence[float | None],
    errors: NDArray[np.float64] | None = None,
) -> list[list[str]]:  # fmt: skip
    """The arm of each context, its estimate and what a query costs, by ``HEAD``; errors (C, P, N) of the estimates."""
    rows, known, named = [], without_rules(done).q, without_shared(env.prompts)[0]
    for c, (context, arm) in enumerate(zip(done.policy.contexts, done.policy.values(), strict=True)):
        n, each, call = arm.n or 1, costs[arm.prompt], call_costs[arm.prompt]
        if each is None or call is None:
            cost = "unknown"
        else:
            drawn = done.policy.drawn.get(context.name)
            cost = f"{_bill(arm, each, call, done.policy.per_call, drawn, known.shape[-1])} {env.cost_unit}"
        error = np.nan if errors is None else errors[c, arm.prompt, n - 1]
        sure = "" if np.isnan(error) else f" \N{PLUS-MINUS SIGN} {WHISKER * error:.2f}"
        q = f"{known[c, arm.prompt, n - 1]:.2f}{sure}"
        name = short_name(named[arm.prompt], arm.prompt)
        rows.append([_whom(context, env.cost_unit), name, arm.scale, q, cost])
    return rows


def _bill(arm: Arm, each: float, call: float, per_call: int | None, drawn: float | None, n_max: int) -> str:
    """What a query costs, in words: what is likely, where that is known and is not the most, and the most.

    drawn: completions that an arm that may stop asks on average; n_max: up to where an arm without N draws it.
    """
    if arm.n is not None and arm.is_fixed:
        return f"{float(arm_cost(np.array(each), np.array(call), arm.n, per_call)):.4g}"
    cap = arm.n or n_max
    most = f"at most {cap * each + most_requests(replace(arm, n=cap), per_call) * call:.4g}"
    if arm.n is not None and drawn is None:
        return most
    average, sent = mean_asked(arm, per_call, drawn, n_max)
    return f"likely {average * each + sent * call:.4g}, {most}"


def reported(env: LiveEnvironment, rounds: Sequence[Round]) -> str:
    """What may be said of the estimates of arms that were chosen for them, in words."""
    order = Asked.of(rounds, len(env.prompts), env.n_queries).order
    left = env.n_queries - len(order)
    arms = len(env.prompts) * env.n_max
    if left:
        held = (
            f"{left} of your {env.n_queries} questions took no part in this race: ask the arm those, and report that."
        )
    else:
        held = "All of your questions took part in this race: hold some back next time, or ask the arm new ones."
    return (
        f"Not to be reported as it stands: an estimate that won because it was the highest of {arms:,} had luck on its"
        f" side, and is probably too high. {held}"
    )


def _whom(context: Context, unit: str) -> str:
    cost = context.cost_weight
    return f"{context.name}: cost does not count" if not cost else f"{context.name}: cost x {cost:g} a {_one(unit)}"


def _one(unit: str) -> str:
    return unit.removesuffix("s")


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = [HEAD, ["---"] * len(HEAD), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
