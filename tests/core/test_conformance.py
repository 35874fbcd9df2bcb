"""The categorical environment passes the suite for all environments."""

import pytest

from cases import small_environment
from conformance import EnvironmentConformance


class TestCategorical(EnvironmentConformance):
    """An environment of known outcome probabilities."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls):
        return small_environment(0, prompts=4)
