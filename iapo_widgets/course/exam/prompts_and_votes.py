"""Questions on lessons 00 to 03: votes, best-of-N, bills, prompts that change places, users and policies."""

from __future__ import annotations

from math import ceil, log2

from .bank import Pick, Posed, bold, listed, of


def vote_of_three(theta: float) -> float:
    """Chance that a vote of three between two answers is right."""
    return theta**3 + 3 * theta**2 * (1 - theta)


def winners(votes: str) -> set[str]:
    """The answers with the most votes."""
    top = max(votes.count(each) for each in votes)
    return {each for each in votes if votes.count(each) == top}


@of("00")
def pulls_of_a_first_round(pick: Pick) -> Posed:
    budget, rounds, prompts, n = pick((6_000, 6, 20, 16), (4_000, 8, 12, 16), (9_000, 9, 15, 32), (2_400, 6, 10, 8))
    each = budget // rounds // (prompts * n)
    return Posed(
        f"T = {budget:,} is shared out evenly over {rounds} rounds. There are {prompts} prompts and N goes up to "
        f"{n}. How often can every prompt be pulled at N = {n} in round 1?",
        f"{bold(each)}. A round has {budget // rounds:,} completions; all prompts once take {prompts} × {n} = "
        f"{prompts * n}, and that fits {each} times.",
        (each,),
    )


@of("00")
def votes_as_answers_come(pick: Pick) -> Posed:
    said = pick("ABBAB", "BAABA", "ABABB", "BABAA")
    right = [n for n in (1, 3, 5) if winners(said[:n]) == {"A"}]
    return Posed(
        f"One question, five answers in the order in which they came: {', '.join(said)}. A is right. For which of N "
        "= 1, 3 and 5 is the vote of the first N answers right? Does the vote of five save this question, ruin it, "
        "or change nothing?",
        f"For N = {listed(right)}. The first answer is {'right' if said[0] == 'A' else 'wrong'} and the vote of five "
        f"is {'right' if 5 in right else 'wrong'}: it {'saves' if 5 in right else 'ruins'} the question.",
        tuple(right),
    )


@of("00")
def arms_and_rounds(pick: Pick) -> Posed:
    prompts, n = pick((12, 16), (10, 32), (25, 32), (6, 20))
    arms = prompts * n
    return Posed(
        f"There are {prompts} prompts, and N goes from 1 to {n}. How many arms are there? The worse half goes in "
        "each round, and a half is rounded up: after how many rounds is one arm left?",
        f"{bold(arms)} arms, {bold(ceil(log2(arms)))} rounds: the smallest R with 2^R at least {arms}.",
        (arms, ceil(log2(arms))),
    )


@of("00", "01")
def the_weight_at_which_one_answer_wins(pick: Pick) -> Posed:
    alone, voted, n, cheap, dear = pick(
        (0.72, 0.80, 8, 0.01, 0.02), (0.65, 0.77, 5, 0.02, 0.04), (0.70, 0.79, 10, 0.01, 0.01)
    )
    weight = (voted - alone) / (n * dear - cheap)
    return Posed(
        f"Prompt 0 has the accuracy {alone:.2f} with one answer, which costs {cheap:.2f}; requests are free. Prompt "
        f"1 has {voted:.2f} with a vote of {n}, and each of its answers costs {dear:.2f}. From which cost weight on "
        "is prompt 0 with one answer the better arm?",
        f"From {bold(weight, 2)} on: there {alone:.2f} - w × {cheap:.2f} = {voted:.2f} - w × {n * dear:.2f}.",
        (weight,),
    )


@of("01")
def votes_of_three_and_four(pick: Pick) -> Posed:
    theta = pick(0.7, 0.75, 0.8, 0.9)
    three = vote_of_three(theta)
    return Posed(
        f"A prompt answers a question rightly with θ = {theta}, and there are two possible answers. How often is the "
        "vote of three right? And of four?",
        f"{bold(three, 3)}, and {bold(three, 3)} again: with two answers, a fourth vote can only turn the narrowest "
        "lead into a tie, and what that wins and loses cancels.",
        (three, three),
    )


