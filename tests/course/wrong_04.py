"""Wrong answers to lesson 04."""

HALVING = """
from math import ceil, floor, log2
def halving(pull, n_arms, budget):
    rounds = ceil(log2(n_arms))
    left, seen = list(range(n_arms)), [[] for _ in range(n_arms)]
    for _ in range(rounds):
        for arm in left:
            seen[arm] += list(pull(arm, budget // (rounds * len(left))))
        left.sort(key=lambda arm: np.mean(seen[arm]), reverse=True)
        left = left[: ceil(len(left) / 2)]
    return left[0]
"""


def changed(old: str, new: str) -> str:
    """The solution with one line spoilt."""
    assert old in HALVING
    return HALVING.replace(old, new)


WRONG = {
    "04-a": [
        ("pulls_needed = round(0.6 * 0.4 / 0.02)", "the variance of the mean to 0.02"),
        ("pulls_needed = round((0.6 * 0.4) ** 0.5 / 0.02)", "a spread by 0.02"),
        ("pulls_needed = round(0.6 / 0.02**2)", "took p for the variance"),
        ("pulls_needed = round(0.6**2 / 0.02**2)", "took p squared"),
        ("pulls_needed = round(1 / 0.02**2)", "left out the variance"),
    ],
    "04-b": [
        ("pulls = [180 // 6, 180 // 3, 180 // 2]", "divide by the rounds first"),
        ("pulls = [10, 20, 60]", "keep one arm of three"),
        ("pulls = [15, 30]", "It takes a third"),
        ("pulls = [10, 10, 10]", "each gets more"),
        ("pulls = [10, 30, 60]", "the pulls so far"),
    ],
    "04-c": [
        (changed(", reverse=True", ""), "keep the worse half"),
        (changed("rounds * len(left)", "len(left)"), "the whole budget in every round"),
        (changed("rounds = ceil(", "rounds = floor("), "number of rounds down"),
        (changed("seen[arm] += ", "seen[arm] = "), "the last round alone"),
        (changed(": ceil(len(left) / 2)", ": max(1, len(left) // 2)"), "round the half down"),
        (changed("rounds * len(left)", "rounds * n_arms"), "also those that are out"),
        (
            "def halving(pull, n_arms, budget):\n"
            "    return np.argmax([pull(arm, budget // n_arms).mean() for arm in range(n_arms)])",
            "That is uniform",
        ),
    ],
    "04-d": [
        ("completions = 10 * 16", "You count pulls"),
        ("completions = 10 * 16 * 16", "every arm cost 16"),
        ("completions = sum(range(1, 17))", "That is one prompt"),
        ("completions = 3 * 10 * sum(range(1, 17))", "three contexts"),
        ("completions = 10 * sum(range(16))", "range ends before its end"),
    ],
}
