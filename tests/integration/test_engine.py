"""The delivery engine on a real broker: nothing lost, neighbours untouched, commits only after durable outputs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from tests.factories import cleaned, fetched, url
from tests.wires import Raw, committed, eventually, produce, read_all, running
from wiredesk.client.options import client_options
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import CLEANED, FETCHED, SUBMITTED
from wiredesk.engine.outcomes import RetryAt
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.work import Work, one_by_one

pytestmark = pytest.mark.broker


def _records(events):
    return [(str(e.article_id).encode(), e.model_dump_json().encode(), []) for e in events]


async def _clean(received):
    return cleaned(received.event.content).model_copy(update={"article_id": received.event.article_id})


def _subjects(records):
    return sorted(dict(record.headers)["ce_subject"].decode() for record in records)


async def test_a_batch_goes_through_once_and_is_committed(kafka, lane):
    events = [fetched(f"text {n}") for n in range(200)]
    await produce(kafka, lane.topic(FETCHED), _records(events))
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=10)):

        async def all_out():
            return len(await read_all(kafka, lane.topic(CLEANED))) >= 200

        await eventually(all_out)

        async def all_committed():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == 200

        await eventually(all_committed)
    assert _subjects(await read_all(kafka, lane.topic(CLEANED))) == sorted(str(e.article_id) for e in events)


async def test_hostile_records_are_one_dead_letter_each_and_their_neighbours_pass_once(kafka, lane):
    good = [fetched(f"good {n}") for n in range(40)]
    value = good[0].model_dump_json().encode()
    hostile = {
        "invalid_json": (b"k", b"{broken", []),
        "invalid_schema": (b"k", b'{"hello": 1}', []),
        "null_value": (b"k", None, []),
        "empty_value": (None, b"", []),
        "invalid_header": (b"k", value, [("x", b"\xff\xfe")]),
        "forged_header": (b"k", value, [(wire.ATTEMPT, b"9e99")]),
    }
    deep: Raw = (b"k", b"[" * 100_000 + b"]" * 100_000, [])
    surrogate: Raw = (b"k", value.replace(b"good 0", b"\\ud800"), [])
    records = [*_records(good[:20]), *hostile.values(), deep, surrogate, *_records(good[20:])]
    await produce(kafka, lane.topic(FETCHED), records, partition=0)
    dead = lane.topic(FETCHED.dead_letter("cleaner"))
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=10)):

        async def all_committed():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == len(records)

        await eventually(all_committed)
    reasons = sorted(dict(r.headers)[wire.REASON].decode() for r in await read_all(kafka, dead))
    assert reasons == sorted([*hostile, "invalid_json", "invalid_json"])
    assert _subjects(await read_all(kafka, lane.topic(CLEANED))) == sorted(str(e.article_id) for e in good)


async def test_a_handler_that_answers_too_little_holds_nobody_up(kafka, lane):
    async def handle(batch):
        return [await _clean(one) for one in batch if one.event.content != "bad"]

    await produce(kafka, lane.topic(FETCHED), _records([fetched("good"), fetched("bad"), fetched("best")]), partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, Work(handle)):

        async def all_committed():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == 3

        await eventually(all_committed)
    assert len(await read_all(kafka, lane.topic(CLEANED))) == 2
    assert len(await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner")))) == 1


async def test_an_outage_gives_the_whole_batch_back_and_it_passes_when_it_is_over(kafka, lane):
    away = True
    tries = []

    async def handler(received):
        tries.append(received.position)
        if away:
            raise InfrastructureError("away")
        return await _clean(received)

    events = [fetched(f"text {n}") for n in range(20)]
    await produce(kafka, lane.topic(FETCHED), _records(events), partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(handler, concurrency=1)):

        async def tried_three_times():
            return tries.count(f"{lane.topic(FETCHED)}/0/0") >= 3

        await eventually(tried_three_times)
        assert await read_all(kafka, lane.topic(CLEANED)) == []
        assert await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == 0
        away = False

        async def all_out():
            return len(await read_all(kafka, lane.topic(CLEANED))) == 20

        await eventually(all_out)
    assert await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner"))) == []


async def test_a_retry_comes_again_when_it_is_due_even_after_a_restart(kafka, lane):
    due = datetime.now(UTC) + timedelta(seconds=3)
    seen = []

    async def handler(received):
        seen.append((received.attempt, datetime.now(UTC)))
        if received.attempt == 0:
            return RetryAt(due, "busy")
        text = fetched("done", where=received.event.url)
        assert text.article_id == article_id(received.event.url)
        return text

    submission = ArticleSubmitted(url=url())
    await produce(kafka, lane.topic(SUBMITTED), [(b"h", submission.model_dump_json().encode(), [])])
    work = one_by_one(handler, concurrency=1)
    retries = lane.topic(SUBMITTED.retry("fetcher"))

    async def waiting():
        return len(await read_all(kafka, retries)) >= 1

    async with running(kafka, lane, "fetcher", SUBMITTED, work):
        await eventually(waiting)
    async with running(kafka, lane, "fetcher", SUBMITTED, work):

        async def out():
            return len(await read_all(kafka, lane.topic(FETCHED))) == 1

        await eventually(out)
    assert [attempt for attempt, _ in seen] == [0, 1]
    assert seen[1][1] >= due


async def test_what_is_due_does_not_wait_for_all_that_is_not(kafka, lane, monkeypatch):
    monkeypatch.setattr("wiredesk.engine.verdicts.retry.REST_SECONDS", 10)

    def waiting(where, due):
        headers = [(wire.ATTEMPT, b"1"), (wire.NOT_BEFORE, str(int(due.timestamp() * 1000)).encode())]
        return b"h", ArticleSubmitted(url=where).model_dump_json().encode(), headers

    async def handler(received):
        return fetched("done", where=received.event.url)

    now = datetime.now(UTC)
    retries = lane.topic(SUBMITTED.retry("fetcher"))
    await produce(kafka, retries, [waiting(url(), now + timedelta(hours=1)) for _ in range(200)], partition=0)
    await produce(kafka, retries, [waiting(url(), now)], partition=0)
    async with running(
        kafka,
        lane,
        "fetcher",
        SUBMITTED,
        one_by_one(handler, concurrency=1),
        settings=EngineSettings(in_flight_records=20),
    ):

        async def out():
            return len(await read_all(kafka, lane.topic(FETCHED))) == 1

        # Twenty of those before it are held at a time, for ten seconds at most.
        await eventually(out, within=150)


async def test_the_open_circuit_breaker_holds_a_stage_in_which_everything_fails(kafka, lane):
    async def handler(_received):
        raise ValueError("a bad deployment")

    events = [fetched(f"text {n}") for n in range(600)]
    await produce(kafka, lane.topic(FETCHED), _records(events), partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(handler, concurrency=10)) as stage:

        async def tripped():
            return stage.breaker.is_open

        await eventually(tripped)
        await asyncio.sleep(0.5)
        letters = await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
        done = await committed(kafka, lane.topic(FETCHED), lane.group("cleaner"))
    # And those that were in work when it opened.
    assert len(letters) <= 200 + 10
    assert done == len(letters)


async def test_records_that_retention_removed_unread_are_counted(kafka, lane, caplog):
    await produce(kafka, lane.topic(FETCHED), _records([fetched(f"text {n}") for n in range(10)]), partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=1)):

        async def ten_done():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == 10

        await eventually(ten_done)
    await produce(kafka, lane.topic(FETCHED), _records([fetched(f"more {n}") for n in range(10)]), partition=0)
    admin = AIOKafkaAdminClient(**client_options(kafka))
    await admin.start()
    await admin.delete_records({TopicPartition(lane.topic(FETCHED), 0): RecordsToDelete(before_offset=17)})
    await admin.close()
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=1)):

        async def rest_done():
            return len(await read_all(kafka, lane.topic(CLEANED))) == 13

        await eventually(rest_done)
    assert "7 records were removed by retention before they were read" in caplog.text
