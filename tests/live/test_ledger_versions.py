"""Ledgers of older versions are converted when they are opened, whole or not at all; and what version 2 knows."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from faulty import FaultyServer
from iapo_widgets import train
from iapo_widgets.live import Ledger, LedgerError, Spending, SpendingLimit
from iapo_widgets.live.ledger.file import connect
from iapo_widgets.live.ledger.ledger import Record
from iapo_widgets.live.ledger.schema import NEW, VERSION, additions, statements
from live_cases import live, new_ledger

KEPT = Path(__file__).parent.parent / "kept" / "ledger.sqlite"
KEPT_2 = KEPT.with_name("ledger_2.sqlite")
OLD = "id, request, sample, call, text, prompt_tokens, completion_tokens, picos, at"
OPEN = "import sys; from pathlib import Path; from iapo_widgets.live import Ledger; Ledger(sys.argv[1]).close()"
KILLED = """
import os, signal, sqlite3, sys
from iapo_widgets.live.ledger import file
def steps(version):
    for number, statement in enumerate(before):
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield statement
before = [*file.additions(int(sys.argv[3])), *(file.WHOLE_PROMPTS if sys.argv[3] == "1" else ())]
file.additions, file.WHOLE_PROMPTS = steps, ()
file.connect(file.Path(sys.argv[1]), 5.0, False)
"""


def rows(path, query):
    """What an SQLite of one's own reads."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def schema(path):
    """Everything that stands in the file."""
    query = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name != 'sqlite_sequence'"
    return sorted(sql for (sql,) in rows(path, query))


@contextmanager
def unwriteable():
    """A kept ledger that nobody may write, in a folder of somebody else; the superuser steps down meanwhile."""
    folder = Path(tempfile.mkdtemp())
    path = Path(shutil.copy(KEPT, folder))
    path.chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield path
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_ledger_of_version_1_becomes_what_a_new_one_is(tmp_path):
    """The same tables and guards; all that stood in it stands in it, and prompts of a call add up to the whole."""
    path, new = Path(shutil.copy(KEPT, tmp_path)), tmp_path / "new.ledger"
    before = rows(path, f"SELECT {OLD} FROM completion ORDER BY id")
    Ledger(new).close()
    Ledger(path).close()
    assert schema(path) == schema(new)
    assert rows(path, f"SELECT {OLD} FROM completion ORDER BY id") == before
    assert rows(path, "PRAGMA user_version") == [(VERSION,)] and rows(path, "PRAGMA integrity_check") == [("ok",)]
    whole = {}
    for _, _, _, call, _, prompt, *_ in before:
        whole[call] = whole.get(call, 0) + prompt
    found = rows(path, "SELECT call, whole_prompt, prompt_tokens, thought, model FROM completion")
    assert found and all(w == whole[call] and (thought, model) == (None, None) for call, w, _, thought, model in found)
    assert any(w > share for _, w, share, *_ in found)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        connection.execute("UPDATE completion SET whole_prompt = 1")
    connection.close()


def killed(path, version, at):
    """How a process ends that is killed while it converts a ledger of that version, before that statement."""
    command = [sys.executable, "-c", KILLED, str(path), str(at), str(version)]
    return subprocess.run(command, timeout=60, check=False).returncode


def test_a_ledger_of_version_2_becomes_what_a_new_one_is(tmp_path):
    """The tables of tasks are new in it, and every row of the others is what it was; so after kills on the way."""
    path, new = Path(shutil.copy(KEPT_2, tmp_path)), tmp_path / "new.ledger"
    tables = [table for version in (1, 2) for table in NEW[version]]
    before = [rows(path, f"SELECT * FROM {table}") for table in tables]
    for at in range(len(additions(2))):
        assert killed(path, 2, at) == -9
        assert rows(path, "PRAGMA user_version") == [(2,)] and schema(path) == sorted(statements(2))
    Ledger(new).close()
    with Ledger(path) as ledger:
        assert len(ledger) == 12 and ledger.tasks() == []
    assert schema(path) == schema(new) and rows(path, "PRAGMA user_version") == [(VERSION,)]
    assert [rows(path, f"SELECT * FROM {table}") for table in tables] == before and all(before[:2])


@pytest.mark.parametrize("at", [0, 1, 3, 6, 9, 13, 15, 16])
def test_a_kill_while_it_is_converted_leaves_one_version_or_the_other(tmp_path, at):
    """Whatever was the last statement, the next process finds all of version 1, and converts it."""
    path = Path(shutil.copy(KEPT, tmp_path))
    before = rows(path, f"SELECT {OLD} FROM completion ORDER BY id")
    assert killed(path, 1, at) == -9
    assert rows(path, "PRAGMA user_version") == [(1,)] and schema(path) == sorted(statements(1))
    with Ledger(path) as ledger:
        assert len(ledger) == len(before)
    assert rows(path, f"SELECT {OLD} FROM completion ORDER BY id") == before


