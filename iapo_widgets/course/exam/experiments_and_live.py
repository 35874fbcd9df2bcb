"""Questions on lessons 09 to 14: shortcuts, experiments, stopping early, few calls, a live endpoint, the capstone."""

from __future__ import annotations

from math import ceil

import numpy as np

from ..lesson_11 import stop_at
from .bank import Pick, Posed, bold, of
from .prompts_and_votes import vote_of_three


@of("09")
def what_screening_sees(pick: Pick) -> Posed:
    budget, percent, prompts = pick((2_000, 20, 25), (5_000, 20, 10), (1_000, 10, 20))
    each = budget * percent // 100 // prompts
    return Posed(
        f"T = {budget:,}, ρ = {percent / 100}, {prompts} prompts. How many completions of each prompt does screening "
        "see?",
        f"{bold(each)}. {percent} % of the budget are {budget * percent // 100} completions.",
        (each,),
    )


@of("09")
def what_deceives(pick: Pick) -> Posed:
    return Posed(
        "What is a deceptive prompt, and why does a larger budget not rescue PSST+K1 from it?",
        "It is best, or nearly, at N = 1 and gains little by more answers, so that another is better once each has "
        "its best N. Screening looks at N = 1 only. A larger budget makes it surer of the wrong prompt, and what "
        "was dropped is never looked at again.",
    )


@of("09")
def best_of_n_deceived(pick: Pick) -> Posed:
    even, chance, n = pick((0.6, 0.5, 2), (0.5, 0.4, 2), (0.7, 0.4, 3))
    value = 1 - (1 - chance) ** n
    return Posed(
        f"Can best-of-N be deceived, too? Draft A always scores {even}; draft B scores 1 with chance {chance}, else "
        f"0. Who leads at N = 1, and what has B at N = {n}?",
        f"A leads at N = 1, {even} to {chance}. At N = {n} B has {bold(value, 3)}, and A still {even}: the best of N "
        "favours scores that spread.",
        (value,),
    )


@of("10")
def a_negative_regret(pick: Pick) -> Posed:
    oracle, got = pick((0.820, 0.825), (0.741, 0.750), (0.605, 0.606))
    return Posed(
        f"On test questions the arms that are best on the training questions have ACR {oracle:.3f}, a policy "
        f"{got:.3f}. What is the regret, and how can that be?",
        f"{bold(oracle - got, 3)}. Those arms are the best on the *training* questions; on the test questions others "
        "can be better.",
        (oracle - got,),
    )


@of("10")
def not_told_apart(pick: Pick) -> Posed:
    return Posed(
        "Over 200 paired runs A is above B by 0.002 ± 0.003 (its standard error), and the corrected p is 0.6. Write "
        "one sentence that the data carry, and one that they do not.",
        "They carry: these runs do not tell A and B apart; a difference larger than about 0.01 either way is "
        "unlikely. They do not carry: A is better than B, nor: A and B are equally good.",
    )


@of("10")
def level_or_ahead(pick: Pick) -> Posed:
    a, b, error = pick((0.642, 0.641, 0.001), (0.577, 0.574, 0.002), (0.731, 0.728, 0.004))
    ratio = (a - b) / (2 * error**2) ** 0.5
    return Posed(
        f"UCB has {a} and PSST {b} on a best-of-N task, each with a standard error of {error}. How many standard "
        "errors are they apart if they are independent? May one write that UCB is ahead?",
        f"{bold(ratio, 2)}. No: less than two. Look at paired differences, or make more runs, before one is said to "
        "be ahead.",
        (ratio,),
    )


@of("11")
def a_vote_that_is_decided(pick: Pick) -> Posed:
    said = pick("AABAABB", "ABAAABB", "AAAABBB", "ABABAAA")
    n = stop_at(said, len(said), len(said))
    return Posed(
        f"A vote of {len(said)} is asked one answer at a time, and they come as {', '.join(said)}. After how many "
        "can it stop, so that no later answer can change the winner, not even to a tie?",
        f"After {bold(n)}: the lead is then more than the {len(said) - n} answers that are left. The reward is that "
        f"of all {len(said)}, always.",
        (n,),
    )


