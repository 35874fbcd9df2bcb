"""A real language model on this machine: it serves, it ends with its parent, and it says what is wrong."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import openai
import psutil
import pytest

from iapo_widgets import Arm, Policy, mv_contexts, train
from iapo_widgets.live import (
    Endpoint,
    EndpointError,
    ExactMatch,
    LiveEnvironment,
    LocalModel,
    PromptTemplate,
    Question,
    SpendingLimit,
)
from iapo_widgets.live.local import local_model, room
from live_cases import NO_WAIT, new_ledger
from local_cases import local, weights

PROMPTS = (
    PromptTemplate("{query}", temperature=0.8, max_tokens=16),
    PromptTemplate("{query} Answer with one word.", temperature=0.2, max_tokens=16),
    PromptTemplate("{query}", system="You are an expert.", temperature=0.8, max_tokens=16),
)
CAPITALS = {"France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Spain": "Madrid", "Egypt": "Cairo", "Peru": "Lima"}
QUESTIONS = tuple(Question(f"What is the capital of {land}?", city) for land, city in CAPITALS.items())


@pytest.fixture(scope="module")
def model():
    """The model, started once."""
    with local() as running:
        yield running


def environment(model, ledger, **more):
    """Capitals before the model."""
    given = {"n_max": 6, "concurrency": 4, "limit": SpendingLimit(completions=2_000), "progress": False, **more}
    return LiveEnvironment(
        Endpoint(model.base_url, model.model), PROMPTS, QUESTIONS, [ExactMatch("word")], strategy="majority-vote",
        contexts=mv_contexts({"low": 0.0, "high": 1.0}), cost_unit="kilotokens", ledger=ledger, **given,
    )  # fmt: skip


def test_a_vote_that_stops_asks_the_model_less_for_the_same_answers(model, tmp_path):
    """Three capitals by a curtailed vote of five: the answers of all five, for fewer completions in the ledger."""
    with new_ledger(tmp_path) as ledger:
        env = environment(model, ledger).with_(strategy="early-vote")
        policy = Policy(env.contexts, [Arm(1, 5, 5, 1), Arm(1, 5)], prompts=PROMPTS, strategy=env.strategy)
        ask = env.deploy(policy)
        early = [ask(q.text, "low") for q in QUESTIONS[:3]]
        asked = ledger.spent().completions
        full = [ask(q.text, "high") for q in QUESTIONS[:3]]
        assert [r.answer for r in early] == [r.answer for r in full]
        assert asked == sum(r.drawn for r in early) < ledger.spent().completions == 5 * 3


def test_it_answers_like_any_endpoint(model):
    """Several choices in one request, each a text of its own, under the model's name; and it tells where it is."""
    with openai.OpenAI(base_url=model.base_url, api_key="any") as client:
        asked = [{"role": "user", "content": QUESTIONS[0].text}]
        reply = client.chat.completions.create(model=model.model, messages=asked, n=8, max_tokens=16)
        assert [listed.id for listed in client.models.list()] == [model.model]
    texts = {choice.message.content for choice in reply.choices}
    assert len(reply.choices) == 8 and len(texts) > 1 and any("Paris" in text for text in texts)
    assert reply.model == model.model == "SmolLM2-135M-Instruct.Q4_1"
    assert model.running and model.base_url in repr(model) and model.start() is model


def test_it_counts_tokens(model):
    """The tokens of a text are what the server reports of a completion of it, but for the one that ends it."""
    with openai.OpenAI(base_url=model.base_url, api_key="any") as client:
        asked = [{"role": "user", "content": "What is the capital of Italy? Answer with one word."}]
        reply = client.chat.completions.create(model=model.model, messages=asked, max_tokens=24, temperature=0)
    (choice,) = reply.choices
    assert choice.finish_reason == "stop"
    assert model.tokens(choice.message.content) + 1 == reply.usage.completion_tokens


def test_it_waits_without_spinning_and_stays_small(model):
    """Idle it takes hardly any time of a core, and less than 700 MB at all times."""
    process = psutil.Process(model.pid)
    before = sum(process.cpu_times()[:2])
    time.sleep(1)
    assert sum(process.cpu_times()[:2]) - before < 0.5
    assert process.memory_info().rss < 700 * 2**20


@pytest.mark.parametrize("algorithm", ["psst", "frugal"])
def test_a_policy_is_learnt_and_deployed_on_it(tmp_path, model, algorithm):
    """T = 200 real completions give a policy that answers a question that was never asked, and offline the same one."""
    with new_ledger(tmp_path) as ledger:
        env = environment(model, ledger)
        result = train(algorithm, env, 200, seed=0)
        assert result.spent <= 200 and env.report().unreadable < 0.5 * result.spent
        assert dict(train(algorithm, env.with_(offline=True), 200, seed=0).policy) == dict(result.policy)
        response = env.deploy(result.policy)("What is the capital of Greece?", context="low")
        assert response.text and response.n == result.policy["low"].n
        prompts = np.arange(len(PROMPTS))  # which questions a run asks of all is its chance; one is made sure of
        env.sample(prompts, np.zeros_like(prompts), env.n_max, np.random.default_rng(0))
        record = env.record()
        asked = record.questions.index(QUESTIONS[0])
        for prompt in prompts:
            kept = [completion.text for completion in record.completions(prompt, asked)]
            assert len(kept) >= env.n_max and any(kept)


