"""Saved pages: what is in them, what it took to make them, and what is refused."""

import json
import re

import ipywidgets as w
import pytest

from iapo_widgets.widgets import ScalingExplorer, html_fragment, save_html
from iapo_widgets.widgets.shared.explorer import Control, Explorer
from nine import NINE


@pytest.mark.parametrize("name", NINE)
def test_a_fragment_holds_all_that_it_needs(name):
    """No address is loaded, the script is whole, and what would end it early is coded."""
    text = html_fragment(NINE[name]())
    assert not re.search(r"(src|href)=|@import|import\(|url\(", text)
    assert text.count("<script>") == text.count("</script>") == text.count('savedModel({"state"')
    assert "export default" not in text


def test_a_name_cannot_end_the_script():
    """A task whose words hold an end tag stays data."""
    explorer = ScalingExplorer()
    explorer._scene = {**explorer._scene, "note": "</script><script>alert(1)</script>"}
    assert "alert(1)</script>" not in html_fragment(explorer)


@pytest.mark.parametrize("name", [name for name, make in NINE.items() if name not in ("EliminationView", "PSSTLab")])
def test_stills_are_what_the_traits_would_show_and_change_nothing(name):
    """Each still equals the scene after setting the trait; looking at them tells nobody and leaves every trait."""
    widget, told = NINE[name](), []
    before, scene = repr(widget), json.dumps(widget._scene)
    widget.observe(told.append)
    stills = widget.stills()
    assert told == [] and repr(widget) == before and json.dumps(widget._scene) == scene
    control = next(c for c in widget.controls() if c.name == widget.alone)
    assert [value for value, _ in stills] == control.settings() and len(stills) > 1
    widget.unobserve(told.append)
    for value, drawn in stills[:: max(1, len(stills) // 3)]:
        setattr(widget, widget.alone, type(getattr(widget, widget.alone))(value))
        assert {key: getattr(widget, key) for key in drawn} == drawn


@pytest.mark.parametrize(
    ("control", "values"),
    [
        (Control("n", "", "range", 1, 3, 1), [1, 2, 3]),
        (Control("w", "", "range", 0, 0.3, 0.1), [0, 0.1, 0.2, 0.3]),
        (Control("b", "", "log", 10, 1_000, 0.5), [10, 32, 100, 320, 1_000]),
        (Control("s", "", "switch"), [False, True]),
        (Control("c", "", "choice", options=[("a", "x"), ("b", "y")]), ["x", "y"]),
        (Control("r", "", "button"), []),
    ],
)
def test_settings_of_a_control(control, values):
    """A slider takes its steps, both ends counted, a logarithmic one two digits; a list its options."""
    assert control.settings() == values


def test_a_still_that_fails_leaves_the_trait():
    """Where a scene cannot be made, the error is raised and the trait keeps its value."""

    class Failing(ScalingExplorer):
        def drawn(self):
            if self.n == 7:
                raise RuntimeError("no seven")
            return super().drawn()

    explorer = Failing()
    with pytest.raises(RuntimeError, match="no seven"):
        explorer.stills()
    assert explorer.n == 10 and isinstance(explorer, Explorer)


def test_containers_give_what_is_ours_and_others_are_refused(tmp_path):
    """A box gives the widgets in it that are shown; one without any, and none at all, say so and write nothing."""
    hidden = ScalingExplorer(layout=w.Layout(display="none"))
    box = w.VBox([w.IntSlider(), ScalingExplorer(), w.HBox([ScalingExplorer()]), hidden])
    assert html_fragment(box).count("<script>") == 2
    path = tmp_path / "page.html"
    for bad, message in [((w.IntSlider(),), "IntSlider holds no widget"), ((), "no widget was given")]:
        with pytest.raises(ValueError, match=message):
            save_html(path, *bad)
    with pytest.raises(OSError):
        save_html(tmp_path / "absent" / "page.html", ScalingExplorer())
    assert list(tmp_path.iterdir()) == []
    save_html(path, ScalingExplorer(), title="A < B")
    assert "<title>A &lt; B</title>" in path.read_text("utf-8") and list(tmp_path.iterdir()) == [path]
