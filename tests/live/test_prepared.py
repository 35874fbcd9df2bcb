"""A ledger's file may come from anywhere: one that was prepared or damaged is found out, and nothing of it runs."""

import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faulty import FaultyServer
from iapo_widgets.live import Ledger, LedgerCorrupted, LedgerError, Spending, SpendingLimit
from iapo_widgets.live.ledger import trusted, writer
from iapo_widgets.live.ledger.ledger import Record
from iapo_widgets.live.ledger.schema import VERSION
from iapo_widgets.live.ledger.tasks import KeptTask
from iapo_widgets.live.request import Request
from live_cases import live, new_ledger

KEPT = Path(__file__).parent.parent / "kept" / "ledger.sqlite"
MANY = SpendingLimit(completions=10**6)
NEVER = "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c) SELECT"
CHARGE = "INSERT INTO charge (call, what, completions, tokens, picos, at) VALUES"
UNGUARDED = "DROP TRIGGER charge_update; DROP TRIGGER charge_delete;"
#: What somebody may have done to a file: name -> statements.
DONE = {
    "a total of nothing": "INSERT INTO total VALUES (1000000000000000, 0, 0, 0)",
    "a total too low": "INSERT INTO total SELECT max(id), 1, 1, 1 FROM charge",
    "a total in between": "INSERT INTO total SELECT max(id) - 1, 0, 0, 0 FROM charge",
    "a total before the first": "INSERT INTO total VALUES (0, -5, 0, 0)",
    "a reservation below nothing": f"{CHARGE} (0, 'reserved', -1000, 0, 0, 0.0)",
    "tokens below nothing": f"{CHARGE} (0, 'reserved', 1, -1, 0, 0.0)",
    "more given back than reserved": f"{CHARGE} (1, 'delivered', -1000, 0, 0, 0.0)",
    "given back twice": f"{CHARGE} (0, 'reserved', 8, 0, 0, 0.0);"
    f"{CHARGE} (last_insert_rowid(), 'a', -8, 0, 0, 0.0); {CHARGE} (last_insert_rowid() - 1, 'b', -8, 0, 0, 0.0)",
    "given back to no call": f"{CHARGE} (999999, 'delivered', -1, 0, 0, 0.0)",
    "given back before": "INSERT INTO charge VALUES (-5, 1, 'delivered', -1, 0, 0, 0.0)",
    "more than can be counted": f"{CHARGE} (0, 'reserved', {2**62}, 0, 0, 0.0)",
    "more than can be added up": f"{CHARGE} (0, 'reserved', {2**62}, 0, 0, 0.0);" * 3,
    "the last number there is": f"INSERT INTO charge VALUES ({2**63 - 1}, 0, 'reserved', 1, 1, 1, 0.0)",
    "the last number to come": f"UPDATE sqlite_sequence SET seq = {2**63 - 1}",
    "a number that is text": "UPDATE sqlite_sequence SET seq = 'x'",
    "a trigger that gives back": "CREATE TRIGGER t AFTER INSERT ON charge WHEN new.call = 0 BEGIN INSERT INTO charge"
    " (call, what, completions, tokens, picos, at) VALUES (new.id, 'x', -new.completions, 0, 0, 0.0); END",
    "a trigger that never ends": f"CREATE TRIGGER t BEFORE INSERT ON charge BEGIN {NEVER} sum(x) FROM c; END",
    "a trigger that forgets": "CREATE TRIGGER t BEFORE INSERT ON completion BEGIN SELECT RAISE(IGNORE); END",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a total that never ends": f"DROP TABLE total; CREATE VIEW total AS {NEVER} x, x, x, x FROM c",
    "a journal that never ends": f"DROP TABLE charge; CREATE VIEW charge AS {NEVER} x, 0, 'a', 1, 1, 1, 0.0 FROM c",
    "an index": "CREATE INDEX i ON completion (text)",
    "an index that is odd": "CREATE UNIQUE INDEX i ON charge (id, lower(what))",
    "a table": "CREATE TABLE more (a)",
    "a column": "ALTER TABLE request ADD COLUMN more TEXT",
    "no guard": UNGUARDED,
    "no table": "DROP TABLE total",
    "another guard": UNGUARDED + "CREATE TRIGGER charge_update BEFORE UPDATE ON charge BEGIN SELECT 1; END;"
    "CREATE TRIGGER charge_delete BEFORE DELETE ON charge BEGIN SELECT RAISE(ABORT, 'a ledger is append only'); END",
}


