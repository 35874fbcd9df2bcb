"""Python that deploys what a live lab has learned, to be pasted into a cell."""

from __future__ import annotations

from ...core.rounds import Policy
from ...live.environment import LiveEnvironment
from ...live.scoring.scorer import Scorer
from ...live.scoring.scorers import Brevity

WIDTH = 60  # characters of the question in the example


def recipe(env: LiveEnvironment, policy: Policy, path: str) -> str:
    """Code that answers a question by the policy saved at ``path``, on the same endpoint, ledger and scorers.

    The key is not in it: ``Endpoint`` finds it in the environment.
    """
    scorers, chooser = ", ".join(map(repr, env.scorers)), _chooser(env)
    named = [type(scorer).__name__ for scorer in (*env.scorers, *([chooser] if chooser else []))]
    asked = next((q.text for q in env.questions if len(q.text) <= WIDTH and q.text.isprintable()), "What is 2 + 2?")
    select = f", select={chooser!r}" if chooser else ""
    drawn = f", n_max={env.n_max}" if any(arm.n is None for arm in policy.values()) else ""
    return f"""from iapo_widgets import Policy
from iapo_widgets.live import {", ".join(sorted({*named, "Endpoint", "Ledger", "SpendingLimit"}))}

policy = Policy.load({path!r})  # the file that "Save policy" writes
endpoint = Endpoint({_endpoint(env)})  # a key comes from IAPO_API_KEY
ledger = Ledger({str(env.ledger.path)!r})
limit = SpendingLimit(completions=1_000).above(ledger.spent())
answer = policy.deploy(
    endpoint, scorers=[{scorers}], ledger=ledger, limit=limit{select}{drawn}
)
print(answer({asked!r}, context={next(iter(policy))!r}))
"""


def _endpoint(env: LiveEnvironment) -> str:
    """What ``Endpoint`` is called with."""
    endpoint = env.endpoint
    given = {"input_price": endpoint.prices.input, "output_price": endpoint.prices.output,
             "extra_body": dict(endpoint.extra_body)}  # fmt: skip
    more = [f"{name}={value!r}" for name, value in given.items() if value not in (None, {})]
    return ", ".join([repr(endpoint.base_url), repr(endpoint.model), *more])


def _chooser(env: LiveEnvironment) -> Scorer | None:
    """What best-of-N chooses by where a score of the run needs the right answer, which a new question has not."""
    if env.strategy.name not in ("best-of-n", "selected-best") or not any(scorer.needs_gold for scorer in env.scorers):
        return None
    return next((scorer for scorer in env.scorers if not scorer.needs_gold), Brevity())
