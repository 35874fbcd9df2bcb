"""What lesson 13 says of its runs, held against what its cells print, which nbval keeps true."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest

from course.answers import LESSONS, notebook, prose
from iapo_widgets import mv_contexts
from iapo_widgets.core.completions import Completions
from iapo_widgets.core.reuse import block_samples
from iapo_widgets.core.strategies import MajorityVote
from iapo_widgets.live import Endpoint, ExactMatch, Ledger, LiveEnvironment, Retries, SimulatedEndpoint, SpendingLimit
from iapo_widgets.live.endpoint.attempts import Failed
from iapo_widgets.live.endpoint.calls import Caller

SHORTCUT, STEPS = 4, 2


@cache
def printed(words):
    """What the one cell prints that prints these words."""
    found = []
    for cell in notebook(LESSONS["13"])["cells"]:
        text = "".join("".join(o.get("text", "")) for o in cell.get("outputs", []))
        found += [text] * (words in text)
    (text,) = found
    return text


def numbers(words, row):
    """Numbers of the line with ``row`` in the output with ``words``."""
    (line,) = [line for line in printed(words).splitlines() if row in line]
    return [float(number.replace(",", "")) for number in re.findall(r"[+-]?\d[\d,]*(?:\.\d+)?", line)]


@cache
def exact():
    """Exact accuracies (P, [N = 1 training, held out, N = 8 training, held out])."""
    rows = re.findall(r"N = 1 ([\d.]+) ([\d.]+)   N = 8 ([\d.]+) ([\d.]+)", printed("exact accuracy"))
    return np.array(rows, dtype=float)


@pytest.mark.claim("13-below-likely")
def test_the_bill_is_below_the_likely_number():
    """In tokens."""
    likely = int(re.search(r"likely ([\d,]+) tokens", printed("at most 802,800"))[1].replace(",", ""))
    spent = int(re.search(r"completions, ([\d,]+) tokens", printed("policy and what was paid"))[1].replace(",", ""))
    assert 0 < spent < likely


@pytest.mark.claim("13-charged-more")
def test_the_ledger_charges_more_than_came_and_more_than_was_made():
    """Completions of what broke off are charged, and at the most tokens that they can have had."""
    came, asked, _ = numbers("failed for good", "failed for good")
    charged, made = (numbers("failed for good", row) for row in ("charged in the ledger", "made by the endpoint"))
    assert came < charged[0] <= charged[0] + asked and charged[0] >= made[0] and charged[1] > made[1]


@pytest.mark.claim("13-shortcut-once")
def test_the_shortcut_is_best_if_asked_once():
    """On the training questions and on those held out."""
    assert exact().shape == (6, 4)
    assert exact()[:, 0].argmax() == exact()[:, 1].argmax() == SHORTCUT


@pytest.mark.claim("13-steps-by-vote")
def test_step_by_step_is_best_by_a_vote_of_eight():
    """On the training questions and on those held out."""
    assert exact()[:, 2].argmax() == exact()[:, 3].argmax() == STEPS


@pytest.mark.claim("13-shortcut-flat")
def test_the_shortcut_gains_least_from_votes():
    """Hardly two hundredths, where every other prompt gains more than a tenth."""
    gains = exact()[:, 2:] - exact()[:, :2]
    assert np.all(gains[SHORTCUT] <= 0.02) and np.all(np.delete(gains, SHORTCUT, axis=0) > 0.1)


@pytest.mark.claim("13-ten-mislead")
def test_ten_questions_favour_the_shortcut_by_votes_too():
    """Recorded, it is ahead of step by step at N = 8, which on all questions is the other way round."""
    rows = np.array(re.findall(r"N = 1 ([\d.]+)   N = 8 ([\d.]+)", printed("ten recorded questions")), dtype=float)
    assert rows[SHORTCUT, 1] > rows[STEPS, 1] and np.all(exact()[STEPS, 2:] > exact()[SHORTCUT, 2:])
    assert f", {SHORTCUT}: " in printed("ten recorded questions").splitlines()[-1]


@pytest.mark.claim("13-drawn-near-exact")
def test_the_drawn_score_is_within_its_standard_error_of_the_exact_one():
    """For the user low, on the held-out questions."""
    mean, error, count = numbers("spread of the differences", "policy")
    assert count == 30 and abs(mean - numbers("our policy, and the best possible", "low ")[0]) < error


def test_the_numbers_of_questions_in_the_prose_follow_from_the_spread():
    """(2 s / d)^2 for a difference of 0.05 and of 0.2."""
    (spread,) = numbers("spread of the differences", "spread")
    found = re.findall(r"\(2 . ([\d.]+) / ([\d.]+)\)² ≈ (\d+)", prose("13"))
    assert len(found) == 2 and all(float(s) == spread for s, _, _ in found)
    assert [int(n) for _, _, n in found] == [round((2 * spread / d) ** 2) for d in (0.05, 0.2)]


def test_four_of_five_studies_need_about_twice_as_many_questions():
    """(2.8 s / d)^2, and the share of studies in which a true difference of d comes out two errors large."""
    (spread,) = numbers("spread of the differences", "spread")
    found = re.findall(r"\(2\.8 . ([\d.]+) / ([\d.]+)\)² ≈ ([\d,]+)", prose("13"))
    assert [(float(s), float(d)) for s, d, _ in found] == [(spread, 0.05), (spread, 0.2)]
    assert [int(n.replace(",", "")) for *_, n in found] == [round((2.8 * spread / d) ** 2) for d in (0.05, 0.2)]
    noise = np.random.default_rng(0).standard_normal(100_000)
    assert abs(np.mean(2 + noise > 2) - 0.5) < 0.01 and abs(np.mean(2.8 + noise > 2) - 0.8) < 0.02


@pytest.fixture
def live(tmp_path):
    """The lesson's simulated endpoint, its environment of so many questions, with these faults."""
    running = []

    def begin(count, faults="", **options):
        sim = SimulatedEndpoint(seed=0, **({"faults": faults} if faults else {})).start()
        running.append(sim)
        endpoint = Endpoint(sim.base_url, sim.model, input_price=0.15, output_price=0.60)
        return LiveEnvironment(
            endpoint, sim.prompts(max_tokens=200), sim.questions(90)[:count], [ExactMatch()], n_max=8,
            strategy="majority-vote", contexts=mv_contexts({"low": 0.0}), progress=False,
            ledger=Ledger(tmp_path / f"{len(running)}.sqlite"), limit=SpendingLimit(completions=2_000), **options,
        )  # fmt: skip

    yield begin
    for sim in running:
        sim.stop()


