"""Fixtures of the live tests; with IAPO_TEST_BASE_URL some run on a real endpoint."""

import os

import pytest

from faulty import FaultyServer
from live_cases import new_ledger
from serving import servers


@pytest.fixture
def server():
    """An endpoint on loopback without faults, until its script says otherwise."""
    with FaultyServer() as running:
        yield running


@pytest.fixture(scope="module")
def serving():
    """A call that makes a server of a habit: an imitation, or the real one, whose model a module starts once."""
    with servers() as make:
        yield make


@pytest.fixture
def ledger(tmp_path):
    """A fresh ledger."""
    with new_ledger(tmp_path) as book:
        yield book


@pytest.fixture
def real():
    """Address, model and key of the endpoint that the environment names; the test is skipped where it names none."""
    if not os.environ.get("IAPO_TEST_BASE_URL"):
        pytest.skip("IAPO_TEST_BASE_URL names no endpoint")
    return os.environ["IAPO_TEST_BASE_URL"], os.environ["IAPO_TEST_MODEL"], os.environ.get("IAPO_TEST_API_KEY")
