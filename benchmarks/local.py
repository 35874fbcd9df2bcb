"""A model on this machine: ``python benchmarks/local.py [--speed] [--agreement]`` prints Markdown tables.

Speed: completions a second through the live part, beside a plain client of the same server, in turn.
Agreement: new answers of the model beside what the recorded task says of it without bias.
Neither on a machine that does other things.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from iapo_widgets import load  # noqa: E402
from iapo_widgets.live import Endpoint, ExactMatch, Ledger, LiveEnvironment, LocalModel, SpendingLimit  # noqa: E402

TASK = "real-words"
MANY, AT_ONCE = 16, 2
ARMS = ((0, 1), (0, 15), (2, 1), (2, 15))  # prompt, N
REPEATS = 40  # pulls of each arm


def environment(model: LocalModel, folder: str, prompts: tuple, questions: tuple) -> LiveEnvironment:
    """The recorded task before the model, with a new ledger."""
    record = load(TASK)
    return LiveEnvironment(
        Endpoint(model.base_url, model.model, timeout=600.0), prompts, questions, [ExactMatch("word")], n_max=MANY,
        strategy=record.strategy, contexts=record.contexts, cost_unit="kilotokens",
        ledger=Ledger(Path(folder) / "ledger.sqlite"), limit=SpendingLimit(completions=10**6),
        concurrency=AT_ONCE, progress=False,
    )  # fmt: skip


def plain_client(model: LocalModel, prompts: tuple, questions: tuple) -> float:
    """Completions a second of the SDK alone, with as many requests in flight."""
    import openai

    def ask(pair: tuple) -> int:
        prompt, question = pair
        reply = client.chat.completions.create(
            model=model.model, messages=prompt.messages(question.text), n=MANY, **prompt.settings()
        )
        return len(reply.choices)

    with (
        openai.OpenAI(base_url=model.base_url, api_key="any", timeout=600) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        start = time.perf_counter()
        return sum(pool.map(ask, [(p, q) for p in prompts for q in questions])) / (time.perf_counter() - start)


def live_part(model: LocalModel, prompts: tuple, questions: tuple) -> float:
    """Completions a second through the live environment."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(model, folder, prompts, questions)
        p, x = np.divmod(np.arange(len(prompts) * len(questions)), len(questions))
        start = time.perf_counter()
        drawn = env.sample(p, x, MANY, np.random.default_rng(0))
        rate = drawn.valid.sum() / (time.perf_counter() - start)
        env.ledger.close()
    return float(rate)


def speed() -> None:
    """Both ways in turn, 640 completions of at most 24 tokens each, and the memory of the process."""
    record = load(TASK)
    prompts, questions = record.prompts[:4], record.questions[:10]
    rates: dict[str, list[float]] = {"plain": [], "live": []}
    with LocalModel("smollm2", slots=MANY) as model:
        for _ in range(3):
            rates["plain"].append(plain_client(model, prompts, questions))
            rates["live"].append(live_part(model, prompts, questions))
        memory = psutil.Process(model.pid).memory_info().rss / 2**20
    plain, live = (float(np.median(rates[name])) for name in ("plain", "live"))
    ratio = np.median([b / a for a, b in zip(*rates.values(), strict=True)])
    print("| | measured |\n|---|---|")
    print(f"| plain client, completions a second | {plain:.1f} |\n| through the live part | {live:.1f} |")
    print(f"| their ratio | {ratio:.2f} |\n| 2,000 completions | {2_000 / live / 60:.1f} min |")
    print(f"| memory of the process | {memory:.0f} MB |")


def agreement() -> None:
    """Mean votes of new pulls on questions at random, and the record's unbiased Q, with standard errors."""
    record = load(TASK)
    unbiased = record.with_(replacement=False)
    rng = np.random.default_rng(1)
    print("| prompt | N | record | new answers | difference in standard errors |\n|---|---|---|---|---|")
    with LocalModel("smollm2", slots=MANY) as model, tempfile.TemporaryDirectory() as folder:
        env = environment(model, folder, record.prompts, record.questions)
        for prompt, n in ARMS:
            queries = rng.choice(record.n_queries, REPEATS, replace=False)
            drawn = env.sample(np.full(REPEATS, prompt), queries, n, rng)
            new = env.strategy.rewards(drawn.packed(), np.array([0]), np.array([n]), np.ones((1, 1)))[:, 0, 0]
            known = unbiased._subset_rewards[0, prompt, queries, n - 1]
            gap = new - known
            error = gap.std(ddof=1) / np.sqrt(REPEATS)
            print(f"| {prompt} | {n} | {known.mean():.3f} | {new.mean():.3f} | {gap.mean() / error:+.1f} |", flush=True)
        env.ledger.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--agreement", action="store_true")
    chosen = parser.parse_args()
    for name, part in (("speed", speed), ("agreement", agreement)):
        if getattr(chosen, name) or not (chosen.speed or chosen.agreement):
            part()
