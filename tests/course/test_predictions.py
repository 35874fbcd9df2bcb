"""``predict`` keeps, ``came`` compares: by id, in one kernel, in words that do not judge."""

import pytest

from iapo_widgets.course import came, predict, predictions


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """As in a kernel that was just started."""
    monkeypatch.setattr(predictions, "_asked", {})
    monkeypatch.setattr(predictions, "_kept", {})


def number():
    return predict("07-p1", "Regret of halving", between=(0, 0.2))


@pytest.mark.parametrize(
    ("kept", "value", "state", "words"),
    [
        (0.05, 0.123, "more", "You predicted 0.05; it is 0.123, more by 0.073."),
        (0.2, 0.1234, "less", "You predicted 0.2; it is 0.123, less by 0.077."),
        (0.123, 0.1234, "met", "You predicted 0.123; it is 0.123."),
        (0, 1.5, "more", "You predicted 0; it is 1.5, more by 1.5."),
    ],
)
def test_a_number_is_compared_as_it_is_shown(kept, value, state, words):
    """The difference is that of the numbers in the sentence; what comes may lie beyond what was thought possible."""
    number().value = kept
    outcome = came("07-p1", value)
    assert (outcome.state, outcome.message) == (state, words)
    assert str(outcome) == repr(outcome) == f"{predictions.HEADINGS[state]} {words}"
    assert words in outcome._repr_html_() and "**" in outcome._repr_markdown_()


def test_a_choice_and_an_order_are_compared():
    """A word with a word; of an order how many stand in their place."""
    choice = predict("07-p2", "Who is ahead?", choices=("halving", "psst"))
    choice.value = "halving"
    assert came("07-p2", "psst").message == "You predicted halving; it is psst."
    assert came("07-p2", "halving").state == "met"
    order = predict("07-p3", "Best first", order=("halving", "uniform", "psst"))
    order.value = ["psst", "uniform", "halving"]
    told = "You predicted psst, uniform, halving; it is halving, uniform, psst: 1 of 3 in their place."
    assert came("07-p3", ("halving", "uniform", "psst")).message == told
    assert came("07-p3", ["psst", "uniform", "halving"]).state == "met"


def test_without_a_prediction_a_line_says_how():
    """What came is told all the same, always in the same words."""
    number()
    outcome = came("07-p1", 0.123)
    assert outcome.state == "none" and outcome.message == (
        'It is 0.123. To see your own beside it, predict in the cell with `predict("07-p1", ...)`, '
        "and run this cell again."
    )


def test_a_prediction_survives_a_run_of_its_cell_and_not_another_question():
    """The same call brings it back; another question under the same id begins anew; Clear forgets it for good."""
    number().value = 0.05
    assert number().value == 0.05 and came("07-p1", 0.05).state == "met"
    assert predict("07-p1", "Regret of halving", between=(0, 1)).value is None
    assert came("07-p1", 0.05).state == "none"
    again = number()
    again.value = 0.1
    again.reset()
    assert number().value is None


@pytest.mark.parametrize(
    ("id", "value", "said"),
    [
        ("07-p9", 1, r"predict\('07-p9', ...\) first: nothing was asked for under that id; asked for were 07-p1"),
        (7, 1, "nothing was asked for"),
        ("07-p1", "much", "a number is needed, not 'much'"),
        ("07-p1", float("nan"), "a number is needed, not nan"),
    ],
)
def test_what_cannot_have_come_is_refused(id, value, said):
    """An id that nobody asked for, or a value that is no answer to the question."""
    number()
    with pytest.raises(ValueError, match=said):
        came(id, value)


def test_states_are_told_apart_by_words_and_marks():
    """No two begin alike, whatever their colour."""
    assert len({heading[0] for heading in predictions.HEADINGS.values()}) == len(predictions.HEADINGS)
    assert all(heading[2:].strip() for heading in predictions.HEADINGS.values())
