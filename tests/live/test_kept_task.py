"""A ledger keeps what its environments ask, so that it is packed in whichever process, as it was packed before."""

import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from faulty import FaultyServer
from iapo_widgets import Context, MajorityVote, load, mv_contexts
from iapo_widgets.live import (
    Brevity,
    ExactMatch,
    FunctionScorer,
    Judge,
    Ledger,
    LedgerCorrupted,
    LedgerError,
    Question,
    SimulatedEndpoint,
)
from iapo_widgets.live.ledger.tasks import KeptTask
from live_cases import KEY, QUESTIONS, live, new_ledger

KEPT = Path(__file__).parent.parent / "kept"
SAME = {"name": "thirds", "about": "of three", "date": "2026-01-01", "test": [3]}
PACK = f"import sys; from iapo_widgets.live import Ledger; Ledger(sys.argv[1]).pack(sys.argv[2], **{SAME!r})"
ASKING = """
import os, signal, sys
from types import SimpleNamespace
import numpy as np
from test_kept_task import known
from iapo_widgets.live import Ledger
env = known(SimpleNamespace(url=sys.argv[2], model=sys.argv[3]), Ledger(sys.argv[1], durable=False))
env.sample(*np.divmod(np.arange(12), 4), 2, np.random.default_rng(0))
os.kill(os.getpid(), signal.SIGKILL)
"""


def known(server, ledger, **more):
    """An environment whose scorers a ledger can hold."""
    contexts = [Context("low", (0.8, 0.2), 0.0), Context("high", (0.5, 0.5), 0.3)]
    given = {"scorers": [ExactMatch("number"), Brevity(9)], "strategy": "vote-then-best", "contexts": contexts}
    return live(server, ledger, **{"cost_unit": "cents", "account": {"extra_body": {"top_k": 7}}, **given, **more})


def asked(env, n=3):
    """The environment, once every pair was answered."""
    env.sample(*np.divmod(np.arange(len(env.prompts) * env.n_queries), env.n_queries), n, np.random.default_rng(0))
    return env


def in_another_process(code, *arguments):
    """Its exit code."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent), *sys.path[1:]])
    environment = {**os.environ, "IAPO_API_KEY": KEY, "PYTHONPATH": paths}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment, timeout=120, check=False).returncode


def same(path, record):
    """Whether a file holds that record, to the last bit."""
    record.pack(path.with_suffix(".other"))
    return path.read_bytes() == path.with_suffix(".other").read_bytes()


@pytest.mark.parametrize("more", [{}, {"cost_unit": "kilotokens"}, {"strategy": "best-of-n"}], ids=str)
def test_another_process_packs_the_same_record(server, tmp_path, more):
    """Bit for bit what was packed before the ledger was closed, which is what the environment itself records."""
    with new_ledger(tmp_path) as ledger:
        env = asked(known(server, ledger, **more))
        ledger.pack(tmp_path / "before.record", **SAME)
        assert same(tmp_path / "before.record", env.record(**SAME))
    assert in_another_process(PACK, ledger.path, tmp_path / "after.record") == 0
    assert (tmp_path / "after.record").read_bytes() == (tmp_path / "before.record").read_bytes()
    record = load(tmp_path / "after.record")
    assert record.test == (3,) and record.counts.min() == 3 and record.questions == QUESTIONS


def test_a_killed_process_leaves_what_is_to_be_packed(server, tmp_path):
    """The task is in the file before the first request leaves; another process packs what arrived."""
    path = tmp_path / "a.ledger"
    assert in_another_process(ASKING, path, server.url, server.model) == -signal.SIGKILL
    assert in_another_process(PACK, path, tmp_path / "after.record") == 0
    requests = len(server.requests)
    with Ledger(path) as ledger:
        assert same(tmp_path / "after.record", known(server, ledger, offline=True).record(**SAME))
    assert load(tmp_path / "after.record").counts.tolist() == [[2] * 4] * 3 and len(server.requests) == requests


def test_the_key_is_in_no_byte(server, tmp_path):
    """Nor what headers hold: not in the ledger, not beside it, not in the record."""
    with new_ledger(tmp_path) as ledger:
        account = {"headers": {"x-team": "canary-team-2b1"}, "extra_body": {"top_k": 7}}
        asked(known(server, ledger, account=account))
        ledger.pack(tmp_path / "a.record")
        files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    files |= {path: path.read_bytes() for path in tmp_path.iterdir()}
    files[tmp_path / "plain"] = gzip.decompress((tmp_path / "a.record").read_bytes())
    assert len(files) >= 3 and any(b"top_k" in content for content in files.values())
    assert not [path for path, content in files.items() if KEY.encode() in content or b"canary" in content]


def brief(question, text):
    """A scorer of one's own."""
    return 1 / (1 + len(text))


