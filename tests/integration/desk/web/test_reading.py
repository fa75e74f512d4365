"""What programs read of the store over HTTP: search, articles, differences, entities, stories."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.integration.desk.web.server import Server, store_of, stored
from tests.integration.storage.records import enriched
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleEnriched
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker

WAITED = "Ada Marsh said that 120 passengers waited at the quay."
MORE = "Ada Marsh said that 130 passengers waited at the quay."


def revisions(*texts: str) -> list[ArticleEnriched]:
    """One article that says these, one after the other."""
    url = f"https://news.example/{uuid4()}"
    return [enriched(text, url=url, minute=minute) for minute, text in enumerate(texts)]


async def withdraw(options: StorageOptions, article: ArticleEnriched) -> None:
    """Hide an article as a withdrawal does."""
    async with store_of(options) as (_, pool):
        await pool.execute("update articles set hidden = true where article_id = $1", article.article_id)


async def test_words_and_filters_find_articles(archive_server: Server, options: StorageOptions):
    ferry = enriched("Ada Marsh saw the ferry.", in_language="en")
    storm = enriched("Bo Hansen saw the storm.", in_language="nb")
    await stored(options, ferry, storm)
    for asked, wanted in {
        "q=ferry": ferry,
        "q=saw%20-ferry": storm,
        "language=nb": storm,
        "entity=Ada%20Marsh": ferry,
        "type=PERSON&q=ferry": ferry,
        "host=news.example&q=storm": storm,
    }.items():
        found = await archive_server.get(f"/v1/search?{asked}")
        assert [hit["article_id"] for hit in found["hits"]] == [str(wanted.article_id)], asked
    assert (await archive_server.get("/v1/search?q=nothing"))["hits"] == []
    facets = await archive_server.get("/v1/search/facets?q=saw")
    assert {one["value"]: one["hits"] for one in facets["counts"]["language"]} == {"en": 1, "nb": 1}


@pytest.mark.parametrize("path", ["/v1/search?q=ferry", "/v1/articles?language=en"])
async def test_pages_are_read_to_the_end_without_doubles_or_gaps(
    archive_server: Server, options: StorageOptions, path: str
):
    events = [enriched(f"Ada Marsh saw ferry {uuid4()}.", minute=number % 7) for number in range(23)]
    await stored(options, *events)
    found: list[str] = []
    following = f"{path}&limit=5&from=3650d"
    while following:
        page = await archive_server.get(following)
        found += [hit["article_id"] for hit in page["hits"]]
        following = page["next"]
        assert (page["after"] is None) == (following is None)
    assert len(found) == len(set(found)) == 23
    assert set(found) == {str(one.article_id) for one in events}


async def test_a_cursor_of_another_search_is_told(archive_server: Server, options: StorageOptions):
    await stored(options, *[enriched(f"Ada Marsh saw ferry {uuid4()}.") for _ in range(3)])
    page = await archive_server.get("/v1/search?q=ferry&limit=1")
    answer = await archive_server.ask("GET", "/v1/search?q=saw&limit=1", params={"after": page["after"]})
    assert (answer.status, answer.json["type"]) == (422, "urn:wiredesk:stale-cursor")


async def test_an_article_is_shown_with_its_revisions_and_what_they_changed(
    archive_server: Server, options: StorageOptions
):
    first, second = revisions(WAITED, MORE)
    await stored(options, first, second)
    path = f"/v1/articles/{first.article_id}"
    shown = await archive_server.get(path)
    assert (shown["event"]["text"], [one["revision"] for one in shown["revisions"]]) == (MORE, [1, 2])
    (difference,) = await archive_server.get(f"{path}/diff")
    assert (difference["revision"], difference["against"], difference["changes"]) == (2, 1, ["numbers"])
    assert difference["stealth"] is True
    assert (await archive_server.ask("GET", f"{path}/diff?revision=7")).status == 404
    assert await archive_server.get("/v1/article-id", params={"url": first.url}) == {"article_id": shown["article_id"]}


async def test_what_is_not_stored_is_not_found_and_what_was_withdrawn_is_gone(
    archive_server: Server, options: StorageOptions
):
    article = enriched("Ada Marsh saw the ferry.")
    await stored(options, article)
    await withdraw(options, article)
    for path in ("", "/diff"):
        gone = await archive_server.ask("GET", f"/v1/articles/{article.article_id}{path}")
        assert (gone.status, gone.json["type"]) == (410, "urn:wiredesk:withdrawn")
        assert "ferry" not in gone.text
    missing = await archive_server.ask("GET", f"/v1/articles/{uuid4()}")
    assert (missing.status, missing.json["type"]) == (404, "urn:wiredesk:not-found")
    assert missing.headers["content-type"] == "application/problem+json"
    assert (await archive_server.get("/v1/search?q=ferry"))["hits"] == []


async def test_entities_and_the_page_of_one(archive_server: Server, options: StorageOptions):
    now = datetime.now(UTC)
    events = [enriched(f"Ada Marsh saw the {what}.", fetched_at=now) for what in ("ferry", "storm")]
    await stored(options, *events)
    page = await archive_server.get("/v1/entities/Ada%20Marsh")
    assert page["page"]["articles"] == 2
    assert (await archive_server.ask("GET", "/v1/entities/Nobody%20Here")).status == 404
    listed = await archive_server.get("/v1/entities?type=PERSON")
    assert [(one["name"], one["articles"]) for one in listed["entities"]] == [("Ada Marsh", 2)]


async def test_a_story_is_found_by_the_id_of_its_article(archive_server: Server, options: StorageOptions):
    article = enriched(f"Ada Marsh said that the harbour of Grandview will close for two days. {uuid4()}")
    await stored(options, article)
    story = await archive_server.ask("GET", f"/v1/stories/{article.article_id}")
    assert story.status in (200, 404)
    assert (await archive_server.ask("GET", f"/v1/stories/{uuid4()}")).status == 404
    assert isinstance((await archive_server.get("/v1/stories?days=366&order=size"))["stories"], list)


async def test_what_has_not_changed_is_not_sent_again(archive_server: Server, options: StorageOptions):
    article, changed = revisions(WAITED, MORE)
    await stored(options, article)
    path = f"/v1/articles/{article.article_id}"
    first = await archive_server.ask("GET", path)
    tag = {"if-none-match": f'W/"other", {first.headers["etag"]}'}
    again = await archive_server.ask("GET", path, headers=tag)
    assert (again.status, again.text, again.headers["etag"]) == (304, "", first.headers["etag"])
    await stored(options, changed)
    fresh = await archive_server.ask("GET", path, headers=tag)
    assert (fresh.status, fresh.json["event"]["text"]) == (200, MORE)


async def test_a_long_answer_is_zipped_for_who_takes_it(archive_server: Server, options: StorageOptions):
    article = enriched("Ada Marsh waited. " * 200)
    await stored(options, article)
    path = f"{archive_server.address}/v1/articles/{article.article_id}"
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(path, headers={"accept-encoding": "gzip"}) as zipped:
            assert zipped.headers["content-encoding"] == "gzip"
            assert "accept-encoding" in zipped.headers["vary"].lower()
            found: Any = json.loads(gzip.decompress(await zipped.read()))
        async with session.get(path, headers={"accept-encoding": "identity"}) as plain:
            assert "content-encoding" not in plain.headers
            assert json.loads(await plain.read()) == found
    assert found["event"]["article_id"] == str(ids.article_id(article.url))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/search?colour=red",
        "/v1/search?limit=0",
        "/v1/search?from=soon",
        "/v1/search?country=Norway",
        "/v1/articles/no-id",
        "/v1/entities?days=0",
        "/v1/stories?order=colour",
        "/v1/stream?after=here",
    ],
)
async def test_a_wrong_question_is_told_where_it_is_wrong(archive_server: Server, path: str):
    answer = await archive_server.ask("GET", path)
    assert (answer.status, answer.json["type"]) == (422, "urn:wiredesk:wrong-request")
    assert answer.json["detail"]


async def test_every_answer_has_the_headers_that_keep_it_safe(archive_server: Server):
    for path in ("/v1/search", f"/v1/articles/{uuid4()}", "/v1/no-such-thing"):
        answer = await archive_server.ask("GET", path)
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "access-control-allow-origin" not in answer.headers
