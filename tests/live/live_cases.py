"""Small live environments for the tests."""

import asyncio
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

from iapo_widgets import Context
from iapo_widgets.live import (
    Endpoint,
    Ledger,
    LiveEnvironment,
    PromptTemplate,
    Question,
    Retries,
    Score,
    SpendingLimit,
)

KEY = "canary-key-5f0c1f7be1a94a7f"
NO_WAIT = Retries(wait=False, attempts=4)
CONTEXTS = (Context("low", (1.0, 0.2), 0.0), Context("high", (1.0, 0.2), 0.001))
PROMPTS = (
    PromptTemplate("{query}", max_tokens=32),
    PromptTemplate("Think first. {query}", system="You count {x}.", temperature=0.7, max_tokens=64),
    PromptTemplate("{query} Be brief.", max_tokens=16),
)
QUESTIONS = tuple(Question(f"What is {i} modulo 3?", str(i % 3)) for i in range(4))


def on_a_loop(coroutine):
    """What it returns on an event loop of its own, in a thread: in this one another loop may run."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


class Correct:
    """Whether the last digit is the right answer."""

    name, needs_gold = "correct", True

    def score(self, question, text):
        found = re.findall(r"\d", text)
        return Score(float(found[-1] == question.gold), found[-1]) if found else Score(None)


class Short:
    """Fewer characters are better."""

    name, needs_gold = "short", False

    def score(self, question, text):
        return Score(1 / (1 + len(text) / 100))


def live(server, ledger, *, key=KEY, timeout=5.0, limit=None, prices=(1.0, 4.0), account=None, **more):
    """A live environment of three prompts and four questions on a server of the tests; account: more of Endpoint's."""
    money = {"input_price": prices[0], "output_price": prices[1]}
    endpoint = Endpoint(server.url, server.model, key=key, timeout=timeout, **money, **(account or {}))
    more = {"n_max": 4, "strategy": "majority-vote", "contexts": CONTEXTS, "retries": NO_WAIT, **more}
    limit = limit or SpendingLimit(completions=100_000)
    more.setdefault("prompts", PROMPTS)
    more.setdefault("questions", QUESTIONS)
    parts = more.pop("prompts"), more.pop("questions"), more.pop("scorers", (Correct(), Short()))
    return LiveEnvironment(endpoint, *parts, ledger=ledger, limit=limit, **more)


def new_ledger(folder, **more):
    """A ledger under a fresh name; commits are not synced to the disk, which is slow."""
    return Ledger(folder / f"{uuid.uuid4().hex}.ledger", **{"durable": False, **more})
