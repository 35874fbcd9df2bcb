"""What ``link()`` returns: Python that makes the widget again, or the address of a page in its state."""

import json
import re
from urllib.parse import unquote

import pytest
from traitlets import TraitError

import iapo_widgets
import iapo_widgets.widgets as package
from cases import small_environment
from every_widget import WIDGETS
from iapo_widgets import load
from iapo_widgets.core.problem import Context
from iapo_widgets.widgets import AnswerExplorer, EliminationView, PSSTLab, ScalingExplorer
from iapo_widgets.widgets.shared.explorer import Explorer
from iapo_widgets.widgets.shared.headings import HEADINGS


def made_again(widget, line):
    """What that line makes, where the names stand that it may use."""
    names = {name: getattr(widget, name, None) for name in ("env", "rounds", "policy", "study")}
    space = {**vars(iapo_widgets), **names, "load": load, "Context": Context}
    exec(f"made = {line}", {**space, **{name: getattr(package, name) for name in package.__all__}}, names)
    return names["made"]


def state(widget):
    return {name: getattr(widget, name) for name in widget.public}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_line_makes_the_widget_again(name):
    """Moved from where it opened, each widget gives one line that makes one of the same public traits."""
    widget = WIDGETS[name]()
    if isinstance(widget, Explorer):
        moved = widget.alone or "n"
        control = next(c for c in widget.controls() if c.name == moved)
        setattr(widget, moved, type(getattr(widget, moved))(control.settings()[0]))
    line = widget.link()
    assert line.startswith(f"{name}(") and "\n" not in line
    assert state(made_again(widget, line)) == state(widget)


def test_a_race_is_looked_at_as_before():
    """Round, arm, face, truth and context come back, after the rounds that they need."""
    widget = WIDGETS["EliminationView"]()
    widget.round, widget.arm, widget.face, widget.truth, widget.context = 2, [1, 3], "map", True, "high"
    line = widget.link()
    assert line == (
        'EliminationView(env, budget=600, rounds=rounds, context="high", round=2, arm=[1, 3], face="map", truth=True)'
    )
    assert state(made_again(widget, line)) == state(widget)


def test_the_beginning_of_a_race_is_looked_at_as_before():
    """Before the first round is told as round -1, by a view and by a lab; nothing is drawn there, and -2 is nowhere."""
    view, lab = WIDGETS["EliminationView"](), PSSTLab(small_environment(0, prompts=3, n_max=4), budget=600, round=-1)
    lab.show_finished()
    lab.join(60)
    view.round = -1
    assert lab.view.round == -1 and "round=-1" in lab.link() and "round=-1" in view.link()
    assert made_again(view, view.link()).shown_round == 0
    with pytest.raises(ValueError, match="round 0 is not among"):
        view.figure()
    with pytest.raises(TraitError, match="round"):
        view.round = -2


def test_two_races_are_at_their_beginnings_together():
    """What is before the first round of one is so of the other, whatever either spent."""
    lab = PSSTLab(small_environment(0, prompts=3, n_max=4), budget=600, compare="uniform")
    lab.show_finished()
    lab.join(60)
    lab.view.round = -1
    assert [view.round for view in lab.views] == [-1, -1]
    lab.view.round = 1
    assert lab.views[1].round >= 0


def test_a_lab_comes_back_with_its_race():
    """Settings, user and what is looked at: the line names the task that ``load`` gave, and what is not as usual."""
    lab = PSSTLab(load("real-words"), budget=5_000, seed=3)
    lab.context = lab.env.contexts[1].name
    lab.weights = [1.0, 0.35]
    lab.show_finished()
    lab.join(60)
    lab.view.round, lab.view.face = 3, "map"
    line = lab.link()
    assert line == (
        f'PSSTLab(load("real-words"), context="{lab.context}", budget=5_000, seed=3, weights=[1.0, 0.35], '
        'round=3, face="map")'
    )
    other = made_again(lab, line)
    other.show_finished()
    other.join(60)
    assert state(other) == state(lab) and state(other.view) == state(lab.view)
    assert other.result.policy == lab.result.policy and other.contexts == lab.contexts


