"""`wiredesk search` and `wiredesk entities`: what is asked of the store, and how its answers are told."""

import asyncio
import json
import re
import shlex
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from wiredesk_desk import output
from wiredesk_desk.cli import app
from wiredesk_desk.commands import entities, search
from wiredesk_desk.commands.search import Asked
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.search.answers import EntityCount, EntityPage, Facets, Hit, Named, Page, TopEntities
from wiredesk_storage.search.asking import Filters, Order
from wiredesk_storage.search.cursor import Cursor, read, search_id, written
from wiredesk_storage.stories.reading import Listed
from wiredesk_storage.stories.summary import StorySummary

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HIT = Hit(
    article_id=UUID(int=1),
    headline="Ferry line reopens",
    url="https://news.example/ferry",
    host="news.example",
    publisher="The News",
    article_section="World",
    in_language="en",
    source="feed",
    dated=NOW,
    date_published=NOW,
    updated_at=NOW,
    duplicate_of=None,
    copy_of=None,
    also_at=(),
    rank=0.5,
    excerpt="The **ferry** to Málaga runs again after the storm of Monday night, the harbour said.",
)
CURSOR = Cursor(NOW, 0.5, NOW, UUID(int=1))
ENTITY = EntityPage(
    articles=3,
    is_cut=False,
    mentions=5,
    names=[("Málaga", 2), ("Malaga", 1)],
    types=[("GPE", 3)],
    ids={"geonames": ["2514256"]},
    timeline=[(date(2026, 11, 28), 0), (date(2026, 11, 29), 2), (date(2026, 11, 30), 1)],
    together=[{"name": "Spain", "type": "GPE", "articles": 2}],
    newest=[Named(UUID(int=1), "Ferry line reopens", "https://news.example/ferry", NOW)],
    sampled=3,
    counted=[UUID(int=1)],
)


