"""A run to be killed: ``python killed.py URL MODEL LEDGER SEED CAP LOG``; says when it begins, and what came of it.

The key comes from the environment; the log is at its most talkative.
"""

import logging
import sys

import openai  # loaded before it begins, so that a kill hits the run

from iapo_widgets import train
from iapo_widgets.live import Ledger, LimitReached, Retries, SpendingLimit
from live_cases import live


class Server:
    """Where the test's server is."""

    url, model = sys.argv[1:3]


logging.basicConfig(filename=sys.argv[6], level=logging.DEBUG)
with Ledger(sys.argv[3], durable=False) as ledger:
    limit = SpendingLimit(completions=int(sys.argv[5]))
    env = live(Server, ledger, key=None, concurrency=6, retries=Retries(first=0.01, longest=0.02), limit=limit)
    print("started with openai", openai.__version__, flush=True)
    try:
        print(dict(train("psst", env, 150, seed=int(sys.argv[4])).policy))
    except LimitReached as reached:
        print(reached)