def test_two_of_them_run_beside_each_other(model):
    """Another one of the same weights, as of a second notebook, has an address of its own."""
    with local(slots=2) as other:
        assert other.base_url != model.base_url and other.tokens("hello") == model.tokens("hello")
        pid = other.pid
    assert not psutil.pid_exists(pid) and not other.running and other.pid is None


def test_a_killed_child_is_told_and_a_run_goes_on(tmp_path):
    """Requests fail with a message that names the address; after ``start`` the run goes on, on the same port."""
    # 60 completions are at least ten requests, and how many more is the model's chance: twenty in a row need not fail
    soon = replace(NO_WAIT, in_a_row=5)
    with local() as model, new_ledger(tmp_path) as ledger:
        env, address = environment(model, ledger, retries=soon), model.base_url
        env.sample([0], [0], 2, np.random.default_rng(0))
        os.kill(model.pid, signal.SIGKILL)
        while model.running:
            time.sleep(0.01)
        with pytest.raises(EndpointError, match=str(model.base_url.rsplit(":", 1)[1].split("/")[0])):
            train("psst", env, 60, seed=0)
        model.start()
        assert model.base_url == address
        assert train("psst", environment(model, ledger), 60, seed=0).spent <= 60


PARENT = """
import sys, time
from iapo_widgets.live import LocalModel
model = LocalModel("smollm2", slots=2, context=128).start()
print("pid", model.pid, flush=True)
time.sleep(600)
"""


@contextmanager
def parent():
    """A process that started a model, and the model's number."""
    weights()
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    try:
        line = next(line for line in process.stdout if line.startswith("pid"))
        yield process, psutil.Process(int(line.split()[1]))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_parent(how):
    """However the parent dies."""
    with parent() as (process, child):
        process.send_signal(how)
        process.wait()
        child.wait(10)  # else it raises


def test_a_copy_of_the_parent_does_not_keep_the_child():
    """A forked process that still holds the pipe, as a notebook's checks do, is no parent."""
    code = PARENT.replace("time.sleep(600)", "import os\nif os.fork() == 0:\n    time.sleep(20)\ntime.sleep(600)")
    weights()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    line = next(line for line in process.stdout if line.startswith("pid"))
    child, copies = psutil.Process(int(line.split()[1])), psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    child.wait(10)
    for copy in copies:
        if copy.is_running():
            copy.kill()
    process.stdout.close()


def test_a_port_that_is_taken_is_told():
    """Before any weights are loaded."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} is taken"):
            local(port=port).start()


def test_files_that_are_no_weights(tmp_path):
    """No GGUF is refused at once; one that is cut short when it is loaded, with the engine's reason; none is left."""
    path = tmp_path / "other.gguf"
    path.write_bytes(b"hello")
    with pytest.raises(ValueError, match="no weights in the GGUF format"):
        LocalModel(path)
    path.write_bytes(weights().read_bytes()[:1_000_000])
    model = LocalModel(path)
    with pytest.raises(EndpointError, match=r"other\.gguf could not be served"):
        model.start()
    assert not model.running
    with pytest.raises(FileNotFoundError, match="there is no file"):
        LocalModel(tmp_path / "absent.gguf")
    with pytest.raises(ValueError, match=r"unknown model 'gpt'; known: smollm2"):
        LocalModel("gpt")


def test_too_little_memory_is_told(monkeypatch):
    """With what is needed and what is free."""
    monkeypatch.setattr(room, "memory_at_hand", lambda: 50 * 2**20)
    with pytest.raises(MemoryError, match=r"needs about \d+ MB, and 50 MB are free"):
        local().start()


def test_without_the_extra_the_command_is_told(monkeypatch):
    """Not a missing module, but what to install."""
    monkeypatch.setattr(local_model, "find_engine", lambda: None)
    with pytest.raises(ImportError, match=r"pip install 'iapo-widgets\[local\]'"):
        local().start()


@pytest.mark.parametrize("options", [{"port": -1}, {"port": True}, {"slots": 0}, {"context": 1.5}, {"threads": 0}])
def test_options_out_of_range(options):
    """Are refused before anything is started."""
    with pytest.raises(ValueError, match=next(iter(options))):
        local(**options)


def test_before_the_start_there_is_no_address():
    """And the message says how to start it."""
    with pytest.raises(RuntimeError, match="with LocalModel"):
        _ = local().base_url
