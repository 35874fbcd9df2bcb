"""Wrong answers to lesson 00."""

WRONG = {
    "00-a": [
        ('winners = "A, A"', "has A kept its lead"),
        ('winners = "B, B"', "who leads there"),
        ('winners = "b, a"', "The other way round"),
    ],
    "00-b": [
        ("arm = (15, 32)", "the user low"),
        ("arm = (10, 5)", "the user high"),
        ("arm = (5, 1)", "the cheapest"),
        ("arm = (11, 10)", "the prompt comes first"),
    ],
    "00-c": [
        ("pulls_each = 2000 / 25", "count a pull as one answer"),
        ("pulls_each = 2000 // 32", "for a single prompt"),
        ("pulls_each = round(2000 / 800 + 0.01)", "You rounded up"),
        ("pulls_each = 25 * 32", "How often does it fit"),
    ],
}
