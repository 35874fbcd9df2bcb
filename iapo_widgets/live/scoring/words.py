"""The word or name that an answer states first: small models say it, and then ramble.

English only.  ``The capital of Peru is Lima, a city of ...`` is Lima, ``The opposite of "hot" is "cold" or ...`` is
cold, and a line of one or two words is the answer itself.
"""

from __future__ import annotations

import re

from .prepared import Prepared

START = 600  # characters that are looked at: who has not stated anything by then rambles
_FILLERS = (
    "the|a|an|called|named|indeed|actually|typically|usually|generally|also|simply|often|officially|probably|definitely"
    "|certainly|either|known|as|word|words|term|city|of|spelled|considered|said|to|be|just|in|fact|most|likely|commonly|written|pronounced"
)
_NAME = r"[A-Z][\w\u2019'-]{0,40}(?:[ ](?:of[ ]|del?[ ])?[A-Z][\w\u2019'-]{0,40}){0,4}"
_QUOTED = (
    r"""["\u201c*'\u2018`]{1,3}[ ]?(?P<quoted>[^"\u201c\u201d*\u2018`.,;:!?()\n]{1,60}?)[ ]?[.,!?]?["\u201d*\u2019'`]"""
)
_FILLED = rf"[ ]{{1,3}}(?:(?:{_FILLERS})[ ]{{1,3}}){{0,8}}"
_IS = r"\b(?:is|are|was|would[ ]be|becomes|called)"
_ABOUT = (
    r"(?:(?:\b[Tt]he[ ])?\b(?P<noun>[A-Za-z]{2,20})(?:[ ][a-z]{1,20})?[ ](?:of|to|for)[ ][^.!?:\n]{1,60}?"
    r"|\b(?:[Ii]ts|[Ww]hose|\w{2,30}[\u2019']s|[Cc]orrect)[ ](?:[a-z]{1,20}[ ]){1,2}|\b[Aa]nswer[ ])"
)
_END = r"(?=\W*(?:[.,;!?()\n-]|\Z|[ ](?:or|and)\b))"
#: What is looked for, in this order.
_STATED = [
    # the capital of Peru is ..., its capital is ..., the answer is ...; the capital of Peru, Lima, is ...
    re.compile(
        rf"{_ABOUT}(?:{_IS}{_FILLED}(?:{_QUOTED}|(?P<name>{_NAME})|(?P<word>[a-z][\w\u2019-]{{0,40}}))"
        rf"|(?:,|,[ ](?:also[ ])?(?:known[ ]as|called))[ ](?P<beside>{_NAME}),)"
    ),
    # ... is the capital of Peru
    re.compile(
        r"(?:\A|(?<=[.:\n][ ])|(?<=\n))"
        rf"(?:{_QUOTED}|(?P<name>{_NAME}))(?:[ ]\([^()\n]{{1,40}}\))?[ ](?:is|are)[ ]the[ ][a-z]{{1,20}}[ ]of\b"
    ),
    # anything that is called something, or stands behind a colon; what it is like is no answer
    re.compile(rf"(?:{_IS}|:)(?![ ]an?[ ]){_FILLED}(?:{_QUOTED}|(?P<name>{_NAME}){_END})"),
]
_ALONE = re.compile(r"\W{0,5}(\w[\w\u2019'-]{0,40}(?:[ ][A-Z][\w\u2019'-]{0,40}){0,2})\W{0,5}")


def first_word(prepared: Prepared) -> str | None:
    """The answer of a line that is nothing else, or what the text first says that something is."""
    text = prepared.text.strip()[:START]
    if alone := _ALONE.fullmatch(text.split("\n", 1)[0]):
        return alone[1]
    for pattern in _STATED:
        for stated in pattern.finditer(text):
            found = stated.groupdict()
            noun = found.pop("noun", None)
            value = next(value for value in found.values() if value is not None)
            if value != noun:  # the capital of Peru is the capital of ...
                return value
    return None
