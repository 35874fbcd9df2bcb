"""Wrong answers to lesson 07."""

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
    "07-b": [
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
    "07-c": [
        ("small = (0, 20)", "to the letter"),
        ("small = (32, 20)", "on credit: share"),
        ("small = (32, 13)", "One round is over"),
        ("small = (20, 20)", "made the scales smaller"),
    ],
    "07-d": [
        ("scales_pulled = [8, 4, 2]", "That costs 14"),
        ("scales_pulled = [3, 3, 3]", "gave each prompt a third"),
        ("scales_pulled = [4, 4, 2]", "one more fits"),
        ("scales_pulled = [6, 3, 1]", "in proportion"),
        ("scales_pulled = [8, 0, 2]", "left a prompt out"),
    ],
}
