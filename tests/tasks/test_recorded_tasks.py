"""The recorded tasks that come with the package: whole, as their files say, and exact by independent counting."""

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from iapo_widgets import load, train
from iapo_widgets.live import ExactMatch, LiveWarning
from iapo_widgets.live.local.weights import WEIGHTS
from iapo_widgets.live.records.task_file import TaskFile
from iapo_widgets.tasks import catalogue
from iapo_widgets.tasks.catalogue import RECORDED

FOLDER = Path(catalogue.__file__).parent / "recorded"


@pytest.fixture(scope="module", params=sorted(RECORDED))
def record(request):
    """Each of them."""
    return load(request.param)


def test_they_are_as_large_as_a_task_should_be(record):
    """At least 10 prompts, 120 questions and 24 answers to every pair; all files together are small."""
    assert len(record.prompts) >= 10 and record.n_queries >= 120 and record.counts.min() >= 24 and record.n_max == 16
    assert sum(path.stat().st_size for path in RECORDED.values()) < 5_000_000


def test_they_are_what_their_task_file_asks_for(record):
    """Prompts, questions, users, scorers and the test part are those of the file beside; so are weights and engine."""
    task = TaskFile.read(FOLDER / f"{record.name}.toml")
    assert record.prompts == task.prompts and record.questions == task.questions and record.contexts == task.contexts
    assert record.test == task.test and record.strategy == task.strategy and record.about == task.about
    assert [scorer.scorer for scorer in record.scorers] == [repr(scorer) for scorer in task.scorers]
    assert record.made["sha256"] == WEIGHTS[task.model].sha256 and record.made["engine"].startswith("xllamacpp 20")
    assert record.made["command"] == f"iapo record {record.name}.toml" and record.made["licence"]
    with pytest.raises(ValueError, match="its answers are recorded"):
        load(record.name, published=True)


def test_their_parts_are_their_own(record):
    """Forty questions are for tests, the others for training, and none for both."""
    train_part, test_part = load(record.name, part="train"), load(record.name, part="test")
    assert test_part.n_queries == 40 and set(train_part.questions) | set(test_part.questions) == set(record.questions)
    assert not set(train_part.questions) & set(test_part.questions)
    assert test_part.completions(3, 5) == record.completions(3, record.test[5])


def test_prompts_truly_differ(record):
    """Alone, and at the largest N, the best prompt beats the worst by a tenth of the range of rewards."""
    q = record.exact_q()[0]
    assert np.ptp(q[:, 0]) > 0.1 and np.ptp(q[:, -1]) > 0.1


def votes(answers, right, n):
    """Probability that the right answer wins a vote of n, by going through all draws of answers."""
    share = {answer: count / len(answers) for answer, count in Counter(answers).items()}
    total = 0.0
    for draw in product(share, repeat=n):
        count = Counter(answer for answer in draw if answer is not None)
        top = [answer for answer, votes in count.items() if votes == max(count.values())]
        won = sum(answer in right for answer in top) / len(top) if top else 0.0
        total += np.prod([share[answer] for answer in draw]) * won
    return total


def test_q_is_that_of_counting_texts(record):
    """Of eight questions, to 1e-12: votes by going through all draws, the best of N by sorting, costs by adding."""
    some = record._queries(np.arange(3, 120, 15))
    q, weights = some.exact_q(), some.contexts[-1].weights
    for p in range(len(some.prompts)):
        for n in (1, 2, 3) if some.strategy.name == "majority-vote" else (1, 2, 7, 16):
            rewards = []
            for x in range(some.n_queries):
                pool = some.completions(p, x)
                if some.strategy.name == "majority-vote":
                    read = [("right" if c.label == 0 else c.answer) for c in pool]
                    rewards.append(votes(read, {"right"}, n))
                else:
                    utility = np.sort([np.dot(weights, c.score) for c in pool])
                    ranks = np.arange(len(pool) + 1) / len(pool)
                    rewards.append(np.dot(utility, np.diff(ranks**n)))
            tokens = np.mean([c.tokens for x in range(some.n_queries) for c in some.completions(p, x)]) / 1000
            cost = n * tokens + some.query_call_cost[p].mean()
            expected = np.mean(rewards) - some.contexts[-1].cost_weight * cost
            assert q[-1, p, n - 1] == pytest.approx(expected, abs=1e-12)


def test_a_policy_is_learnt_from_them(record):
    """PSST finds arms on the training part that beat the first prompt asked once, on the test part."""
    train_part, test_part = record.part("train"), record.part("test")
    policy = train("psst", train_part, 5_000, seed=0).policy
    q = test_part.exact_q()
    gains = [q[c, policy[context.name].prompt, policy[context.name].n - 1] - q[c, 0, 0]
             for c, context in enumerate(record.contexts)]  # fmt: skip
    assert np.mean(gains) > 0.02


def test_a_cold_prompt_lures():
    """*Answer with one word* at temperature 0.2 is far ahead of the plain question alone, and behind it under votes."""
    q = load("real-words").with_(replacement=False).exact_q()[0]
    plain, cold = 0, 2
    assert q[cold, 0] > q[plain, 0] + 0.1 and q[cold, 15] < q[plain, 15] - 0.04


def test_how_answers_are_read_decides():
    """The reader for any text leaves many of the plain prompt's sentences unread, says so, and another prompt wins."""
    words = load("real-words")
    with pytest.warns(LiveWarning, match="could not read"):
        other = words.scored([ExactMatch("any")])
    ours, theirs = words.exact_q()[0], other.exact_q()[0]
    assert theirs[0, 0] < ours[0, 0] - 0.3
    assert (ours[:, 15].argmax(), theirs[:, 15].argmax()) == (0, 3)
