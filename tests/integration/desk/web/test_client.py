"""The Python client asks a real desk: everything comes, once, through restarts, slowness and refusals."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from pydantic import SecretStr

from tests.integration.desk.web.door import opened_door
from tests.integration.desk.web.server import NO_KAFKA, Server, send, serving, stored
from tests.integration.desk.web.test_reading import withdraw
from tests.integration.desk.web.test_stream import strange_receipts
from tests.integration.storage.records import NOON, enriched
from tests.wires import eventually
from wiredesk import ApiError, ApiSettings, Arrival, Filters, Gap, InfrastructureError, Wiredesk
from wiredesk.client import admin
from wiredesk.client.api import desk as asking
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import STORED, Lane
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Scope
from wiredesk_desk.web.api import streaming
from wiredesk_desk.web.live import reader
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker


def wire(address: str, token: str | None = None) -> Wiredesk:
    return Wiredesk(api=ApiSettings(url=address, token=SecretStr(token) if token else None))


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "pause", lambda *_: 0.1)


async def arrivals(stream: AsyncIterator[Arrival | Gap], count: int) -> list[Arrival]:
    """The next so many different articles; whatever else comes fails the test."""
    found: dict[Any, Arrival] = {}
    async with asyncio.timeout(60):
        while len(found) < count:
            one = await anext(stream)
            assert isinstance(one, Arrival)
            found[one.article.event_id] = one
    return list(found.values())


async def follows(server: Server, stream: AsyncIterator[Arrival | Gap]) -> asyncio.Task[Arrival | Gap]:
    """Begin to read along; returns when whatever is stored from now on is heard."""
    waiting = asyncio.ensure_future(anext(stream))
    await eventually(lambda: _reads(server))
    return waiting


async def _reads(server: Server) -> bool:
    return server.desk.hub.readers > 0


async def test_a_search_yields_every_article_once_however_many_pages_it_takes(
    archive_server: Server, options: StorageOptions, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "PAGE", 5)
    events = [enriched(f"Ada Marsh saw ferry {uuid4()}.", minute=number % 7) for number in range(23)]
    await stored(options, *events)
    for words, sort in (("ferry", "relevance"), ("ferry", "date"), ("", "date")):
        found = [hit async for hit in wire(archive_server.address).search(words, sort=sort, since="3650d")]  # type: ignore[arg-type]
        assert len(found) == 23, (words, sort)
        assert {hit.article_id for hit in found} == {event.article_id for event in events}
    assert [hit.dated for hit in found] == sorted((hit.dated for hit in found), reverse=True)
    assert len([hit async for hit in wire(archive_server.address).search("ferry", limit=12)]) == 12


async def test_filters_are_those_of_the_desk_and_a_wrong_one_is_told_with_what_is_right(
    archive_server: Server, options: StorageOptions
):
    ferry = enriched("Ada Marsh saw the ferry.", in_language="en", article_section="World")
    storm = enriched("Bo Hansen saw the storm.", in_language="nb", source="wire", minute=60 * 48)
    await stored(options, ferry, storm)
    desk = wire(archive_server.address)
    for words, filters, wanted in (
        ("saw -ferry", Filters(), storm),
        ("", Filters(language="nb"), storm),
        ("", Filters(entity="Ada Marsh", type="PERSON"), ferry),
        ("", Filters(section="World", host="news.example"), ferry),
        ("", Filters(source="wire"), storm),
        ("", Filters(since=NOON + timedelta(days=1)), storm),
        ("", Filters(until=NOON + timedelta(days=1)), ferry),
    ):
        assert [hit.article_id async for hit in desk.search(words, **filters)] == [wanted.article_id], filters
    assert (await anext(desk.search("ferry"))).excerpt == "Ada Marsh saw the **ferry**."
    for wrong in (Filters(country="Norway"), Filters(since="yesterday")):
        with pytest.raises(ApiError, match=r"answers 422: (query.country|from='yesterday')"):
            [hit async for hit in desk.search(**wrong)]


async def test_an_article_and_its_story_are_read_and_what_is_gone_says_so(
    archive_server: Server, options: StorageOptions
):
    text = f"Ada Marsh said that the harbour of Grandview will close for two days. {uuid4()}"
    url, now = f"https://news.example/{uuid4()}", datetime.now(UTC)
    first = enriched(text, url=url, fetched_at=now)
    second = enriched(f"{text} Ships go elsewhere.", url=url, fetched_at=now + timedelta(minutes=1))
    copy = enriched(second.text, fetched_at=now)
    await stored(options, first, second, copy)
    desk = wire(archive_server.address)
    article = await desk.article(first.article_id)
    assert (article.event, [one.revision for one in article.revisions]) == (second, [1, 2])
    (listed,) = [story async for story in desk.stories(days=1)]
    story = await desk.story(copy.article_id)
    assert story.story_id == listed.story_id
    assert {one.article_id for one in story.members} == {first.article_id, copy.article_id}
    with pytest.raises(ApiError) as missing:
        await desk.article(uuid4())
    assert (missing.value.status, missing.value.reason) == (404, "not_found")
    await withdraw(options, first)
    with pytest.raises(ApiError, match=rf"withdrawn\. Next: wiredesk reinstate {first.article_id}") as gone:
        await desk.article(first.article_id)
    assert gone.value.status == 410


@pytest.mark.usefixtures("_quickly")
async def test_a_stream_outlives_desks_that_come_and_go_and_misses_nothing(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, tell: Any
):
    told: list[str] = []
    async with opened_door() as door, aclosing(wire(door.address).stream()) as stream:
        async with serving(options, kafka, lane) as server:
            door.leads_to = server.address
            waiting = await follows(server, stream)
            told += await tell(enriched())
            found = [await asyncio.wait_for(waiting, 60)]
            door.slam()
        told += await tell(*[enriched() for _ in range(5)])
        reading = asyncio.create_task(arrivals(stream, 10))
        async with serving(options, kafka, lane) as server:
            door.leads_to = server.address
            told += await tell(*[enriched() for _ in range(5)])
            found += await reading
    assert sorted(str(one.article_id) for one in found if isinstance(one, Arrival)) == sorted(told)


async def test_another_process_goes_on_where_one_stood_and_a_new_one_reads_all_that_is_kept(
    desk_server: Server, tell: Any
):
    told = await tell(*[enriched() for _ in range(6)])
    async with aclosing(wire(desk_server.address).stream(from_start=True)) as stream:
        before = await arrivals(stream, 4)
    async with aclosing(wire(desk_server.address).stream(after=before[-1].position)) as stream:
        after = await arrivals(stream, 2)
    assert sorted(str(one.article_id) for one in before + after) == sorted(told)


async def test_a_stream_is_narrowed_by_words_and_filters(desk_server: Server, tell: Any):
    wanted = enriched("Bo Hansen saw the ferry.", in_language="nb")
    await tell(enriched("Bo Hansen saw the storm.", in_language="nb"), wanted, enriched("Ada saw the ferry."))
    async with aclosing(wire(desk_server.address).stream("ferry", language="nb", from_start=True)) as stream:
        (one,) = await arrivals(stream, 1)
    assert one.article == wanted


@pytest.mark.usefixtures("_quickly")
async def test_a_reader_that_is_cut_off_for_being_slow_comes_back_and_has_them_all(
    desk_server: Server, tell: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reader, "QUEUED", 3)
    monkeypatch.setattr(streaming, "SLOW_SECONDS", 1.0)
    async with aclosing(wire(desk_server.address).stream()) as stream:
        waiting = await follows(desk_server, stream)
        # More than the buffers between the two hold.
        told = await tell(*[enriched(f"Ada Marsh saw {uuid4()}. " * 20_000) for _ in range(24)])
        first = await asyncio.wait_for(waiting, 60)
        await eventually(lambda: _nobody_reads(desk_server))
        assert isinstance(first, Arrival)
        found = [first, *await arrivals(stream, 23)]
    assert sorted(str(one.article_id) for one in found) == sorted(told)


async def _nobody_reads(server: Server) -> bool:
    return server.desk.hub.readers == 0


async def test_what_the_topic_no_longer_keeps_is_a_gap(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, tell: Any
):
    await send(kafka, lane, *strange_receipts(3), partition=0)
    async with admin.connect(kafka) as client:
        await client.delete_records({TopicPartition(lane.topic(STORED), 0): RecordsToDelete(before_offset=3)})
    (left,) = await tell(enriched())
    async with (
        serving(options, kafka, lane) as server,
        aclosing(wire(server.address).stream(after="0-1.1-0")) as stream,
        asyncio.timeout(60),
    ):
        assert await anext(stream) == Gap(position="0-3.1-0")
        assert str((await arrivals(stream, 1))[0].article_id) == left


async def test_a_desk_that_wants_a_token_is_opened_by_the_right_one_alone(options: StorageOptions):
    await stored(options, enriched("Ada Marsh saw the ferry."))
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0") as server:
        right = await keeping.add(server.desk.pool, "ada", Scope.READ, None)
        assert len([hit async for hit in wire(server.address, right).search("ferry")]) == 1
        for wrong in (None, "wiredesk_guessed"):
            desk = wire(server.address, wrong)
            for asked in (anext(desk.search("ferry")), anext(desk.stream()), desk.article(uuid4())):
                with pytest.raises(ApiError, match="Set WIREDESK_API__TOKEN to what `wiredesk tokens add") as refused:
                    await asked
                assert refused.value.status == 401


async def test_who_asks_too_often_waits_as_long_as_he_is_told_and_gets_everything(
    options: StorageOptions, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING, asking.__name__)
    event = enriched("Ada Marsh saw the ferry.")
    await stored(options, event)
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0", requests_per_second=2) as server:
        desk = wire(server.address, await keeping.add(server.desk.pool, "ada", Scope.READ, None))
        found = await asyncio.gather(*(desk.article(event.article_id) for _ in range(16)))
    assert [one.event for one in found] == [event] * 16
    assert "answers 429" in caplog.text


async def test_a_desk_whose_database_is_away_says_so_after_some_tries(
    archive_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "pause", lambda *_: 0.0)

    async def away(*_: Any, **__: Any) -> Any:
        raise InfrastructureError("PostgreSQL is away")

    monkeypatch.setattr(type(archive_server.desk.archive), "article", away)
    with pytest.raises(InfrastructureError, match=r"answers 503: PostgreSQL is away\. Next: wiredesk doctor"):
        await wire(archive_server.address).article(uuid4())
