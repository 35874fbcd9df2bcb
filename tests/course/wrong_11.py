"""Wrong answers to lesson 11."""

STOP = """
from collections import Counter
def stop_at(votes, lead, cap):
    for asked in range(1, cap + 1):
        counts = [k for _, k in Counter(votes[:asked]).most_common(2)] + [0]
        ahead = counts[0] - counts[1]
        if ahead >= lead or ahead > cap - asked:
            return asked
    return cap
"""


def changed(old, new):
    """The right function with one slip."""
    assert old in STOP
    return STOP.replace(old, new)


WRONG = {
    "11-a": [
        ("decided = 6", "could make a tie"),
        ("decided = 9", "more than half"),
        ("decided = 2", "B could still win"),
    ],
    "11-b": [
        (changed(" or ahead > cap - asked", ""), "goes on where the vote is decided"),
        (changed("ahead > cap", "ahead >= cap"), "could still make a tie"),
        (changed("ahead >= lead or ", ""), "the lead has no effect"),
        (changed("ahead >= lead", "ahead > lead"), "by more than `lead`"),
        (changed("counts[0] - counts[1]", "2 * counts[0] - asked"), "all others together"),
        (changed("cap", "len(votes)").replace("lead, len(votes))", "lead, cap)"), "The cap is the end"),
    ],
    "11-c": [
        ("expected = 2 * 0.58 + 5 * 0.42", "can also stop at four"),
        ("expected = 2 * 0.49 + 0.51 * (4 * 0.49 + 5 * 0.51)", "Two wrong answers agree as well"),
        ("expected = 2 / 0.58", "without end"),
        ("expected = 2 * 0.58 + 3 * 0.42", "at a lead of 1"),
        ("expected = 5", "That is the cap"),
    ],
    "11-d": [
        ("break_even = 0.03 / 5", "four more, not five"),
        ("break_even = 0.03", "divide"),
        ("break_even = 0.04 / 3", "The other way round"),
        ("break_even = 0.01", "cost of an answer"),
    ],
}
