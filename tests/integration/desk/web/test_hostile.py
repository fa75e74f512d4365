"""Articles that attack whoever reads along, stored as they are: past a pipeline that would have cleaned them.

Wherever they go out, they are text: in streams, webhooks and feeds, and on a terminal.
"""

import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import feedparser  # type: ignore[import-untyped]
import pytest
from aiohttp import web
from lxml import etree, html

from tests.e2e.hostile import ACTING, CONTROLS, MEGABYTE, PAYLOADS
from tests.integration.desk.sending import send_records
from tests.integration.desk.web.server import Server
from tests.integration.desk.web.test_stream import streaming_from
from tests.integration.storage.records import enriched
from tests.wires import Raw, eventually, produce
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleEnriched, Entity, Mention
from wiredesk.contracts.topics import CLEANED, ENRICHED, Lane
from wiredesk_desk.commands import diff, entities, explain, export, search, tail
from wiredesk_desk.config import SERVERS
from wiredesk_desk.dead_letters import commands as dead_letters
from wiredesk_desk.dead_letters.core import Selection
from wiredesk_desk.running import Exit
from wiredesk_desk.stories import commands as stories
from wiredesk_desk.web.subscriptions import commands as subscriptions
from wiredesk_desk.web.subscriptions import making, posting, running, signing

pytestmark = pytest.mark.broker
# Line ends of SSE and of Unicode, a forged event, C1's escape sequences, a formula.
LINE_ENDS = "\n\nevent: gap\ndata: forged\r\rid: 9-9\x85data: a\u2028data: b\u2029\x0bc\x9b31m\x9d0;owned\x9c"
SAID = f"{CONTROLS}\x7f{LINE_ENDS}"
_NAME = "Ada\x1b]0;x\x07 \u202eMarsh"


def hostile(number: int = 0, **fields: Any) -> ArticleEnriched:
    """An article with everything that attacks, in every part that is shown."""
    text = f"{_NAME} spoke. {SAID} " + "\n".join((*PAYLOADS, f"=cmd|' /C calc'!A{number}"))
    mention = Mention(field="text", start=0, end=len(_NAME), surface=_NAME)
    return enriched(
        text,
        headline=f"Quillhaven {number} {PAYLOADS[1]} {SAID}",
        alternative_headline=f"{PAYLOADS[0]} {SAID}",
        authors=(f"{PAYLOADS[3]} {SAID}",),
        article_section=f"{PAYLOADS[0]} {SAID}",
        publisher=f"{PAYLOADS[12]} {SAID}",
        keywords=(f"{PAYLOADS[8]} {SAID}",),
        captions=(f"{PAYLOADS[9]} {SAID}",),
        credits=(SAID,),
        dateline=SAID,
        entities=(Entity(name=_NAME, type="PERSON\x1b[31m", mentions=(mention,)),),
        **fields,
    )


@pytest.fixture
async def hook() -> AsyncIterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A webhook's address, and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((dict(request.headers), await request.read()))
        return web.Response(status=204)

    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", got
    await runner.cleanup()


async def test_no_article_breaks_out_of_its_event_on_the_stream(desk_server: Server, tell: Any):
    events = [hostile(1), hostile(2), enriched(headline=MEGABYTE[: 400 * 1024])]
    async with streaming_from(desk_server) as stream:
        await tell(*events)
        told: list[Any] = []
        while len(told) < len(events):
            fields = await stream.next()
            assert fields is not None
            if "comment" in fields:
                continue
            assert set(fields) == {"event", "id", "data"}, fields.keys()
            assert fields["event"] == "article"
            assert re.fullmatch(r"[\d.-]+", fields["id"])
            assert len(fields["data"].splitlines()) == 1, "whoever breaks lines as Unicode does reads the same"
            assert not ACTING.search(fields["data"])
            told.append(json.loads(fields["data"])["article"])
    wanted = {str(event.article_id): event for event in events}
    assert {one["article_id"]: ArticleEnriched.model_validate(one) for one in told} == wanted


