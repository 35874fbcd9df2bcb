"""Where AnswerExplorer opens."""

import pytest
import traitlets as t

from answer_cases import frame, record, said
from iapo_widgets import load
from iapo_widgets.widgets import AnswerExplorer


def test_it_opens_where_the_vote_saves_one_prompt_and_ruins_another():
    """Of the record's own task it is the same question at once, and what is seen there is what the docstring says."""
    widget = AnswerExplorer(load("real-words"))
    saved, ruined = widget._page["rows"]
    assert widget._page["text"] == "What is the capital of Pakistan?" and widget.n == 5
    assert not saved["chips"][0]["right"] and frame(widget, 0)["credit"] == 1
    assert ruined["chips"][0]["right"] and frame(widget, 1)["credit"] == 0
    assert ruined["called"] == "Prompt 2 (Answer with one word. · temperature 0.2)"
    assert f"{ruined['called']}: 4" in widget.summary
    assert repr(AnswerExplorer(load("real-words"))) == repr(widget)


def test_the_opening_is_the_question_whose_answers_show_most():
    """What is seen comes before what is only expected; what is given is kept; where nothing shows, the first one."""
    shown, likely = (
        ["cuzco", *["lima"] * 8],
        ["lima", "lima", "lima", "cuzco", "cuzco", "quito", "loja", "lima", "lima"],
    )
    lost = ["lima", *["cuzco"] * 8]
    plain = ["lima"] * 9
    env = record([[plain, likely, shown, plain], [plain, plain, lost, lost]])
    widget = AnswerExplorer(env)
    assert (widget.question, widget.prompt, widget.other) == (2, 0, 1)
    widget.question = 3
    widget.reset()
    assert widget.question == 2
    for given in ({"prompt": 1}, {"question": 3}, {"other": 1}, {"context": "here"}):
        kept = AnswerExplorer(env, **given)
        wanted = {"prompt": 0, "other": None, "question": 0, **given}
        assert {name: getattr(kept, name) for name in wanted} == wanted
    alone = AnswerExplorer(record([[plain, shown]]))
    assert (alone.prompt, alone.other, alone.question) == (0, None, 1)
    for nothing in (AnswerExplorer(record([[plain, plain]] * 2)), AnswerExplorer(env, n=1)):
        assert (nothing.prompt, nothing.other, nothing.question) == (0, None, 0)
    with pytest.raises(t.TraitError, match="unknown context"):
        AnswerExplorer(env, context="nobody")


def test_where_answers_do_not_vote_it_opens_where_the_best_of_them_gains_most():
    """The prompt whose best answer is furthest above a single one, beside the prompt that gains least."""
    flat = [said("a", "lima", score=(0.5,))] * 6
    wide = [said("a", "lima", score=(s,)) for s in (0.0, 0.2, 0.9, 0.0, 0.1, 0.3)]
    env = record([[flat, flat], [flat, wide]], strategy="best-of-n", scorers=("quality",), n_max=4)
    widget = AnswerExplorer(env, n=4)
    assert (widget.prompt, widget.other, widget.question) == (1, 0, 1)
