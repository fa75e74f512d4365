"""Search, stories and articles asked of a desk that answers what it is told to."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from tests.unit.api.scripted import ScriptedDesk, refuses, says, scripted_desk
from wiredesk import ApiError, ApiSettings, ConfigurationError, Hit, InfrastructureError, Wiredesk
from wiredesk.client.api import desk as asking
from wiredesk.client.api import pauses

TOKEN = "wiredesk_s3cret"


@pytest.fixture
async def desk() -> AsyncIterator[ScriptedDesk]:
    async with scripted_desk() as found:
        yield found


@pytest.fixture(autouse=True)
def pauses_taken(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """What each pause was to be at least; none is waited for."""
    taken: list[float | None] = []

    def none(_: int, at_least: float | None = None) -> float:
        taken.append(at_least)
        return 0.0

    monkeypatch.setattr(asking, "pause", none)
    return taken


def wire(desk: ScriptedDesk, token: str | None = None) -> Wiredesk:
    return Wiredesk(api=ApiSettings(url=desk.address, token=SecretStr(token) if token else None))


def hit(number: int) -> dict[str, Any]:
    time = "2026-11-30T12:00:00Z"
    return {"article_id": str(uuid4()), "headline": f"Article {number}", "dated": time, "updated_at": time}


def page(count: int, following: str | None = None, **more: Any) -> Any:
    return says({"hits": [hit(n) for n in range(count)], "after": "x", "next": following, **more})


async def found(hits: AsyncIterator[Hit]) -> list[Hit]:
    return [one async for one in hits]


async def test_a_search_goes_on_from_page_to_page_with_what_the_desk_says_of_the_next(desk: ScriptedDesk):
    desk.answers = [page(100, "/v1/search?q=ferry&from=2026-11-01&limit=100&after=abc"), page(30)]
    assert len(await found(wire(desk).search("ferry", since="30d"))) == 130
    first, second = (one.parameters for one in desk.asked)
    assert first == {"q": "ferry", "from": "30d", "sort": "relevance", "limit": "100"}
    assert second == {"q": "ferry", "from": "2026-11-01", "limit": "100", "after": "abc"}


@pytest.mark.parametrize(("limit", "asked"), [(0, []), (7, ["7"]), (100, ["100"]), (130, ["100", "30"])])
async def test_no_more_is_asked_for_than_is_wanted(desk: ScriptedDesk, limit: int, asked: list[str]):
    desk.answers = [page(int(number), "/v1/search?after=abc&limit=100") for number in asked] or [page(1)]
    assert len(await found(wire(desk).search(limit=limit))) == limit
    assert [one.parameters["limit"] for one in desk.asked] == asked


async def test_a_page_without_hits_is_not_the_end_when_there_is_a_next(desk: ScriptedDesk):
    desk.answers = [page(0, "/v1/search?after=a", is_read_in_part=True), page(2)]
    assert len(await found(wire(desk).search('"of the"', sort="date"))) == 2


async def test_a_next_page_at_another_host_is_asked_of_this_desk_with_its_token_kept_here(desk: ScriptedDesk):
    desk.answers = [page(1, "http://192.0.2.1/v1/search?after=abc"), page(1)]
    assert len(await found(wire(desk, TOKEN).search())) == 2
    assert {one.headers["authorization"] for one in desk.asked} == {f"Bearer {TOKEN}"}


async def test_that_only_the_best_of_the_newest_are_yielded_is_in_the_log_once(
    desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
):
    desk.answers = [page(1, "/v1/search?after=abc", is_cut=True), page(1, is_cut=True)]
    await found(wire(desk).search("the"))
    assert [record.message for record in caplog.records] == [
        "more articles have these words than are ranked: sort='date' yields all of them"
    ]


async def test_a_busy_desk_is_asked_again_after_the_pause_it_wants(
    desk: ScriptedDesk, pauses_taken: list[float | None]
):
    desk.answers = [refuses(429, retry_after="3"), refuses(503), page(2)]
    assert len(await found(wire(desk).search())) == 2
    assert pauses_taken == [3.0, None]


async def test_a_desk_that_stays_busy_is_an_outage_with_its_reason(desk: ScriptedDesk):
    desk.answers = [refuses(503, "unavailable", "PostgreSQL is away")]
    with pytest.raises(InfrastructureError, match="answers 503: PostgreSQL is away"):
        await found(wire(desk).search())
    assert len(desk.asked) == asking.TRIES


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 421, 422])
async def test_a_refusal_is_raised_at_once_with_its_status(desk: ScriptedDesk, status: int):
    desk.answers = [refuses(status, "some-kind", "it is so")]
    with pytest.raises(ApiError, match="it is so") as raised:
        await wire(desk, TOKEN).story(uuid4())
    assert (raised.value.status, raised.value.reason, len(desk.asked)) == (status, "some_kind", 1)
    assert TOKEN not in str(raised.value)


async def test_a_redirect_is_not_followed(desk: ScriptedDesk):
    desk.answers = [says(b"", status=302, location=f"{desk.address}/elsewhere")]
    with pytest.raises(ApiError, match=r"sends you to .*/elsewhere"):
        await wire(desk, TOKEN).article(uuid4())
    assert len(desk.asked) == 1


@pytest.mark.parametrize("body", [b"<html>It works!</html>", b"", b"[]", b'{"stories": 5}', b'{"stories": [{}]}'])
async def test_whoever_answers_and_is_no_desk_is_told_as_that(desk: ScriptedDesk, body: bytes):
    desk.answers = [says(body)]
    with pytest.raises(ApiError, match="what no desk does: is WIREDESK_API__URL right"):
        [one async for one in wire(desk).stories()]


async def test_where_no_desk_is_the_error_names_the_command_and_the_setting():
    nobody = Wiredesk(api=ApiSettings(url="http://127.0.0.1:1"))
    for asked in (nobody.story(uuid4()), found(nobody.search()), anext(nobody.stream())):
        with pytest.raises(InfrastructureError) as raised:
            await asked
        assert str(raised.value) == (
            "no desk answers at http://127.0.0.1:1 (Connection refused): `wiredesk up` starts one in this folder; "
            "WIREDESK_API__URL says where another is."
        )


async def test_who_is_slow_between_two_pages_gets_the_second(pauses_taken: list[float | None]):
    async with scripted_desk(keepalive_seconds=0.05) as desk:
        desk.answers = [page(1, "/v1/search?after=abc"), page(1)]
        hits = wire(desk).search()
        await anext(hits)
        async with asyncio.timeout(30):
            while desk.connections():
                await asyncio.sleep(0.02)
        assert len(await found(hits)) == 1


async def test_an_id_that_is_none_is_not_asked_for(desk: ScriptedDesk):
    with pytest.raises(ValueError, match="UUID"):
        await wire(desk).article("../stories")
    assert desk.asked == []


async def test_a_story_is_read_with_its_articles_and_its_names(desk: ScriptedDesk):
    time, article = "2026-11-30T12:00:00Z", str(uuid4())
    member = {"article_id": article, "at": time, "headline": "H", "differences": ["headline"], "copy_of": article}
    name = {"name": "Lisbon", "type": "GPE", "salience": 0.5, "ids": {"geonames": "2267057"}, "country": "PT"}
    said = {
        "story_id": article, "title": "H", "title_article": article, "articles": 1, "first_seen": time,
        "last_seen": time, "outlets": ["a.example"], "entities": [name], "members": [member],
    }  # fmt: skip
    desk.answers = [says(said)]
    story = await wire(desk).story(article)
    assert desk.asked[0].path == f"/v1/stories/{article}"
    assert (story.members[0].differences, story.entities[0].ids) == (("headline",), {"geonames": "2267057"})


def test_without_aiohttp_the_verbs_say_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "wiredesk.client.api.desk")
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ConfigurationError, match=r"needs aiohttp.*pip install './shared\[http\]'"):
        Wiredesk().search("ferry")


def test_a_token_that_would_cross_a_network_unencrypted_is_warned_of(caplog: pytest.LogCaptureFixture):
    for url in ("http://desk.example", "https://desk.example", "http://127.0.0.1:8780", "http://[::1]:8780"):
        asking.Desk(ApiSettings(url=url, token=SecretStr(TOKEN)))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "unencrypted to http://desk.example" in caplog.text
    assert TOKEN not in caplog.text


def test_a_real_pause_is_never_nothing():
    assert pauses.pause(0, None) >= 1
