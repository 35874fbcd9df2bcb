"""Which words can be an answer, and which are only talk.

An answer in words is short: at most six words that name something.  A sentence is none, so that a text that rambles
casts no vote.
"""

from __future__ import annotations

import re

WORDS, CHARACTERS = 6, 60
#: Words that begin an answer to a question of yes or no.
YES_NO = re.compile(
    r"(yes|no|true|false|correct|incorrect|ja|nein|oui|non|s\u00ed|\u662f|\u5426|\u0434\u0430|\u043d\u0435\u0442)"
    r"(?=[*_\"'`)]*(?:$|[,.;:!\n]| ?[-\u2014(]| (?:because|since|as|it|they|he|she|this|that)\b))",
    re.IGNORECASE,
)
# words of a sentence: who says so, what is done, how sure it is
_TALK = re.compile(
    r"(?<!\S)(?:i(?:'(?:m|ve|d|ll))?|we(?:'re)?|you|your|it(?:'s)?|this|that(?:'s)?|these|those|there|he|she|they|let(?:'s)?|me|us"
    r"|here|is|are|was|were|be|been|am|do|does|did|don't|doesn't|can|can't|cannot|could|would|should|will|must|might|has"
    r"|have|had|know|think|guess|believe|see|say|says|said|sorry|sure|unsure|unclear|hard|maybe|perhaps|depends|because|since"
    r"|if|when|how|why|what|which|who|where|therefore|thus|hence|so|then|however|calculate|compute|find|please|note|given"
    r"|below|above|follows?|following|ok|okay|steps?|idea|answer|result)(?!\S)"
)
_STARTS = re.compile(
    r"(?:in|to|by|for|as|at|from|with|than|of|on|if|and|or|but|obtained|found|wrong|easy|simple|clear|obvious)(?!\S)"
)
_WEAK = re.compile(
    r"[\s*_]*(?:correct|right|wrong|incorrect|easy|simple|clear|obvious|unknown|done|richtig|korrekt|correcte?|correcta)[\s*_.!]*",
    re.IGNORECASE,
)
_HEADS = re.compile(
    r"\W*(?:(?:step|part|case|phase|question|problem)\b|(?:the )?(?:conclusion|explanation|solution|answer|verification"
    r"|summary|analysis|calculations?|results?|notes?|given|check|approach|reasoning|example|introduction|overview"
    r"|review|discussion|thoughts?|setup|proof|hint|plan|method)\b|(?:sure|okay|ok|hello|hi|certainly|great|well|yes"
    r"|absolutely|thanks?)\b)",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\W*(?:(?:i'?m|i am) (?:very |so |really )?sorry|sorry,|i apologi[sz]e|as an ai\b"
    r"|i (?:can'?t|can ?not|won'?t|am unable|am not able)|unfortunately, i\b)",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"(?:\b(?:which|and|or|the|an?|of|is|are|was|to|so|then|we|with|by|from|that|for|in|if|because|get|plus|minus|times"
    r"|next|let|i)|[=+\u00d7*/(,:<-])\s*\Z",
    re.IGNORECASE,
)
_NAMES = re.compile(r"\b(?:(?:is|are|was|were|called|named)\b|(?:it|that)'s) ", re.IGNORECASE)
_CERTAINLY = re.compile(
    r"(?:(?:clearly|definitely|certainly|obviously|probably|likely|indeed|simply|therefore|thus|about) )+", re.I
)


def is_phrase(text: str) -> bool:
    """Whether these words can be an answer: few, and no talk."""
    bare = re.sub(r"[^\w\s'&/.+#-]", " ", text).strip()
    if not 1 <= len(bare.split()) <= WORDS or len(bare) > CHARACTERS or not re.search(r"[^\W\d_]", bare):
        return False
    return not _STARTS.match(bare.lower()) and not _TALK.search(bare.lower())


def is_heading(text: str) -> bool:
    """Whether it is over a part of a text rather than an answer."""
    return text.endswith(":") or _HEADS.match(text) is not None


def is_weak(text: str) -> bool:
    """Whether it says how an answer is rather than what: ``The answer is correct``."""
    return _WEAK.fullmatch(text) is not None


def refuses(text: str) -> bool:
    """Whether a text begins by saying that it gives no answer."""
    return _REFUSES.match(text) is not None


def is_unfinished(text: str) -> bool:
    """Whether a text stops within a sentence."""
    return _UNFINISHED.search(text[-40:].rstrip(" *_`)")) is not None


def named_last(sentence: str) -> str | None:
    """What a sentence says that something is: ``The capital is Paris`` names Paris; three words at most."""
    found = list(_NAMES.finditer(sentence))
    if not found:
        return None
    rest = _CERTAINLY.sub("", sentence[found[-1].end() :].strip(" .!*_\"'"), count=1)
    if rest.startswith("the ") and len(found) == 1:  # London is the capital of England
        rest = sentence[: found[0].start()].strip(" *_\"'")
        rest = rest if rest[:1].isupper() and not rest.startswith("The ") else ""
    return rest if is_phrase(rest) and len(rest.split()) <= 3 else None
