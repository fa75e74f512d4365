"""Subscriptions on real Kafka and PostgreSQL, and a real webhook: what is new arrives, whatever ends meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web

from tests.integration.desk.web.server import Server, serving, store_of
from tests.integration.storage.records import enriched
from tests.wires import eventually, read_all
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import Lane
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_desk.web.subscriptions import posting, running, signing
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker


class Hook:
    """A webhook: what it got, and what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.address = ""

    @property
    def articles(self) -> list[str]:
        """The articles that it took, in the order of coming."""
        return [json.loads(content)["data"]["article_id"] for _, content in self.got]

    async def take(self, request: web.Request) -> web.Response:
        content = await request.read()
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.got.append((dict(request.headers), content))
        return web.Response(status=status)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """A webhook on loopback."""
    found = Hook()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/hook", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(posting, "_IDLE_SECONDS", 0.05)


def article(headline: str) -> ArticleEnriched:
    return enriched(headline=headline)


async def subscribed(server: Server, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = await server.post("/v1/subscriptions", {"name": "ferries", **wanted}, status=201)
    return found


async def on_topic(kafka: KafkaSettings, lane: Lane) -> set[str]:
    records = await read_all(kafka, lane.topic(feed_topic("feeds.ferries.v1")))
    return {(record.key or b"").decode() for record in records}


async def test_a_topic_and_a_webhook_get_what_is_new_and_wanted_and_nothing_else(
    desk_server: Server, tell: Any, hook: Hook, kafka: KafkaSettings, lane: Lane
):
    await tell(article("A ferry that came before"))
    made = await subscribed(desk_server, question={"q": "ferry"}, topic=True, webhook=hook.address)
    ids = await tell(article("A ferry sails"), article("A train leaves"), article("The ferry is late"))
    await eventually(lambda: _true(len(hook.got) == 2))
    assert sorted(hook.articles) == sorted([ids[0], ids[2]])
    assert await on_topic(kafka, lane) == {ids[0], ids[2]}
    for headers, content in hook.got:
        said = {name.lower(): value for name, value in headers.items()}
        signed = signing.signature(said["webhook-id"], said["webhook-timestamp"], content, made["secret"])
        assert said["webhook-signature"] == signed
        assert json.loads(content)["data"]["event_id"] == said["webhook-id"]
    assert "secret" not in await desk_server.get("/v1/subscriptions/ferries")


async def test_nothing_is_missed_over_a_desk_that_ends_and_another_that_begins(
    options: StorageOptions, tell: Any, hook: Hook, kafka: KafkaSettings, lane: Lane
):
    async with serving(options, kafka, lane) as server:
        await subscribed(server, topic=True, webhook=hook.address)
        first = await tell(*(article(f"Ferry {n} sails") for n in range(5)))
        await eventually(lambda: _true(len(hook.got) == 5))
    between = await tell(*(article(f"Ferry {n} waits") for n in range(5)))
    async with serving(options, kafka, lane):
        last = await tell(*(article(f"Ferry {n} returns") for n in range(5)))
        await eventually(lambda: _true(set(hook.articles) >= {*first, *between, *last}))
    assert await on_topic(kafka, lane) == {*first, *between, *last}


async def test_of_two_desks_one_tells(options: StorageOptions, tell: Any, hook: Hook, kafka: KafkaSettings, lane: Lane):
    async with serving(options, kafka, lane) as first, serving(options, kafka, lane) as second:
        await subscribed(first, webhook=hook.address)
        ids = await tell(*(article(f"Ferry {n} sails") for n in range(10)))
        await eventually(lambda: _true(len(hook.got) >= 10))
        await eventually(lambda: _has(second, waiting=0))
    assert sorted(hook.articles) == sorted(ids)


async def test_a_webhook_that_fails_gets_the_same_message_again(
    desk_server: Server, tell: Any, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing, "SCHEDULE", (signing.SCHEDULE[0] * 0, signing.SCHEDULE[0] * 0))
    hook.answers = [500, 302]
    await subscribed(desk_server, webhook=hook.address)
    ids = await tell(article("A ferry sails"))
    await eventually(lambda: _true(hook.articles == ids))
    await eventually(lambda: _has(desk_server, waiting=0))


async def test_what_no_try_brings_through_is_dead_until_somebody_asks_for_it_again(
    desk_server: Server, tell: Any, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing, "SCHEDULE", ())
    hook.answers = [503]
    await subscribed(desk_server, webhook=hook.address)
    ids = await tell(article("A ferry sails"))
    await eventually(lambda: _has(desk_server, dead=1))
    assert "503" in (await desk_server.get("/v1/subscriptions/ferries"))["error"]
    await desk_server.post("/v1/subscriptions/ferries/retry")
    await eventually(lambda: _true(hook.articles == ids))


async def test_a_webhook_that_is_gone_gets_nothing_until_somebody_resumes_it_and_then_everything(
    desk_server: Server, tell: Any, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing, "SCHEDULE", (signing.SCHEDULE[0] * 0,) * 9)
    hook.answers = [410]
    await subscribed(desk_server, webhook=hook.address)
    first = await tell(article("A ferry sails"))
    await eventually(lambda: _has(desk_server, posts=False, paused=False))
    second = await tell(article("A ferry returns"))
    await desk_server.post("/v1/subscriptions/ferries/resume")
    await eventually(lambda: _true(sorted(hook.articles) == sorted(first + second)))


async def test_an_article_that_was_withdrawn_before_it_was_posted_is_not(
    desk_server: Server, options: StorageOptions, tell: Any, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    held = asyncio.Event()
    take = desk_server.desk.subscriptions.take

    async def later(*arguments: Any) -> Any:
        await held.wait()
        return await take(*arguments)

    monkeypatch.setattr(type(desk_server.desk.subscriptions), "take", lambda _, *arguments: later(*arguments))
    await subscribed(desk_server, webhook=hook.address)
    (hidden,) = await tell(article("A ferry sails"))
    await eventually(lambda: _has(desk_server, waiting=1))
    async with store_of(options) as (_, pool):
        await pool.execute("update articles set hidden = true where article_id = $1", hidden)
    held.set()
    await eventually(lambda: _has(desk_server, waiting=0))
    assert hook.got == []


async def test_a_desk_that_others_reach_posts_to_no_private_address(
    options: StorageOptions, tell: Any, hook: Hook, kafka: KafkaSettings, lane: Lane
):
    async with serving(options, kafka, lane, host="0.0.0.0", is_open=True) as server:
        await subscribed(server, webhook=hook.address)
        await tell(article("A ferry sails"))
        await eventually(lambda: _says(server, "private"))
    assert hook.got == []


async def test_a_webhook_that_never_answers_holds_up_no_other(
    desk_server: Server, tell: Any, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    held = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await held.wait()
        return web.Response(status=503)

    app = web.Application()
    app.router.add_post("/hook", silent)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        tarpit = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await desk_server.post("/v1/subscriptions", {"name": "tarpit", "webhook": tarpit}, status=201)
        await subscribed(desk_server, webhook=hook.address)
        ids = await tell(*(article(f"Ferry {n} sails") for n in range(30)))
        await eventually(lambda: _true(set(hook.articles) == set(ids)))
        assert (await desk_server.get("/v1/subscriptions/tarpit"))["waiting"] == 30
    finally:
        held.set()
        await runner.cleanup()


async def test_who_follows_one_that_was_made_anew_under_its_name_moves_it_no_more(desk_server: Server):
    subscriptions = desk_server.desk.subscriptions
    await subscribed(desk_server)
    old = await subscriptions.one("ferries")
    await desk_server.ask("DELETE", "/v1/subscriptions/ferries")
    await subscribed(desk_server, question={"q": "train"})
    new = await subscriptions.one("ferries")
    assert old is not None
    assert new is not None
    assert not await subscriptions.moved(old, "0-99", [(uuid4(), uuid4(), 1)])
    assert await subscriptions.one("ferries") == new


async def test_its_feed_is_atom_and_json_of_the_newest_first(desk_server: Server, tell: Any):
    await subscribed(desk_server, question={"q": "ferry"})
    text = article("A ferry sails & returns").model_copy(update={"url": None})
    ids = await tell(text, article("A train leaves"))
    answer = await desk_server.ask("GET", "/feeds/ferries")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    of_atom = "{http://www.w3.org/2005/Atom}"
    titles = [one.text for one in ET.fromstring(answer.text).iter(f"{of_atom}title")]
    assert titles == ["Wiredesk: ferries", "A ferry sails & returns"]
    links = {one.get("rel"): one.get("href") for one in ET.fromstring(answer.text).iter(f"{of_atom}link")}
    own = f"{desk_server.address}/articles/{ids[0]}"
    assert links == {"self": f"{desk_server.address}/feeds/ferries", "alternate": own}
    feed = await desk_server.get("/feeds/ferries.json")
    assert [item["url"] for item in feed["items"]] == [own]
    assert [item["title"] for item in feed["items"]] == ["A ferry sails & returns"]
    assert (await desk_server.ask("GET", "/feeds/trains")).status == 404


@pytest.mark.parametrize(
    "wanted",
    [
        {"webhook": "ftp://example.org/"},
        {"webhook": "https://user:secret@example.org/"},
        {"question": {"from": "7d"}},
        {"question": {"country": "Norway"}},
        {"question": {"colour": "red"}},
    ],
    ids=["scheme", "password", "time", "country", "unknown"],
)
async def test_what_makes_no_sense_is_refused(desk_server: Server, wanted: dict[str, Any]):
    answer = await desk_server.ask("POST", "/v1/subscriptions", body={"name": "ferries", **wanted})
    assert answer.status == 422, answer.text
    assert (await desk_server.get("/v1/subscriptions"))["subscriptions"] == []


async def test_a_name_that_is_taken_is_refused_and_one_that_is_removed_is_free_again(desk_server: Server):
    await subscribed(desk_server)
    answer = await desk_server.ask("POST", "/v1/subscriptions", body={"name": "ferries"})
    assert answer.status == 409
    assert (await desk_server.ask("DELETE", "/v1/subscriptions/ferries")).status == 204
    await subscribed(desk_server)


async def _true(found: object) -> bool:
    return bool(found)


async def _has(server: Server, **state: object) -> bool:
    found = await server.get("/v1/subscriptions/ferries")
    return all(found[name] == value for name, value in state.items())


async def _says(server: Server, word: str) -> bool:
    return word in (await server.get("/v1/subscriptions/ferries"))["error"]
