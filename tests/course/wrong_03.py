"""Wrong answers to lesson 03."""

WRONG = {
    "03-a": [
        ("value = 0.6 * 1.0 + 0.4 * 0.6 - 2 * 3 * 0.02", "No draft has both"),
        ("value = max(0.6 * h + 0.4 * s for h, s in drafts) - 2 * 0.02", "once instead of N times"),
        ("value = max(0.6 * h + 0.4 * s for h, s in drafts)", "the best weighted sum alone"),
        ("value = max(0.6 * h + 0.4 * s for h, s in drafts) - 3 * 0.02", "forgot the cost weight"),
        ("value = sum(0.6 * h + 0.4 * s for h, s in drafts) / 3 - 2 * 3 * 0.02", "the mean of the drafts"),
        ("value = 0.6 * 1.0 + 0.4 * 0.1 - 2 * 3 * 0.02", "the draft with most words"),
    ],
    "03-b": [
        (
            "def rescore(drafts, costs, weights, cost_weight):\n"
            "    return drafts.max(axis=0) @ weights - cost_weight * costs.sum()",
            "the best of each objective by itself",
        ),
        (
            "def rescore(drafts, costs, weights, cost_weight):\n"
            "    return (drafts @ weights).max() - cost_weight * costs.mean()",
            "charge for one draft only",
        ),
        (
            "def rescore(drafts, costs, weights, cost_weight):\n"
            "    best = (drafts @ weights).argmax()\n"
            "    return drafts[best] @ weights - cost_weight * costs[best]",
            "only for the draft that is kept",
        ),
        (
            "def rescore(drafts, costs, weights, cost_weight):\n    return max(drafts @ weights)",
            "forgot the bill",
        ),
        (
            "def rescore(drafts, costs, weights, cost_weight):\n"
            "    return max(drafts @ weights) / sum(weights) - cost_weight * sum(costs)",
            "need not sum to 1",
        ),
        (
            "def rescore(drafts, costs, weights, cost_weight):\n"
            "    return (drafts @ weights).mean() - cost_weight * costs.sum()",
            "the mean of the drafts",
        ),
    ],
    "03-c": [
        ("average = sum(table[c][p][n] for c, (p, n) in enumerate([(0, 2), (1, 2), (0, 1)])) / 3", "index N - 1"),
        ("average = 0.58 + 0.47 + 0.48", "That is the sum"),
        ("average = np.mean([np.max(user) for user in table])", "the best any policy could do"),
        ("average = np.mean(table)", "the mean over all arms"),
    ],
    "03-d": [
        ("arm = np.unravel_index(estimate.argmax(), estimate.shape)", "gave the index"),
        ('arm = (finished.policy["words, low"].prompt, finished.policy["words, low"].n)', "the arm of an old user"),
        ("p, i = np.unravel_index(q_new.argmax(), q_new.shape)\narm = (p, i + 1)", "the best arm by exact Q"),
        ("p, i = np.unravel_index(asked.argmax(), asked.shape)\narm = (p, i + 1)", "asked about most questions"),
    ],
}