@of("01")
def credit_of_a_tie(pick: Pick) -> Posed:
    said = pick("CCBBA", "AABBCC", "ABCA", "AABBC")
    leaders = winners(said)
    credit = 1 / len(leaders) if "B" in leaders else 0.0
    return Posed(
        f"The votes are {', '.join(said)}, and B is right. What is the credit?",
        f"{bold(credit, 2)}. "
        + (
            f"{len(leaders)} answers tie at the top, and the right one is among them: the credit is 1/{len(leaders)}."
            if credit
            else "The right answer is not at the top."
        ),
        (credit,),
    )


@of("01")
def best_of_three(pick: Pick) -> Posed:
    theta, n = pick((0.3, 3), (0.2, 4), (0.4, 2), (0.1, 5))
    value = 1 - (1 - theta) ** n
    return Posed(
        f"A draft is good with chance {theta}. How likely is it that the best of {n} is good?",
        f"{bold(value, 3)}. It is useless only if all {n} are: 1 - {1 - theta:.1f}^{n}.",
        (value,),
    )


@of("01")
def value_of_an_arm(pick: Pick) -> Posed:
    accuracy, n, cost, weight = pick((0.85, 10, 0.004, 2), (0.90, 8, 0.01, 1), (0.75, 5, 0.02, 0.5))
    value = accuracy - weight * n * cost
    return Posed(
        f"An arm has the accuracy {accuracy:.2f} at N = {n}, a completion costs {cost}, and the user's cost weight "
        f"is {weight}. What is Q?",
        f"{bold(value, 2)}. {n} completions are paid for, at {weight} times their cost.",
        (value,),
    )


@of("01")
def a_vote_without_end(pick: Pick) -> Posed:
    right, others = pick((0.4, 6), (0.3, 7), (0.25, 5))
    each = (1 - right) / others
    return Posed(
        f"On a question the right answer comes with chance {right}, and each of {others} wrong ones with {each:.2f}. "
        "How often is a single answer right, and where does the vote go with more and more answers?",
        f"{bold(right, 2)}, and to {bold(1.0, 2)}. The right answer need not have more than half of the votes: it "
        f"must be likelier than every *other single* answer, {right} against {each:.2f}.",
        (right, 1.0),
    )


@of("02")
def prompts_that_change_places(pick: Pick) -> Posed:
    low, high, even = pick((0.3, 0.9, 0.58), (0.35, 0.95, 0.62), (0.2, 1.0, 0.58))
    a, b = (vote_of_three(low) + vote_of_three(high)) / 2, vote_of_three(even)
    return Posed(
        f"Prompt A is right with {low} and {high} on two equally frequent questions, prompt B with {even} on both. "
        "Which leads at N = 1, which at N = 3, and what is lost at N = 3 by choosing at N = 1?",
        f"A leads at N = 1 ({(low + high) / 2:.2f} against {even}), B at N = 3; lost are {bold(b - a, 3)}. Vote on "
        f"each question, then average: A has {a:.3f}, B {b:.3f}.",
        (b - a,),
    )


@of("02")
def affine_aggregators(pick: Pick) -> Posed:
    return Posed(
        "For which ways to make one result of N answers is the prompt of the best mean always best? Name one, and "
        "two for which it is not.",
        "For those that are affine in the mean of the single answers, with a positive slope: for instance the mean "
        "of the answers' scores, or one answer picked at random. Majority voting and best-of-N are not.",
    )


@of("02")
def equal_means_unequal_votes(pick: Pick) -> Posed:
    even, low = pick((0.75, 0.6), (0.65, 0.4), (0.8, 0.6))
    high = 2 * even - low
    a, b = vote_of_three(even), (vote_of_three(low) + vote_of_three(high)) / 2
    return Posed(
        f"Two questions come equally often. Prompt A is right with {even} on both, prompt B with {low} and "
        f"{high:.1f}. Both have the same mean. What does each have by a vote of three?",
        f"A {bold(a, 3)}, B {bold(b, 3)}. A vote is computed on each question, and only then averaged.",
        (a, b),
    )


