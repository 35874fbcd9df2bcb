"""A row of buttons, each with an icon and a tip."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import ipywidgets as w


def buttons(specs: Iterable[tuple[str, str, str, str]], press: Callable[[str], None]) -> dict[str, w.Button]:
    """Name -> button, for each (text, icon, name, tip); a click calls ``press(name)``."""
    made = {}
    for text, icon, name, tip in specs:
        made[name] = w.Button(description=text, icon=icon, tooltip=tip, layout=w.Layout(width="auto", min_width="96px"))
        made[name].on_click(lambda _, name=name: press(name))
    return made
