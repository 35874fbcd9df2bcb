"""What the first lessons say of the recorded answers, held against the answers."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest

from course.answers import LESSONS, notebook
from iapo_widgets import acr, load, train
from iapo_widgets.course.lesson_01 import credit
from iapo_widgets.course.lessons import source
from iapo_widgets.live.records.pools import Votes
from iapo_widgets.plots.curves import success_curves
from iapo_widgets.widgets import AnswerExplorer, TradeoffExplorer

TERSE, PLAIN = 2, 0
STRATEGIES = ("majority-vote", "best-of-n")
USERS = ("low", "mid", "high")


@cache
def words():
    """The recorded task."""
    return load("real-words")


@cache
def prose(lesson):
    """The lesson's markdown, on one line."""
    cells = notebook(LESSONS[lesson])["cells"]
    return " ".join(" ".join(source(c) for c in cells if c["cell_type"] == "markdown").split())


@cache
def ends(way, budget=5_000):
    """Mean Q of the policies of twenty races."""
    return np.array([acr(train(way, words(), budget, seed=s).policy, words()) for s in range(20)])


def credits(prompt, question, n_max=16):
    """Credit of the vote of the first n answers as they came, by n - 1; ``None`` where nobody votes."""
    labels = [answer.label for answer in words().completions(prompt, question)]
    votes = [Votes.of(labels[:n]) for n in range(1, n_max + 1)]
    return [vote.credit if vote.winners else None for vote in votes]


def test_00_three_answers_save_one_question_and_ruin_another():
    """The words read from them, who is right, and what most of the 24 say are as the text has them."""
    text = prose("00")
    for question, said in ((82, "*man*, *men*, *men*"), (63, "*Islamabad*, *Lahore*, *Lahore*")):
        read = [answer.answer for answer in words().completions(TERSE, question)]
        assert [f"*{word}*" for word in read[:3]] == said.lower().split(", ") and said in text
        assert Counter(read).most_common(1)[0][0] == read[1]
    assert credits(TERSE, 82)[0] == 0 and credits(TERSE, 82)[2] == 1
    assert credits(TERSE, 63)[0] == 1 and credits(TERSE, 63)[2] == 0


def test_00_the_answers_under_two_prompts_vote_as_the_text_says():
    """Prompt 8 is right from N = 3 on, after two that say nothing; prompt 2 is right alone, ties, then is wrong."""
    warm, cold = credits(8, 63), credits(TERSE, 63)
    assert warm == [None] * 2 + [1] * 14 and cold == [1, 0.5] + [0] * 14
    assert "those of prompt 8 vote rightly from N = 3 on" in prose("00")
    assert [words().prompts[p].temperature for p in (8, TERSE, PLAIN)] == [0.8, 0.2, 0.8]


def test_00_plain_overtakes_terse_where_the_figure_s_caption_says():
    """The first N at which plain leads, and no later one at which it does not."""
    q = words().exact_q()[0]
    ahead = np.flatnonzero(q[PLAIN] > q[TERSE]) + 1
    said = int(re.search(r"ahead from N = (\d+) on", prose("00"))[1])
    assert ahead.tolist() == list(range(said, 17))


