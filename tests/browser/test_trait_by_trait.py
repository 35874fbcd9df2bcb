"""A host that tells of each trait before it sets the next, in any order, as marimo does with one message."""

import base64

import pytest
from playwright.sync_api import expect

from browser.race import clock, policy
from every_widget import task
from iapo_widgets import train
from iapo_widgets.widgets import EliminationView
from iapo_widgets.widgets.page.static_page import _saved
from iapo_widgets.widgets.shared.assets import module, unpacked

#: Shows the first state, then sets what another race has otherwise, trait by trait.
TELL = """async ([code, first, second, names]) => {
  const { default: widget, savedModel } = await import(`data:text/javascript;base64,${code}`);
  const [place, aside] = [0, 1].map(() => document.body.appendChild(document.createElement('div')));
  const [model, next] = [savedModel(first, place), savedModel(second, aside)];
  widget.render({ model, el: place });
  await new Promise(requestAnimationFrame);
  for (const name of names) model.set(name, next.get(name));
}"""


def race(seed):
    """The view of a race with ten rounds, and its saved state."""
    env = task("math")
    view = EliminationView(env, 2_000, train("psst", env, 2_000, seed=seed).rounds)
    view._run = seed
    state, buffers = _saved(view, texts=True)
    return view, {"state": {name: v for name, v in state.items() if name not in ("_esm", "_css")}, "buffers": buffers}


@pytest.mark.parametrize("place", [0, 5, 10])
def test_another_race_is_shown_whole(browser, place):
    """Wherever the number of the run comes in a message, all frames on screen are those of the new race."""
    (view, first), (other, second) = race(1), race(2)
    names = [name for name in second["state"] if name.startswith("_frame_")]
    assert len(names) == view.n_frames == other.n_frames == 10
    names.insert(place, "_run")
    code = f"{module('page/static_page')}\n{unpacked(view._esm)}\nexport {{ savedModel }};"
    page = browser.new_page()
    page.evaluate(TELL, [base64.b64encode(code.encode()).decode(), first, second, names])
    for number, key in [(1, "Home"), (10, "End")]:
        clock(page).press(key)
        old, new = (each.rounds[number - 1].policy["low"] for each in (view, other))
        assert old != new
        expect(policy(page)).to_contain_text(f"after round {number}: prompt {new.prompt} with N = {new.n},")
    page.close()
