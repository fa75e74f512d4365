"""Thousands of schedules of crashes, rebalances, outages, slow and poisoned records: the promise holds in each."""

import logging
import os

import pytest

from tests.simulation.world import play, shorten_waits

# Fewer for `make mutate`, which plays them again and again.
SEEDS = int(os.environ.get("SIMULATION_SEEDS", "2000"))
AT_A_TIME = max(1, SEEDS // 20)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    shorten_waits(monkeypatch.setattr)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.timeout(max(10, 3 * AT_A_TIME))
@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_no_schedule_loses_doubles_or_invents_a_record_or_turns_an_article_back(first):
    for seed in range(first, first + AT_A_TIME):
        result = play(seed)
        assert not result.problems, f"{result}\n\nplay it again: python -m tests.simulation {seed}"
