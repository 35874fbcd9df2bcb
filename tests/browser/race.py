"""What tests of the race do in a browser, whatever page it stands in."""

import re

from playwright.sync_api import expect


def clock(race):
    """The budget as time: a slider from round to round."""
    return race.get_by_role("slider", name="Round")


def policy(race):
    """What is recommended, in a line."""
    return race.locator(".iapo-policy")


def recommended(race):
    """What that line says once it is drawn, which may be a moment after the page has loaded."""
    expect(policy(race)).to_contain_text("Recommendation")
    return policy(race).text_content()


def caption(race, k=0):
    """What the round changed, and why, of the k-th race on the stage."""
    return race.locator(".iapo-caption").nth(k)


def play(race):
    """The one button that plays and halts."""
    return race.locator("button.iapo-play")


def lanes(race, k=0):
    """Buttons of the prompts, from the first to the last as they stand on screen."""
    found = race.locator(".iapo-board").nth(k).locator(".iapo-lane:not(.iapo-below)")
    expect(found).not_to_have_count(0)
    tops = [(found.nth(i).bounding_box()["y"], i) for i in range(found.count())]
    return [found.nth(i).locator(".iapo-lane-button") for _, i in sorted(tops)]


def told(text):
    """What a lane says to a reader of screens: whether it leads, its prompt and its words."""
    leads, number, words = re.fullmatch(r"(Leads: )?(?:.*, )?prompt (\d+): (.*), [\d,]+ answers? asked", text).groups()
    return bool(leads), int(number), words


def turn_map(race, on=True):
    """Turn the map on or off."""
    button = race.get_by_role("button", name="Map")
    if button.get_attribute("aria-pressed") != str(on).lower():
        button.click()
    expect(button).to_have_attribute("aria-pressed", str(on).lower())
