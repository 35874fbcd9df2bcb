"""Wrong answers to lesson 02."""

WRONG = {
    "02-a": [
        ("accuracy_a = vote_of_three((0.40 + 0.90) / 2)", "vote first, then average"),
        ("accuracy_a = (0.40 + 0.90) / 2", "A with one answer"),
        ("accuracy_a = vote_of_three(0.62)", "prompt B"),
        ("accuracy_a = vote_of_three(0.40) + vote_of_three(0.90)", "the sum over both questions"),
    ],
    "02-b": [
        ("regret = 0.65 - 0.62", "lead of A at N = 1"),
        ("regret = q[0, 9] - q[1, 9]", "The sign"),
        ("regret = q[1, 10] - q[0, 10]", "N = 11"),
        ("regret = q[0, 0] - q[0, 9]", "loses against itself"),
        ("regret = q[:, 0].max() - q[0, 0]", "Zero would be the regret at N = 1"),
    ],
    "02-c": [
        ("def best_prompt(rates, n):\n    return rates.mean(axis=1).argmax()", "inference-agnostic choice"),
        (
            """
def best_prompt(rates, n):
    votes = sum(rates**k * (1 - rates) ** (n - k) for k in range(n // 2 + 1, n + 1))
    return votes.mean(axis=1).argmax()
""",
            "needs comb(n, k)",
        ),
        ("def best_prompt(rates, n):\n    return (1 - (1 - rates) ** n).mean(axis=1).argmax()", "the best of n"),
        ("def best_prompt(rates, n):\n    return (rates**n).mean(axis=1).argmax()", "all n be right"),
        (
            """
from math import comb
def best_prompt(rates, n):
    votes = sum(comb(n, k) * rates**k * (1 - rates) ** (n - k) for k in range(n // 2 + 1, n + 1))
    return votes.mean(axis=1).argmin()
""",
            "argmax, not argmin",
        ),
    ],
    "02-d": [
        ('aggregator = "best"', "equal means can have different best scores"),
        ('aggregator = "Worst"', "different worst scores"),
        ('aggregator = "vote"', "means mislead it"),
    ],
}
