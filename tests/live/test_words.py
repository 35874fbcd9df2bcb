"""The word that a short answer states first, of a real small model's sentences and of our own."""

import json
import time
from pathlib import Path

import pytest

from iapo_widgets import load
from iapo_widgets.live import ExactMatch, Question
from iapo_widgets.live.scoring.extraction import word

LABELS = Path(__file__).parent.parent / "data" / "labels"

READ = {
    "Lima": "lima",
    "lima.": "lima",
    "**Lima**": "lima",
    "New Delhi": "new delhi",
    "The capital of Peru is Lima, a city of ten million.": "lima",
    "The capital of Peru is the city of Lima.": "lima",
    "The capital of Peru, Lima, is a large city.": "lima",
    "The capital of Peru, also known as Lima, is large.": "lima",
    "Peru is a country in South America. Its capital is Lima.": "lima",
    "Peru's capital city is Lima.": "lima",
    "Lima is the capital of Peru.": "lima",
    'The opposite of "hot" is "cold" or "cool".': "cold",
    "Opposite of up is down": "down",
    'The plural of "foot" is typically written as "feet".': "feet",
    "The correct plural is cities.": "cities",
    "So the answer is mice.": "mice",
    "Answer: Lima": "lima",
    "I think that is a great question. The capital of Peru is Lima.": "lima",
    "The capital of Peru is the capital of the country.": None,
    "Peru is a country in South America.": None,
    "Let me think: In this case there are several ways": None,
    "I do not know what you mean, my friend.": None,
    "": None,
}


@pytest.mark.parametrize("text", READ)
def test_the_first_statement_counts(text):
    """What it says that something is; a description, a tautology and a heading are none."""
    assert word(text) == READ[text]


def test_it_is_an_extractor_by_name():
    """Of several right answers any is right; what is not stated casts no vote."""
    scorer, question = ExactMatch("word"), Question("What is the opposite of big?", ("small", "little"))
    assert scorer.score(question, 'The opposite of big is "little".').value == 1.0
    assert scorer.score(question, "Big is a word.").answer is None
    assert repr(scorer) == "ExactMatch('word', name='correct')"


@pytest.mark.parametrize("piece", ["is ", "is the ", 'is "', "The a of ", "A b of ", ": ", "A", "its a "])
def test_long_texts_do_not_hang(piece):
    """100,000 characters of what the patterns begin with are read at once."""
    before = time.monotonic()
    word(piece * (100_000 // len(piece)))
    assert time.monotonic() - before < 5


@pytest.mark.parametrize("path", sorted(LABELS.glob("*.json")), ids=lambda path: path.stem)
def test_answers_labelled_by_hand_are_read_as_they_say(path):
    """Two hundred answers of the recorded task, drawn at random and read by a person: at most 6 are read otherwise."""
    record, labels = load(path.stem), json.loads(path.read_text("utf-8"))
    assert len(labels) == 200 == len({tuple(row[:3]) for row in labels})
    wrong = [
        (record.completions(p, x)[i].text, record.completions(p, x)[i].answer, said)
        for p, x, i, said in labels
        if record.completions(p, x)[i].answer != said
    ]
    assert len(wrong) <= 6, wrong
