"""Training on the simulated endpoint while it misbehaves, and judging the result by its exact truth."""

import numpy as np

from iapo_widgets import mv_contexts, train, voting_environment
from iapo_widgets.live import Endpoint, ExactMatch, Ledger, LiveEnvironment, Retries, SimulatedEndpoint, SpendingLimit

FAULTS = "429:0.08,500:0.04,reset:0.04,malformed:0.03,few:0.04,no-usage:0.04,empty:0.02"


def test_psst_avoids_the_deceptive_prompt_on_a_faulty_endpoint(tmp_path):
    """With a fault in three of ten requests PSST spends within its cap by the server's count, and the arm it
    learns for who minds no cost is exactly better than the deceptive prompt at any N."""
    limit = SpendingLimit(completions=3_500)
    with SimulatedEndpoint(seed=0, faults=FAULTS, retry_after=0.01) as sim, Ledger(
        tmp_path / "ledger.sqlite", durable=False
    ) as ledger:  # fmt: skip
        prompts, questions = sim.prompts(), sim.questions(40)
        env = LiveEnvironment(
            Endpoint(sim.base_url, sim.model), prompts, questions, [ExactMatch()], n_max=8, ledger=ledger, limit=limit,
            strategy="majority-vote", contexts=mv_contexts({"low": 0.0}), retries=Retries(wait=False),
            concurrency=1,  # faults then meet the same requests in every run
        )  # fmt: skip
        arm = train("psst", env, 2_000, seed=0, paired=True).policy["low"]
        assert sim.stats.generated <= ledger.spent().completions <= 3_500 and sum(sim.stats.faults.values()) > 20
        probs = []  # the right answer first; naming none counts as one more wrong answer
        for prompt in prompts:
            told = [sim.distribution(prompt, q.text) for q in questions]
            probs.append([[d.get(q.gold, 0.0), *sorted(p for a, p in d.items() if a != q.gold)]
                          for d, q in zip(told, questions, strict=True)])  # fmt: skip
    size = max(len(row) for prompt in probs for row in prompt)
    padded = np.array([[row + [0.0] * (size - len(row)) for row in prompt] for prompt in probs])
    gold, free = np.zeros(len(questions), int), np.zeros(len(prompts))
    q = voting_environment(padded, gold, free, contexts=mv_contexts({"low": 0.0}), n_max=8).exact_q()[0]
    assert q[:, 0].argmax() == 4 and q[arm.prompt, arm.n - 1] > q[4].max() + 0.05