@of("11")
def a_lead_that_stops(pick: Pick) -> Posed:
    said, lead = pick(("ABBBA", 2), ("ABABBB", 2), ("ABAAAB", 3))
    n = stop_at(said, lead, len(said))
    leader = max(set(said), key=said[:n].count)
    return Posed(
        f"The arm is (prompt, cap {len(said)}, lead {lead}). The answers would come as {', '.join(said)}. How many "
        "are asked, and what wins? What does one risk, in general, against asking all of them?",
        f"{bold(n)} are asked, and {leader} wins. With a lead below the cap later answers could still have turned "
        "the vote: fewer calls, and now and then another winner.",
        (n,),
    )


@of("11")
def answers_of_a_curtailed_vote(pick: Pick) -> Posed:
    theta = pick(0.8, 0.7, 0.9, 0.6)
    asked = 2 * (theta**2 + (1 - theta) ** 2) + 3 * 2 * theta * (1 - theta)
    return Posed(
        f"Two possible answers, the right one with chance {theta}. A vote of three stops as soon as it is decided. "
        "How many answers does it ask on average, and how often is it right?",
        f"{bold(asked, 2)}: two where the first two agree, else three. It is right in "
        f"{bold(vote_of_three(theta), 3)}, as the full vote.",
        (asked, vote_of_three(theta)),
    )


@of("11")
def drafts_until_good_enough(pick: Pick) -> Posed:
    chance, cap = pick((0.3, 4), (0.5, 3), (0.2, 5))
    asked = sum((1 - chance) ** k for k in range(cap))
    return Posed(
        "Best-of-N asks one draft at a time and stops when one reaches the score that is wanted, which each does "
        f"with chance {chance}; the cap is {cap}. How many drafts are asked on average, and how often is the score "
        "reached?",
        f"{bold(asked, 2)}: draft k + 1 is asked where k drafts did not reach it. It is reached in "
        f"{bold(1 - (1 - chance) ** cap, 3)}, as often as with all {cap}.",
        (asked, 1 - (1 - chance) ** cap),
    )


