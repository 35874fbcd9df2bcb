"""A whole capstone report, for all who look at one."""

import pytest

from iapo_widgets.course.capstone.page import page
from iapo_widgets.course.lesson_14 import report as worked


@pytest.fixture(scope="session")
def facts():
    """What the worked example says; changed copies of it are what is tested."""
    return worked().facts


@pytest.fixture(scope="session")
def whole(facts):
    """Its page."""
    return page(facts)
