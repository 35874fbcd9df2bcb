"""Races that have much to say, on a saved page: every caption is read whole, on one screen, and no arm wraps."""

import pytest
from playwright.sync_api import expect

from browser.jupyter import LAYOUT
from browser.race import caption, clock, policy, recommended
from iapo_widgets import Prompt, load, train
from iapo_widgets.widgets import PolicyTable, PSSTLab, save_html

BORDERS = 16  # px that a saved page has beside its widgets
LONG = (
    "Think step by step and write down every intermediate result before you answer. {query}",
    "You are an expert examiner of spelling and grammar, and you never make a mistake. {query}",
)


def rescored():
    """Two objectives and weights that were moved after the race; each prompt has many words."""
    env = load("helpful-harmless")
    env.prompts = tuple(Prompt(LONG[p % 2], temperature=0.8) for p in range(len(env.prompts)))
    lab = PSSTLab(env, budget=5_000)
    lab.show_finished()
    lab.join(60)
    lab.weights = [0.17, 0.73, 0.6]
    return lab


RACES = {
    "one answer after the other": lambda: PSSTLab(load("real-words"), strategy="early-vote", budget=8_000),
    "sentences": lambda: PSSTLab(load("real-sentences"), budget=8_000),
    "re-scored": rescored,
    "two algorithms": lambda: PSSTLab(load("math"), compare="uniform", budget=5_000),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page with these races, and with a policy of arms that may stop."""
    path = tmp_path_factory.mktemp("races") / "races.html"
    env = load("real-words").with_(strategy="early-vote")
    save_html(path, *(make() for make in RACES.values()), PolicyTable(env, train("psst", env, 8_000, seed=0)))
    path.write_text(path.read_text("utf-8").replace("max-width: 1100px", ""), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module", params=[700, 1000])
def page(request, browser, address):
    """That page, its widgets as wide."""
    opened = browser.new_page(viewport={"width": request.param + BORDERS, "height": 900})
    opened.add_init_script(path=LAYOUT)
    opened.goto(address)
    for k in range(len(RACES)):
        recommended(opened.locator(".iapo-race-lab").nth(k))
    expect(opened.locator('[aria-label="PolicyTable"] td.iapo-col-2')).not_to_have_count(0)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", RACES)
def test_every_caption_is_read_whole_on_one_screen(page, name):
    """From before the first round to the last nothing is scrolled or cut, and the race keeps its height."""
    lab = page.locator(".iapo-race-lab").nth([*RACES].index(name))
    clock(lab).press("Home")
    clock(lab).press("ArrowLeft")
    last, heights = int(clock(lab).get_attribute("aria-valuemax")), set()
    for at in range(last + 1):
        page.wait_for_function(
            "([e, at]) => e.getAttribute('aria-valuenow') === at", arg=[clock(lab).element_handle(), str(at)]
        )
        for k in range(lab.locator(".iapo-caption").count()):
            assert caption(lab, k).evaluate("(e) => e.scrollHeight - e.clientHeight") <= 0, at
        heights.add(round(lab.bounding_box()["height"]))
        clock(lab).press("ArrowRight")
    assert last >= 5 and lab.evaluate("complaintsOf") == []
    side_by_side = name != "two algorithms" or page.viewport_size["width"] > 880 + BORDERS
    assert max(heights) - min(heights) <= 1
    assert max(heights) <= 700 or not side_by_side
    assert policy(lab).text_content()


def test_an_arm_that_may_stop_is_told_on_one_line(page):
    """Where there is room for it; nowhere does the table outgrow its place."""
    table = page.locator('[aria-label="PolicyTable"]')
    lines = table.locator("td.iapo-col-2").first.evaluate(
        """(e) => {
             const words = document.createRange();
             words.selectNodeContents(e);
             return words.getClientRects().length;
           }"""
    )
    assert "until" in table.locator("td.iapo-col-2").first.text_content()
    assert lines == 1 or page.viewport_size["width"] < 780
    assert table.evaluate("complaintsOf") == []
