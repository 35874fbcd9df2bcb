"""Wrong answers to lesson 10."""

WRONG = {
    "10-a": [
        ("regret = 1 - 0.7692", "You compare with 1"),
        ('regret = table.cell("math", "psst", 20_000).acr - 0.7692', "You compare with PSST"),
        ("regret = 0.7692 - 0.8247", "The sign"),
        ("regret = 0.8078 - 0.0169 - 0.7692", "add the regret"),
    ],
    "10-b": [
        ('statement = "a"', "a minus sign"),
        ('statement = "B"', "no proof"),
        ('statement = "d"', "No language model"),
    ],
    "10-c": [
        ("gain = 0.8827 - 0.8122", "the difference in return"),
        ("gain = (0.8827 - 0.8122) / 0.8827", "divided by PSST's return"),
        ("gain = 0.8827 / 0.8122", "the ratio"),
        ("gain = 0.8122 / 0.8827 - 1", "The sign"),
    ],
}
