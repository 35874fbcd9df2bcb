"""The scripts of the widgets, each joined to one module: a browser takes them."""

from functools import cache

import anywidget
import pytest

import iapo_widgets.widgets as package
from iapo_widgets.widgets.live.answer_board import AnswerBoard
from iapo_widgets.widgets.live.heading import LiveHeading
from iapo_widgets.widgets.live.policy_board import PolicyBoard
from iapo_widgets.widgets.live.secret_field import SecretField

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


def test_a_race_is_small():
    """The script that a notebook keeps with each race."""
    assert len(scripts()["EliminationView"].encode()) <= RACE
