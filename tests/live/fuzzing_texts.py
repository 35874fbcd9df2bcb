"""Run by itself: what comes from outside as text, made up or spoiled, within 1 GB of address space.

Every file, body and answer must give a value or an error that is documented.  See ``test_fuzzing_texts``.
"""

import json
import re
import resource
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from iapo_widgets.live import Brevity, ExactMatch, Judge, Question, read_prompts, read_questions
from iapo_widgets.live.endpoint.body import MOST
from iapo_widgets.live.reading.source import MOST_BYTES
from iapo_widgets.live.scoring.extraction import EXTRACTORS
from iapo_widgets.live.scoring.scorer import spoken
from test_bodies import REPLIES
from test_bodies import test_any_body_is_a_reply_or_a_fault as body_read
from test_reading_fuzz import FIELDS, PIECES, VALUES
from test_statements import PIECES as SAID

MEMORY = 2**30
many = settings(max_examples=120, deadline=None, derandomize=True, database=None)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
SPOILS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=6)), max_size=4)
REPEATS = st.tuples(st.lists(PIECES, min_size=1, max_size=4).map("".join), st.sampled_from([1, 2, 3_000, 50_000]))
READERS = {"questions": read_questions, "prompts": lambda source: read_prompts(source, max_tokens=5)}


def tried(read, source):
    """What is read of ``source`` can be shown and sent; else a ``ValueError`` says in short why not."""
    try:
        found = read(source)
    except ValueError as error:
        assert 0 < len(str(error)) < 2_000
        return
    assert str(found) and (found.questions or found.prompts)
    for part in (*found.questions, *found.prompts):
        json.dumps([part.text, getattr(part, "golds", [])], ensure_ascii=False).encode()


def spoiled(content, edits):
    """``content`` with bytes replaced, taken out or put in at some places."""
    out = bytearray(content)
    for where, cut, new in edits:
        at = int(where * (len(out) + 1))
        out[at : at + cut] = new
    return bytes(out)


def files(kind):
    """Question or prompt files: any bytes, good ones spoiled, signs very often, and huge ones."""
    read = READERS[kind]
    rows = st.lists(st.dictionaries(FIELDS, VALUES, max_size=6), min_size=1, max_size=4)
    head = (
        '{"question": "2 + 3?", "answer": 5}' if kind == "questions" else '{"prompt": "{query}", "system": "Be brief."}'
    )

    @many
    @given(st.binary(max_size=300), REPEATS, rows, ENCODINGS, SPOILS)
    def run(content, repeated, values, encoding, edits):
        tried(read, content)
        tried(read, repeated[0] * repeated[1])
        for text in (head, json.dumps(values), "\n".join(map(json.dumps, values))):
            tried(read, spoiled(text.encode(encoding, "replace"), edits))

    run()
    size = MOST_BYTES - 100
    huge = {"": "---\n", "[": "[],", "question,answer": ",", "question,answer\n": "a,1\n"}
    for begins, often in huge.items():
        tried(read, begins + often * (size // len(often)))


def bodies():
    """Bodies of replies and of errors: any values, any bytes, and the largest that are read, of small values."""
    run = body_read.hypothesis.inner_test

    @many
    @given(REPLIES, SPOILS, st.integers(1, 3), st.sampled_from([200, 400, 429, 500]))
    def spoiled_too(body, edits, n, status):
        run(body, n, status)
        run(spoiled(body, edits), n, status)

    spoiled_too()
    for begins, often in {
        "[": "[],",
        '{"choices":[': "{},",
        '{"error":[': '{"a":[]},',
        "data: ": "[1]\ndata: ",
    }.items():
        for status in (200, 400):
            run((begins + often * (MOST // len(often))).encode(), 2, status)
    run(b"[" * MOST, 1, 200)


def answers():
    """Texts of answers for every scorer that reads them: any signs, a few of them very often, on both sides."""
    scorers = [
        *map(ExactMatch, EXTRACTORS),
        ExactMatch(re.compile("a|(b+)")),
        ExactMatch(options=["yes", "no"]),
        Brevity(),
    ]
    judge = Judge(None)
    signs = st.lists(st.sampled_from(SAID), min_size=1, max_size=4).map("".join)
    texts = st.text(max_size=80) | st.lists(st.sampled_from(SAID), max_size=25).map("".join)
    often = st.tuples(signs, st.sampled_from([100, 8_000]))

    def scored(text, gold, scorers=scorers):
        question = Question("q", gold) if gold.strip() and gold.isprintable() else Question("q")
        for scorer in scorers:
            found = scorer.score(question, text)
            assert found.value is None or 0 <= found.value <= 1
            assert found.answer is None or found.answer
        assert judge.read(text) is None or 0 <= judge.read(text) <= 1
        assert spoken(text) is None or len(spoken(text)) <= len(text)

    @many
    @given(texts, often, texts)
    def run(text, repeated, gold):
        scored(text, gold)
        scored(repeated[0] * repeated[1], gold)

    run()
    for sign in ("\\boxed{", "<think>", "\U0001f600", '{"answer":'):
        scored(sign * (MOST // len(sign.encode())), "9", [ExactMatch(), Brevity()])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind = sys.argv[1]
    files(kind) if kind in READERS else {"bodies": bodies, "answers": answers}[kind]()
    print("all read")
