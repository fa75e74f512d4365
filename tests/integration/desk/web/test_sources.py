"""`/v1/sources` over HTTP, against a site on loopback."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiohttp import web

from tests.integration.desk.web.server import NO_KAFKA, Server, serving
from wiredesk.contracts.topics import Lane
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Scope
from wiredesk_desk.web.kept import collected
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker
PATH = "/v1/sources"

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title><link>{base}/</link>
<item><title>Harbour closes</title><link>{base}/harbour</link><pubDate>Fri, 20 Nov 2026 12:00:00 GMT</pubDate></item>
</channel></rss>"""
PAGE = """<html><head>
<link rel="alternate" type="application/rss+xml" href="/world.xml">
<link rel="alternate" type="application/rss+xml" href="/sport.xml">
</head><body>News</body></html>"""


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """The address of a site with two feeds, which its page names."""

    async def answer(request: web.Request) -> web.Response:
        base = f"http://{request.host}"
        if request.path in ("/world.xml", "/sport.xml"):
            text = RSS.format(title=request.path[1:-4].title(), base=base)
            return web.Response(text=text, content_type="application/rss+xml")
        if request.path == "/":
            return web.Response(text=PAGE, content_type="text/html")
        return web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_feed_is_added_shown_paused_resumed_polled_and_removed(archive_server: Server, site: str):
    ask = archive_server.ask
    assert await archive_server.get(PATH) == {"sources": []}
    wanted = {"url": f"{site}/world.xml", "labels": {"section": "world"}, "revisits": False}
    answer = await ask("POST", PATH, body=wanted)
    assert answer.status == 201, answer.text
    one = f"{PATH}/{answer.json['source_id']}"
    assert answer.headers["location"] == one
    assert (answer.json["added"], answer.json["title"], answer.json["kind"]) == (True, "World", "rss")
    assert (answer.json["labels"]["section"], answer.json["revisits"]) == ("world", False)

    again = await archive_server.post(PATH, wanted)
    assert (again["added"], again["source_id"]) == (False, answer.json["source_id"])
    (listed,) = (await archive_server.get(PATH))["sources"]
    shown = await archive_server.get(one)
    assert shown["listed"] == shown["fetched"] == 0
    assert listed == {name: shown[name] for name in listed}

    paused = await archive_server.post(f"{one}/pause")
    assert (paused["state"], paused["next_poll"]) == ("paused", None)
    refused = await ask("POST", f"{one}/poll")
    assert (refused.status, refused.json["type"]) == (409, "urn:wiredesk:not-polled")
    resumed = await archive_server.post(f"{one}/resume")
    assert resumed["state"] != "paused"
    assert resumed["next_poll"] is not None
    assert (await archive_server.post(f"{one}/poll"))["next_poll"] >= resumed["next_poll"]

    assert (await ask("DELETE", one)).status == 204
    assert await archive_server.get(PATH) == {"sources": []}
    assert (await ask("GET", one)).status == (await ask("DELETE", one)).status == 404


async def test_of_a_page_the_feeds_that_it_names_are_to_choose_from(archive_server: Server, site: str):
    answer = await archive_server.ask("POST", PATH, body={"url": f"{site}/"})
    assert answer.status == 300, answer.text
    world, sport = answer.json["candidates"]
    assert (world["url"], world["title"], world["items"]) == (f"{site}/world.xml", "World", 1)
    assert world["first"][0]["headline"] == "Harbour closes"
    assert await archive_server.get(PATH) == {"sources": []}
    assert (await archive_server.post(PATH, {"url": sport["url"]}, status=201))["title"] == "Sport"


async def test_status_tells_how_many_sources_are_how(archive_server: Server, site: str):
    await archive_server.post(PATH, {"url": f"{site}/world.xml"}, status=201)
    found = (await archive_server.get("/v1/status"))["sources"]
    assert (found["ok"], found["total"], found["by_state"]["new"], found["ill"]) == (True, 1, 1, [])


async def test_an_address_without_a_feed_is_refused_with_what_was_asked(archive_server: Server, site: str):
    answer = await archive_server.ask("POST", PATH, body={"url": f"{site}/nothing"})
    assert (answer.status, answer.json["type"]) == (422, "urn:wiredesk:no-feed")
    assert "404" in answer.json["detail"]


@pytest.mark.parametrize("url", ["ftp://news.example/feed", "https://ada:secret@news.example/feed", "https://"])
async def test_what_is_no_address_is_refused(archive_server: Server, url: str):
    answer = await archive_server.ask("POST", PATH, body={"url": url})
    assert (answer.status, answer.json["type"]) == (422, "urn:wiredesk:wrong-address")


async def test_before_there_is_a_contact_the_public_web_is_not_asked(archive_server: Server):
    answer = await archive_server.ask("POST", PATH, body={"url": "http://93.184.216.34/feed"})
    assert (answer.status, answer.json["type"]) == (409, "urn:wiredesk:no-contact")
    assert answer.json["next"] == "wiredesk sources contact you@example.org"


async def test_a_desk_that_is_open_to_others_asks_no_site_of_its_own_machine(options: StorageOptions, site: str):
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0") as server:
        token = await keeping.add(server.desk.pool, "ada", Scope.WRITE, None)
        headers = {"authorization": f"Bearer {token}"}
        answer = await server.ask("POST", PATH, body={"url": f"{site}/world.xml"}, headers=headers)
    assert (answer.status, answer.json["type"]) == (422, "urn:wiredesk:no-feed")
    assert "127.0.0.1" in answer.json["detail"]


async def test_where_the_fetcher_is_not_installed_it_is_said_what_to_install(
    archive_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(collected, "is_installed", lambda _: False)
    answer = await archive_server.ask("GET", PATH)
    assert (answer.status, answer.json["type"]) == (501, "urn:wiredesk:not-installed")
    assert "services/fetcher" in answer.json["next"]


@pytest.mark.parametrize(
    "body", [{}, {"url": ""}, {"url": "x", "labels": {"": "a"}}, {"url": "x", "labels": {"a": ""}}]
)
async def test_what_is_no_source_is_a_wrong_request(archive_server: Server, body: dict[str, object]):
    assert (await archive_server.ask("POST", PATH, body=body)).status == 422


async def test_a_source_that_is_not_there_is_not_found(archive_server: Server):
    for method, path in {"GET": "", "POST": "/pause", "DELETE": ""}.items():
        assert (await archive_server.ask(method, f"{PATH}/{uuid4()}{path}")).status == 404