def test_scorers_of_one_s_own_are_given_anew(server, tmp_path):
    """The message names them and says how; given, they are used, and nothing else is taken for them."""
    with new_ledger(tmp_path) as ledger:
        env = asked(known(server, ledger, scorers=[ExactMatch(), FunctionScorer(brief)]))
        ledger.pack(tmp_path / "before.record", **SAME)
        assert same(tmp_path / "before.record", env.record(**SAME))
    with Ledger(ledger.path) as again:
        with pytest.raises(
            ValueError, match=r"cannot keep the scorer 'brief'.* give it.*pack\(path, scorers=\[\.\.\.\]\)"
        ):
            again.pack(tmp_path / "after.record")
        with pytest.raises(ValueError, match="is scored by 'correct', 'brief'; 'other' is none of them"):
            again.pack(tmp_path / "after.record", scorers=[FunctionScorer(brief, name="other")])
        again.pack(tmp_path / "after.record", scorers=[brief], **SAME)
        assert (tmp_path / "after.record").read_bytes() == (tmp_path / "before.record").read_bytes()
        again.pack(tmp_path / "other.record", scorers=[brief, ExactMatch(lambda text: "1")])
        assert {c.answer for c in load(tmp_path / "other.record").completions(0, 0)} == {"1"}


def test_a_judge_is_given_anew_and_asked_nothing(tmp_path):
    """Its grades are in the ledger; another process needs its rules, not its model."""
    grades = lambda body, i: "Score: 7" if "grade" in body["messages"][0]["content"] else f"It is {i}."  # noqa: E731
    contexts, strategy = [Context("here", (1.0,))], "best-of-n"
    with FaultyServer(answer=grades) as server, new_ledger(tmp_path) as ledger:
        endpoint = live(server, ledger).endpoint
        env = asked(live(server, ledger, scorers=[Judge(endpoint)], contexts=contexts, strategy=strategy))
        ledger.pack(tmp_path / "before.record", task=1, **SAME)
        assert same(tmp_path / "before.record", env.record(**SAME))
        requests = len(server.requests)
        with Ledger(ledger.path) as again:
            with pytest.raises(ValueError, match="cannot keep the scorer 'judged'"):
                again.pack(tmp_path / "after.record")
            again.pack(tmp_path / "after.record", scorers=[Judge(endpoint)], **SAME)
        assert (tmp_path / "after.record").read_bytes() == (tmp_path / "before.record").read_bytes()
        assert len(server.requests) == requests


def test_of_several_tasks_the_widest_is_packed_or_the_one_that_is_named(server, tmp_path):
    """Of equally wide ones the last; the parts of a split are none; a number that is not there is refused."""
    with new_ledger(tmp_path) as ledger:
        env = asked(known(server, ledger))
        env.split(0.5, 0)
        asked(known(server, ledger, questions=[Question("What is 7 modulo 3?", "1")], name="seven"))
        env.with_(n_max=2)
        env.with_(offline=True, n_max=2)
    with Ledger(ledger.path) as again:
        assert [task.pairs for task in again.tasks()] == [12, 3, 12]
        assert again.pack(tmp_path / "a.record").endswith("; it is of the widest of 3 tasks, task= names one")
        assert load(tmp_path / "a.record").n_max == 2
        for task, (n_max, first) in enumerate(
            [(4, QUESTIONS[0].text), (4, "What is 7 modulo 3?"), (2, QUESTIONS[0].text)]
        ):
            again.pack(tmp_path / "a.record", task=task)
            record = load(tmp_path / "a.record")
            assert (record.n_max, record.questions[0].text) == (n_max, first)
        for task in (3, -1, "seven", True):
            with pytest.raises(ValueError, match=f"keeps tasks 0 to 2; not {task!r}"):
                again.pack(tmp_path / "a.record", task=task)
        assert len(again._rows("SELECT id FROM question_list")) == 2


def test_a_server_that_moved_is_packed(tmp_path):
    """What was recorded under its first address is found from the second one's task."""
    with FaultyServer() as one, FaultyServer() as two, new_ledger(tmp_path) as ledger:
        two.model = one.model
        asked(known(one, ledger))
        ledger.same_address(one.url, two.url)
        env = known(two, ledger)
    with Ledger(ledger.path) as again:
        again.pack(tmp_path / "a.record", **SAME)
        assert same(tmp_path / "a.record", env.with_(ledger=again).record(**SAME))


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger_2.sqlite"])
def test_an_older_ledger_is_packed_once_its_task_is_known(tmp_path, name):
    """Before that it says what it lacks."""
    sim = SimulatedEndpoint(port=8123)  # not started: only its address is asked
    at = type("At", (), {"url": sim.base_url, "model": sim.model})
    path = Path(shutil.copy(KEPT / name, tmp_path))
    with Ledger(path) as ledger:
        with pytest.raises(LedgerError, match="make a LiveEnvironment of it first"):
            ledger.pack(tmp_path / "a.record")
        more = {"prompts": sim.prompts()[:2], "questions": sim.questions(3), "scorers": [ExactMatch(), Brevity()]}
        env = known(at, ledger, prices=(0.5, 2.0), account=None, offline=True, **more)
    with Ledger(path) as ledger:
        ledger.pack(tmp_path / "a.record", **SAME)
        assert same(tmp_path / "a.record", env.with_(ledger=ledger).record(**SAME))


