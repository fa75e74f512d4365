"""The stream, read from a desk that breaks it off in every way."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing

import aiohttp
import pytest
from pydantic import SecretStr

from tests.factories import enriched
from tests.unit.api.scripted import ScriptedDesk, refuses, says, scripted_desk, streams, told
from wiredesk import ApiError, ApiSettings, Arrival, Gap, InfrastructureError, Wiredesk
from wiredesk.client.api import desk as asking

WELCOME = "retry: 2000\n\n: welcome\nid: 0-5\n\n"


@pytest.fixture
async def desk() -> AsyncIterator[ScriptedDesk]:
    async with scripted_desk() as found:
        yield found


@pytest.fixture(autouse=True)
def pauses_taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float | None]]:
    """Each pause: after how many failures, and how long at least. None is waited for."""
    taken: list[tuple[int, float | None]] = []

    def none(failures: int, at_least: float | None = None) -> float:
        taken.append((failures, at_least))
        return 0.0

    monkeypatch.setattr(asking, "pause", none)
    return taken


def wire(desk: ScriptedDesk) -> Wiredesk:
    return Wiredesk(api=ApiSettings(url=desk.address, token=SecretStr("wiredesk_t")))


async def first(count: int, stream: AsyncIterator[Arrival | Gap]) -> list[Arrival | Gap]:
    found: list[Arrival | Gap] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            found.append(await anext(stream))
    return found


async def test_an_article_comes_typed_with_the_position_behind_it(desk: ScriptedDesk):
    event = enriched()
    desk.answers = [streams(WELCOME, told("0-6", event, status="revised"), stays=True)]
    async with aclosing(wire(desk).stream("ferry", language="en")) as stream:
        (one,) = await first(1, stream)
    assert isinstance(one, Arrival)
    assert (one.article, one.status, one.position) == (event, "revised", "0-6")
    assert desk.asked[0].parameters == {"q": "ferry", "language": "en"}
    assert desk.asked[0].headers["authorization"] == "Bearer wiredesk_t"
    assert "last-event-id" not in desk.asked[0].headers


async def test_a_stream_that_ends_is_taken_up_where_it_was_and_the_log_says_so(
    desk: ScriptedDesk, pauses_taken: list[tuple[int, float | None]], caplog: pytest.LogCaptureFixture
):
    desk.answers = [
        streams(WELCOME, told("0-6"), ": still here\nid: 0-9\n\n"),
        streams("retry: 2000\n\n"),
        streams(WELCOME.replace("0-5", "0-9"), told("0-10"), stays=True),
    ]
    async with aclosing(wire(desk).stream()) as stream:
        positions = [one.position for one in await first(2, stream)]
    assert positions == ["0-6", "0-10"]
    # What the heartbeat said counts, also after a connection that said nothing.
    assert [one.headers.get("last-event-id") for one in desk.asked] == [None, "0-9", "0-9"]
    assert [seconds for _, seconds in pauses_taken] == [2.0, 2.0]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "broke off (the desk ended it)" in caplog.text


async def test_a_desk_that_is_away_for_long_is_asked_less_and_less_often_and_then_as_at_first(
    desk: ScriptedDesk, pauses_taken: list[tuple[int, float | None]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "TRIES", 1)
    desk.answers = [
        *(streams(WELCOME, told("0-6")), refuses(503), refuses(500), refuses(502, retry_after="9")),
        *(streams(told("0-7")), streams(told("0-8"), stays=True)),
    ]
    async with aclosing(wire(desk).stream()) as stream:
        assert len(await first(3, stream)) == 3
    assert [failures for failures, _ in pauses_taken] == [0, 1, 2, 3, 0]


async def test_a_gap_is_told_as_one(desk: ScriptedDesk):
    desk.answers = [streams("event: gap\nid: 0-40\ndata: {}\n\n", told("0-41"), stays=True)]
    async with aclosing(wire(desk).stream(after="0-3")) as stream:
        gap, article = await first(2, stream)
    assert gap == Gap(position="0-40")
    assert isinstance(article, Arrival)
    assert desk.asked[0].headers["last-event-id"] == "0-3"


async def test_from_the_start_is_before_the_first_receipt_of_every_partition(desk: ScriptedDesk):
    desk.answers = [streams(told("0-1"), stays=True)]
    async with aclosing(wire(desk).stream(from_start=True)) as stream:
        await first(1, stream)
    assert desk.asked[0].headers["last-event-id"] == "0-0"


async def test_a_token_that_is_revoked_meanwhile_ends_it_with_an_error(desk: ScriptedDesk):
    desk.answers = [streams(WELCOME, told("0-6")), refuses(401, "no-token")]
    async with aclosing(wire(desk).stream()) as stream:
        await first(1, stream)
        with pytest.raises(ApiError, match="WIREDESK_API__TOKEN"):
            await first(1, stream)


async def test_a_desk_that_says_nothing_at_all_any_more_is_left_and_asked_anew(
    desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "_STREAM", aiohttp.ClientTimeout(sock_read=0.2))
    desk.answers = [streams(WELCOME, stays=True), streams(told("0-6"), stays=True)]
    async with aclosing(wire(desk).stream()) as stream:
        assert len(await first(1, stream)) == 1
    assert desk.asked[1].headers["last-event-id"] == "0-5"


async def test_what_is_no_article_of_this_version_is_passed_over_and_named_in_the_log(
    desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
):
    odd = ("event: article\nid: 0-6\ndata: {broken\n\n", "event: weather\nid: 0-7\ndata: {}\n\n", "data: hello\n\n")
    desk.answers = [streams(*odd, told("0-8", mood="calm"), stays=True)]
    async with aclosing(wire(desk).stream()) as stream:
        (one,) = await first(1, stream)
    assert one.position == "0-8"
    assert [record.message.rpartition(" at ")[2] for record in caplog.records] == ["0-6 is no article of this version"]


async def test_a_megabyte_in_one_article_comes_whole(desk: ScriptedDesk):
    event = enriched("Ada Marsh saw the ferry. " * 40_000)
    desk.answers = [streams(told("0-6", event), stays=True)]
    async with aclosing(wire(desk).stream()) as stream:
        (one,) = await first(1, stream)
    assert isinstance(one, Arrival)
    assert one.article == event


async def test_whoever_answers_something_else_than_a_stream_is_no_desk(desk: ScriptedDesk):
    desk.answers = [says(b"<html>", content_type="text/html")]
    with pytest.raises(ApiError, match=r"what no desk does \(text/html\)"):
        await first(1, wire(desk).stream())


async def test_a_desk_that_admits_nobody_for_now_is_asked_again_and_told_of_when_it_stays_so(desk: ScriptedDesk):
    desk.answers = [refuses(503, "full", "500 streams are read already", retry_after="10")]
    with pytest.raises(InfrastructureError, match="500 streams are read already"):
        await first(1, wire(desk).stream())
    assert len(desk.asked) == asking.TRIES


async def test_an_event_without_end_is_refused(desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wiredesk.client.api.events.MAX_BLOCK_BYTES", 10_000)
    desk.answers = [streams("data: " + "x" * 100_000, stays=True)]
    with pytest.raises(ApiError, match="more than 10,000 bytes"):
        await first(1, wire(desk).stream())


async def test_there_is_one_place_to_begin_at(desk: ScriptedDesk):
    with pytest.raises(ValueError, match="give one of them"):
        await first(1, wire(desk).stream(after="0-1", from_start=True))
    assert desk.asked == []