class Store:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.page = Page([HIT], "there is another")
        counts = {"language": [("en", 12)], "host": [], "day": [("2026-11-30", 12)], "type": [("GPE", 5)]}
        self.found = Facets(12, is_cut=True, counts=counts, sampled=5)
        self.top = TopEntities(9, is_cut=False, entities=[EntityCount("Málaga", "GPE", 3, 5, 1)])
        self.one = ENTITY
        told = StorySummary("Ferry aground", UUID(int=1), 4, NOW, NOW, (), (), (), ())
        self.stories = [Listed(UUID(int=9), 4, NOW, NOW, told)]

    async def search(self, query: str, filters: Any, **how: Any) -> Page:
        self.asked.append((query, filters, how))
        search = search_id(query, filters, how["order"], how["half_life_days"])
        if how["after"] is not None:
            read(how["after"], search)
        return replace(self.page, after=written(CURSOR, search)) if self.page.after else self.page

    async def facets(self, query: str, filters: Any) -> Facets:
        self.asked.append((query, filters))
        return self.found

    async def top_entities(self, *asked: Any, **how: Any) -> TopEntities:
        self.asked.append((asked, how))
        return self.top

    async def entity(self, *asked: Any, **how: Any) -> EntityPage:
        self.asked.append((asked, how))
        return self.one

    async def stories_of(self, articles: Any) -> list[Listed]:
        return self.stories if articles else []


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store without a server."""
    made = Store()

    @asynccontextmanager
    async def archive():
        yield made

    for verb in (search, entities):
        monkeypatch.setattr(verb, "archive", archive)
    return made


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[int], Callable[[], Any]]:
    """A terminal of some columns; called again it gives what was written."""

    def of(columns: int) -> Callable[[], Any]:
        for module in (output, search, entities):
            monkeypatch.setattr(module, "for_people", lambda *, as_json: not as_json)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr("sys.argv", ["wiredesk"])
        return capsys.readouterr

    return of


def asked(query: str = "ferry", **options: Any) -> Asked:
    names = ("entity", "entity_type", "country", "quality")
    narrowed: dict[str, str | None] = {name: options.pop(name) for name in names if name in options}
    return Asked(query, narrowed, **options)


def cursor_of(made: Asked) -> str:
    return written(CURSOR, search_id(made.query, made.filters(NOW), made.order(), made.half_life_days))


async def test_a_page_is_rows_with_the_next_cursor_in_the_last(store: Store, capsys: pytest.CaptureFixture[str]):
    assert await search.search(asked(), after=None, as_json=True) == Exit.OK
    hit, page = map(json.loads, capsys.readouterr().out.splitlines())
    assert (hit["kind"], hit["headline"], hit["article_id"]) == ("hit", HIT.headline, str(HIT.article_id))
    assert read(page.pop("after"), search_id("ferry", Filters(), Order.RELEVANCE, 30)) == CURSOR
    cut = {"is_cut": False, "is_read_in_part": False}
    assert page == {"kind": "page", "hits": 1, **cut, "from": None, "to": None}


async def test_ages_are_rows_as_times_that_the_next_page_can_be_asked_with(
    store: Store, capsys: pytest.CaptureFixture[str]
):
    await search.search(asked(since="7d", until="2d"), after=None, as_json=True)
    page = json.loads(capsys.readouterr().out.splitlines()[-1])
    again = asked(since=page["from"], until=page["to"])
    assert await search.search(again, after=page["after"], as_json=True) == Exit.OK
    assert store.asked[0][1] == store.asked[1][1]


@pytest.mark.parametrize("query", ["it's a -ferry", "-ferry 'boat"])
async def test_a_page_for_people_ends_with_the_command_for_the_next(store: Store, terminal: Any, query: str):
    written = terminal(80)
    options: dict[str, Any] = {"entity": "Ada Marsh", "entity_type": "PERSON", "since": "7d", "until": "2d"}
    options |= {"sort": "date", "limit": 3}
    made = asked(query, without_copies=True, half_life_days=30.1234567, **options)
    await search.search(made, after=None, as_json=False)
    out, err = written()
    assert "The ferry to Málaga" in out
    assert "**" not in out
    command = err.partition("More: ")[2].strip()
    typed = shlex.split(command)
    assert typed[:2] == ["wiredesk", "search"]
    done = await asyncio.to_thread(CliRunner().invoke, app, typed[1:])
    assert done.exit_code == 0, done.stderr
    (before, again) = store.asked
    assert again[0] == before[0]
    assert again[1] == before[1]
    assert {**again[2], "after": None} == before[2]


async def test_nothing_found_and_too_much_found_are_said(store: Store, terminal: Any):
    written = terminal(80)
    store.page = Page()
    await search.search(asked(), after=None, as_json=False)
    assert "nothing found" in written().err
    await search.search(asked(), after=cursor_of(asked()), as_json=False)
    assert "that was all" in written().err
    store.page = Page(is_read_in_part=True)
    await search.search(asked(), after=None, as_json=False)
    err = " ".join(written().err.split())
    assert "nothing found" in err
    assert "the newest articles alone were read" in err
    store.found = Facets(0, is_cut=False, counts={}, is_read_in_part=True)
    await search.facets(asked(), as_json=False)
    assert "the newest articles alone were read" in " ".join(written().err.split())
    store.page = Page([HIT], None, is_cut=True)
    await search.search(asked(), after=None, as_json=False)
    assert "--sort date" in written().err


async def test_every_line_fits_a_narrow_terminal(store: Store, terminal: Any):
    written = terminal(40)
    await search.search(asked(), after=None, as_json=False)
    await search.facets(asked(), as_json=False)
    await entities.one("malaga", days=3, entity_type=None, as_json=False)
    await entities.top(days=7, entity_type=None, limit=3, as_json=False)
    assert max(map(len, written().out.splitlines())) <= 40


async def test_facets_are_rows_and_lines(store: Store, terminal: Any, capsys: pytest.CaptureFixture[str]):
    await search.facets(asked(), as_json=True)
    rows = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert rows[0] == {"kind": "facet", "facet": "language", "value": "en", "hits": 12}
    assert rows[-1] == {"kind": "facets", "hits": 12, "is_cut": True, "is_read_in_part": False, "sampled": 5}
    written = terminal(80)
    await search.facets(asked(), as_json=False)
    out = written().out
    assert "12 hits or more; the newest were counted" in out
    assert "language: en 12" in out
    assert "2026-11-30 to 2026-11-30, most on 2026-11-30: 12" in out


@pytest.mark.parametrize(
    ("wrong", "told", "todo"),
    [
        ({"query": " "}, "the query is empty", "wiredesk search"),
        ({"since": "yesterday"}, "--from 'yesterday'", "--from 7d"),
        ({"until": "99999999999d"}, "--to", "--to 7d"),
        ({"country": "Norway"}, "no country code", "--country NO"),
        ({"quality": "best"}, "no quality 'best'", "good partial poor"),
    ],
)
async def test_what_cannot_be_asked_is_told_with_the_next_command(store: Store, wrong: Any, told: str, todo: str):
    with pytest.raises(Problem, match=re.escape(told)) as caught:
        await search.search(asked(**wrong), after=None, as_json=True)
    assert caught.value.code == Exit.USAGE
    assert todo in caught.value.todo
    assert store.asked == []


async def test_an_order_or_a_cursor_that_is_none_is_told(store: Store):
    with pytest.raises(Problem, match="cannot sort by 'size'"):
        await search.search(asked(sort="size"), after=None, as_json=True)
    with pytest.raises(Problem, match="another search") as caught:
        await search.search(asked(), after=cursor_of(asked("harbour")), as_json=True)
    assert caught.value.code == Exit.USAGE
    assert [how["order"] for _, _, how in store.asked] == [Order.RELEVANCE]


def test_the_next_command_has_only_what_was_typed():
    assert asked().command("X", Filters()) == "wiredesk search --after X ferry"


@pytest.mark.parametrize("how", ["duplicate_of", "copy_of"])
async def test_a_copy_says_of_what(store: Store, terminal: Any, how: str):
    written = terminal(200)
    of: dict[str, Any] = {how: UUID(int=9)}
    store.page = Page([replace(HIT, **of)])
    await search.search(asked(), after=None, as_json=False)
    assert f"a copy of {UUID(int=9)}" in written().out


async def test_a_filter_alone_lists(store: Store):
    assert await search.search(asked("", entity="Oslo"), after=None, as_json=True) == Exit.OK


async def test_entities_are_rows_with_the_change_as_a_number(
    store: Store, terminal: Any, capsys: pytest.CaptureFixture[str]
):
    await entities.top(days=7, entity_type="GPE", limit=5, as_json=True)
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert row == {"name": "Málaga", "type": "GPE", "articles": 3, "mentions": 5, "before": 1, "change": 2}
    assert store.asked == [(("GPE", 5), {"days": 7})]
    written = terminal(100)
    await entities.top(days=7, entity_type=None, limit=5, as_json=False)
    assert "+2" in written().out
    store.top = TopEntities(0, is_cut=False, entities=[])
    await entities.top(days=7, entity_type=None, limit=5, as_json=False)
    assert "wiredesk entities --days 70" in written().err
    for days, told in ((1_000, True), (3_650, False)):
        await entities.top(days=days, entity_type=None, limit=5, as_json=False)
        assert ("--days 3650" in written().err) is told


async def test_one_entity_is_rows_of_five_kinds(store: Store, capsys: pytest.CaptureFixture[str]):
    await entities.one("malaga", days=3, entity_type=None, as_json=True)
    rows = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert [row["kind"] for row in rows] == ["entity", "day", "day", "day", "together", "story", "article"]
    assert rows[0]["ids"] == {"geonames": ["2514256"]}
    assert [row["articles"] for row in rows[1:4]] == [0, 2, 1]


async def test_one_entity_for_people(store: Store, terminal: Any):
    written = terminal(80)
    await entities.one("malaga", days=3, entity_type=None, as_json=False)
    out = written().out
    for part in (
        "Málaga (GPE)",
        "also: Malaga",
        "geonames: 2514256",
        "3 in 3 days, 5 mentions",
        "▁█▅",
        "with: Spain 2",
        "story: Ferry aground",
        f"4 articles  {UUID(int=9)}",
    ):
        assert part in out
    store.one = EntityPage(0, False, 0, [], [], {}, [], [], [])
    assert await entities.one("nobody", days=3, entity_type=None, as_json=False) == Exit.OK
    assert "wiredesk entities --days 3" in written().err
    with pytest.raises(Problem, match="name is empty"):
        await entities.one(" ", days=3, entity_type=None, as_json=False)