def test_other_users_come_back_too():
    """Weights that were moved for a user who is no longer chosen are told as contexts."""
    lab = PSSTLab(small_environment(0, prompts=3, n_max=4), budget=600)
    lab.context = "high"
    lab.weights = [1.0, 0.5]
    lab.context = "low"
    assert "contexts=[Context(" in lab.link()
    assert made_again(lab, lab.link()).contexts == lab.contexts


def test_a_lab_refuses_to_look_at_what_is_not_there():
    """A bad arm is told at the door."""
    with pytest.raises(Exception, match="arm must be"):
        PSSTLab(small_environment(0, prompts=3, n_max=4), arm=[9, 1])


@pytest.mark.parametrize(
    ("env", "call"),
    [
        (lambda: load("math"), 'load("math")'),
        (lambda: load("math", seed=3), 'load("math", seed=3)'),
        (lambda: load("real-words", part="test"), 'load("real-words", part="test")'),
        (lambda: load("math").with_(n_max=4), "env"),
        (lambda: load("math").split(0.5, 0)[0], "env"),
        (lambda: small_environment(0), "env"),
    ],
)
def test_a_task_is_named_where_its_name_makes_it(env, call):
    """What was changed since it was loaded is no longer what that name gives."""
    made = env()
    arguments = EliminationView(made, 600).link()
    assert arguments == f'EliminationView({call}, budget=600, context="{made.contexts[0].name}")'


def test_words_cannot_leave_their_quotes():
    """A context named by hostile words stays one string of one line."""
    env = small_environment(0, prompts=3, n_max=4)
    bad = '"), print("x\n\\'
    env = env.with_(contexts=[Context(bad, (1.0,), 0.0), *env.contexts[1:]])
    view = EliminationView(env, 600)
    assert "\n" not in view.link() and made_again(view, view.link()).context == bad


@pytest.mark.parametrize("name", WIDGETS)
def test_an_address_holds_what_a_saved_page_can_move(name):
    """Of an explorer the control that stays alive, of a race all that is looked at; any old fragment goes."""
    widget = WIDGETS[name]()
    address, _, told = widget.link("https://host/page.html#old").partition("#")
    assert address == "https://host/page.html" and re.fullmatch(r"[\w.&=%-]+", told)
    pairs = dict(part.split("=") for part in told.split("&"))
    values = {key.removeprefix(f"{name}."): json.loads(unquote(value)) for key, value in pairs.items()}
    if name == "PSSTLab":
        assert values == {f"first.{key}": getattr(widget.view, key) for key in widget.view.free}
    else:
        assert values == {
            key: getattr(widget, key) for key in filter(None, (getattr(widget, "alone", ""), *widget.free))
        }


def test_rates_are_told_as_they_were_given():
    """The worked example in one line, prompts by queries."""
    widget = ScalingExplorer(n=7, strategy="best-of-n")
    assert widget.link() == ('ScalingExplorer(rates=[[0.4, 0.9], [0.62, 0.62]], n=7, strategy="best-of-n", cost=0.0)')


def test_answers_come_back_at_their_question():
    """Prompt, question, N and draw."""
    widget = AnswerExplorer(load("real-words"))
    widget.question, widget.n, widget.seed = 5, 3, 2
    assert state(made_again(widget, widget.link())) == state(widget)


def test_every_widget_says_what_it_is():
    """A heading and, but for the lab that has its words beside it, a sentence; none of a widget that is gone."""
    assert set(HEADINGS) == {*WIDGETS}
    for name, make in WIDGETS.items():
        heading, sentence = make()._heading
        assert heading and (sentence.endswith(".") or name == "PSSTLab")
        assert "drag" not in sentence
