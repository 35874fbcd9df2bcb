"""Wrong answers to lesson 05."""

SIGNS = """
from itertools import product
def sign_flip_p(d):
    signs = np.array(list(product((-1, 1), repeat=len(d))))
    return (abs(signs @ abs(d)) >= abs(d.sum())).mean()
"""


def changed(old, new):
    """The right function with one slip."""
    assert old in SIGNS
    return SIGNS.replace(old, new)


WRONG = {
    "05-a": [
        ("errors_apart = (0.7322 - 0.7084) / (0.0135 + 0.0129)", "They add in squares"),
        ("errors_apart = (0.7322 - 0.7084) / 0.0135", "the error of psst+k1 alone"),
        ("errors_apart = (0.7322 - 0.7084) / 0.0129", "the error of triple-n1 alone"),
        ("errors_apart = 0.7322 - 0.7084", "the difference itself"),
        ("errors_apart = (0.0135**2 + 0.0129**2) ** 0.5", "How many of them fit"),
        ("errors_apart = (0.7322 - 0.7084) / (0.0135**2 + 0.0129**2)", "forgot the root"),
        ("errors_apart = (0.7084 - 0.7322) / (0.0135**2 + 0.0129**2) ** 0.5", "The sign"),
    ],
    "05-b": [
        (
            "def paired_error(x, y):\n    return ((x.var(ddof=1) + y.var(ddof=1)) / len(x)) ** 0.5",
            "treats x and y as independent",
        ),
        ("def paired_error(x, y):\n    return (x - y).std(ddof=1)", "spread of single differences"),
        ("def paired_error(x, y):\n    return np.std(x - y) / np.sqrt(len(x))", "divides by n. A spread"),
        ("def paired_error(x, y):\n    return (x - y).std(ddof=1) / len(x)", "You divide by n"),
        ("def paired_error(x, y):\n    return x.mean() - y.mean()", "mean difference itself"),
    ],
    "05-c": [
        (changed("(abs(signs @ abs(d)) >=", "(signs @ abs(d) >="), "one side only"),
        (changed(">=", ">"), "exactly as far"),
        (changed("abs(signs @ abs(d)) >= abs(d.sum())", "abs(signs.sum(axis=1)) >= abs(np.sign(d).sum())"), "how many"),
        (
            changed("    return", "    d = np.sign(d) * (abs(d).argsort(kind='stable').argsort() + 1)\n    return"),
            "You use ranks",
        ),
    ],
    "05-d": [
        ("higher = 0.5", "what each prompt is worth"),
        ("higher = 0.75", "with one question each"),
        ("higher = 8 / 16 * 1 + 7 / 16 * 2", "A share is asked for"),
        ("higher = 9 / 16 * 0.5 + 7 / 16 * 1", "*at most* 1"),
    ],
}