@of("02")
def prompt_first_against_the_pair(pick: Pick) -> Posed:
    table = pick(
        ((0.72, 0.74, 0.75), (0.60, 0.71, 0.79), (0.66, 0.72, 0.74)),
        ((0.58, 0.70, 0.76), (0.67, 0.69, 0.70), (0.64, 0.70, 0.73)),
    )
    first = max(range(3), key=lambda p: table[p][0])
    lost = max(map(max, table)) - max(table[first])
    rows = "; ".join(f"prompt {p}: {', '.join(f'{q:.2f}' for q in row)}" for p, row in enumerate(table))
    return Posed(
        f"Q at N = 1, 4 and 16 is, for {rows}. Somebody takes the best prompt at N = 1 and then its best N. How much "
        "is lost against the best pair?",
        f"{bold(lost, 2)}. Prompt {first} is best at N = 1 and reaches {max(table[first]):.2f}; the best pair has "
        f"{max(map(max, table)):.2f}.",
        (lost,),
    )


@of("03")
def best_of_three_drafts_for_a_user(pick: Pick) -> Posed:
    weights, cost = pick(((0.5, 0.5), 3), ((0.8, 0.2), 1), ((0.2, 0.8), 2))
    drafts = ((0.8, 0.1), (0.5, 0.6), (0.3, 0.9))
    worth = [weights[0] * a + weights[1] * b for a, b in drafts]
    value = max(worth) - cost * 3 * 0.01
    return Posed(
        "Three drafts have (helpful, harmless) = (0.8, 0.1), (0.5, 0.6), (0.3, 0.9) and cost 0.01 each. A user has "
        f"the weights {weights[0]} and {weights[1]} and the cost weight {cost}. What is the reward of this "
        "best-of-three?",
        f"{bold(value, 2)}. Weigh each draft: {', '.join(f'{w:.2f}' for w in worth)}. Take the best, less {cost} × 3 "
        "× 0.01. The best of each objective, 0.8 and 0.9, would be a draft that nobody wrote.",
        (value,),
    )


@of("03")
def a_user_who_comes_later(pick: Pick) -> Posed:
    return Posed(
        "After training, somebody comes with other weights. What must be asked anew, what can be said without "
        "asking, and where is that weak?",
        "Nothing has to be asked: the raw objectives of every answer were kept, so each is scored again with the "
        "new weights, and an arm is recommended. It is weak where arms were dropped early: those rest on few "
        "answers. A new training, aimed at the new user, may do better.",
    )


@of("03", "05")
def acr_and_regret(pick: Pick) -> Posed:
    got, best = pick(
        ((0.62, 0.55, 0.48), (0.62, 0.60, 0.49)),
        ((0.70, 0.66, 0.50), (0.73, 0.66, 0.53)),
        ((0.8, 0.7, 0.6), (0.8, 0.7, 0.66)),
    )
    acr, regret = sum(got) / 3, (sum(best) - sum(got)) / 3
    three = [", ".join(f"{q:.2f}" for q in row) for row in (got, best)]
    return Posed(
        f"A policy gives three users arms with Q = {three[0]}; the best arms have {three[1]}. What is its ACR, and "
        "what is its regret against these best arms?",
        f"ACR {bold(acr, 3)}, regret {bold(regret, 3)}: means over the users.",
        (acr, regret),
    )


@of("03")
def a_log_of_totals(pick: Pick) -> Posed:
    return Posed(
        "A log holds only the total reward of each completion for last year's user. Can a new user be served from "
        "it? What should have been kept?",
        "No: a total cannot be split again into its objectives. Keep the objectives and the cost of every "
        "completion; then any weights can be applied later.",
    )


@of("03")
def reading_an_index(pick: Pick) -> Posed:
    c, p, i = pick((0, 9, 7), (2, 4, 0), (1, 3, 15))
    user = ("low", "mid", "high")[c]
    return Posed(
        f"`values` has the shape (users, prompts, N), and the users are low, mid and high. For whom is `values[{c}, "
        f"{p}, {i}]`, of which prompt, and for which N?",
        f"For the user *{user}*, of prompt {bold(p)}, for N = {bold(i + 1)}: users and prompts count from 0, and N "
        "stands at index N - 1.",
        (p, i + 1),
    )
