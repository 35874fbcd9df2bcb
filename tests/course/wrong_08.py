"""Wrong answers to lesson 08."""

TABLE = "import numpy as np\nv = np.array([.8, .7, .68, .62, .55, .5, .4, .3, .2, .1])\ng = .8 - v[1:]\n"
BOUND = """
from math import ceil, exp, log2
import numpy as np
def bound(q, budget):
    contexts, prompts, n_max = q.shape
    h1 = h2 = 0
    for values in q.reshape(contexts, -1):
        order = np.argsort(-values)
        n_bar = (order[0] % n_max + 1 + n_max) / 2
        for i in range(2, len(values) + 1):
            gap = values[order[0]] - values[order[i - 1]]
            h1, h2 = max(h1, n_bar / gap**2), max(h2, i * n_bar / gap**2)
    rounds = ceil(log2(prompts * n_max))
    size = min(2 * prompts * h1, 8 * contexts * h2) * rounds
    return 3 * contexts * rounds * exp(-budget / size)
"""


def changed(old, new):
    """The right function with one slip."""
    assert old in BOUND
    return BOUND.replace(old, new)


WRONG = {
    "08-a": [
        ("sizes = (3 / 0.1**2, 3 * 3 / 0.12**2)", "forgot N_max"),
        ("sizes = (3.5 / 0.1**2, 3 * 3.5 / 0.12**2)", "index that starts at 0"),
        ("sizes = (4 / 0.1, 3 * 4 / 0.12)", "must be squared"),
        ("sizes = (400, 2 * 4 / 0.12**2)", "runner-up counts with i = 2"),
        ("sizes = (500, 1000)", "sorted upwards"),
        ("sizes = (400, 800)", "not simply twice"),
    ],
    "08-b": [
        ("from math import ceil, log\nT = ceil(14400 * 7 * log(42 / 0.05))", "larger of the two"),
        ("from math import ceil, log\nT = ceil(10000 * log(42 / 0.05))", "forgot R in the exponent"),
        ("from math import ceil, log\nT = ceil(10000 * 7 * log(1 / 0.05))", "forgot the factor 3 |C| R"),
        ("from math import ceil, log10\nT = ceil(10000 * 7 * log10(42 / 0.05))", "base 10"),
        ("from math import ceil, log\nT = ceil(10000 * 4 * log(24 / 0.05))", "counted prompts only"),
        ("from math import log\nT = int(10000 * 7 * log(42 / 0.05))", "rounded down"),
        ("from math import ceil, log\nT = ceil(10000 * 7 * log(21 / 0.05))", "left out |C|"),
    ],
    "08-c": [
        (changed("(order[0] % n_max + 1 + n_max) / 2", "order[0] % n_max + 1"), "forgot N_max"),
        (changed("n_max + 1 + n_max", "n_max + n_max"), "index that starts at 0"),
        (changed("n_bar / gap**2), max(h2, i * n_bar / gap**2)", "n_bar / gap), max(h2, i * n_bar / gap)"), "squared"),
        (changed("argsort(-values)", "argsort(values)"), "sorted upwards"),
        (changed("h2, i * n_bar", "h2, (i - 1) * n_bar"), "counts with i = 2"),
        (changed("min(2 * prompts * h1, 8 * contexts * h2)", "2 * prompts * h1"), "alone"),
        (changed("h2) * rounds", "h2)"), "forgot R in the exponent"),
        (changed("return 3 * contexts * rounds * exp", "return exp"), "forgot the factor"),
    ],
    "08-d": [
        ("runs_needed = 0.1 / 0.01**2", "forgot the factor 1 - p"),
        ("runs_needed = 0.1 * 0.9 / 0.01", "did not square"),
        ("runs_needed = (0.1 * 0.9)**0.5 / 0.01", "standard deviation of one run"),
    ],
}
