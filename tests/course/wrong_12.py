"""Wrong answers to lesson 12."""

START = (
    "import numpy as np\na, b = np.array([.95, .7, .3]), np.array([.85, .65, .15])\nw = (a*(1-a) + b*(1-b)).mean()\n"
)
PLUG = """
from math import comb
def plug_in(right, pulled, n):
    rate, total = right / pulled, 0.0
    for k in range(n + 1):
        chance = comb(n, k) * rate**k * (1 - rate)**(n - k)
        total += chance * ((2 * k > n) + (2 * k == n) / 2)
    return total
"""
KEEP = """
def keep_prompts(q, active, number):
    seen = np.where(active, q, -np.inf)
    best = seen.max(axis=2)
    kept = np.zeros_like(active)
    for c in range(len(q)):
        for p in np.argsort(-best[c])[:number]:
            kept[c, p] = active[c, p]
    return kept
"""


def changed(old, new):
    """The right function with one slip."""
    assert old in PLUG
    return PLUG.replace(old, new)


def spoilt(old, new):
    """The prompts that stay, with one slip."""
    assert old in KEEP
    return KEEP.replace(old, new)


WRONG = {
    "12-a": [
        (START + "variance = a.mean() * (1 - a.mean()) + b.mean() * (1 - b.mean())", "drawn apart"),
        (START + "variance = w + np.var(a) + np.var(b) - np.cov(a, b, ddof=0)[0, 1]", "covariance once"),
        (START + "variance = w + np.var(a + b)", "added the covariance"),
        (START + "variance = np.var(a - b)", "left out the luck"),
        (START + "variance = w", "Nearly"),
        (START + "variance = (w + np.var(a - b))**0.5", "standard deviation"),
    ],
    "12-b": [
        ("times = 96 / 96", "not independent draws"),
        ("times = 48 / 3", "questions only"),
        ("times = ((0.09 + 0.1 / 2) / 48) / ((0.09 + 0.1 / 32) / 3)", "Upside down"),
        ("times = (((0.09 + 0.1 / 32) / 3) / ((0.09 + 0.1 / 2) / 48))**0.5", "ratio of standard errors"),
    ],
    "12-c": [
        ("def plug_in(right, pulled, n):\n    return right / pulled", "the share itself"),
        (
            "def plug_in(right, pulled, n):\n    return (2 * right > pulled) * 1.0 + (2 * right == pulled) / 2",
            "that were pulled",
        ),
        (changed(" + (2 * k == n) / 2", ""), "ties as lost"),
        (
            changed("rate, total = right / pulled, 0.0", "rate, total, n = right / pulled, 0.0, min(n, pulled)"),
            "stop at",
        ),
        (changed("right / pulled", "(right + 1) / (pulled + 2)"), "smoothed"),
        ("def plug_in(right, pulled, n):\n    return 1 - (1 - right / pulled)**n", "best-of-n"),
    ],
    "12-d": [
        (
            """
def keep_prompts(q, active, number):
    kept = np.zeros_like(active)
    for c in range(len(q)):
        values = np.where(active[c], q[c], -np.inf).ravel()
        kept[c].ravel()[np.argsort(-values)[:number]] = True
    return kept
""",
            "so many *arms*",
        ),
        (spoilt("kept[c, p] = active[c, p]", "kept[c, p, seen[c, p].argmax()] = True"), "one arm of each prompt"),
        (spoilt("best = seen.max(axis=2)", "best = seen.mean(axis=2)"), "the mean over all N"),
        (spoilt("best = seen.max(axis=2)", "best = seen[:, :, -1]"), "their largest N"),
        (spoilt("np.argsort(-best[c])", "np.argsort(np.where(active[c, :, 0], best[c], np.inf))"), "the worst prompts"),
        (spoilt("seen = np.where(active, q, -np.inf)", "seen, active = q, np.ones_like(active)"), "out already"),
        (
            spoilt(
                "best = seen.max(axis=2)",
                "best = np.where(active.any(axis=2), q.max(axis=2).mean(axis=0), -np.inf)",
            ),
            "one list for all contexts",
        ),
    ],
}
