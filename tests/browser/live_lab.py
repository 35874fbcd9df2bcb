"""A LiveLab in a browser, for the tests."""

from playwright.sync_api import expect


def press(lab, name):
    button(lab, name).click()


def button(lab, name):
    """The button of that text; its accessible name has the icon in it."""
    return lab.locator("button.jupyter-button", has_text=name)


def status(lab):
    return lab.locator(".iapo-status")


def on_face(lab):
    """The form, with the fields on its face."""
    form = lab.locator(".iapo-form-of-live")
    if not form.get_by_label("Whom to ask").is_visible():
        fold(lab, "What is asked").click()
    expect(form.get_by_label("Whom to ask")).to_be_visible()
    return form


def fold(lab, title):
    """The button that shows and hides a part of the form."""
    return lab.locator("button.iapo-fold", has_text=title)


def save_with_widgets(page):
    """Save the notebook with the state of its widgets; the command that asks for these switches them on and off."""
    page.evaluate(
        """async (command) => {
             if (!jupyterapp.commands.isToggled(command)) await jupyterapp.commands.execute(command);
             await jupyterapp.commands.execute('docmanager:save');
           }""",
        "@jupyter-widgets/jupyterlab-manager:saveWidgetState",
    )


def unfolded(lab):
    """The form with all of its fields."""
    form = on_face(lab)
    if not form.get_by_label("Timeout, seconds").is_visible():
        fold(lab, "More settings").click()
    expect(form.get_by_label("Timeout, seconds")).to_be_visible()
    return form


def theme(live, name):
    """Change to the theme, and wait until the page has it."""
    live.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    dark = "false" if "Dark" in name else "true"
    expect(live.page.locator("body")).to_have_attribute("data-jp-theme-light", dark)


def finished(live, lab):
    press(lab, "Check")
    expect(status(lab)).to_contain_text("Checked; nothing was sent")
    press(lab, "Run")
    expect(status(lab)).to_contain_text("Finished after round", timeout=60_000)
    expect(lab).to_contain_text("0 requests in flight")
