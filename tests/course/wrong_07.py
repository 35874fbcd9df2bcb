"""Wrong answers to lesson 07."""

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
KEEP = """
def keep(q, active):
    kept = np.zeros_like(active)
    for c in range(len(q)):
        arms = np.argwhere(active[c])
        best_first = arms[np.argsort(-q[c][active[c]])]
        for p, i in best_first[: ceil(len(arms) / 2)]:
            kept[c, p, i] = True
    return kept
"""
RACE = """
def race(pull, shape, budget):
    active = np.ones(shape, dtype=bool)
    rounds = ceil(log2(shape[1] * shape[2]))
    for _ in range(rounds):
        q = pull(our_allocate(active, budget // rounds))
        active = our_keep(q, active)
    return active
"""


def changed(code: str, old: str, new: str) -> str:
    """The solution with one line spoilt."""
    assert old in code
    return code.replace(old, new)


WRONG = {
    "07-a": [
        ("samples = 3 * 32 // 5", "You joined the pulls"),
        ("samples = 3", "one block a pull"),
        ("samples = 32 // 5", "That is one pull"),
        ("samples = 3 * 32", "Those are the completions"),
        ("from math import comb\nsamples = 3 * comb(32, 5)", "all subsets of five"),
    ],
    "07-b": [
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
    "07-c": [
        (changed(KEEP, "ceil(len(arms) / 2)", "len(arms) - ceil(len(arms) / 2)"), "as the paper prints"),
        (changed(KEEP, "argsort(-q", "argsort(q"), "You keep the worse half"),
        (
            """
def keep(q, active):
    kept = np.zeros_like(active)
    for c in range(len(q)):
        order = np.argsort(-q[c].ravel())[: ceil(active[c].sum() / 2)]
        kept[c].ravel()[order] = True
    return kept
""",
            "arms that are out already",
        ),
        (changed(KEEP, "-q[c][active[c]]", "-q.mean(axis=0)[active[c]]"), "by one mean of q"),
    ],
    "07-d": [
        (changed(RACE, "budget // rounds", "budget"), "the whole budget in every round"),
        (changed(RACE, "shape[1] * shape[2]", "shape[1]"), "by the prompts alone"),
        (changed(RACE, "shape[1] * shape[2]", "shape[0] * shape[1] * shape[2]"), "contexts among the arms"),
        (
            changed(
                RACE,
                "q = pull(our_allocate(active, budget // rounds))",
                "left = active.any(axis=0)\n"
                "        cost = (left * np.arange(1, shape[2] + 1)).sum()\n"
                "        q = pull(left * (budget // rounds // cost))",
            ),
            "for itself",
        ),
        (changed(RACE, "ceil(log2(shape[1] * shape[2]))", "int(log2(shape[1] * shape[2]))"), "rounds down"),
    ],
}
