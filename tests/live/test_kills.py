"""``kill -9`` at a random moment loses at most what is in flight, and its reservations stay charged."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from echoes import WRITINGS, echo, echoed, files_in, shown_in
from faulty import FaultyServer
from iapo_widgets import train
from iapo_widgets.live import Ledger
from live_cases import KEY, live

KILLS = int(os.environ.get("IAPO_KILLS", "8"))  # a hundred are run by hand
SEED = int(os.environ.get("IAPO_KILLS_SEED", "0"))
CONCURRENCY = 6
OPEN = """SELECT coalesce(sum(completions), 0) FROM charge
          WHERE call = 0 AND id NOT IN (SELECT call FROM charge WHERE call > 0)"""  # reserved and never settled


def start(server, path, seed, cap=100_000):
    """A run in a process of its own, once it has begun."""
    script = str(Path(__file__).parent / "killed.py")
    command = [sys.executable, script, server.url, server.model, str(path), str(seed), str(cap), f"{path}.log"]
    told = open(f"{path}.err", "a")  # noqa: SIM115 - the child has it from now on
    environment = {**os.environ, "IAPO_API_KEY": KEY}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True, env=environment)
    told.close()
    assert process.stdout.readline().startswith("started")
    return process


def repeats(body, i):
    """The same answer whenever it is asked, with the key in it: right under the second prompt, or by chance."""
    asked = body["messages"][-1]["content"]
    number = int(re.search(r"What is (\d+)", asked)[1])
    digit = number % 3 if "Think" in asked else number % 2
    return echoed(KEY, sorted(WRITINGS)[i % len(WRITINGS)]).replace("is 7", f"is {digit}")


def keys(ledger):
    """Every sample that the ledger holds, by what was asked."""
    return set(ledger._rows("SELECT request, sample FROM completion WHERE sample IS NOT NULL"))


def test_kills_at_random_moments_lose_at_most_what_is_in_flight(tmp_path):
    """After each kill: delivered less recorded is at most what was in flight, and that is still charged.

    The next process asks for nothing that is recorded, and after the last the policy is that of a run never killed, at
    a server without faults.  The key, which servers repeat in each way to write it, is in no file or output.
    """
    rng = random.Random(SEED)
    faults = [None, None, None, None, 429, 500, "reset", "malformed"]
    faults += [echo(KEY, writing, 500) for writing in WRITINGS]
    kills, group = 0, 0
    while kills < KILLS:
        group += 1
        script = [rng.choice(faults) for _ in range(40)]
        with FaultyServer(script, answer=repeats, delay=0.01) as server:
            path = tmp_path / f"{group}.ledger"
            calls = lost = in_flight = 0
            for _ in range(4):
                if kills == KILLS:
                    break
                process = start(server, path, seed=group)
                time.sleep(rng.uniform(0.0, 0.7))
                process.kill()
                process.wait()
                process.stdout.close()
                kills += 1
                server.settle()
                with Ledger(path, durable=False) as ledger:
                    recorded, spent = len(ledger), ledger.spent()
                    before, calls = calls, ledger.open_calls()
                    reserved, in_flight = in_flight, ledger._rows(OPEN)[0][0]
                    assert calls - before <= CONCURRENCY
                    assert 0 <= server.delivered - recorded - lost <= in_flight - reserved
                    lost = server.delivered - recorded
                    assert spent.completions >= recorded + in_flight and spent.completions >= server.delivered
                    assert spent.tokens >= server.tokens
            with Ledger(path, durable=False) as ledger:
                before, delivered = keys(ledger), server.delivered
                result = train("psst", live(server, ledger), 150, seed=group)
                assert keys(ledger) >= before and server.delivered - delivered == len(keys(ledger)) - len(before)
                again = train("psst", live(server, ledger, offline=True), 150, seed=group)
                assert dict(result.policy) == dict(again.policy)
        with FaultyServer(answer=repeats) as server, Ledger(tmp_path / f"{group}.whole", durable=False) as ledger:
            assert dict(train("psst", live(server, ledger), 150, seed=group).policy) == dict(result.policy)
        told = files_in(tmp_path, str(group))
        assert sum(map(len, told)) > 10_000 and shown_in(KEY, *told) == []
    assert kills == KILLS


def test_two_processes_share_a_ledger_and_a_cap(tmp_path):
    """Both write at once; nothing delivered is lost, and the cap holds for what they spend together."""
    with FaultyServer(delay=0.005) as server:
        path = tmp_path / "shared.ledger"
        processes = [start(server, path, seed, cap=200) for seed in (1, 2)]
        for process in processes:
            out, _ = process.communicate(timeout=60)
            assert process.returncode == 0 and ("Arm" in out or "limit in completions is reached" in out)
        with Ledger(path) as ledger:
            assert len(ledger) == server.delivered == ledger.spent().completions <= 200
            assert ledger.spent().tokens >= server.tokens and ledger.open_calls() == 0


def test_a_reservation_of_a_dead_process_still_counts(tmp_path):
    """A request that was in flight at a kill is charged at the most it can have cost, for good."""
    with FaultyServer(delay=5) as server:
        path = tmp_path / "dead.ledger"
        process = start(server, path, 0)
        while not server.requests:
            time.sleep(0.01)
        process.kill()
        process.wait()
        process.stdout.close()
        with Ledger(path) as ledger:
            assert len(ledger) == 0 and ledger.open_calls() >= 1
            assert ledger.spent().completions >= sum(body.get("n", 1) for body in server.requests)
