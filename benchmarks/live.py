"""Speed of the live part: ``python benchmarks/live.py`` prints a Markdown table.

The endpoint is a bare server in a process of its own that answers at once, so that what is measured is this side: CPU
of the whole process for each completion, through the real SDK, HTTP and ledger.  The SDK alone is measured beside it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from iapo_widgets import mv_contexts  # noqa: E402
from iapo_widgets.live import (  # noqa: E402
    Endpoint,
    Ledger,
    LiveEnvironment,
    PromptTemplate,
    Question,
    Score,
    Spending,
    SpendingLimit,
)
from process_tree import end  # noqa: E402

IN_FLIGHT = 64
SERVER = r"""
import asyncio, json, re
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            body = json.loads(await reader.readexactly(int(re.search(rb"content-length: (\d+)", head, re.I)[1])))
            n = 1 if "single" in body["model"] else body.get("n", 1)
            message = {"role": "assistant", "content": "so " * 60 + "7"}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            usage = {"prompt_tokens": 20, "completion_tokens": 61 * n, "total_tokens": 20 + 61 * n}
            out = json.dumps({"id": "c", "object": "chat.completion", "created": 0, "model": "m",
                              "choices": [choice] * n, "usage": usage}).encode()
            # one text a reply would be taken for copies
            for i in range(n):
                out = out.replace(b"so so", b"s%d so" % i, 1) if n > 1 else out
            await asyncio.sleep(DELAY)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(out)
            writer.write(head + out)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
OPENING = """
import resource, sys, time
import numpy as np
sys.path.insert(0, {here!r})
from live import environment
before = time.perf_counter()
with {ledger} as ledger:
    env = environment("http://127.0.0.1:1/v1", ledger, offline=True)
    spent = ledger.spent().completions
    drawn = env.sample([0, 1] * 500, np.arange(1000) % env.n_queries, 8, np.random.default_rng(0))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - before, peak, spent, drawn.valid.sum())
"""


class Last:
    """Whether the text ends in the right answer."""

    name, needs_gold = "correct", True

    def score(self, question: Question, text: str) -> Score:
        """1 where it does."""
        return Score(float(text.endswith(question.gold or "")), text[-1:])