def test_the_estimate_is_what_the_text_makes_of_it(live):
    """213 bytes of the dearest prompt, 256 kept for what is added, 200 of the answer; 104 where all goes as hoped."""
    env = live(90)
    requests = [env.request(p, x) for p in range(len(env.prompts)) for x in range(env.n_queries)]
    dearest = max(requests, key=lambda request: request.prompt_bound)
    words = sum(len(message["content"].encode()) for message in dearest.messages)
    added = env.caller.abilities.prompt_bound(dearest) - dearest.prompt_bound
    assert (dearest.prompt_bound, words, added) == (213, 177, 256) and 213 - words == 36
    assert env.estimate(1_200).tokens_at_most == 1_200 * (213 + 256 + 200) == 802_800
    assert env.estimate(1_200).tokens_likely == 1_200 * (100 + 4)
    assert "213 + 256 + 200 = 669, and 1,200 × 669 = 802,800" in prose("13")
    env.sample([0], [0], n=1, rng=np.random.default_rng(0))
    assert env.caller.abilities.prompt_bound(dearest) < 213 + 256


def test_the_failed_requests_add_up_as_the_text_says(live, monkeypatch):
    """Which requests succeeded and which failed, by the number of answers that they asked for."""
    came, lost, call = Counter(), Counter(), Caller._call

    async def noted(self, request, samples, run, epoch):
        try:
            answers = await call(self, request, samples, run, epoch)
        except Failed as failed:
            lost[len(samples), failed.fault.paid] += 1
            raise
        came[len(samples)] += 1
        return answers

    monkeypatch.setattr(Caller, "_call", noted)
    env = live(10, "503:0.2,reset:0.1", concurrency=1, retries=Retries(attempts=2, wait=False))
    p, x = np.indices((6, 10)).reshape(2, -1)
    pulls = env.sample(p, x, n=8, rng=np.random.default_rng(0))
    assert came == {8: 57, 7: 1, 6: 1, 1: 3} and sum(came.values()) == 62
    assert {n: count for (n, paid), count in lost.items() if paid} == {8: 5, 6: 1}
    assert sum(count for (_, paid), count in lost.items() if not paid) == 16
    assert np.bincount(pulls.n_valid).tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 59]
    assert (
        "57 × 8 + 7 + 6 + 3 = 472" in prose("13")
        and "5 × 8 + 6 = 46" in prose("13")
        and "472 + 46 = 518" in prose("13")
    )
    told = printed("charged in the ledger")
    assert "84 requests, 22 of them failed" in told and "472 of 480" in told and "518 completions" in told


def test_six_of_eight_answers_are_samples_of_six_and_fewer():
    """A pull of eight of which six came holds six blocks of one, three of two, two of three, one up to six."""
    valid = np.arange(8)[None] < 6
    one = np.zeros(1, dtype=np.int64)
    answers = np.array([[0, 1, 0, -1, 2, 0, 0, 0]])
    right = (answers == 0).astype(float)[..., None]
    pull = Completions(one, one.copy(), right, answers, one.copy(), np.ones((1, 8)), valid)
    samples = block_samples(pull, MajorityVote(), np.ones((1, 1)), n_max=8)
    assert samples.count[0].tolist() == [6, 3, 2, 1, 1, 1, 0, 0]
    assert samples.reward[0, 0, 5] == 1.0  # three of five votes are right, the unreadable answer casts none
    assert "as six samples of one answer, three of two, two of three, one each of four, five and six" in prose("13")
