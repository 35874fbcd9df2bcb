"""Wrong answers to lesson 09."""

SCREEN = """
import numpy as np
def screen(right, pulls, cost, weights, k):
    kept = np.zeros((len(weights), len(right)))
    for c, weight in enumerate(weights):
        q = right / pulls - weight * cost
        kept[c, np.argsort(-q)[:k]] = 1
    return kept
"""


def changed(old, new):
    """The right function with one slip."""
    assert old in SCREEN
    return SCREEN.replace(old, new)


WRONG = {
    "09-a": [
        ("sem = (0.7 * 0.3 / (5000 / 25))**0.5", "whole budget"),
        ("sem = (0.7 * 0.3 / 1000)**0.5", "shared by 25 prompts"),
        ("sem = 0.7 * 0.3 / 40", "variance"),
        ("sem = (0.7 * 0.3)**0.5", "spread of one completion"),
        ("sem = 0.2 * 5000 / 25", "how many completions each prompt gets"),
    ],
    "09-b": [
        ("lost_by_k1 = values.max() - values[:, 0].max()", "kept the chosen prompt at N = 1"),
        ("lost_by_k1 = values[:, 0].max() - values[9, 0]", "at N = 1, where the wrong one gets through"),
        ("lost_by_k1 = values.max() - sorted(values.max(axis=1))[-2]", "the runner-up"),
        ("lost_by_k1 = values[values[:, 0].argmax()].max() - values.max()", "The sign"),
        ("lost_by_k1 = 0", "the other one is gone"),
    ],
    "09-c": [
        (changed(" - weight * cost", ""), "cost has no effect"),
        (changed("argsort(-q)", "argsort(q)"), "worst k"),
        (changed("right / pulls", "right"), "not divided"),
        (changed("return kept", "return np.tile(kept.max(axis=0), (len(weights), 1))"), "one list for everybody"),
        (changed("- weight", "+ weight"), "added the cost"),
    ],
    "09-d": [
        ("k_needed = 9", "counted places from 0"),
        ("k_needed = 2", "all users but one"),
        ("k_needed = 3", "mean over the users"),
        ("k_needed = 1", "decoupled choice"),
    ],
}
