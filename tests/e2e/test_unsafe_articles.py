"""An article that attacks its readers, sent through a whole system: beside the pages too it comes to nothing."""

import asyncio
import csv
import io
import json
import xml.etree.ElementTree as ET
from typing import Any

import aiohttp
import feedparser  # type: ignore[import-untyped]
import pytest
from yarl import URL

from tests.e2e import hostile
from tests.e2e.desk_system import DeskSystem

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
async def articles(desk: DeskSystem) -> list[str]:
    """The article, and the same with a megabyte of headline: their ids."""
    found = []
    for name, headline in (("evil", ""), ("huge", hostile.MEGABYTE)):
        (desk.folder / f"{name}.html").write_text(hostile.page(headline=headline))
        code, out, errors = await desk.type("publish", f"{name}.html")
        assert code == 0, errors
        found.append(str(json.loads(out)["article_id"]))
    return found


async def test_on_a_terminal_it_is_text(desk: DeskSystem, articles: list[str]):
    code, out, errors = await desk.type("dlq", "list", "--flat", "--all", "--json")
    assert code == 0, errors
    letters = [str(json.loads(line)["position"]) for line in out.splitlines()]
    verbs = [
        ("search", hostile.MARKER),
        ("search", hostile.MARKER, "--json"),
        ("search", hostile.MARKER, "--facets"),
        ("tail", "enriched", "--from-start", "--entity", hostile.MARKER, "--limit", "1"),
        ("explain", articles[0]),
        ("explain", articles[1]),
        ("diff", articles[0]),
        ("stories", "--days", "1"),
        ("entities", "--days", "1"),
        ("subscriptions", "list"),
        ("logs",),
        *(("dlq", "show", position) for position in letters[:1]),
    ]
    # A few at a time: each is a process of its own.
    turns = asyncio.Semaphore(3)

    async def shown(*verb: str) -> str:
        async with turns:
            return await desk.type_on_terminal(*verb)

    found = await asyncio.gather(*(shown(*verb) for verb in verbs))
    for verb, text in zip(verbs, found, strict=True):
        assert not (raw := hostile.ACTING.search(text)), (verb, raw)
    assert "onerror=attack(2)" in found[0]
    assert articles[0] in found[0]


async def test_every_export_and_its_feeds_are_read_by_strict_parsers_as_text(desk: DeskSystem, articles: list[str]):
    said = dict(zip(formats := ("ndjson", "csv", "ninjs", "rss", "atom"), await _exported(desk, formats), strict=True))
    for name in ("ndjson", "ninjs"):
        assert len([json.loads(line) for line in said[name].splitlines()]) == len(articles)
    csv.field_size_limit(10_000_000)
    rows = list(csv.DictReader(io.StringIO(said["csv"], newline="")))
    assert sorted(row["article_id"] for row in rows) == sorted(articles)
    assert not [cell for row in rows for cell in row.values() if cell.lstrip(" ").startswith(("=", "+", "-", "@"))]
    code, _, errors = await desk.type("subscribe", "attacks", hostile.MARKER)
    assert code == 0, errors
    async with aiohttp.ClientSession(desk.address) as session:
        async with session.get("/feeds/attacks") as answer:
            said["/feeds/attacks"] = await answer.text()
        async with session.get("/feeds/attacks.json") as answer:
            titles = [item["title"] for item in (await answer.json(content_type=None))["items"]]
    assert len(titles) == len(articles)
    assert not any(hostile.ACTING.search(title) for title in titles)
    for name in ("rss", "atom", "/feeds/attacks"):
        root = ET.fromstring(said[name])
        assert len(root.findall(f"{ATOM}entry") or root.findall("channel/item")) == len(articles)
        _is_text(feedparser.parse(said[name]))


async def _exported(desk: DeskSystem, formats: tuple[str, ...]) -> list[str]:
    async def one(name: str) -> str:
        code, out, errors = await desk.type("export", hostile.MARKER, "--format", name)
        assert code == 0, errors
        return out

    return await asyncio.gather(*map(one, formats))


def _is_text(found: Any) -> None:
    """What a feed reader makes of it: no control characters in its lines, nothing but paragraphs in its texts."""
    assert not found.bozo, found.bozo_exception
    for entry in found.entries:
        assert hostile.MARKER in entry.title
        assert not hostile.ACTING.search(entry.title)
        for content in entry.content:
            parts = ET.fromstring(f"<div>{content.value}</div>")
            assert {part.tag for part in parts.iter()} == {"div", "p"}
            assert not any(part.attrib for part in parts.iter())


async def test_no_log_of_any_service_has_a_word_of_it_or_a_character_that_acts(desk: DeskSystem, articles: list[str]):
    assert articles
    async with aiohttp.ClientSession() as session:
        # A path is a stranger's, too.
        address = f"{desk.address}/v1/articles/%0a{{}}%1b[31m%e2%80%ae"
        async with session.get(URL(address, encoded=True)) as answer:
            assert answer.status in (404, 422)
    logs = {file.name: file.read_text() for file in (desk.folder / ".wiredesk" / "logs").glob("*.*")}
    services = ("fetcher", "cleaner", "tagger", "storage", "desk", "kafka", "postgres")
    assert {name for name in services if any(file.startswith(name) for file in logs)} == set(services)
    for file, text in logs.items():
        assert not (raw := hostile.ACTING.search(text)), (file, raw)
        for word in (hostile.MARKER, "attack(", "Ines Tarrow"):
            assert word not in text, file