def environment(url: str, ledger: Ledger, model: str = "m", **more: object) -> LiveEnvironment:
    """Ten prompts, a hundred questions."""
    prompts = [PromptTemplate(f"Way {i}: {{query}}", max_tokens=128) for i in range(10)]
    questions = [Question(f"What is {i} modulo 10?", str(i % 10)) for i in range(100)]
    return LiveEnvironment(
        Endpoint(url, model), prompts, questions, [Last()], n_max=8, strategy="majority-vote", contexts=mv_contexts(),
        ledger=ledger, limit=SpendingLimit(completions=10**8), concurrency=IN_FLIGHT, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def measured(url: str, folder: Path, n: int, durable: bool) -> tuple[float, float]:
    """Milliseconds of CPU for a completion, and seconds for 10,000, of which ``n`` come with each request."""
    with Ledger(folder / f"{n}{durable}.ledger", durable=durable) as ledger:
        env = environment(url, ledger, "m" if n > 1 else "single")
        env.sample([0] * 64, np.arange(64), n, np.random.default_rng(0))  # connections are open
        pairs = np.arange(10_000 // n)
        wall, cpu = time.perf_counter(), time.process_time()
        drawn = env.sample(pairs % 9 + 1, pairs // 9 % 100, n, np.random.default_rng(1))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert drawn.valid.all() and len(ledger) == 64 * n + 10_000 // n * n
        env.endpoint.close()
    return 1000 * cpu / drawn.valid.size, wall * 10_000 / drawn.valid.size


def sdk_alone(url: str, as_here: bool, requests: int = 3000) -> float:
    """Milliseconds of CPU for a request of the SDK's async client by itself, at as many in flight.

    as_here: by ``post``, a few requests to a client, as a live environment sends; or by ``chat.completions.create``.
    """
    import httpx2
    from openai import AsyncOpenAI

    async def run() -> float:
        endpoint = Endpoint(url, "single")
        client = AsyncOpenAI(api_key="none", base_url=url, max_retries=0)
        body = {"model": "single", "messages": [{"role": "user", "content": "What is 7?"}], "max_tokens": 128}
        left = iter(range(requests))

        async def work() -> None:
            for _ in left:
                if as_here:
                    with endpoint.client() as lent:
                        await lent.post("/chat/completions", cast_to=httpx2.Response, body=body)
                else:
                    await client.chat.completions.create(**body)  # type: ignore[call-overload]

        start = time.process_time()
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        return 1000 * (time.process_time() - start) / requests

    return asyncio.run(run())


def recording(folder: Path, count: int = 10_000) -> float:
    """Seconds to reserve, settle and record that many completions, one a request, as many in flight as above."""
    from collections import deque

    from iapo_widgets.live.ledger.ledger import Record
    from iapo_widgets.live.request import Request

    limit, most, waiting = SpendingLimit(completions=10**8), Spending(1, 200, 0), deque()  # type: ignore[var-annotated]
    with Ledger(folder / "recording.ledger") as ledger:
        start = time.perf_counter()
        for first in range(0, count, IN_FLIGHT):
            calls = [ledger.reserve(limit, most) for _ in range(min(IN_FLIGHT, count - first))]
            for i, call in enumerate(calls):
                request = Request("http://a/v1", "m", {"max_tokens": 128}, [{"role": "user", "content": str(i % 50)}])
                record = Record((first + i) // 50, "so " * 60, "stop", 20, 61, 0, True, "req-1", "fp")
                waiting.append(ledger.settle(call.result(), request, "delivered", Spending(0, -119), [record]))
        for future in waiting:
            future.result()
        assert len(ledger) == count
        return time.perf_counter() - start


def fill(path: Path, url: str, count: int = 1_000_000) -> str:
    """Write a ledger of that many completions, a request each, straight into its tables."""
    with Ledger(path, durable=False) as ledger:
        env = environment(url, ledger)
        connection = ledger._writer._connection
        connection.execute("BEGIN")
        each = count // 1000
        for r in range(1000):
            q = env.request(r // 100, r % 100)
            connection.execute(
                "INSERT INTO request VALUES (?, ?, ?, ?, ?, ?)",
                (r + 1, q.digest, q.endpoint, q.model, q.settings_json, q.messages_json),
            )
            at = range(r * each, (r + 1) * each)
            connection.executemany(
                "INSERT INTO charge VALUES (?, ?, ?, ?, ?, 0, 0.0)",
                [
                    row
                    for i in at
                    for row in ((2 * i + 1, 0, "reserved", 1, 200), (2 * i + 2, 2 * i + 1, "delivered", 0, -119))
                ],
            )
            text = "so " * 60
            connection.executemany(
                "INSERT INTO completion VALUES (?, ?, ?, ?, ?, 'stop', 20, 61, 0, 1, 'req', 'fp', 0.0, NULL, 20, 'm')",
                [(i + 1, r + 1, i - r * each, 2 * i + 1, text + str(i % 10)) for i in at],
            )
        connection.execute("COMMIT")
        # as any commit does, this one writes the total down
        ledger.settle(
            ledger.reserve(SpendingLimit(completions=10**8), Spending()).result(), None, "", Spending()
        ).result()
    return f"__import__('iapo_widgets.live').live.Ledger({str(path)!r})"


def main() -> None:
    """Measure and print."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER.replace("DELAY", "0.02")], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
            for n in (8, 1):
                cpu, wall = measured(url, folder, n, True)
                what = f"{n} completions a request" if n > 1 else "1 completion a request"
                rows.append(
                    (f"CPU a completion, {what}, {IN_FLIGHT} in flight", "1 ms" if n > 1 else "", f"{cpu:.2f} ms")
                )
                rows.append((f"10,000 completions asked, recorded and scored, {what}", "10 s", f"{wall:.1f} s"))
            sdk = sdk_alone(url, as_here=True)
            rows.append(("of it the SDK and HTTP by themselves, used in the same way", "", f"{sdk:.2f} ms"))
            rows.append(("overhead beside them, 1 completion a request", "1 ms", f"{cpu - sdk:.2f} ms"))
            create = sdk_alone(url, as_here=False)
            rows.append(
                ("for comparison `chat.completions.create` of one client, CPU a request", "", f"{create:.2f} ms")
            )
        finally:
            end(server.pid)
        rows.append(
            ("10,000 completions recorded, one a request, every commit synced", "10 s", f"{recording(folder):.1f} s")
        )
        ledger = fill(folder / "large.ledger", "http://127.0.0.1:1/v1")
        code = OPENING.format(here=str(Path(__file__).parent), ledger=ledger)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        seconds, megabytes, spent, read = map(float, done.stdout.split())
        assert spent == 1_000_000 and read == 8_000, json.dumps([spent, read])
        rows.append(
            ("opening a ledger of 1,000,000 completions and reading 8,000 of them", "3 s, 500 MB",
             f"{seconds:.2f} s, {megabytes:.0f} MB")
        )  # fmt: skip
    print("| | at most | measured |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
