"""Reports and pages that are changed in one place, and what their check says."""

import copy

from iapo_widgets.course.capstone import check_report
from iapo_widgets.course.capstone.facts import written
from iapo_widgets.course.capstone.page import DATA, page

OWN = "These are eight words of my own, and more."


def changed(facts, **changes):
    """A copy of facts with other values."""
    return {**copy.deepcopy(facts), **changes}


def drawn(facts):
    """The same as if its task were the learner's own: nothing can be worked out anew but from the page."""
    return changed(facts, recorded="", name="my own task")


def verdict_of(facts, tmp_path):
    """What the check says of the page that these facts make."""
    return checked(page(facts), tmp_path)


def checked(text, tmp_path):
    """What the check says of that page."""
    path = tmp_path / "page.html"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return check_report(path)


def with_data(text, facts):
    """That page with other data."""
    start = text.index(">", text.index(f'id="{DATA}"')) + 1
    return text[:start] + (facts if isinstance(facts, str) else written(facts)) + text[text.index("</script>", start) :]
