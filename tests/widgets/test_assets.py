"""The scripts of a widget on their way to the browser: packed, and read again for pages that keep them plain."""

from iapo_widgets.widgets import PSSTLab
from iapo_widgets.widgets.shared.assets import module, packed, unpacked

NAMES = ("shared/canvas", "shared/state", "shared/scene", "shared/controls")


def test_what_was_packed_comes_out_as_it_was():
    """Letter by letter, at less than half the bytes, and the same each time, so that notebooks do not differ."""
    assert unpacked(packed(*NAMES)) == module(*NAMES)
    assert len(packed(*NAMES)) < len(module(*NAMES)) / 2
    assert packed(*NAMES) == packed(*NAMES)


def test_what_was_not_packed_stays_as_it_is():
    """A script of an older notebook, of another widget, or of none."""
    for script in ("", "export default { render };", "const packed = 1;\nexport default {};"):
        assert unpacked(script) == script


def test_the_script_of_a_widget_is_packed():
    """It says in itself that it unpacks, and within are the scripts of the lab."""
    assert "DecompressionStream" in PSSTLab._esm
    assert unpacked(str(PSSTLab._esm)).endswith("export default { render };")
