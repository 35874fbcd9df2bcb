"""Wrong answers to lesson 06."""

ALLOCATE = """
def allocate(active, share):
    anyone = active.any(axis=0)
    scales = np.arange(1, active.shape[2] + 1)
    largest = (anyone * scales).max(axis=1)
    pulls = np.zeros(anyone.shape, dtype=int)
    for p in np.flatnonzero(largest):
        pulls[p, largest[p] - 1] = share // largest.sum()
    return pulls
"""
ERROR = """
def pull_error(credits):
    one = credits.mean(axis=1)
    return one.std(ddof=1) / np.sqrt(len(one))
"""


def changed(code: str, old: str, new: str) -> str:
    """The solution with one line spoilt."""
    assert old in code
    return code.replace(old, new)


WRONG = {
    "06-a": [
        ("samples = 3 * 16 // 6", "You joined the pulls"),
        ("samples = 3", "one block a pull"),
        ("samples = 16 // 6", "That is one pull"),
        ("samples = 3 * 16", "Those are the completions"),
        ("from math import comb\nsamples = 3 * comb(16, 6)", "all subsets of six"),
    ],
    "06-b": [
        (changed(ERROR, "credits.mean(axis=1)", "credits.ravel()"), "every sample for independent"),
        (changed(ERROR, "len(one)", "credits.size"), "the root of all samples"),
        (changed(ERROR, " / np.sqrt(len(one))", ""), "the spread of the pulls"),
        (changed(ERROR, "ddof=1", "ddof=0"), "divides by n"),
        (changed(ERROR, "axis=1", "axis=0"), "averaged over pulls"),
    ],
    "06-c": [
        (
            """
def allocate(active, share):
    left = active.any(axis=0)
    cost = (left * np.arange(1, active.shape[2] + 1)).sum()
    return left * (share // cost)
""",
            "every arm that is left",
        ),
        (
            changed(ALLOCATE, "(anyone * scales).max(axis=1)", "anyone.any(axis=1) * active.shape[2]"),
            "always pull at N_max",
        ),
        (
            changed(ALLOCATE, "active.any(axis=0)", "active.all(axis=0)").replace(
                "largest.sum()", "max(1, largest.sum())"
            ),
            "any, not all",
        ),
        (changed(ALLOCATE, "active.any(axis=0)", "active[0]"), "the first context only"),
        (
            changed(ALLOCATE, "share // largest.sum()", "share // (largest > 0).sum() // largest[p]"),
            "divide the share among the prompts first",
        ),
    ],
}