def test_of_many_processes_that_open_an_old_ledger_one_converts_it(tmp_path):
    """All of them go on with it."""
    path = Path(shutil.copy(KEPT, tmp_path))
    processes = [subprocess.Popen([sys.executable, "-c", OPEN, str(path)]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    Ledger(tmp_path / "new.ledger").close()
    assert schema(path) == schema(tmp_path / "new.ledger")
    assert rows(path, "SELECT count(*) FROM completion WHERE whole_prompt IS NULL") == [(0,)]


def test_an_old_ledger_that_cannot_be_written_is_refused_clearly(tmp_path):
    """The message names what has to be mended, and the file stays as it is."""
    with unwriteable() as path, pytest.raises(LedgerError, match="check its permissions"):
        Ledger(path)
    path = Path(shutil.copy(KEPT, tmp_path))
    reading = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    real, sqlite3.connect = sqlite3.connect, lambda *_, **__: reading
    reading.isolation_level = None
    try:
        with pytest.raises(LedgerError, match=r"of version 1 and could not be converted .* check its permissions"):
            connect(path, 1.0, False)
    finally:
        sqlite3.connect = real
    assert path.read_bytes() == KEPT.read_bytes()


@pytest.mark.parametrize("version", [VERSION + 1, 9, 2**31 - 1, -1, 0])
def test_another_version_is_refused_and_left_as_it_is(tmp_path, version):
    """The message says which versions this release reads."""
    path = tmp_path / "a.ledger"
    Ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=f"a ledger of version {version}; this release reads versions 1 to {VERSION}"):
        Ledger(path)
    assert path.read_bytes() == before


def test_what_a_reply_said_beside_the_answer_is_kept(server, ledger):
    """Thought, the whole prompt's tokens and the model's name come back as they were written."""
    env = live(server, ledger)
    record = Record(0, "7", "stop", 5, 5, 0, True, "r", "f", thought="3 + 4", whole_prompt=10, model="m-2024")
    call = ledger.reserve(SpendingLimit(completions=9), Spending(1, 10, 0)).result()
    ledger.settle(call, env.request(0, 0), "delivered", Spending(), [record]).result()
    (answer,) = ledger.answers(env.request(0, 0))
    assert (answer.thought, answer.whole_prompt, answer.model) == ("3 + 4", 10, "m-2024") and answer == record.answer()


def test_what_was_found_about_a_model_is_kept(tmp_path):
    """The newest of a name counts, for each endpoint and model apart, also in the next process."""
    with new_ledger(tmp_path) as ledger:
        for name, value in (("n", "8"), ("seed", "no"), ("n", "1"), ("n", "1"), ("n", "4")):
            ledger.keep_ability("http://a/v1", "m", name, value).result()
        ledger.keep_ability("http://a/v1", "other", "n", "2").result()
    with Ledger(ledger.path) as again:
        assert again.abilities("http://a/v1", "m") == {"n": "4", "seed": "no"}
        assert again.abilities("http://a/v1", "other") == {"n": "2"} and again.abilities("http://b/v1", "m") == {}
        assert again._rows("SELECT count(*) FROM ability") == [(5,)]  # the same again is no news


def test_the_models_that_replied_are_known(server, ledger):
    """Each name once, oldest first; replies without a name add none."""
    env = live(server, ledger)
    for sample, named in enumerate(["b", "a", None, "b", "c"]):
        record = Record(sample, "7", "stop", 5, 5, 0, True, None, None, model=named)
        call = ledger.reserve(SpendingLimit(completions=9), Spending(1, 10, 0)).result()
        ledger.settle(call, env.request(0, 0), "delivered", Spending(), [record]).result()
    endpoint = env.endpoint
    assert ledger.models(endpoint.base_url, endpoint.model) == ["b", "a", "c"]
    assert ledger.models("http://b/v1", endpoint.model) == []


def test_a_ledger_filled_at_one_port_is_replayed_at_another(tmp_path):
    """Offline nothing is found until the ledger is told; then all of it is, and what is asked anew joins it."""
    with FaultyServer() as one, FaultyServer() as two, new_ledger(tmp_path) as ledger:
        two.model = one.model
        result = train("psst", live(one, ledger), 60, seed=0)
        at_two = live(two, ledger, offline=True)
        before = at_two.sample([0], [0], 4, np.random.default_rng(0))
        assert not before.valid.any()
        ledger.same_address(one.url, two.url + "/")
        replayed = train("psst", at_two, 60, seed=0)
        assert dict(replayed.policy) == dict(result.policy) and replayed.spent == result.spent
        longer = train("psst", live(two, ledger), 120, seed=0)
        assert two.delivered == len(ledger) - one.delivered > 0
    with Ledger(ledger.path) as again:  # the servers are gone
        for server in (one, two):
            offline = train("psst", live(server, again, offline=True), 120, seed=0)
            assert dict(offline.policy) == dict(longer.policy)


def test_addresses_follow_each_other_and_can_be_parted(tmp_path):
    """A chain leads to its end, the newest word counts, and a circle is refused or leads nowhere."""
    a, b, c = (f"http://{name}/v1" for name in "abc")
    with new_ledger(tmp_path) as ledger:
        ledger.same_address(a, b)
        ledger.same_address(b, c)
        assert [ledger.resolve(x) for x in (a, b, c)] == [a] * 3
        for old, new in ((c, a), (c, b), (b, a)):
            with pytest.raises(ValueError, match=f"{old} is kept under {new} already"):
                ledger.same_address(old, new)
        ledger.same_address(b, b)
        assert [ledger.resolve(x) for x in (a, b, c)] == [a, b, b]
        ledger.keep_ability(c, "m", "n", "1").result()
        assert ledger.abilities(b, "m") == {"n": "1"}
        insert = "INSERT INTO address (address, same_as, at) VALUES (?, ?, 0.0)"
        ledger._writer.submit(lambda t: t.connection.execute(insert, (b, c)) and None).result()
    with Ledger(ledger.path) as again:
        assert [again.resolve(x) for x in (a, b, c)] == [a, b, c]


@pytest.mark.parametrize("bad", ["", "host", 7, None, "http://user:word@host/v1", "http://host/v1?key=word", "ftp://h"])
def test_an_address_that_is_none_or_could_hold_a_key_is_not_kept(ledger, bad):
    """It is refused on either side, without being repeated."""
    for pair in ((bad, "http://a/v1"), ("http://a/v1", bad)):
        with pytest.raises(ValueError, match="an address") as caught:
            ledger.same_address(*pair)
        assert "word" not in str(caught.value)