async def test_a_webhook_gets_it_as_json_and_no_header_of_its_own(
    desk_server: Server, tell: Any, hook: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(posting, "_IDLE_SECONDS", 0.05)
    address, got = hook
    made = await desk_server.post("/v1/subscriptions", {"name": "hostile", "webhook": address}, status=201)
    event = hostile()
    await tell(event)
    await eventually(lambda: _is_there(got))
    ((headers, content),) = got
    said = {name.lower(): value for name, value in headers.items()}
    assert set(said) <= {
        "host", "accept", "accept-encoding", "user-agent", "content-type", "content-length",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
    assert all(re.fullmatch("[ -~]+", value) for value in said.values())
    assert ArticleEnriched.model_validate(json.loads(content)["data"]) == event
    signed = signing.signature(said["webhook-id"], said["webhook-timestamp"], content, made["secret"])
    assert said["webhook-signature"] == signed


async def _is_there(got: list[Any]) -> bool:
    return bool(got)


async def test_a_strict_parser_and_a_feed_reader_find_text_in_its_feeds(desk_server: Server, tell: Any):
    await desk_server.post("/v1/subscriptions", {"name": "hostile"}, status=201)
    event = hostile()
    await tell(event, enriched(headline=MEGABYTE))
    answer = await desk_server.ask("GET", "/feeds/hostile")
    strict = etree.XMLParser(recover=False, resolve_entities=False, no_network=True)
    root = etree.fromstring(answer.text.encode(), strict)
    assert len(root.findall("{*}entry")) == 2
    reader = feedparser.parse(answer.text)
    assert not reader.bozo, reader.bozo_exception
    (entry,) = [one for one in reader.entries if one.id == event.article_id.urn]
    for line in (entry.title, entry.author, entry.summary, *(tag.term for tag in entry.tags)):
        assert not ACTING.search(line), line
    (content,) = entry.content
    parts = html.fragment_fromstring(content.value, create_parent=True)
    assert {one.tag for one in parts.iter()} == {"div", "p"}
    assert not any(one.attrib for one in parts.iter())
    assert PAYLOADS[6] in parts.text_content()

    feed = await desk_server.get("/feeds/hostile.json")
    (item,) = [one for one in feed["items"] if one["id"] == event.article_id.urn]
    for line in (item["title"], item["summary"], *item["tags"], *(author["name"] for author in item["authors"])):
        assert not ACTING.search(line), line
    assert item["content_text"] == event.text
    assert "content_html" not in item


@pytest.fixture
def terminal(
    kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Awaitable[str]]:
    """What a verb writes on a terminal without colours, of which nothing acts on that terminal."""
    monkeypatch.setenv(SERVERS, ",".join(kafka.bootstrap_servers))
    monkeypatch.setenv("WIREDESK_LANE", lane.name)
    monkeypatch.setenv("TERM", "dumb")

    async def shown(verb: Awaitable[Exit]) -> str:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        assert await verb == Exit.OK
        out, errors = capsys.readouterr()
        assert not (found := ACTING.search(out + errors)), (found, out)
        return str(out)

    return shown


@pytest.mark.parametrize("as_json", [False, True], ids=["people", "json"])
async def test_nothing_of_it_acts_on_a_terminal(
    desk_server: Server, tell: Any, kafka: KafkaSettings, lane: Lane, terminal: Any, *, as_json: bool
):
    url = f"https://news.example/{uuid4()}"
    first, changed = hostile(1, url=url), hostile(2, url=url, minute=1)
    copies = [hostile(3), hostile(3)]
    (article_id, *_) = await tell(first, changed, *copies)
    records: list[Raw] = [(str(changed.article_id).encode(), changed.model_dump_json().encode(), [])]
    await produce(kafka, lane.topic(ENRICHED), records)
    await making.subscribe(
        desk_server.desk.here,
        desk_server.desk.subscriptions,
        making.Wanted("hostile", {"q": PAYLOADS[3], "entity": _NAME, "section": SAID.replace("\0", "")}),
    )
    (position,) = await send_records(kafka, lane, [_dead_letter()])

    everything = search.Asked("", {}, since="3650d", limit=100)
    found = await terminal(search.search(everything, after=None, as_json=as_json))
    assert article_id in found
    assert found.startswith("{") is as_json
    for verb in (
        search.facets(everything, as_json=as_json),
        tail.tail("enriched", from_start=True, entity=None, limit=1, as_json=as_json),
        explain.explain(article_id, as_json=as_json),
        diff.diff(article_id, revision=None, against=None, every=True, as_json=as_json),
        entities.top(days=3650, entity_type="PERSON\x1b[31m", limit=10, as_json=as_json),
        entities.one(_NAME, days=3650, entity_type=None, as_json=as_json),
        stories.several(days=3650, sort="date", limit=10, as_json=as_json),
        stories.one(str(copies[0].article_id), as_json=as_json),
        subscriptions.list_subscriptions(as_json=as_json),
        dead_letters.list_letters(Selection(), as_json=as_json),
        dead_letters.list_letters(Selection(), flat=True, as_json=as_json),
        dead_letters.show(position, as_json=as_json),
    ):
        assert await terminal(verb), verb


@pytest.mark.parametrize("format_", ["ndjson", "csv", "ninjs", "rss", "atom"])
async def test_no_export_to_a_terminal_acts_on_it(tell: Any, terminal: Any, format_: str):
    await tell(hostile())
    asked = search.Asked("", {}, since="3650d")
    said = await terminal(export.export(asked, format_=format_, out=None, limit=None, force=False))
    assert "Quillhaven" in said


def _dead_letter() -> wire.Record:
    """A dead letter of a record that is hostile in its bytes and its headers."""
    headers = {
        wire.REASON: "invalid_json",
        wire.ERROR: f"{PAYLOADS[0]} {SAID}",
        wire.ERROR_TYPE: f"Error{SAID}",
        wire.ORIGIN: f"{CLEANED.name}/0/1{SAID}",
        "x-stranger": SAID,
        "ce_subject": SAID,
    }
    return wire.Record(CLEANED.dead_letter("tagger"), b"key", f"{{broken {SAID}".encode() + b"\xff\x9b", headers)