def test_a_strategy_of_one_s_own_is_said(server, tmp_path):
    """No file can name it, and the environment works all the same."""

    class Mine(MajorityVote):
        """Like ours, but not ours."""

    with new_ledger(tmp_path) as ledger:
        env = asked(live(server, ledger, scorers=[ExactMatch()], contexts=mv_contexts(), strategy=Mine()))
        assert env.record().n_queries == 4
        with pytest.raises(ValueError, match="this task cannot be packed: a file cannot name the strategy"):
            ledger.pack(tmp_path / "a.record")


GOOD = (
    '{"name": "x", "endpoint": "http://a/v1", "model": "m", "extra_body": {}, "prices": [null, null], "scorers":'
    ' [{"kind": "coverage", "name": "c"}], "strategy": "best-of-n", "objective": null, "n_max": 2, "cost_unit":'
    ' "tokens", "contexts": [["a", [1.0], 0.0]], "prompts": [{"text": "{query}", "max_tokens": 5}]}'
)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", "", "no question that every prompt has answered"),  # as it should be, but for answers
        (GOOD, "[]", "it has no fields"),
        (GOOD, "{", "Expecting property name"),
        ('"m"', "7", "model must be text"),
        ('{"kind": "coverage", "name": "c"}', "3", "stands where fields with names should"),
        ('"coverage"', '"os.system"', "kind must be one of"),
        ('"name": "c"', '"name": "c", "run": "x"', "unexpected keyword argument 'run'"),
        ("[null, null]", "[1]", "give both prices"),
        ("[null, null]", "[1, 2, 3]", "arguments"),
        (', "max_tokens": 5', "", "prompts with a bound"),
        ('[{"text": "{query}", "max_tokens": 5}]', "[]", "needs questions, and prompts"),
        ('"extra_body": {}', '"extra_body": {"messages": 1}', "messages"),
        ('"n_max": 2', '"n_max": 1e9', "n_max"),
        ('"strategy": "best-of-n"', '"strategy": "b"', "unknown strategy"),
    ],
    ids=range(14),
)  # fmt: skip
def test_a_task_that_somebody_else_wrote_is_refused(tmp_path, old, new, what):
    """With what is wrong with it, in one line."""
    with new_ledger(tmp_path) as ledger:
        ledger.keep_task(KeptTask('[["old, river"]]', GOOD.replace(old, new) if old else GOOD, 1), None)
    error = LedgerCorrupted if old else ValueError
    with Ledger(ledger.path) as again, pytest.raises(error, match=what) as found:
        again.pack(tmp_path / "a.record")
    assert "\n" not in str(found.value) and not (tmp_path / "a.record").exists()


def test_the_answers_words_are_left_out_where_that_is_asked(tmp_path):
    """Of a reopened ledger, too: no word of theirs is in the file, and it says so."""
    with FaultyServer(answer=lambda body, i: f"zarpel {i}") as server, new_ledger(tmp_path) as ledger:
        asked(known(server, ledger))
    with Ledger(ledger.path) as again:
        told = again.pack(tmp_path / "a.record", texts=False)
        assert told.endswith("it carries 3 prompts, 4 questions, 4 right answers and 36 answers without their words")
        assert "zarpel" not in gzip.decompress((tmp_path / "a.record").read_bytes()).decode()
        assert "every word of 36 answers; texts=False" in again.pack(tmp_path / "a.record")
        assert "zarpel 3" in gzip.decompress((tmp_path / "a.record").read_bytes()).decode()


def test_tasks_are_salvaged(server, tmp_path):
    """A copy of what can be read of a ledger packs as the ledger did."""
    with new_ledger(tmp_path) as ledger:
        asked(known(server, ledger))
        ledger.pack(tmp_path / "before.record", **SAME)
    connection = sqlite3.connect(ledger.path)
    connection.execute("CREATE TABLE odd (a)")
    connection.close()
    with Ledger.salvage(ledger.path, tmp_path / "copy.ledger") as copy:
        copy.pack(tmp_path / "after.record", **SAME)
    assert (tmp_path / "after.record").read_bytes() == (tmp_path / "before.record").read_bytes()
