"""Still twins are whole: what is written in them is on the picture, and nothing is written over anything."""

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from every_widget import WIDGETS, task
from iapo_widgets import train
from iapo_widgets.plots.scene import Line, Panel, Scene
from iapo_widgets.plots.twin import draw
from iapo_widgets.widgets import (
    AnswerExplorer,
    BudgetSlider,
    ContextSliders,
    EliminationView,
    PolicyTable,
    PSSTLab,
    StopExplorer,
    TradeoffExplorer,
)

BUDGET = 2_000
TOUCH = 1.0  # pixels by which boxes may meet, for they are a little larger than what is drawn


def lab(env, **more):
    """A lab whose run has ended and whose first user then minds other things."""
    made = PSSTLab(env, budget=BUDGET, seconds_per_round=0.0, **more)
    made.run()
    made.join(60)
    made.cost_weight = 1.5
    return made


#: Name -> a call that makes one of a task.
OF_TASK = {
    "AnswerExplorer": AnswerExplorer,
    "BudgetSlider": BudgetSlider,
    "ContextSliders": ContextSliders,
    "EliminationView": lambda env: EliminationView(env, BUDGET, train("psst", env, BUDGET, seed=0).rounds),
    "PSSTLab": lab,
    "PSSTLab of two": lambda env: lab(env, compare="uniform"),
    "PolicyTable": lambda env: PolicyTable(env, train("psst", env, BUDGET, seed=0)),
    "StopExplorer": StopExplorer,
    "TradeoffExplorer": TradeoffExplorer,
}
TASKS = ("real-words", "real-sentences", "math")
CASES = {f"{name} of {where}": (make, where) for name, make in OF_TASK.items() for where in TASKS
         if name != "AnswerExplorer" or where.startswith("real")}  # fmt: skip


def written(figure, monkeypatch):
    """(words, box in pixels) of all that Agg writes."""
    found = []
    draw = Text.draw

    def seen(text, renderer, *args, **more):
        draw(text, renderer, *args, **more)
        if text.get_visible() and text.get_text().strip():
            found.append((text.get_text(), text.get_window_extent(renderer)))

    with monkeypatch.context() as patched:
        patched.setattr(Text, "draw", seen)
        FigureCanvasAgg(figure).draw()
    return found


def faults(figure, monkeypatch):
    """Words that the edge cuts, pairs that meet, and panels that their words left little room."""
    texts, (width, height) = written(figure, monkeypatch), figure.bbox.size
    assert texts
    for words, box in texts:
        if min(box.x0, box.y0, width - box.x1, height - box.y1) < -TOUCH:
            yield f"cut: {words!r}"
    for (one, a), (other, b) in itertools.combinations(texts, 2):
        common = Bbox.intersection(a, b)
        if common is not None and min(common.size) > TOUCH:
            yield f"{one!r} over {other!r}"
    for axes in figure.axes:
        cell = axes.get_subplotspec()
        if cell is not None and axes.axison and axes.get_label() != "<colorbar>":
            room = cell.get_position(axes.figure).width * axes.figure.bbox.width
            if axes.bbox.width < 0.4 * room:
                yield f"{axes.get_title()!r} has {axes.bbox.width:.0f} of {room:.0f} pixels"


@pytest.mark.parametrize("case", CASES)
def test_twins_of_tasks_are_whole(case, monkeypatch):
    """Of tasks with worded prompts, with many users and with many prompts, nothing is cut and nothing overlaps."""
    make, where = CASES[case]
    assert not list(faults(make(task(where)).figure(), monkeypatch))


@pytest.mark.parametrize("name", WIDGETS)
def test_twins_of_every_widget_are_whole(name, monkeypatch):
    """The same of every widget as it is shown elsewhere, those that have no task among them."""
    assert not list(faults(WIDGETS[name]().figure(), monkeypatch))


def test_whatever_is_written_is_made_to_fit(monkeypatch):
    """Narrow panels with many wide ticks, and titles, labels, a note and a table that are far longer than their places:
    nothing is lost but ticks, of which the first stays."""
    long = "many words that nobody would find room for " * 3
    ticks = [(float(n), f"{n:,} asked") for n in range(1_000, 1_040)]
    lines = [Line(f"{k}: {long}", [1_000, 1_039], [0, k], marker="os^"[k]) for k in range(3)]
    panels = [Panel(long, "x", "y", lines=lines, xticks=ticks, width=0.6) for _ in range(2)]
    scene = Scene(panels, "words", head=[long] * 4, rows=[[long] * 4] * 2, note=long * 2, title=long * 2)
    figure = draw(scene)
    assert not list(faults(figure, monkeypatch))
    whole = " ".join(" ".join(words.split()) for words, _ in written(figure, monkeypatch))
    assert whole.count(" ".join(long.split())) == 2 + 3 * 2 + 4 * 3 + 2 * 2
    left = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert left[0] == "1,000 asked" and 1 < len(left) < len(ticks)
