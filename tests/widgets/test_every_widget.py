"""What holds for every widget: a static twin in three formats, a stable repr, a Reset."""

import re

import pytest
from matplotlib.text import Text

from every_widget import WIDGETS
from iapo_widgets.widgets.shared.explorer import Explorer

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def widgets():
    """One of each."""
    return {name: make() for name, make in WIDGETS.items()}


@pytest.mark.parametrize("name", WIDGETS)
@pytest.mark.parametrize("kind", MAGIC)
def test_the_static_twin_is_saved(widgets, name, kind, tmp_path):
    """``figure().savefig`` writes a PNG, an SVG or a PDF of some size, and the figure carries words."""
    figure = widgets[name].figure()
    path = tmp_path / f"twin.{kind}"
    figure.savefig(path)
    written = path.read_bytes()
    assert written.startswith(MAGIC[kind]) and len(written) > 4_000
    assert len(figure.alt) > 40


@pytest.mark.parametrize("name", WIDGETS)
def test_what_cannot_move_asks_for_no_drag(widgets, name):
    """Nothing in the static twin, nor in its words, says that it can be dragged."""
    figure = widgets[name].figure()
    words = [figure.alt, *(text.get_text() for text in figure.findobj(Text))]
    assert not [each for each in words if "drag" in each.lower()]


@pytest.mark.parametrize("name", WIDGETS)
def test_repr_is_stable_and_says_what_it_is(widgets, name):
    """Two of a kind have the same repr: it names the class and holds no address of memory."""
    text = repr(widgets[name])
    assert text == repr(WIDGETS[name]()) and text.startswith(f"{name}(")
    assert not re.search(r"0x[0-9a-f]{6}|object at", text)


@pytest.mark.parametrize("name", WIDGETS)
def test_reset_takes_back_what_was_changed(name):
    """After a change and Reset, twice, the widget is as it was at first; explorers offer it as a button."""
    widget = WIDGETS[name]()
    before = repr(widget)
    for _ in range(2):
        if isinstance(widget, Explorer):
            assert "reset" in [c.name for c in widget.controls() if c.kind == "button"]
            moved = widget.alone or "n"
            control = next(c for c in widget.controls() if c.name == moved)
            setattr(widget, moved, type(getattr(widget, moved))(control.settings()[-1]))
            assert repr(widget) != before
        elif name == "EliminationView":
            widget.round, widget.arm, widget.context = 2, [1, 3], "high"
        else:
            widget.budget = 77
        widget.reset()
        if name == "EliminationView":
            assert (widget.round, widget.arm, widget.context, widget.n_frames) == (0, [], "low", len(widget.rounds))
        elif name == "PSSTLab":
            assert (widget.budget, widget.state, widget.view.n_frames) == (600, "idle", 0)
        else:
            assert repr(widget) == before and widget.error == ""
