"""Questions on lessons 06 to 08: what one pull tells, PSST, theorem 1."""

from __future__ import annotations

from math import ceil, comb, exp

import numpy as np

from ...core.theory import complexity
from .bank import Pick, Posed, bold, listed, of
from .pulls_and_errors import halved


@of("06")
def blocks_of_two_pulls(pick: Pick) -> Posed:
    pulls, n, wanted = pick((2, 20, 6), (3, 32, 5), (2, 16, 7), (4, 10, 4))
    return Posed(
        f"A prompt is pulled {pulls} times at N = {n}. How many disjoint samples of n = {wanted} are in that?",
        f"{bold(pulls * (n // wanted))}. {n // wanted} in each pull; the answers left over in one cannot be joined "
        "with another's, for they are on another question.",
        (pulls * (n // wanted),),
    )


@of("06")
def pulls_by_equation_6(pick: Pick) -> Posed:
    scales, share = pick(((8, 4, 4), 100), ((16, 8, 2), 200), ((6, 3, 1), 45), ((32, 16, 16, 8), 500))
    m = sum(scales)
    return Posed(
        f"{len(scales)} prompts are left; their largest scales alive in any context are "
        f"{', '.join(map(str, scales))}. The round may spend {share} completions. How often is each prompt pulled "
        "(equation 6), and what does it cost?",
        f"{bold(share // m)} times, for {bold(share // m * m)} completions: M = {m}. What is left over goes to later "
        "rounds.",
        (share // m, share // m * m),
    )


@of("06")
def three_savings(pick: Pick) -> Posed:
    return Posed(
        "Name the three facts on which PSST's savings rest, and what each is good for.",
        "A pull of (p, N) costs N: small arms are nearly free beside large ones, and pulls grow as large N drop "
        "out. One pull serves all contexts, for the raw objectives are kept: a factor |C| less. One pull of N holds "
        "⌊N / n⌋ disjoint samples of every n ≤ N: a prompt is pulled only at its largest scale that is left.",
    )


@of("06")
def blocks_and_subsets(pick: Pick) -> Posed:
    n, wanted = pick((9, 4), (6, 4), (8, 3), (10, 2))
    blocks = n // wanted
    return Posed(
        f"A pull has {n} answers. How many disjoint blocks of {wanted} does it hold, how many answers are left over, "
        f"and how many subsets of {wanted} are there?",
        f"{bold(blocks)}, {bold(n - blocks * wanted)}, {bold(comb(n, wanted))}. The subsets overlap: their mean "
        "scatters less than that of the blocks, but they are not worth as many independent samples as there are.",
        (blocks, n - blocks * wanted, comb(n, wanted)),
    )


@of("07")
def keep_or_remove_half(pick: Pick) -> Posed:
    arms, rounds = pick((25, 3), (11, 3), (50, 4))
    kept = halved(arms)[1 : rounds + 1]
    removed = [arms]
    for _ in range(rounds):
        removed.append(removed[-1] - ceil(removed[-1] / 2))
    return Posed(
        f"A race begins with {arms} arms. How many are left after each of the first {rounds} rounds if the better "
        "half is *kept*, rounded up? And what goes wrong in its last round if half is *removed*, rounded up?",
        f"{listed(kept)}. Removing, rounded up, leaves {', '.join(map(str, removed[1:]))}, and in the last round it "
        "takes away the last arm of all wherever the number of arms is no power of two.",
        tuple(kept),
    )


@of("07")
def a_share_that_is_too_small(pick: Pick) -> Posed:
    budget, rounds, prompts, n = pick((2_000, 8, 10, 32), (1_500, 6, 10, 30), (3_000, 10, 25, 16))
    share, m = budget // rounds, prompts * n
    return Posed(
        f"T = {budget:,}, {rounds} rounds, {prompts} prompts, N up to {n}. What is the share of a round, what does "
        "one pull of each prompt cost at first, and how many completions are left after round 1 if each prompt is "
        "then pulled once on credit?",
        f"{bold(share)}, {bold(m)}, {bold(budget - m)}. The share does not pay for one pull each; the round borrows "
        "from those to come, and the shares of the later rounds get smaller.",
        (share, m, budget - m),
    )


@of("07")
def largest_scale_in_any_context(pick: Pick) -> Posed:
    low, high, share = pick((16, 1, 100), (8, 2, 75), (12, 4, 90))
    m = low + high
    return Posed(
        f"Two users are left with one arm each: *low* with prompt 0 at N = {low}, *high* with prompt 1 at N = "
        f"{high}. The round's share is {share} completions. How often is each prompt pulled, and at which N?",
        f"Each {bold(share // m)} times, prompt 0 at N = {bold(low)} and prompt 1 at N = {bold(high)}: a prompt is "
        f"pulled at its largest scale that is left in any context, and M = {m}.",
        (share // m, low, high),
    )


@of("07")
def pulls_that_grow(pick: Pick) -> Posed:
    share, early, late = pick((640, 160, 40), (900, 300, 60), (500, 250, 50))
    return Posed(
        f"Every round of a race has {share} completions. M, the sum of the largest scales that are left, falls from "
        f"{early} to {late}. How often is each prompt pulled at first, how often later, and why is that good?",
        f"{bold(share // early)} and {bold(share // late)} times. The last decisions, between arms that are nearly "
        "equal, rest on the most questions.",
        (share // early, share // late),
    )


@of("08")
def sizes_of_a_task(pick: Pick) -> Posed:
    q = pick(((0.70, 0.80), (0.60, 0.50)), ((0.60, 0.90), (0.70, 0.50)), ((0.50, 0.90), (0.80, 0.70)))
    sizes, best = complexity(np.array([q])), max(map(max, q))
    gaps = sorted(best - value for row in q for value in row if value != best)
    return Posed(
        f"One context, two prompts, N up to 2: prompt 0 has Q = {q[0][0]:.2f} at N = 1 and {q[0][1]:.2f} at N = 2; "
        f"prompt 1 has {q[1][0]:.2f} and {q[1][1]:.2f}. What is H1, what is H2?",
        f"H1 = {bold(sizes.h1)}, H2 = {bold(sizes.h2)}. The best arm is at N = 2, so N̄ = (2 + 2) / 2 = 2; the gaps, "
        f"in order, are {', '.join(f'{gap:.1f}' for gap in gaps)}.",
        (sizes.h1, sizes.h2),
    )


@of("08")
def a_bound_above_one(pick: Pick) -> Posed:
    return Posed(
        'A vendor says: "the bound of theorem 1 is 1.4 at our budget, so we fail." What is wrong?',
        "A bound of 1 or more says nothing, in either direction: it lies above the error, often far above. And the "
        "theorem counts every miss alike, a loss of 0.0001 like one of 0.5: look at regret.",
    )


@of("08")
def the_bound_by_hand(pick: Pick) -> Posed:
    contexts, rounds, m, budget = pick((2, 3, 100, 3_000), (1, 4, 50, 2_000), (3, 2, 200, 4_000))
    bound = 3 * contexts * rounds * exp(-budget / (m * rounds))
    return Posed(
        f"The bound is 3 |C| R exp(-T / (m R)). With |C| = {contexts}, R = {rounds}, m = {m} and T = {budget:,}, "
        "what is it? What happens to it with twice the contexts, if m stays the same?",
        f"{bold(bound, 5)}. Twice the contexts double it; a little more budget makes up for that, for T stands in "
        "the exponent. (Where 8 |C| H2 is the smaller product, m grows, too.)",
        (bound,),
    )
