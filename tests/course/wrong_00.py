"""Wrong answers to lesson 00."""

WRONG = {
    "00-a": [
        ('winners = "terse, terse"', "has it kept its lead"),
        ('winners = "plain, plain"', "who leads there"),
        ('winners = "Plain, Terse"', "The other way round"),
    ],
    "00-b": [
        ("arm = (0, 16)", "the user low"),
        ("arm = (1, 1)", "the user high"),
        ("arm = (2, 4)", "for nobody in the table"),
        ("arm = (6, 1)", "the prompt comes first"),
    ],
    "00-c": [
        ("pulls_each = 625 // 10", "count a pull as one answer"),
        ("pulls_each = 625 // 16", "for a single prompt"),
        ("pulls_each = round(625 / 160 + 0.01)", "You rounded up"),
        ("pulls_each = 10 * 16", "How often does it fit"),
    ],
}
