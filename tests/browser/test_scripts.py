"""The scripts of the widgets, each joined to one module: a browser takes them."""

from functools import cache

import anywidget
import pytest

import iapo_widgets.widgets as package
from iapo_widgets.widgets.live.answer_board import AnswerBoard
from iapo_widgets.widgets.live.heading import LiveHeading
from iapo_widgets.widgets.live.policy_board import PolicyBoard
from iapo_widgets.widgets.live.secret_field import SecretField
from iapo_widgets.widgets.shared.assets import unpacked

OF_LIVE_LAB = (AnswerBoard, LiveHeading, PolicyBoard, SecretField)
RACE = 80_000  # bytes of a race's script


@cache
def scripts():
    """Name -> script of every widget that has one."""
    kinds = [*(getattr(package, name) for name in package.__all__), *OF_LIVE_LAB]
    ours = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, anywidget.AnyWidget)]
    return {kind.__name__: str(kind._esm) for kind in ours}


@pytest.fixture(scope="module")
def page(browser):
    """An empty page."""
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("name", scripts())
def test_a_browser_takes_the_module(page, name):
    """No name in it is declared twice, no word is wrong, and it exports what anywidget calls."""
    kind = page.evaluate(
        """async (code) => {
             const module = await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
             return typeof module.default.render;
           }""",
        scripts()[name],
    )
    assert kind == "function"


@pytest.mark.parametrize("name", ["EliminationView", "PSSTLab"])
def test_a_race_is_small(name):
    """What a kernel sends and a notebook keeps with each race; of the lab with answers and controls, too."""
    assert len(scripts()[name].encode()) <= RACE


def test_the_view_of_a_race_is_small_unpacked():
    """Also as a saved page has it, where nothing is packed."""
    assert len(unpacked(scripts()["EliminationView"]).encode()) <= RACE


def test_a_zero_has_no_sign(page):
    """What is below zero by less than is shown is zero; any other number keeps its sign."""
    code = f"{unpacked(scripts()['EliminationView'])}\nexport {{ unsigned }};"
    told = page.evaluate(
        """async ([code, texts]) => {
             const module = await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
             return texts.map(module.unsigned);
           }""",
        [code, ["-0.00", "-0.000", "-0", "-0.01", "-10.00", "0.00", "0.50"]],
    )
    assert told == ["0.00", "0.000", "0", "-0.01", "-10.00", "0.00", "0.50"]
