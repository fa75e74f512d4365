"""What is done behind a record that rests is committed when its partition goes to another worker."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.factories import fetched
from tests.wires import Raw, eventually, produce, running
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.outcomes import Received, RetryAt
from wiredesk.engine.work import one_by_one

pytestmark = [pytest.mark.broker]

ARTICLES = 20


async def _has(worked: Counter[str], count: int) -> bool:
    return len(worked) == count


async def test_what_is_done_behind_a_resting_record_is_worked_once_over_three_workers(kafka, lane):
    worked: Counter[str] = Counter()

    async def handle(received: Received[ArticleSubmitted]) -> Any:
        url = received.event.url or ""
        name = url.rpartition("/")[2]
        if not received.topic.endswith(".retry"):
            wait = 3600 if name == "resting" else 0.1
            return RetryAt(datetime.now(UTC) + timedelta(seconds=wait), "host_turn", is_attempt=False)
        worked[name] += 1
        return fetched(name, where=url)

    submissions = [ArticleSubmitted(url=f"http://a.example/{name}") for name in ["resting", *range(ARTICLES)]]
    records: list[Raw] = [(b"a.example", one.model_dump_json().encode(), []) for one in submissions]
    await produce(kafka, lane.topic(SUBMITTED), records, partition=0)
    for number in range(3):
        late = ArticleSubmitted(url=f"http://a.example/late-{number}")
        await produce(kafka, lane.topic(SUBMITTED), [(b"a.example", late.model_dump_json().encode(), [])], partition=0)
        async with running(kafka, lane, "fetcher", SUBMITTED, one_by_one(handle, concurrency=1), session=6):
            await eventually(partial(_has, worked, ARTICLES + 1 + number))
    assert set(worked.values()) == {1}
