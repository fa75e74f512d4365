"""Where the revisions of a batch are compared, and what happens when that takes too long or fails."""

from typing import Any

import pytest

from tests.unit.storage.revisions.articles import TEXT, article
from wiredesk.contracts.errors import BrokenError, WorkFailedError
from wiredesk_storage import batch_budget
from wiredesk_storage.batch_budget import Budget
from wiredesk_storage.comparing import verdicts
from wiredesk_storage.revisions.comparison import verdict_of

SMALL = (article().model_dump_json(), article(TEXT.replace("120", "130")).model_dump_json())
LARGE = (article(TEXT * 200).model_dump_json(), article(TEXT * 200 + "It rained.").model_dump_json())


class Workers:
    """Stands for a pool: counts what it is given, and fails when it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.given: list[float] = []

    async def run(self, function: Any, *args: Any, timeout: float) -> Any:  # noqa: ASYNC109 - as the real one
        self.given.append(timeout)
        if self.error:
            raise self.error
        return function(*args)


async def test_what_is_large_is_compared_by_the_workers_and_what_is_small_here():
    workers: Any = Workers()
    pairs = [SMALL, LARGE, SMALL]
    assert await verdicts(pairs, Budget(workers)) == [verdict_of(*pair) for pair in pairs]
    assert [0 < given <= batch_budget.SECONDS for given in workers.given] == [True]
    assert await verdicts([LARGE], Budget(None)) == [verdict_of(*LARGE)]


async def test_a_pair_that_cannot_be_compared_has_no_verdict_and_its_neighbours_have(caplog: pytest.LogCaptureFixture):
    workers: Any = Workers(WorkFailedError("no result within 9 s", reason="cpu_timeout"))
    found = await verdicts([SMALL, LARGE, ("{}", '{"text": "secret"}'), SMALL], Budget(workers))
    assert found == [verdict_of(*SMALL), None, None, verdict_of(*SMALL)]
    assert "no result within 9 s" in caplog.text
    assert "secret" not in caplog.text


async def test_when_the_time_of_the_batch_is_over_the_rest_has_no_verdict(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batch_budget, "SECONDS", 0.0)
    assert await verdicts([SMALL, SMALL], Budget(None)) == [None, None]


async def test_without_worker_processes_nothing_is_decided():
    workers: Any = Workers(BrokenError("the pool of worker processes has ended", reason="pool"))
    with pytest.raises(BrokenError):
        await verdicts([LARGE], Budget(workers))