@of("12")
def questions_or_answers(pick: Pick) -> Posed:
    budget, many = pick((2_400, 6), (1_920, 4), (4_800, 3))
    between, within = 0.12, 0.08
    few_variance = (between + within / 24) / (budget // 24)
    many_variance = (between + within / many) / (budget // many)
    return Posed(
        f"A budget of {budget:,} completions: how many questions does it reach with 24 completions each, and with "
        f"{many}? The variance of a mean is (between + within / n) / questions; with between = {between} and within "
        f"= {within:.2f}, how many times that of the second has the first?",
        f"{bold(budget // 24)} questions and {bold(budget // many)}; {bold(few_variance / many_variance, 1)} times "
        f"the variance. What differs between questions shrinks only with their number. The price: {many} answers say "
        "less about a vote of 24.",
        (budget // 24, budget // many, few_variance / many_variance),
    )


@of("12")
def the_same_questions(pick: Pick) -> Posed:
    a, b = pick(((0.8, 0.4), (0.6, 0.2)), ((0.9, 0.5), (0.7, 0.3)), ((0.9, 0.4), (0.8, 0.2)))
    apart = sum(p * (1 - p) for p in (sum(a) / 2, sum(b) / 2))
    luck = sum(p * (1 - p) + q * (1 - q) for p, q in zip(a, b, strict=True)) / 2
    paired = luck + float(np.var(np.subtract(a, b)))
    return Posed(
        f"Two questions come equally often; A is right with {a[0]} and {a[1]}, B with {b[0]} and {b[1]}. Each "
        "answers one question once. What is the variance of the difference if they get independent questions, and "
        "if they get the same one?",
        f"{bold(apart, 3)} apart, {bold(paired, 3)} paired: what is hard for both cancels; luck within a question "
        "stays, and where the lead changes from question to question.",
        (apart, paired),
    )


@of("12")
def a_plug_in(pick: Pick) -> Posed:
    right, pulled = pick((3, 4), (4, 5), (3, 5))
    value = vote_of_three(right / pulled)
    return Posed(
        f"{right} of {pulled} answers were right, and there are two possible answers. What does the plug-in say of a "
        "vote of three? Name one thing that is wrong with it.",
        f"{bold(value, 3)}: the vote at the observed share. It is biased, for a vote is no straight line in the "
        "rate, and the more so the fewer answers it rests on.",
        (value,),
    )


@of("13")
def what_a_cap_still_allows(pick: Pick) -> Posed:
    cap, arrived, waiting, n = pick((1_000, 940, 30, 8), (500, 470, 10, 4), (2_000, 1_900, 48, 16))
    more = (cap - arrived - waiting) // n
    return Posed(
        f"A cap of {cap:,} completions; {arrived:,} have arrived, and requests for {waiting} are on their way. How "
        f"many more requests for {n} may leave now?",
        f"{bold(more)}: what is on its way is reserved, so {cap - arrived - waiting} are free.",
        (more,),
    )


@of("13")
def tokens_of_a_request(pick: Pick) -> Posed:
    prompt, answer, n = pick((120, 30, 8), (400, 50, 4), (80, 100, 5))
    return Posed(
        f"A prompt has {prompt} tokens, an answer {answer}. How many tokens are paid for by one request with n = "
        f"{n}, and how many by {n} requests for one answer each?",
        f"{bold(prompt + n * answer)} and {bold(n * (prompt + answer))}: with n = {n} the prompt is sent once.",
        (prompt + n * answer, n * (prompt + answer)),
    )


@of("13")
def missing_is_not_wrong(pick: Pick) -> Posed:
    asked, failed, unreadable, right = pick((12, 2, 3, 4), (10, 2, 2, 4), (16, 4, 3, 9))
    came = asked - failed
    return Posed(
        f"Of {asked} completions {failed} failed (no answer came), {unreadable} came and could not be read, and "
        f"{right} are right. What is the estimate of the success rate?",
        f"{bold(right / came, 3)}: {right} of {came}. A failed call is missing, not wrong; an answer that cannot be "
        "read came, and earns nothing.",
        (right / came,),
    )


@of("13")
def judged_on_what_it_learned_from(pick: Pick) -> Posed:
    return Posed(
        "Somebody trains a policy on 24 questions and reports its accuracy on the same 24. What is wrong, which way "
        "does it err, and what is the remedy?",
        "The arms were chosen because they did well on just these questions, so the number is too high on average. "
        "Set a test part aside before training, judge the policy there, once, and give the standard error; with few "
        "test questions it is large.",
    )


@of("14")
def a_held_out_interval(pick: Pick) -> Posed:
    questions, mean, deviation = pick((40, 0.05, 0.30), (100, 0.08, 0.35), (64, 0.10, 0.24))
    error = deviation / questions**0.5
    low, high = mean - 1.96 * error, mean + 1.96 * error
    return Posed(
        f"On {questions} test questions a policy is better than the plain prompt by {mean:.2f} on average; the "
        f"differences have the standard deviation {deviation:.2f}. What is the 95 % interval of the difference, with "
        "1.96 standard errors? What may be reported?",
        f"From {bold(low, 3)} to {bold(high, 3)}. "
        + (
            "0 lies in it: a gain is not shown."
            if low < 0
            else "0 is outside: on such questions a gain is shown, of a size that is open within it."
        ),
        (low, high),
    )


@of("14")
def questions_that_are_enough(pick: Pick) -> Posed:
    difference, deviation = pick((0.05, 0.30), (0.10, 0.40), (0.02, 0.20))
    needed = ceil(round((2 * deviation / difference) ** 2, 9))
    return Posed(
        f"Paired differences between two policies have the standard deviation {deviation:.2f} from question to "
        f"question. How many test questions make a difference of {difference} two standard errors large?",
        f"{bold(needed)}: 2 × {deviation:.2f} / √questions = {difference}.",
        (needed,),
    )
