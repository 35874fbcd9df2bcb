"""``iapo record``: a task's file and an endpoint in, a record out, which is told; what was asked is not asked again."""

import gzip

from iapo_widgets import load
from iapo_widgets.cli import main
from iapo_widgets.live import Ledger, SimulatedEndpoint

TASK = """
name = "sums"
questions = "sums.csv"
test = 1
model = "{model}"
url = "{url}"
samples = 3
strategy = "majority-vote"
n_max = 2
[contexts]
low = 0.0
[[scorers]]
kind = "exact match"
[[prompts]]
user = "{{query}}"
max_tokens = 60
[[prompts]]
user = "Think step by step. {{query}}"
max_tokens = 200
"""


def test_a_task_is_recorded_and_told(tmp_path, capsys):
    """With texts, without them from the ledger alone, and once more from the ledger by whoever opens it."""
    (tmp_path / "sums.csv").write_text("question,answer\nWhat is 2 + 3?,5\nWhat is 4 + 5?,9\n")
    with SimulatedEndpoint(seed=0) as sim:
        (tmp_path / "sums.toml").write_text(TASK.format(model=sim.model, url=sim.base_url))
        assert main(["record", str(tmp_path / "sums.toml")]) == 0
        assert "every word of 12 answers; --without-texts leaves the words" in capsys.readouterr().out
        requests, bare = sim.stats.requests, str(tmp_path / "bare.record")
        ledger = ["--ledger", str(tmp_path / "sums.sqlite")]
        assert main(["record", str(tmp_path / "sums.toml"), "--out", bare, *ledger, "--without-texts"]) == 0
        assert "2 right answers and 12 answers without their words" in capsys.readouterr().out
        assert sim.stats.requests == requests
    whole, without = load(tmp_path / "sums.record"), load(bare)
    assert whole.has_texts and not without.has_texts and without.exact_q().tolist() == whole.exact_q().tolist()
    plain = gzip.decompress((tmp_path / "bare.record").read_bytes()).decode()
    assert not [c.text for row in whole.pairs for pool in row for c in pool if c.text in plain]
    with Ledger(tmp_path / "sums.sqlite") as again:
        again.pack(tmp_path / "again.record", name="sums", test=[1])
    assert load(tmp_path / "again.record").pairs == whole.pairs
