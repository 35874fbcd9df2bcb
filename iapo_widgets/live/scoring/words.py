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
    "|certainly|either|known|as|word|words|term|city|of|spelled|considered|said|to|be|just|in|fact|most|likely|commonly"
)
_NAME = r"[A-Z][\w\u2019'-]{0,40}(?:[ ](?:of[ ]|del?[ ])?[A-Z][\w\u2019'-]{0,40}){0,4}"
_QUOTED = (
    r"""["\u201c*'\u2018`]{1,3}[ ]?(?P<quoted>[^"\u201c\u201d*\u2018`.,;:!?()\n]{1,60}?)[ ]?[.,!?]?["\u201d*\u2019'`]"""
)
_VALUE = (
    rf"[ ]{{1,3}}(?:(?:{_FILLERS})[ ]{{1,3}}){{0,8}}(?:{_QUOTED}|(?P<name>{_NAME})|(?P<word>[a-z][\w\u2019-]{{0,40}}))"
)
_IS = r"\b(?:is|are|was|would[ ]be|becomes|called)"
_OF = r"\b[Tt]he[ ][a-z]{1,20}(?:[ ][a-z]{1,20})?[ ](?:of|to|for)[ ][^.!?:\n]{1,60}?"
#: What is looked for, in this order: ``the capital of Peru is ...``, ``the capital of Peru, Lima, is ...``, any ``is``.
_STATED = [
    re.compile(rf"{_OF}(?:{_IS}{_VALUE}|(?:,|,[ ](?:also[ ])?(?:known[ ]as|called))[ ](?P<beside>{_NAME}),)"),
    re.compile(rf"(?:{_IS}|:){_VALUE}"),
]
_ALONE = re.compile(r"\W{0,5}(\w[\w\u2019'-]{0,40}(?:[ ][A-Z][\w\u2019'-]{0,40}){0,2})\W{0,5}")


def first_word(prepared: Prepared) -> str | None:
    """The answer of a line that is nothing else, or what the text first says that something is."""
    text = prepared.text.strip()[:START]
    if alone := _ALONE.fullmatch(text.split("\n", 1)[0]):
        return alone[1]
    for pattern in _STATED:
        if stated := pattern.search(text):
            return next(value for value in stated.groups() if value is not None)
    return None
