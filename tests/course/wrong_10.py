"""Wrong answers to lesson 10."""

WRONG = {
    "10-a": [
        ("errors = (ours.acr - other.acr) / (ours.acr_sem + other.acr_sem)", "They add in squares"),
        ("errors = (ours.acr - other.acr) / ours.acr_sem", "the error of PSST alone"),
        ("errors = (ours.acr - other.acr) / other.acr_sem", "the error of triple-random alone"),
        ("errors = ours.acr - other.acr", "the difference itself"),
        ("errors = (ours.acr - other.acr) / (ours.acr_sem**2 + other.acr_sem**2)", "forgot the root"),
        ("errors = (other.acr - ours.acr) / (ours.acr_sem**2 + other.acr_sem**2) ** 0.5", "The sign"),
    ],
    "10-b": [
        (
            "def paired_error(x, y):\n    return ((x.var(ddof=1) + y.var(ddof=1)) / len(x)) ** 0.5",
            "treats x and y as independent",
        ),
        ("def paired_error(x, y):\n    return (x - y).std(ddof=1)", "spread of single differences"),
        ("def paired_error(x, y):\n    return np.std(x - y) / np.sqrt(len(x))", "divides by n. A spread"),
        ("def paired_error(x, y):\n    return (x - y).std(ddof=1) / len(x)", "You divide by n"),
        ("def paired_error(x, y):\n    return x.mean() - y.mean()", "mean difference itself"),
    ],
    "10-c": [
        ("regret = 1 - 0.7692", "You compare with 1"),
        ('regret = table.cell("math", "psst", 20_000).acr - 0.7692', "You compare with PSST"),
        ('regret = table.cell("math", "frugal", 20_000).acr - 0.7692', "You compare with frugal"),
        ("regret = 0.7692 - 0.8247", "The sign"),
        ("regret = 0.8078 - 0.0169 - 0.7692", "add the regret"),
    ],
    "10-d": [
        ('statement = "a"', "a minus sign"),
        ('statement = "B"', "no proof"),
        ('statement = "d"', "No language model"),
    ],
}
