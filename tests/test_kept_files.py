"""Files that earlier code wrote are read as they were meant, bit for bit where they hold numbers."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from iapo_widgets import Context, Policy, load
from iapo_widgets.live import (
    Brevity,
    Endpoint,
    ExactMatch,
    Ledger,
    LiveEnvironment,
    SimulatedEndpoint,
    SpendingLimit,
)
from iapo_widgets.study.protocol import Study
from iapo_widgets.study.results import ResultsFile

KEPT = Path(__file__).parent / "kept"
EXPECTED = json.loads((KEPT / "expected.json").read_text("utf-8"))
ENVIRONMENTS = ("votes", "best", "mixed")


def fields(prompt):
    """What every version of a prompt has."""
    return {name: getattr(prompt, name) for name in ("text", "system", "temperature", "top_p", "max_tokens")}


def arrays(env):
    """Shape and SHA-256 of each array of an environment."""
    found = {name: getattr(env, name) for name in ("probs", "values", "answers", "gold", "cost")}
    return {
        name: [list(array.shape), hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()]
        for name, array in found.items()
    }


def digest(content):
    """SHA-256 of plain values."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_saved_environment_is_read(name):
    """Arrays are the same bytes, names and prompts the same words, and exact Q is what it was to 1e-12."""
    env, expected = load(KEPT / f"{name}.npz"), EXPECTED[name]
    assert arrays(env) == expected["arrays"]
    assert [fields(p) for p in env.prompts] == expected["prompts"]
    assert [[c.name, list(c.weights), c.cost_weight] for c in env.contexts] == expected["contexts"]
    assert (list(env.objectives), env.strategy.name) == (expected["objectives"], expected["strategy"])
    assert (env.name, env.note, env.cost_unit) == (name, expected["note"], expected["cost_unit"])
    np.testing.assert_allclose(env.exact_q(), expected["q"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_saved_policy_is_read(name):
    """Arms, prompts, contexts, objectives and strategy are those that were learned."""
    policy, expected = Policy.load(KEPT / f"{name}.json"), EXPECTED[name]
    assert {context: [arm.prompt, arm.n] for context, arm in policy.items()} == expected["policy"]
    assert {str(index): fields(prompt) for index, prompt in policy.prompts.items()} == expected["policy_prompts"]
    assert [[c.name, list(c.weights), c.cost_weight] for c in policy.contexts] == expected["contexts"]
    assert (list(policy.objectives), policy.strategy.name) == (expected["objectives"], expected["strategy"])


def test_a_study_is_gone_on_with(tmp_path):
    """Both finished runs are read, nothing is missing, and the file stays as it is."""
    path = shutil.copy(KEPT / "study.jsonl", tmp_path)
    results = ResultsFile(Study(("math",), ("uniform",), (200,), runs=2, seed=0), path)
    lines = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()[1:]]
    assert results.missing == []
    assert results.records == [record for line in lines for record in line["records"]]
    assert Path(path).read_bytes() == (KEPT / "study.jsonl").read_bytes()


def test_a_ledger_is_read(tmp_path):
    """Completions, the journal, what was spent and the recorded environment are what they were."""
    expected, sim = EXPECTED["ledger"], SimulatedEndpoint(port=8123)  # not started: only its address is asked
    with Ledger(shutil.copy(KEPT / "ledger.sqlite", tmp_path)) as ledger:
        env = LiveEnvironment(
            Endpoint(sim.base_url, sim.model, input_price=0.5, output_price=2.0), sim.prompts()[:3], sim.questions(4),
            [ExactMatch(), Brevity()], n_max=3, strategy="vote-then-best", contexts=[Context("low", (0.8, 0.2), 0.0)],
            cost_unit="kilotokens", ledger=ledger, limit=SpendingLimit(completions=200), offline=True,
        )  # fmt: skip
        spent = ledger.spent()
        assert (len(ledger), ledger.open_calls()) == (expected["completions"], expected["open"])
        assert [spent.completions, spent.tokens, spent.picos] == expected["spent"]
        calls = [[call, what, s.completions, s.tokens, s.picos] for call, what, s, _ in ledger.calls()]
        assert digest(calls) == expected["calls"]
        answers = [
            [a.text, a.finish_reason, a.prompt_tokens, a.completion_tokens, a.cost.hex(), a.cost_reported]
            for p in range(3) for x in range(4) for a in env.answers(p, x)
        ]  # fmt: skip
        assert digest(answers) == expected["answers"]
        del expected["recorded"]["cost"]  # it held each completion's share of the prompt, which is now the request's
        assert arrays(env.recorded()).items() >= expected["recorded"].items()
