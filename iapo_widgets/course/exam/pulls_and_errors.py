"""Questions on lessons 04 and 05: pulls, halving, errors and differences."""

from __future__ import annotations

from itertools import product
from math import ceil, log2

import numpy as np

from ...study.statistics import holm, sem
from .bank import Pick, Posed, bold, listed, of


def halved(arms: int) -> list[int]:
    """Arms at the start of each round of halving, halves rounded up, and the one that is left."""
    left = [arms]
    while left[-1] > 1:
        left.append(ceil(left[-1] / 2))
    return left


@of("04")
def error_of_a_mean(pick: Pick) -> Posed:
    theta, pulls = pick((0.8, 100), (0.5, 400), (0.9, 225), (0.2, 64))
    error = (theta * (1 - theta) / pulls) ** 0.5
    return Posed(
        f"An arm with success rate {theta} is pulled {pulls} times. What is the standard error of its mean, and how "
        "many pulls halve it?",
        f"{bold(error, 3)}, and {bold(4 * pulls)} pulls: half the error takes four times the pulls.",
        (error, 4 * pulls),
    )


@of("04")
def pulls_of_halving(pick: Pick) -> Posed:
    arms, budget = pick((16, 320), (10, 240), (8, 240), (5, 150))
    rounds = halved(arms)[:-1]
    each = [budget // len(rounds) // left for left in rounds]
    return Posed(
        f"Sequential halving on {arms} arms, T = {budget}: how many pulls does each arm that is left get, round by "
        "round?",
        f"{listed(each)}. {len(rounds)} rounds of {budget // len(rounds)} pulls, for {', '.join(map(str, rounds))} "
        "arms; halves are rounded up.",
        tuple(each),
    )


@of("04")
def arms_that_are_left(pick: Pick) -> Posed:
    prompts, n, k = pick((25, 32, 7), (10, 16, 5), (12, 20, 4))
    left = halved(prompts * n)
    return Posed(
        f"{prompts} prompts with N up to {n} are {prompts * n} arms; each round keeps the better half, rounded up. "
        f"How many rounds are there until one is left, and how many arms are left after round {k}?",
        f"{bold(ceil(log2(prompts * n)))} rounds, and {bold(left[k])} arms: {', '.join(map(str, left))}.",
        (ceil(log2(prompts * n)), left[k]),
    )


@of("04")
def reward_on_the_way(pick: Pick) -> Posed:
    return Posed(
        "UCB and Thompson sampling mostly ask what looks best, or might be best. Why is that wise for a shop that "
        "earns with every pull, and not the aim here?",
        "They want much reward *on the way* (cumulative regret), so pulls of a bad arm are losses. Here only the "
        "arm named at the end counts (simple regret): what the training pulls earned is of no use, and they should "
        "go where the decision is still open, to the rivals of the leader as well as to the leader.",
    )


@of("05")
def error_of_a_difference(pick: Pick) -> Posed:
    difference, a, b = pick((0.012, 0.003, 0.004), (0.020, 0.006, 0.008), (0.013, 0.005, 0.012))
    ratio = difference / (a**2 + b**2) ** 0.5
    return Posed(
        f"Two algorithms have means that differ by {difference}; their standard errors are {a} and {b}. How many "
        "standard errors is that if they are independent? Why may it be more when both ran on the same splits?",
        f"{bold(ratio, 1)}: squares of standard errors add up. Runs on the same split share its luck, which lifts or "
        "lowers both; differences *within* runs are free of it and scatter less, so that the same difference is "
        "more standard errors.",
        (ratio,),
    )


@of("05")
def paired_differences(pick: Pick) -> Posed:
    rows = pick((0.02, 0.04, -0.01, 0.03), (0.01, 0.05, 0.03, 0.03), (-0.02, 0.02, 0.04, 0.0))
    mean, error = float(np.mean(rows)), sem(rows)
    return Posed(
        f"Four runs of two algorithms on the same splits differ by {', '.join(map(str, rows))}. What is the mean "
        "difference, and what is its standard error?",
        f"{bold(mean, 3)}, and {bold(error, 3)}: the standard deviation of the four (divided by 4 - 1) over √4.",
        (mean, error),
    )


@of("05")
def signs_by_chance(pick: Pick) -> Posed:
    runs = pick(5, 6, 8, 4)
    p = sum(abs(sum(signs)) == runs for signs in product((-1, 1), repeat=runs)) / 2**runs
    return Posed(
        f"In {runs} paired runs A was above B every time. If either were equally likely to be above in each run, how "
        f"likely is it that all {runs} fall on one side, whichever it is?",
        f"{bold(p, 4)}: two of the 2^{runs} = {2**runs} ways to set the signs.",
        (p,),
    )


@of("05")
def corrected_by_holm(pick: Pick) -> Posed:
    given = pick((0.015, 0.06, 0.02), (0.002, 0.03, 0.02), (0.02, 0.01, 0.2))
    corrected = holm(given)
    return Posed(
        f"Three comparisons have p = {', '.join(map(str, given))}. What does Holm's correction make of them, in this "
        "order?",
        f"{', '.join(bold(p, 3) for p in corrected)}. The smallest is taken 3 times, the next 2 times, the largest "
        "once, and none may be below one before it.",
        tuple(corrected),
    )


@of("05")
def a_false_alarm(pick: Pick) -> Posed:
    tests = pick(10, 20, 6, 48)
    chance = 1 - 0.95**tests
    return Posed(
        f"{tests} comparisons, no true difference anywhere, each tested at the level 0.05. How likely is at least "
        "one false alarm, if they are independent?",
        f"{bold(chance, 2)}. This is what a correction for many comparisons, such as Holm's, makes up for.",
        (chance,),
    )


@of("05")
def the_rule_of_three(pick: Pick) -> Posed:
    runs = pick(200, 100, 50, 1000)
    return Posed(
        f"In {runs} runs the best arm was never missed. Up to which rate would that still be no surprise?",
        f"{bold(3 / runs, 3)}: the rule of three, 3 / {runs}. At that rate, {runs} runs without a miss still happen "
        "with a chance of about 0.05.",
        (3 / runs,),
    )


@of("05")
def luck_of_the_winner(pick: Pick) -> Posed:
    return Posed(
        "The arm that won a race has the estimate 0.81, from the answers of that race. May 0.81 be reported as its "
        "accuracy? What else can be done?",
        "No: of many arms the one that is good *and* was lucky wins, so its own estimate is too high on average "
        "(the winner's luck). Ask the chosen arm new questions that no round has seen, and report their mean with "
        "its standard error.",
    )


@of("05")
def error_of_a_rate(pick: Pick) -> Posed:
    missed, runs, factor = pick((10, 100, 5), (20, 100, 4), (36, 400, 3))
    rate = missed / runs
    error = (rate * (1 - rate) / runs) ** 0.5
    return Posed(
        f"An algorithm missed the best arm in {missed} of {runs} runs. What is the standard error of that rate, and "
        f"how many runs make it {factor} times as small?",
        f"{bold(error, 3)}, and {bold(runs * factor**2)} runs: {factor} times as exact takes {factor**2} times the "
        "runs.",
        (error, runs * factor**2),
    )
