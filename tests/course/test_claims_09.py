"""What lesson 09 claims of shortcuts, held against the records and the study's table."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest

from course.answers import printed
from course.told import kept_runs, measured, prose
from iapo_widgets import load, train
from iapo_widgets.study.table import Table

STAND_INS = ("synth-bernoulli", "math", "commonsense-qa", "synth-categorical", "helpful-harmless", "summarization")
MADE = ("synth-bernoulli", "synth-categorical")  # to deceive
BUDGETS = (1_000, 2_000, 5_000, 10_000, 20_000)
GAPS = "gap = np.array(returns)"  # code of the cell that measures


@cache
def values(task):
    """Exact Q of a recorded task, (users, prompts, N)."""
    return load(task).exact_q()


def lost(task):
    """What each user loses by the best prompt of N = 1 at its best N."""
    q = values(task)
    kept = q[np.arange(len(q)), q[:, :, 0].argmax(axis=1)].max(axis=1)
    return q.max(axis=(1, 2)) - kept


def verdicts(rival, budget):
    """Stand-ins where PSST is significantly ahead of ``rival``, and where it is behind."""
    rows = {name: Table.read().comparison(name, "psst", rival, budget) for name in STAND_INS}
    clear = {name: c.difference for name, c in rows.items() if c.p_holm < 0.05}
    return {name for name, d in clear.items() if d > 0}, {name for name, d in clear.items() if d < 0}


@pytest.mark.claim("09-sums-nobody-deceived")
def test_on_sums_the_best_prompt_alone_is_the_best():
    """No user loses anything by keeping it."""
    assert np.allclose(lost("real-sums"), 0)


@pytest.mark.claim("09-deceived-users")
def test_one_user_of_three_is_deceived_on_words_and_four_of_nine_on_sentences():
    """So many lose by the best prompt of N = 1."""
    assert (lost("real-words") > 5e-4).tolist() == [True, False, False]
    assert (lost("real-sentences") > 5e-4).sum() == 4 and len(lost("real-sentences")) == 9


@pytest.mark.claim("09-words-cold")
def test_two_cold_prompts_lead_alone_and_a_warm_one_with_sixteen_votes():
    """They are level, and neither is best at N = 16; what they say of three capitals is what the text says."""
    q, env = values("real-words")[0], load("real-words")
    alone = np.argsort(-q[:, 0])
    assert set(alone[:2]) == {1, 2} and q[1, 0] == pytest.approx(q[2, 0]) and q[alone[2], 0] < q[2, 0] - 0.01
    assert {env.prompts[p].temperature for p in (1, 2)} == {0.2} and q[:, 15].argmax() == 0
    assert re.findall(r"prompt 2, .*?: (\w+)", printed("09", "most_common")) == ["lahore", "lagos", "lagos"]


@pytest.mark.claim("09-cold-ahead-alone")
def test_the_cold_prompt_is_ahead_alone_since_it_is_right_where_it_is_sure():
    """Where 20 of its 24 answers are the same, they are right on most questions; and it is ahead at N = 1."""
    env, q = load("real-words"), values("real-words")[0]
    right = []
    for x in range(env.n_queries):
        label, times = Counter(answer.label for answer in env.completions(2, x)).most_common(1)[0]
        if times >= 20:
            right.append(label == env.gold[x])
    assert q[2, 0] > q[0, 0] and sum(right) > 60 and np.mean(right) > 0.5


@pytest.mark.claim("09-short-low")
def test_where_the_best_prompt_alone_is_best_of_all_nothing_is_lost():
    """Prompt 8 is so for the user "short, low", and both races end with it."""
    env, q = load("real-sentences"), values("real-sentences")[6]
    assert env.contexts[6].name == "short, low" and q[:, 0].argmax() == q.max(axis=1).argmax() == 8
    ends = [train(name, env, 20_000, seed=1).policy for name in ("psst+k1", "psst")]
    assert [p["short, low"].prompt for p in ends] == [8, 8] and [p["words, low"].prompt for p in ends] == [7, 9]


@pytest.mark.claim("09-german-last-then-first")
def test_the_german_prompt_is_last_alone_and_first_of_sixteen():
    """For who wants the words and minds no cost."""
    env, q = load("real-sentences"), values("real-sentences")[0]
    assert env.contexts[0].name == "words, low" and env.prompts[9].text.startswith("Schreibe einen englischen Satz")
    assert q[:, 0].argmin() == 9 and q[:, 15].argmax() == 9 and np.unravel_index(q.argmax(), q.shape) == (9, 15)
    ended = re.findall(r"T = +(\d+) (\S+) +(\d+) of 20", printed("09", "ended[name, T] = "))
    assert ended[4:] == [("20000", "psst", "14"), *(("20000", f"psst+k{k}", "0") for k in (1, 4, 8))]


def test_the_words_of_single_answers_are_in_the_record():
    """How many of the five given words the first answers hold, as the answer to the try says."""
    env = load("real-sentences")

    def held(prompt, question, n):
        return [round(5 * answer.score[0]) for answer in list(env.completions(prompt, question))[:n]]

    assert [held(9, 0, 4)[i] for i in (1, 3)] == [5, 5] and held(9, 10, 4) == [0] * 4
    assert max(held(9, 10, 16)) == max(held(7, 10, 16)) == 4 and max(held(9, 50, 4)) == 5 and held(7, 50, 4) == [4] * 4


@pytest.mark.claim("09-k1-ahead-on-words")
def test_few_completions_favour_screening_on_words():
    """K = 1 is ahead by more than three standard errors, K = 4 by two."""
    gaps = measured("09", GAPS)
    (one, error), (four, error4) = (gaps[f"real-words T = 1000 psst+k{k}"] for k in (1, 4))
    assert one > 3 * error and four > 2 * error4


@pytest.mark.claim("09-words-level")
def test_many_completions_make_the_four_level_on_words():
    """No difference reaches two standard errors."""
    gaps = measured("09", GAPS)
    for k in (1, 4, 8):
        gap, error = gaps[f"real-words T = 20000 psst+k{k}"]
        assert abs(gap) < 2 * error


@pytest.mark.claim("09-k1-behind-on-sentences")
def test_one_prompt_is_too_few_on_sentences():
    """K = 1 is behind at both budgets; K = 4 and 8 are within two standard errors at the small one."""
    gaps = measured("09", GAPS)
    for budget in (1000, 20000):
        gap, error = gaps[f"real-sentences T = {budget} psst+k1"]
        assert gap < -3 * error
    for k in (4, 8):
        gap, error = gaps[f"real-sentences T = 1000 psst+k{k}"]
        assert abs(gap) < 2 * error


@pytest.mark.claim("09-k8-behind-on-sentences")
def test_eight_are_a_little_too_few_on_sentences():
    """Two standard errors behind in the lesson's runs, more in the kept ones, by about 0.001 in both."""
    gap, error = measured("09", GAPS)["real-sentences T = 20000 psst+k8"]
    assert -0.0015 < gap < -2 * error
    kept = kept_runs("real-sentences")
    (plain, a), (eight, b) = kept["psst", 20_000], kept["psst+k8", 20_000]
    assert eight - plain == pytest.approx(0.001, abs=2e-4) and eight - plain > 3 * np.hypot(a, b)


