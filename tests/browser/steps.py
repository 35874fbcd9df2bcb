"""Steps back and forth, and the line of Python that brings a widget again, whatever front end it stands in."""

from playwright.sync_api import expect

from iapo_widgets import load, widgets


def step(widget, name):
    """Undo or Redo, by its button."""
    button = widget.get_by_role("button", name=name, exact=True)
    expect(button).to_have_attribute("aria-disabled", "false")
    button.press("Enter")


def link_of(widget):
    """What Copy link shows: a line of Python, or an address on a page without a kernel."""
    widget.get_by_role("button", name="Copy link").first.press("Enter")
    line = widget.get_by_label("Link", exact=True)
    expect(line).not_to_have_value("")
    return line.input_value()


def made_by(line):
    """The widget that this line makes, here, in no front end."""
    return eval(line, {"load": load, **{name: getattr(widgets, name) for name in widgets.__all__}})
