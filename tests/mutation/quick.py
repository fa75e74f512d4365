"""A pytest plugin for runs that only have to tell whether something fails: the quick tests come first.

A failure is neither shrunk nor explained.
"""

import gc

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "quick",
    max_examples=40,
    derandomize=True,
    database=None,
    # A busy machine is no failure.
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: [tier in item.nodeid for tier in ("/simulation/", "/stream/")])


def pytest_collection_finish(session: pytest.Session) -> None:
    # What is loaded now is the same in every fork.
    gc.freeze()
