"""Wrong answers to lesson 01."""

WRONG = {
    "01-a": [
        ("chance = 0.6**4 + 4 * 0.6**3 * 0.4", "count a tie as lost"),
        ("chance = 0.8208", "count a tie as won"),
        ("chance = 0.6", "chance of one completion"),
        ("chance = 1 - 0.4**4", "best-of-N"),
        ("chance = 0.6**4", "all four are right"),
    ],
    "01-b": [
        (
            """
def credit(votes, gold):
    most = max(votes.count(answer) for answer in votes)
    return 1.0 if votes.count(gold) == most else 0.0
""",
            "full credit",
        ),
        (
            """
from collections import Counter
def credit(votes, gold):
    top = Counter(votes).most_common(2)
    tie = len(top) == 2 and top[0][1] == top[1][1]
    return 0 if tie else int(top[0][0] == gold)
""",
            "no credit when answers tie",
        ),
        (
            """
def credit(votes, gold):
    most = max(votes.count(answer) for answer in votes)
    winners = {answer for answer in votes if votes.count(answer) == most}
    if gold not in winners:
        return 0.0
    return 1.0 if len(winners) == 1 else 0.5
""",
            "0.5 for every tie",
        ),
        ("import numpy as np\ndef credit(votes, gold):\n    return np.mean(np.array(votes) == gold)", "is a mean"),
        ("def credit(votes, gold):\n    return votes.count(gold) > len(votes) / 2", "not true or false"),
        (
            "def credit(votes, gold):\n    return 1.0 if votes.count(gold) > len(votes) / 2 else 0.0",
            "more than half of all votes",
        ),
    ],
    "01-c": [
        ("best = 0.5 * 0.2 + 0.3 * 0.6 + 0.2 * 1.0", "mean of one draft"),
        ("best = 3 * 0.48", "do not add up"),
        ("best = 1 - 0.8**3", "chance that a draft scores 1"),
        ("best = max([0.2, 0.6, 1.0])", "best score there can be"),
    ],
    "01-d": [
        ("value = accuracy_16 - 2 * (call + each)", "once instead of N times"),
        ("value = accuracy_16 - 2 * 16 * each", "left out the request"),
        ("value = accuracy_16 - 2 * 16 * (call + each)", "pay for the request with every answer"),
        ("value = accuracy_16", "accuracy alone"),
        ("value = accuracy_16 - (call + 16 * each)", "forgot the cost weight"),
        ("value = accuracy_16 + 2 * (call + 16 * each)", "You added the cost"),
    ],
}
