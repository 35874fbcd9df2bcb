"""Whose words a saved page carries: it says so, and it can leave those of answers out."""

from dataclasses import replace

import pytest

from iapo_widgets import load, train
from iapo_widgets.core.strategies import STRATEGIES
from iapo_widgets.widgets import (
    AnswerExplorer,
    EliminationView,
    PolicyTable,
    PSSTLab,
    ScalingExplorer,
    TradeoffExplorer,
    html_fragment,
    save_html,
)
from record_cases import small_record

SECRET = {"a": "zarpel", "b": "quilvo", "c": "mundek", "d": "hestor", "e": "lomvar"}


def secretive(strategy):
    """A record whose answers say what stands nowhere else, neither in questions nor in prompts."""
    env = small_record()
    pairs = [
        [
            [replace(c, answer=SECRET[c.answer], text=f"Behold {SECRET[c.answer]} vexiturn.") for c in pool]
            for pool in row
        ]
        for row in env.pairs
    ]
    return env.rebuilt(pairs, env.scorers, strategy=STRATEGIES[strategy])


@pytest.mark.parametrize("strategy", ["majority-vote", "best-of-n"])
def test_a_page_can_leave_the_answers_words_out(tmp_path, strategy):
    """Nothing that an answer said is in it; numbers, votes and costs are what they were, and so is the widget."""
    env = secretive(strategy)
    widget = AnswerExplorer(env, other=1, n=4)
    widget._open(0, 1)
    whole = widget.get_state()
    told = save_html(tmp_path / "bare.html", widget, texts=False)
    assert widget.get_state() == whole and widget.env is env
    page = (tmp_path / "bare.html").read_text("utf-8")
    for text in (page, html_fragment(widget, texts=False)):
        assert not [word for word in (*SECRET.values(), "vexiturn", "Behold") if word in text]
        assert "its words were left out" in text and "And which letter now?" in text and "Well: " in text
    held = "the words of 2 prompts, 2 questions, 3 right answers and 16 answers without their words"
    assert told.endswith(f"it carries {held}") and f"<p><small>Saved with this picture: {held}.</small></p>" in page
    bare = widget.carried(texts=False)["_carried"]
    for key, full in widget.carried()["_carried"].items():
        for row, other in zip(full["rows"], bare[key]["rows"], strict=True):
            for name in ("at", "class", "right", "tokens", "ended", "scores", "value"):
                assert [c.get(name) for c in row["chips"]] == [c.get(name) for c in other["chips"]]
            for name in ("cost", "bill", "votes", "top", "credit", "best", "odds"):
                assert [f.get(name) for f in row["frames"]] == [f.get(name) for f in other["frames"]]


def test_a_page_says_what_it_carries(tmp_path):
    """As many questions and answers as can be turned to, each counted once, in the page and in what is returned."""
    told = save_html(tmp_path / "full.html", AnswerExplorer(secretive("majority-vote"), n=2, pages=1))
    held = "the words of 2 prompts, 1 question, 1 right answer and the words of 4 answers"
    assert told.endswith(f"bytes; it carries {held}; texts=False leaves the words of answers out")
    page = (tmp_path / "full.html").read_text("utf-8")
    assert f"Saved with this picture: {held}." in page and "Behold zarpel vexiturn." in page
    assert f"{(tmp_path / 'full.html').stat().st_size:,} bytes" in told


def test_prompts_are_counted_where_they_have_words(tmp_path):
    """Those of a recorded task by every widget that names them; of a generated task there is nothing to be told."""
    told = save_html(tmp_path / "a.html", ScalingExplorer())
    assert "bytes; it carries no words of prompts, questions or answers" in told
    assert "Saved with this picture" not in (tmp_path / "a.html").read_text("utf-8")
    env = load("real-words").with_(n_max=4)
    result = train("psst", env, 400, seed=0)
    widgets = [EliminationView(env, 400, result.rounds), PolicyTable(env, result), TradeoffExplorer(env)]
    told = save_html(tmp_path / "a.html", *widgets, texts=False)
    assert told.endswith("it carries the words of 10 prompts")
    assert (tmp_path / "a.html").read_text("utf-8").count("Saved with this picture: the words of 10 prompts.") == 3


def test_the_answers_in_a_lab_can_be_left_out(tmp_path):
    """The race stays, and behind each arm the answers without their words; the lab is as it was."""
    lab = PSSTLab(secretive("majority-vote"), budget=60)
    told = save_html(tmp_path / "bare.html", lab, texts=False)
    page = (tmp_path / "bare.html").read_text("utf-8")
    assert not [word for word in (*SECRET.values(), "vexiturn", "Behold") if word in page]
    held = "2 questions, 3 right answers and"
    assert "its words were left out" in page and f"{held} 12 answers without their words" in told
    assert f"{held} the words of 12 answers" in save_html(tmp_path / "full.html", lab)
    assert "vexiturn" in (tmp_path / "full.html").read_text("utf-8")
