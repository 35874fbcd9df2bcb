"""What lesson 00 says of the recorded answers, held against the answers."""

import re
from collections import Counter

import numpy as np
import pytest

from course.answers import prose
from course.recorded import PLAIN, TERSE, USERS, credits, ends, standard_error, words
from iapo_widgets import acr, train
from iapo_widgets.course.lesson_00 import ARMS

WAYS = ("triple-n1", "uniform", "psst", "frugal")


def test_three_answers_save_one_question_and_ruin_another():
    """The words read from them, who is right, and what most of the 24 say are as the text has them."""
    text = prose("00")
    for question, said in ((82, "*man*, *men*, *men*"), (63, "*Islamabad*, *Lahore*, *Lahore*")):
        read = [answer.answer for answer in words().completions(TERSE, question)]
        assert [f"*{word}*" for word in read[:3]] == said.lower().split(", ") and said in text
        assert Counter(read).most_common(1)[0][0] == read[1]
    assert credits(TERSE, 82)[0] == 0 and credits(TERSE, 82)[2] == 1
    assert credits(TERSE, 63)[0] == 1 and credits(TERSE, 63)[2] == 0


@pytest.mark.claim("00-two-prompts-vote")
def test_the_answers_under_two_prompts_vote_as_the_text_says():
    """Prompt 8 is right from N = 3 on, after two that say nothing; prompt 2 is right alone, ties, then is wrong."""
    warm, cold = credits(8, 63), credits(TERSE, 63)
    assert warm == [None] * 2 + [1] * 14 and cold == [1, 0.5] + [0] * 14
    assert "Under prompt 8 the vote is right from N = 3 on" in prose("00")
    assert [words().prompts[p].temperature for p in (8, TERSE, PLAIN)] == [0.8, 0.2, 0.8]


def test_terse_and_plain_are_what_the_text_says():
    """Their words, and the German ones of prompt 8."""
    env = words()
    assert env.prompts[TERSE].text == "{query} Answer with one word." and env.prompts[PLAIN].text == "{query}"
    assert "**terse**, number 2: `{query} Answer with one word.`" in prose("00")
    assert env.prompts[8].text == "Frage: {query} Antworte kurz auf Englisch."


@pytest.mark.claim("00-plain-ahead")
def test_plain_overtakes_terse_where_the_caption_says():
    """The first N at which plain leads, and no later one at which it does not; terse hardly climbs."""
    q = words().exact_q()[0]
    ahead = np.flatnonzero(q[PLAIN] > q[TERSE]) + 1
    said = int(re.search(r"ahead from N = (\d+) on", prose("00"))[1])
    assert ahead.tolist() == list(range(said, 17))
    assert q[TERSE, 15] - q[TERSE, 0] < 0.03 < 0.15 < q[PLAIN, 15] - q[PLAIN, 0]


@pytest.mark.claim("00-three-winners")
def test_each_user_has_another_best_arm_among_four():
    """N falls as the cost weight grows, and more than one prompt wins."""
    q = words().exact_q()
    best = [max(ARMS, key=lambda arm, c=c: q[c, arm[0], arm[1] - 1]) for c in range(3)]
    assert len(set(best)) == 3 and [n for _, n in best] == sorted((n for _, n in best), reverse=True)
    assert len({p for p, _ in best}) > 1


@pytest.mark.claim("00-first-comparison")
def test_the_first_comparison_shows_what_the_text_says():
    """As the lab opens: eight rounds of 625, the policy that is named, PSST above triple-n1."""
    env = words()
    result = train("psst", env, 5_000, seed=0)
    assert [int(done.active[0].sum()) for done in result.rounds] == [80, 40, 20, 10, 5, 3, 2, 1] and 5_000 / 8 == 625
    assert int(result.rounds[0].pulls.sum()) == 10 * (625 // 160) == 30
    assert [result.policy[user].prompt for user in USERS] == [PLAIN, PLAIN, TERSE]
    assert [result.policy[user].n for user in USERS] == [16, 16, 1]
    assert result.rounds[0].policy["low"].prompt != PLAIN
    usual = train("triple-n1", env, 5_000, seed=0)
    assert acr(result.policy, env) > acr(usual.policy, env) + 0.02
    assert "PSST ends higher than triple-n1" in prose("00")


@pytest.mark.claim("00-estimates-fall")
@pytest.mark.claim("00-estimates-high")
def test_the_winner_s_estimates_fall_and_stay_too_high():
    """1.000 after rounds 1 and 3, on three questions at first; in the end above the true Q, which is near the best."""
    env, q = words(), words().exact_q()
    rounds = train("psst", env, 5_000, seed=0).rounds
    leader = [done.policy["low"] for done in rounds]
    estimates = [done.q[0, arm.prompt, arm.n - 1] for done, arm in zip(rounds, leader, strict=True)]
    assert estimates[0] == estimates[2] == pytest.approx(1) and estimates[-1] < 0.9
    assert rounds[0].pulls[leader[0].prompt].sum() == 3
    for c, user in enumerate(USERS):
        arm = rounds[-1].policy[user]
        at = c, arm.prompt, arm.n - 1
        assert rounds[-1].q[at] > q[at] > q[c].max() - 0.005


@pytest.mark.claim("00-psst-fifteen")
@pytest.mark.claim("00-psst-mostly")
def test_psst_ends_above_triple_in_as_many_races_as_told():
    """Fifteen of twenty, as both sentences say; the race of seed 0 is one of the lucky ones."""
    psst = ends("psst")
    above = int((psst > ends("triple-n1")).sum())
    assert f"PSST ends above triple-n1 in {above} of the twenty races" in prose("00")
    assert f"*psst* ends above it in {above} races of 20, not in all" in prose("00")
    assert psst[0] > psst.mean() + psst.std(ddof=1)


@pytest.mark.claim("00-triple-ceiling")
def test_triple_finds_a_best_single_answer_and_no_more():
    """Each of its races ends within 0.001 of the best mean Q at N = 1."""
    ceiling = words().exact_q()[:, :, 0].max(axis=1).mean()
    assert (ends("triple-n1") <= ceiling + 1e-12).all() and (ends("triple-n1") > ceiling - 0.001).all()


@pytest.mark.claim("00-uniform-not-told")
def test_twenty_races_do_not_tell_uniform_from_psst_and_a_hundred_do():
    """In pairs of seeds: twenty differ by less than two standard errors, a hundred by more, as told in the text."""
    apart = np.array([
        acr(train("psst", words(), 5_000, seed=s).policy, words())
        - acr(train("uniform", words(), 5_000, seed=s).policy, words())
        for s in range(100)
    ])  # fmt: skip
    assert np.allclose(apart[:20], ends("psst") - ends("uniform"))
    assert abs(apart[:20].mean()) < 2 * standard_error(apart[:20])
    assert apart.mean() > 2 * standard_error(apart)
    said = f"PSST is ahead by {apart.mean():.3f} ± {standard_error(apart):.3f}"
    assert said == "PSST is ahead by 0.008 ± 0.003" and said in prose("00")


@pytest.mark.claim("00-frugal-always")
def test_frugal_is_above_triple_every_time_and_varies_less_than_psst():
    """In all of twenty races; its races spread less than a third of PSST's."""
    assert (ends("frugal") > ends("triple-n1")).all() and 3 * ends("frugal").std() < ends("psst").std()


@pytest.mark.claim("00-none-perfect")
def test_no_way_finds_the_best_arms_every_time():
    """Each has a race that ends below the best."""
    best = words().exact_q().max(axis=(1, 2)).mean()
    assert all(ends(way).min() < best - 0.001 for way in WAYS)