@pytest.mark.claim("09-kept-runs")
def test_the_kept_runs_are_told_to_the_digit():
    """Every mean and error of the 200 runs that the text gives stands in the benchmark's table."""
    for task, algorithm, budget, words in (
        ("real-sentences", "psst", 20_000, "0.0023 ± 0.0002 for PSST"),
        ("real-sentences", "psst+k8", 20_000, "0.0033 ± 0.0002 for K = 8"),
        ("real-sentences", "psst+k1", 20_000, "0.0157 ± 0.0007 for K = 1"),
        ("real-words", "psst", 1_000, "0.0231 ± 0.0036 for PSST"),
        ("real-words", "psst+k1", 1_000, "0.0018 ± 0.0026 for K = 1"),
    ):
        mean, error = kept_runs(task)[algorithm, budget]
        assert words in prose("09") and words.startswith(f"{mean:.4f} ± {error:.4f} for")


@pytest.mark.claim("09-k1-standins")
def test_one_prompt_on_the_stand_ins():
    """Far behind where prompts deceive, behind on two more, ahead on math."""
    ahead, behind = verdicts("psst+k1", 20_000)
    assert ahead == {*MADE, "helpful-harmless", "summarization"} and behind == {"math"}
    differences = {n: Table.read().comparison(n, "psst", "psst+k1", 20_000).difference for n in STAND_INS}
    assert min(differences[n] for n in MADE) > 4 * max(d for n, d in differences.items() if n not in MADE)


@pytest.mark.claim("09-k8-standins")
def test_eight_prompts_on_the_stand_ins():
    """Behind PSST nowhere at any budget, ahead on three tasks at the largest."""
    assert not any(verdicts("psst+k8", budget)[0] for budget in BUDGETS)
    assert len(verdicts("psst+k8", 20_000)[1]) == 3


@pytest.mark.claim("09-k4-standins")
def test_four_prompts_on_the_stand_ins():
    """Ahead on three, behind on one of those made to deceive."""
    ahead, behind = verdicts("psst+k4", 20_000)
    assert len(behind) == 3 and len(ahead) == 1 and ahead < set(MADE)


@pytest.mark.claim("09-small-budgets")
def test_screening_pays_at_a_thousand_completions():
    """All three K are ahead on all six stand-ins; K = 1 is on words, in the lesson's runs and in the kept ones."""
    for k in (1, 4, 8):
        assert verdicts(f"psst+k{k}", 1_000)[1] == set(STAND_INS)
    (plain, a), (one, b) = (kept_runs("real-words")[n, 1_000] for n in ("psst", "psst+k1"))
    assert plain - one > 2 * np.hypot(a, b)