def copy(folder, version):
    """A ledger of that version to be changed."""
    path = Path(shutil.copy(KEPT, folder / f"{version}.ledger"))
    if version == VERSION:
        with Ledger(path) as ledger:
            ledger.keep_ability("http://a/v1", "m", "n", "8").result()
            ledger.keep_task(KeptTask("[]", "{}", 1), None)
    return path


def request(text="?"):
    """Something to ask."""
    return Request("http://127.0.0.1:8123/v1", "m", {"max_tokens": 1}, [{"role": "user", "content": text}])


@pytest.mark.parametrize("version", [1, VERSION])
@pytest.mark.parametrize("done", DONE)
def test_what_somebody_did_to_a_ledger_is_found_out(tmp_path, version, done):
    """It is refused at opening and left as it is; what is salvaged of it opens, with all that was paid for."""
    path = copy(tmp_path, version)
    connection = sqlite3.connect(path)
    before = connection.execute("SELECT sum(completions) FROM charge").fetchone()[0]
    connection.executescript(DONE[done])
    connection.close()
    data = path.read_bytes()
    with pytest.raises(LedgerCorrupted, match=r"is not as this package writes it.*Ledger\.salvage"):
        Ledger(path)
    assert path.read_bytes() == data
    with Ledger.salvage(path, tmp_path / "copy.ledger") as saved:
        journal = "journal that never" in done
        assert len(saved) == 60 and saved.spent().completions >= (0 if journal else before)
        saved.settle(saved.reserve(MANY, Spending(1, 1, 1)).result(), request(), "delivered", Spending()).result()
    assert path.read_bytes() == data


def test_what_this_package_writes_is_never_refused(tmp_path, monkeypatch):
    """Totals on the way, calls that are open, released, settled after all, refused, and files that were vacuumed."""
    monkeypatch.setattr(writer, "TOTAL_EVERY", 7)
    rng = random.Random(0)
    path = new_ledger(tmp_path).path
    for _ in range(6):
        with Ledger(path, durable=False) as ledger:
            spent = ledger.spent()
            for _ in range(15):
                most = Spending(rng.randrange(1, 9), rng.randrange(500), rng.randrange(10**12))
                call = ledger.reserve(MANY, most).result()
                if rng.random() < 0.3:
                    ledger._flights._landed(call)
                    if rng.random() < 0.6:
                        ledger.release(0)
                if rng.random() < 0.7:
                    ledger.settle(
                        call, request(), "delivered", Spending(0, -rng.randrange(most.tokens + 1), 0)
                    ).result()
            assert ledger.spent() != spent
            spent = ledger.spent()
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT count(*) FROM total").fetchone()[0] > 0
        connection.execute("VACUUM")
        connection.close()
        with Ledger(path) as again:
            assert again.spent() == spent


