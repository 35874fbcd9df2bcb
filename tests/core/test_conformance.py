"""The categorical environment passes the suite for all environments."""

import numpy as np
import pytest

from cases import small_environment
from conformance import EnvironmentConformance


class TestCategorical(EnvironmentConformance):
    """An environment of known outcome probabilities."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls):
        return small_environment(0, prompts=4)


class TestCostlyCalls(EnvironmentConformance):
    """The same where a request costs something and carries three completions."""

    @pytest.fixture(scope="class")
    @classmethod
    def env(cls):
        calls = np.random.default_rng(1).random((4, 6))
        return small_environment(0, prompts=4, call_cost=calls, per_call=3)
