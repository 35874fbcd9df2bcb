"""Wrong answers to lesson 13."""

WRONG = {
    "13-a": [
        ("dollars = 1000 * 8 * (120 * 0.15 + 400 * 0.60) / 1e6", "pay the prompt eight times"),
        ("dollars = 1000 * (120 * 0.15 + 400 * 0.60) / 1e6", "count one answer"),
        ("dollars = 1000 * (120 + 8 * 400) * 0.60 / 1e6", "price of answers"),
        ("dollars = 1000 * (100 * 0.15 + 8 * 400 * 0.60) / 1e6", "count characters"),
        ("dollars = 1000 * (120 / 4 * 0.15 + 8 * 400 * 0.60) / 1e6", "a guess for English"),
    ],
    "13-b": [
        (
            r"""
import re
def last_number(text):
    found = re.findall(r"-?\d+(?:,\d{3})*(?:\.\d+)?", text)
    return float(found[0].replace(",", "")) if found else None
""",
            "take the first number",
        ),
        (
            r"""
import re
def last_number(text):
    found = re.findall(r"-?\d+(?:,\d{3})*(?:\.\d+)?", text)
    return float(found[-1].replace(",", "")) if found else 0
""",
            "Unreadable is not an answer",
        ),
        (
            r"""
import re
def last_number(text):
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)
    return float(found[-1].replace(",", "")) if found else None
""",
            "lose the minus sign",
        ),
        (
            r"""
import re
def last_number(text):
    found = re.findall(r"-?\d+(?:\.\d+)?", text)
    return float(found[-1]) if found else None
""",
            "cut at the comma",
        ),
        (
            r"""
import re
def last_number(text):
    found = re.findall(r"-?\d+(?:,\d{3})*", text)
    return float(found[-1].replace(",", "")) if found else None
""",
            "after the decimal point",
        ),
        ("def last_number(text):\n    return text.split()[-1]", "This is text"),
    ],
    "13-c": [
        ("accuracy = 4 / 8", "failed calls as wrong answers"),
        ("accuracy = 4 / 5", "leave out the unreadable one"),
        ("accuracy = 6 / 8", "failed calls as right ones"),
    ],
    "13-d": [
        ('cap = "completions"', "still fits under 1,000"),
        ('cap = "money"', "not even half"),
        ('cap = "none"', "must reckon with the longest"),
    ],
}
