"""Names that public data sets, spreadsheets and test tools give to questions, contexts, choices and right answers.

Names are compared without case, spaces and signs: ``Correct Answer``, ``correct_answer`` and ``correctAnswer`` are one.
Where a record has several names of one list, the first of the list counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

QUESTIONS = (
    "question", "query", "problem", "questiontext", "questionstem", "stem", "goal", "userinput", "input", "inputs",
    "prompt", "instruction", "ctx", "startphrase", "sentence", "messages", "turns", "text", "statement", "claim",
    "task", "q", "front", "frage", "aufgabe", "pregunta", "domanda", "问题", "题目",
)  # fmt: skip
INSTRUCTION = "instruction"
CONTEXTS = (
    "context", "contexts", "passage", "body", "article", "story", "paragraph", "background", "document",
    "narrative", "scenario", "premise", "premises", "passagetext", "contexttext", "florespassage", "dialogue",
    "dialog", "kontext", "contexte", "contexto",
)  # fmt: skip
CHOICES = ("choices", "options", "endings", "candidates", "answerchoices", "multiplechoicetargets", "targetscores",
           "mc1targets", "alternatives", "answeroptions")  # fmt: skip
#: Lists of choices where another column says which is right, and of right answers, or nothing, where none does.
LISTS_BESIDE = ("choice", "option", "multiplechoice", "possibleanswers", "answers")
GOLDS = (
    "answerkey", "answeridx", "answerindex", "answerletter", "correctanswerindex", "correctindex", "finalanswer",
    "answernumber", "numericanswer", "bestanswer", "correctanswer", "correctanswers", "rightanswer",
    "correctoption", "correctchoice", "gold", "goldanswer", "goldanswers", "goldlabel", "groundtruth",
    "groundtruths", "answer", "answers", "possibleanswers", "target", "targets", "labeltext", "labelname", "label",
    "cop", "correct", "expected", "expected1", "expectations", "expectedresponse", "expectedanswer",
    "expectedoutput", "expectedresult", "ideal", "reference", "references", "referenceanswer", "shortanswer",
    "answersspans", "finaldecision", "referencesolution", "output", "outputs", "completion", "response", "solution",
    "assert", "ans", "result", "antwort", "richtigeantwort", "richtig", "lösung", "loesung", "musterlösung",
    "ergebnis", "réponse", "reponse", "bonneréponse", "bonnereponse", "respuesta", "respuestacorrecta", "risposta",
    "rispostacorretta", "答案", "正确答案", "back", "a",
)  # fmt: skip
#: Columns that point to one of several choices, and mean nothing without choices.
POINTERS = re.compile(
    r"(?:correct|right|gold|answer|ans)(?:answers?|options?|choices?|ans|label|response)?"
    r"(?:ids?|idx|index|indices|num|number|no|nr|key|letter|position|pos|place|label)"
)
#: Lists of further right answers beside the one above.
ALIASES = ("correctanswers", "aliases", "answeraliases", "acceptedanswers", "alternativeanswers")
WRONG = ("incorrectanswers", "incorrectanswer", "distractors", "wronganswers")
#: Objects and columns that only hold the fields: ``{"row": {...}}``, ``vars.question``.
HOLDERS = ("row", "vars", "inputs", "doc", "question", "input", "example", "fields")
GOLD_HOLDERS = ("outputs", "expectedoutput", "expected", "output", "referenceoutputs", "expectations", "rewardmodel")
#: Names of lists of records, the likeliest first.
LISTS = ("rows", "examples", "questions", "tests", "data", "items", "records", "samples", "instances", "problems",
         "dataset", "entries", "results", "test", "prompts")  # fmt: skip
NESTS = ("paragraphs", "qas", "questions")


def plain(name: str) -> str:
    """The name without case, spaces and signs, and without ``vars.`` or the like before it."""
    whole = unicodedata.normalize("NFKC", name).casefold()
    holder, dot, last = whole.rpartition(".")
    if dot:
        outer, inner = _letters(holder.rpartition(".")[2]), _letters(last)
        if outer in HOLDERS or (outer in GOLD_HOLDERS and inner in GOLDS):
            return inner
    short = _letters(whole)
    return short if len(short) > 1 or len(whole.strip(" ()[].:")) == 1 else whole  # "A?" is no column A


def flat(fields: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """The fields with those of holders in the holders' place; what holds the right answer is never taken for more."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        short = plain(name)
        if not isinstance(value, Mapping) or not depth:
            found[name] = value
        elif short in HOLDERS and value:
            for inner, part in flat(value, depth - 1).items():
                found[inner if plain(inner) not in map(plain, found) else f"{name}.{inner}"] = part
        elif short in GOLD_HOLDERS and short in GOLDS and len(value) == 1:
            found[name] = next(iter(value.values()))
        elif short in GOLD_HOLDERS:
            found.update({f"{name}.{inner}": part for inner, part in value.items()})
        else:
            found[name] = value
    return found


def _letters(name: str) -> str:
    return "".join(char for char in name if char.isalnum())