def test_00_the_first_comparison_shows_what_the_text_says():
    """As the lab opens: eight rounds of 625, the policy that is named, PSST above triple-n1, its estimates too high."""
    env = words()
    result, q = train("psst", env, 5_000, seed=0), env.exact_q()
    assert [int(done.active[0].sum()) for done in result.rounds] == [80, 40, 20, 10, 5, 3, 2, 1] and 5_000 / 8 == 625
    assert int(result.rounds[0].pulls.sum()) == 10 * (625 // 160) == 30
    assert [result.policy[user].prompt for user in USERS] == [PLAIN, PLAIN, TERSE]
    assert [result.policy[user].n for user in USERS] == [16, 16, 1]
    assert result.rounds[0].policy["low"].prompt != PLAIN
    for c, user in enumerate(USERS):
        arm = result.policy[user]
        assert result.rounds[-1].q[c, arm.prompt, arm.n - 1] > q[c, arm.prompt, arm.n - 1] > q[c].max() - 0.005
    usual = train("triple-n1", env, 5_000, seed=0)
    assert acr(result.policy, env) > acr(usual.policy, env) + 0.02
    assert "PSST ends higher than triple-n1" in prose("00")


def test_00_twenty_races_come_out_as_the_table_is_read():
    """Above triple-n1: PSST mostly, frugal always; uniform level with PSST; the first race was a lucky one."""
    usual, even, psst, frugal = (ends(way) for way in ("triple-n1", "uniform", "psst", "frugal"))
    best = words().exact_q().max(axis=(1, 2)).mean()
    assert 10 < (psst > usual).sum() < 20 and (frugal > usual).all() and psst[0] > psst.mean() + psst.std(ddof=1)
    difference = psst - even
    assert abs(difference.mean()) < 2 * difference.std(ddof=1) / 20**0.5
    assert usual.std() < 0.001 and 5 * frugal.std() < psst.std()
    assert max(runs.min() for runs in (usual, even, psst, frugal)) < best - 0.001
    text = prose("00")
    assert "*psst* ends above it in most races, not in all" in text and "its races differ much less than PSST's" in text


def test_01_two_real_questions_have_two_answers_each():
    """Their success rates are those of the text, above and below one half."""
    for prompt, question, share in ((0, 108, "15/24 = 0.625"), (5, 102, "10/24 = 0.417")):
        labels = [answer.label for answer in words().completions(prompt, question)]
        count, whole = labels.count(0), len(labels)
        assert len(set(labels)) == 2 and f"{count}/{whole} = {count / whole:.3f}" == share and share in prose("01")


def test_01_neighbours_are_no_more_alike_than_any_two_answers_to_a_question():
    """Under every prompt within three standard errors, as shuffling gives them; over questions they are not alike."""
    rng = np.random.default_rng(0)
    for labels in words().answers:
        right = labels == 0
        shuffled = [_pairs(rng.permuted(right, axis=1)) for _ in range(300)]
        assert abs(_pairs(right) - np.mean(shuffled)) < 3 * np.std(shuffled)
        assert _pairs(right) > right.mean() ** 2 + 3 * np.std(shuffled)


def _pairs(right):
    return (right[:, 0::2] & right[:, 1::2]).mean()


def test_01_the_eight_answers_earn_what_the_exercise_asks_for():
    """The first vote is won with two of eight, the second ties, the third is lost; all eight were read."""
    votes = [words().answers[0, question, :8].tolist() for question in (10, 5, 30)]
    assert [credit(each, 0) for each in votes] == [1.0, 0.5, 0.0]
    assert votes[0].count(0) == 2 and min(map(min, votes)) == 0


def test_01_the_orders_at_the_start_and_at_the_end_are_as_predicted():
    """60 and 72 per cent alone; without end the warm prompt loses about 15 per cent, and fewer than the cold one."""
    alone = words().exact_q()[0, :, 0]
    assert f"{alone[PLAIN]:.0%} {alone[TERSE]:.0%}" == "60% 72%"
    assert "is right in 60 % of its attempts" in prose("01") and "which starts at 72 %" in prose("01")
    kept = [[[v for v in row if v >= 0] for row in words().answers[p].tolist()] for p in (PLAIN, TERSE)]
    plain, terse = (1 - np.mean([credit(v, 0) if v else 0 for v in each]) for each in kept)
    assert min((0.05, 0.15, 0.40), key=lambda share: abs(share - plain)) == 0.15 and plain < terse - 0.05


def test_01_warm_mistakes_scatter_and_cold_ones_repeat():
    """Where eight votes save the warm prompt no wrong answer has many; where they ruin the cold one, one has most."""
    for prompt, kind in ((PLAIN, "saves"), (TERSE, "ruins")):
        explorer, shares = AnswerExplorer(words(), prompt=prompt, question=1, n=8), []
        for _ in range(3):
            explorer.question = explorer.search(kind)[0]
            wrong = [v for v in words().answers[prompt, explorer.question].tolist() if v > 0]
            shares.append(Counter(wrong).most_common(1)[0][1] / 24 if wrong else 0.0)
        assert max(shares) < 0.4 if kind == "saves" else min(shares) > 0.5, shares


@pytest.mark.parametrize("cost", [0.001, 0.01, 0.03])
def test_01_a_vote_between_two_never_stops_at_an_even_n(cost):
    """At no success rate once an answer costs anything; the best of N does at some."""
    theta, scales = np.linspace(0.05, 0.95, 19), np.arange(1, 33)
    vote, best = (success_curves(name, theta, 32) - cost * scales for name in ("majority-vote", "best-of-n"))
    assert (vote.argmax(axis=1) % 2 == 0).all() and (best.argmax(axis=1) % 2 == 1).any()


@pytest.mark.parametrize(("rate", "lead"), [(0.40, 3), (0.50, 9), (0.59, None), (0.70, None)])
def test_02_the_flip_of_the_worked_example_moves_as_told(rate, lead):
    """From which N prompt B leads under voting as A's lower rate grows; under best-of-N from two on."""
    rates = np.array([[rate, 0.90], [0.62, 0.62]])
    vote, best = (success_curves(name, rates.ravel(), 32).reshape(2, 2, 32).mean(axis=1) for name in STRATEGIES)
    ahead = np.flatnonzero(vote[1] > vote[0] + 1e-12) + 1
    assert (ahead.tolist() == list(range(lead, 33))) if lead else not len(ahead)
    if rate == 0.40:
        assert np.flatnonzero(best[1] > best[0] + 1e-12)[0] + 1 == 2 and best[0, 0] > best[1, 0]


def test_02_equal_means_have_unequal_votes():
    """Prompts 1 and 2 are right equally often, differ in four words, and end apart."""
    env = words()
    one, two = env.prompts[1], env.prompts[2]
    assert (env.answers[1] == 0).sum() == (env.answers[2] == 0).sum() and env.answers[1].size == 2_880
    assert two.text == f"{one.text} Answer with one word." and one.temperature == two.temperature
    assert env.exact_q()[0, 1, 15] > env.exact_q()[0, 2, 15] + 0.02


def test_02_plain_wins_more_questions_without_end_though_it_is_wrong_more_often():
    """Both win most of the same questions, and of those that only one wins plain wins more."""
    won = []
    for p in (TERSE, PLAIN):
        votes = [[v for v in row if v >= 0] for row in words().answers[p].tolist()]
        won.append({x for x, v in enumerate(votes) if v and credit(v, 0) == 1})
    terse, plain = won
    assert (
        len(plain - terse) > len(terse - plain) and len(terse & plain) > 60 and len(terse & plain) > len(plain - terse)
    )


def test_02_three_prompts_take_turns_and_the_pair_is_the_last_step():
    """Leaders of figure 2 (a); choosing N helps on every task, and then the pair helps some users, not all."""
    assert len(set(words().exact_q()[0].argmax(axis=0).tolist())) == 3
    for env in (words(), load("math"), load("helpful-harmless")):
        q = env.exact_q()
        level = q[:, :, 0] > q[:, :, 0].max(axis=1, keepdims=True) - 1e-9
        alone, best = q[:, :, 0].max(axis=1), q.max(axis=(1, 2))
        then = np.where(level, q.max(axis=2), -1).max(axis=1)
        assert then.mean() - alone.mean() > best.mean() - then.mean() > 0.004
        assert (best - then > 0.01).sum() > 0 and (best - then < 1e-9).sum() > 0


def test_02_who_is_best_for_which_user_is_as_the_answer_says():
    """Plain with 16 at no cost, prompt 1 with 6 at 0.2, one answer from 0.8 on, and only the ratio counts."""
    explorer = TradeoffExplorer(words())
    best = {}
    for cost in (0.0, 0.15, 0.2, 0.75, 0.8, 1.5, 2.0):
        p, i = np.unravel_index(explorer.q(1.0, cost).argmax(), (10, 16))
        best[cost] = (int(p), int(i) + 1)
        assert np.unravel_index(explorer.q(0.5, cost / 2).argmax(), (10, 16)) == (p, i)
    assert best[0.0] == best[0.15] == (PLAIN, 16) and best[0.2] == (1, 6)
    assert best[0.75][1] > 1 and {best[cost][1] for cost in (0.8, 1.5, 2.0)} == {1}


@pytest.mark.parametrize("lesson", ["00"])
def test_numbers_of_prompts_in_prose_are_those_of_the_task(lesson):
    """Terse and plain are what the text says that they are."""
    env = words()
    assert env.prompts[TERSE].text == "{query} Answer with one word." and env.prompts[PLAIN].text == "{query}"
    assert "**terse**, number 2: `{query} Answer with one word.`" in prose(lesson)
