"""Prediction: what it takes, what it says of it, and the line that brings it again."""

import pytest
import traitlets as t

from every_widget import PREDICTED, PREDICTIONS
from iapo_widgets.widgets import Prediction
from iapo_widgets.widgets.explorers.predicted import rounded

OUTSIDE = {
    "number": [0.21, -1, "0.1", True, float("nan"), [0.1]],
    "whole": [0.5, 5_001, None.__class__],
    "choice": ["triple", "", 1, ["psst"]],
    "order": [["psst", "psst", "uniform"], ["psst"], "psst", [1, 2, 3], 3],
}


@pytest.mark.parametrize("kind", PREDICTIONS)
def test_what_is_entered_is_kept_and_told(kind):
    """Nothing at first; a value that fits is kept and told; Clear takes it back."""
    made = PREDICTIONS[kind]()
    assert made.value is None and made._said == "Nothing predicted yet."
    made.set_state({"value": PREDICTED[kind]})
    assert made.value == PREDICTED[kind] and made.error == ""
    assert made._said.startswith("Kept: ") and made.asked.shown(PREDICTED[kind]) in made._said
    made.press("reset")
    assert made.value is None and made._said == "Nothing predicted yet."


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in OUTSIDE.items() for value in values])
def test_what_does_not_fit_is_told_and_changes_nothing(kind, value):
    """Outside the ends, of another kind, no word of these, no order of all: an error beside the control."""
    made = PREDICTIONS[kind](value=PREDICTED[kind])
    made.set_state({"value": value})
    assert made.value == PREDICTED[kind] and made.error
    with pytest.raises(t.TraitError):
        PREDICTIONS[kind](value=value)


@pytest.mark.parametrize("kind", PREDICTIONS)
def test_a_line_brings_it_again(kind):
    """Its repr is a call that makes one of the same question and value."""
    for value in (None, PREDICTED[kind]):
        made = PREDICTIONS[kind](value=value)
        again = eval(repr(made), {"Prediction": Prediction})
        assert again.asked == made.asked and again.value == made.value and repr(again) == repr(made) == made.link()


def test_an_order_is_kept_as_it_stands():
    """By its button, without a move; a second press changes nothing."""
    made = PREDICTIONS["order"]()
    made.press("keep")
    assert made.value == ["halving", "uniform", "psst"]
    made.value = PREDICTED["order"]
    made.press("keep")
    assert made.value == PREDICTED["order"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "none was given"),
        ({"between": (0, 1), "choices": ("a", "b")}, "between and choices were given"),
        ({"between": (1, 0)}, "a lower number before a higher one"),
        ({"between": (0, float("inf"))}, "a lower number before a higher one"),
        ({"between": 3}, "a lowest and a highest number"),
        ({"between": (0, 1, 2)}, "a lowest and a highest number"),
        ({"choices": ("a",)}, "two or more words"),
        ({"choices": "ab"}, "two or more words"),
        ({"order": ("a", "a")}, "each once"),
        ({"order": ("a", 3)}, "two or more words"),
        ({"choices": ("a", "b"), "whole": True}, "whole is for numbers"),
        ({"id": "p1", "between": (0, 1)}, "like '07-p1'"),
        ({"what": " ", "between": (0, 1)}, "say in words"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(more, said):
    """No kind or two, ends in the wrong order, words that are none or twice there, a strange id."""
    with pytest.raises(ValueError, match=said):
        Prediction(**{"id": "07-p1", "what": "x", **more})


@pytest.mark.parametrize(
    ("ends", "whole", "step"),
    [((0, 0.2), False, 0.001), ((0, 1), False, 0.01), ((0, 100), False, 1), ((0, 5_000), True, 10), ((1, 16), True, 1)],
)
def test_a_slider_has_a_hundred_steps_of_a_power_of_ten(ends, whole, step):
    """At least a hundred, so that they are round numbers; of whole numbers no step is below 1."""
    assert Prediction("07-p1", "x", between=ends, whole=whole).asked.step == pytest.approx(step)


@pytest.mark.parametrize(
    ("value", "near"),
    [(0.12345, 0.123), (0.0012345, 0.00123), (12.345, 12.3), (1234.5, 1234), (0, 0), (-0.5, -0.5), (99.96, 100)],
)
def test_a_number_is_shown_to_three_digits(value, near):
    """And never to less than ones."""
    assert rounded(value) == near
