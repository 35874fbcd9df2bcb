"""Widgets of several kinds in one page: each brings its style sheet, in whatever order, and none changes another."""

import pytest

from every_widget import PREDICTIONS, WIDGETS, task
from iapo_widgets.widgets import PSSTLab, save_html

ALL = {
    **WIDGETS,
    "PSSTLab with answers": lambda: PSSTLab(task("real-words"), budget=3_000),
    **{f"Prediction, {kind}": PREDICTIONS[kind] for kind in ("number", "order")},
}

#: Where all parts of the widget are, once it is drawn and its own movement is over: two looks see the same.
PLACES = """async () => {
  const places = () => {
    const root = document.querySelector('.iapo-widget'), at = root?.getBoundingClientRect();
    return [...(root?.querySelectorAll('*') ?? [])].filter((e) => e.checkVisibility()).map((e) => {
      const { left, top, width, height } = e.getBoundingClientRect(), { color, fontSize } = getComputedStyle(e);
      const box = [left - at.left, top - at.top, width, height].map(Math.round);
      return `${e.tagName} ${e.getAttribute('class')}: ${box}, ${color}, ${fontSize}`;
    });
  };
  for (let before, now = []; ; ) {
    before = now;
    await new Promise(requestAnimationFrame);
    await new Promise((done) => setTimeout(done, 150));
    now = places();
    if (now.length && JSON.stringify(now) === JSON.stringify(before)) return now;
  }
}"""


@pytest.fixture(scope="module")
def made():
    """Each widget, once."""
    return {name: make() for name, make in ALL.items()}


@pytest.mark.parametrize("width", [400, 1000])
@pytest.mark.parametrize("name", ALL)
def test_no_style_changes_another_widget(browser, made, tmp_path, name, width):
    """With the style sheets of all others behind its own, everything in a widget stays where and what it was."""
    save_html(tmp_path / "page.html", made[name])
    page = browser.new_page(viewport={"width": width, "height": 1000}, reduced_motion="reduce")
    page.goto((tmp_path / "page.html").as_uri())
    before = page.evaluate(PLACES)
    assert len(before) > 5
    for style in sorted({str(other._css) for other in made.values()} - {str(made[name]._css)}):
        page.evaluate(
            "(style) => { document.body.appendChild(document.createElement('style')).textContent = style; }", style
        )
    after = page.evaluate(PLACES)
    page.close()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == []
