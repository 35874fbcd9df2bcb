"""Fixtures of the widgets' tests."""

import pytest

from live_lab_cases import small_lab


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A small live lab with a ledger of its own, closed at the end."""
    made = small_lab(tmp_path, monkeypatch)
    yield made
    made.close()