def endless(path, table="charge"):
    """Turn a table into a tree whose pages all lead to one page below them: a few pages with more rows than atoms."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    data = bytearray(path.read_bytes())
    pages = len(data) // size

    def inner(child):
        cells, count = b"", 500
        for _ in range(count):
            cells += struct.pack(">IB", child, 1)
        start = size - len(cells)
        head = struct.pack(">BHHHBI", 5, 0, count, start, 0, child)
        where = b"".join(struct.pack(">H", start + 5 * i) for i in range(count))
        return (head + where).ljust(start, b"\0") + cells

    leaf = bytes(data[(root - 1) * size : root * size])
    data += leaf if leaf[0] == 13 else bytes(data[size * (pages - 1) : size * pages])
    for level in range(12):
        data += inner(pages + 1 + level)
    data[(root - 1) * size : root * size] = inner(pages + 13)
    data[28:32] = struct.pack(">I", len(data) // size)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("version", [1, VERSION])
@pytest.mark.parametrize("table", ["charge", "completion", "total"])
def test_no_opening_hangs(tmp_path, version, table):
    """A tree of pages that never ends is left after as many steps as the file has room for."""
    path = copy(tmp_path, version)
    endless(path, table)
    code = f"from iapo_widgets.live import Ledger; Ledger({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    if (version, table) != (VERSION, "completion"):  # its rows are not looked at, at opening
        assert "LedgerCorrupted" in done.stderr


def use(path):
    """Whatever one does with a ledger."""
    with Ledger(path, wait=1.0, durable=False) as ledger:
        ledger.spent(), ledger.open_calls(), ledger.calls(), len(ledger), ledger.tasks()
        ledger.abilities("http://127.0.0.1:8123/v1", "m"), ledger.models("http://127.0.0.1:8123/v1", "m")
        ledger.resolve("http://127.0.0.1:8123/v1")
        digests = [row[0] for row in ledger._rows("SELECT digest FROM request")]
        ledger.read({digest: range(10) for digest in digests if isinstance(digest, bytes)})
        record = Record(0, "7", "stop", 1, 1, 0, True, None, None)
        call = ledger.reserve(MANY, Spending(1, 1, 1)).result()
        ledger.settle(call, request(), "delivered", Spending(), [record]).result()
        ledger.release(0), ledger.answers(request())
        ledger.same_address("http://a/v1", "http://b/v1")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600) | st.binary(max_size=600).map(lambda data: b"SQLite format 3\0" + data))
def test_any_bytes_are_a_ledger_or_refused(tmp_path_factory, data):
    """Nothing but a LedgerError comes out of them."""
    path = tmp_path_factory.mktemp("bytes") / "a.ledger"
    path.write_bytes(data)
    try:
        use(path)
    except LedgerError:
        pass
    else:
        assert not data


FUZZ = """
import random, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))
from iapo_widgets.live import LedgerError
from test_prepared import use
folder, ends = Path(sys.argv[1]), [0, 0]
for path in sorted(folder.glob("*.ledger")):
    whole = path.read_bytes()
    for seed in range(int(sys.argv[2])):
        rng, data = random.Random(seed), bytearray(whole)
        for _ in range(rng.choice([1, 1, 3, 30])):
            at, size = rng.randrange(len(data)), rng.choice([1, 1, 2, 8, 100, 4096])
            if rng.random() < 0.3:
                at = rng.randrange(100)  # the file's head
            if rng.random() < 0.3:
                at = at // 4096 * 4096 + rng.randrange(12)  # a page's head
            kind = rng.randrange(5)
            if kind == 0:
                data[at : at + size] = rng.randbytes(size)
            elif kind == 1:
                del data[at : at + size]
            elif kind == 2:
                data[at : at + size] = bytes([rng.choice([0, 1, 127, 128, 255])]) * size
            elif kind == 3:
                other = rng.randrange(len(data))
                data[at : at + size] = data[other : other + size]
            else:
                data[at] ^= 1 << rng.randrange(8)
            data = data or bytearray(whole)
        target = folder / "mutant"
        for suffix in ("", "-wal", "-shm"):
            target.with_name("mutant" + suffix).unlink(missing_ok=True)
        target.write_bytes(data)
        try:
            use(target)
            ends[0] += 1
        except LedgerError as error:
            assert error.__cause__ is None
            ends[1] += 1
        except BaseException:
            print(path.name, seed, flush=True)
            raise
print(*ends)
"""


def test_a_mutated_ledger_is_used_or_refused(tmp_path):
    """Whatever was done to a file, in a process of 1 GB: everything that one does with it works or raises ours."""
    for version in (1, VERSION):
        connection = sqlite3.connect(copy(tmp_path, version))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    tries = os.environ.get("IAPO_MUTANTS", "60")  # thousands are run by hand
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, str(tmp_path), tries], capture_output=True, text=True, timeout=3600, check=False,
        cwd=Path(__file__).parent, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-3000:]
    used, refused = map(int, done.stdout.split())
    assert used > 0 < refused


def test_a_long_journal_is_checked_before_anything_is_spent_on_it(tmp_path, monkeypatch):
    """It opens at once and can be read; the first reservation, or a release, finds out what was done to it."""
    monkeypatch.setattr(trusted, "LARGE", 10)
    path = copy(tmp_path, VERSION)
    with Ledger(path) as ledger:
        ledger.reserve(MANY, Spending(1, 1, 1)).result()
    connection = sqlite3.connect(path)
    connection.executescript(DONE["a total of nothing"])
    connection.close()
    with FaultyServer() as server, Ledger(path) as ledger:
        assert len(ledger) == 60
        for _ in range(2):
            with pytest.raises(LedgerCorrupted, match="a total is not the sum"):
                live(server, ledger).sample([0], [0], 1, np.random.default_rng(0))
            with pytest.raises(LedgerCorrupted, match="a total is not the sum"):
                ledger.release(0)
        assert not server.requests


def test_a_ledger_that_was_prepared_sends_nothing(tmp_path):
    """It never comes to a request."""
    with FaultyServer() as server:
        path = copy(tmp_path, VERSION)
        connection = sqlite3.connect(path)
        connection.executescript(DONE["a total of nothing"])
        connection.close()
        with pytest.raises(LedgerCorrupted):
            live(server, Ledger(path))
        assert not server.requests
