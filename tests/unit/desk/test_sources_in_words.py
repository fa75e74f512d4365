"""How the sources are, as `wiredesk status` says it in a few lines."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wiredesk.client import offsets
from wiredesk.contracts.topics import Lane
from wiredesk_desk import output
from wiredesk_desk.commands import collection, status
from wiredesk_desk.config import DSN, System, system
from wiredesk_desk.views import sources as view
from wiredesk_fetcher.sources.health import Health, State, after, paused, resumed
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.source import Source, source_id

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def polled(*seen: tuple[Saw, str]) -> Health:
    health = Health()
    for hours, (saw, reason) in enumerate(seen):
        health = after(health, Poll(NOW + timedelta(hours=hours), saw, reason))
    return health


WELL = polled((Saw.LISTING, ""))
FAILING = polled((Saw.SOFT_ERROR, "timeout"))
DEAD = polled(*[(Saw.HARD_ERROR, "http_404")] * 30)
GONE = polled((Saw.GONE, "http_410"))
ROBOTS = polled((Saw.BLOCKED, "robots"))
WAITS = polled((Saw.BLOCKED, "no_contact"))


def source(title: str, health: Health = WELL, minutes: float | None = 3) -> Source:
    url = f"https://{title.replace(' ', '-').lower()}.example/feed"
    at = None if minutes is None else NOW + timedelta(minutes=minutes)
    return Source(source_id(url), url, title, "rss", "", {}, NOW, health=health, next_poll=at)


def which(one: Source) -> str:
    return str(one.source_id)[:8]


def printed(capsys: pytest.CaptureFixture[str], found: list[Source] | str) -> str:
    """Return what is told, with its line ends folded."""
    collection.tell(found)
    out = capsys.readouterr()
    return re.sub(r"\s+", " ", out.out + out.err)


@pytest.fixture
def _on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(output, "for_people", lambda *, as_json: not as_json)
    monkeypatch.setattr("sys.argv", ["wiredesk"])
    monkeypatch.setenv("COLUMNS", "100")


def test_states_are_counted_with_the_next_poll_of_each():
    found = [source("A", minutes=9), source("B", minutes=4), source("C", paused(WELL), None), source("D", ROBOTS, -1)]
    assert view.rows(found, NOW) == [
        {"sources": "healthy", "number": 2, "next_poll": "in 4 min"},
        {"sources": "blocked", "number": 1, "next_poll": "now"},
        {"sources": "paused", "number": 1, "next_poll": "never"},
    ]
    assert view.next_poll(found) == NOW - timedelta(minutes=1)
    assert view.next_poll([]) is None


def test_a_state_of_a_later_release_is_counted_as_it_is():
    strange = source("A", Health(state=State("resting")))
    assert view.count([strange])["resting"] == 1
    assert view.rows([strange], NOW)[0]["sources"] == "resting"
    assert view.worst_first([strange]) == []


def test_the_worst_come_first_and_those_that_are_well_do_not_come():
    worse = polled(*[(Saw.HARD_ERROR, "http_500")] * 3)
    found = [source("Well"), source("Robots", ROBOTS), source("Once", FAILING), source("Thrice", worse)]
    found += [source("Dead", DEAD), source("Paused", paused(DEAD)), source("New", Health())]
    assert [one.title for one in view.worst_first(found)] == ["Dead", "Thrice", "Once", "Robots"]


@pytest.mark.parametrize(
    ("health", "typed"),
    [
        (WELL, ""),
        (Health(), ""),
        (FAILING, "wiredesk sources poll {}"),
        (DEAD, "wiredesk sources resume {}"),
        (GONE, "wiredesk sources remove {}"),
        (ROBOTS, ""),
        (WAITS, "wiredesk sources contact you@example.org"),
        (paused(WAITS), "wiredesk sources resume {}"),
        (resumed(WAITS), ""),
    ],
)
def test_what_is_typed_next_follows_from_how_it_is(health: Health, typed: str):
    one = source("Harbour Post", health)
    assert view.todo(one) == typed.format(which(one))
    assert view.waits_for_contact(one) is ("contact" in typed)


@pytest.mark.usefixtures("_on_a_terminal")
def test_people_are_told_of_a_few_with_the_reason_and_the_next_command(capsys: pytest.CaptureFixture[str]):
    found = [source("Well"), source("Delta Wire", DEAD), source("Mill Gazette", ROBOTS)]
    told = printed(capsys, found)
    assert f"✘ Delta Wire is dead: the site answered 404: {DEAD.reason.partition(': ')[2]} → wiredesk sources" in told
    assert f"→ wiredesk sources resume {which(found[1])}" in told
    assert f"Mill Gazette is blocked: the site's robots.txt forbids it: {ROBOTS.reason.partition(': ')[2]}" in told
    assert f"→ wiredesk sources show {which(found[2])}" in told
    assert "besides" not in told


@pytest.mark.usefixtures("_on_a_terminal")
def test_of_many_only_three_are_named_and_all_that_wait_for_a_contact_in_one_line(capsys: pytest.CaptureFixture[str]):
    told = printed(
        capsys, [source(f"Ill {n}", FAILING) for n in range(5)] + [source(f"W {n}", WAITS) for n in range(7)]
    )
    assert told.count("is failing:") == 3
    assert "✘ 2 sources are not well besides → wiredesk sources check" in told
    assert told.count("wiredesk sources contact you@example.org") == 1
    assert "✘ 7 sources are blocked: nobody has said whom sites may write to" in told


@pytest.mark.usefixtures("_on_a_terminal")
def test_where_there_are_none_and_where_they_cannot_be_read_it_is_one_line(capsys: pytest.CaptureFixture[str]):
    assert printed(capsys, []) == "no sources yet: `wiredesk sources add URL` looks for feeds there "
    assert printed(capsys, "it is away").startswith("the sources cannot be read: it is away. `wiredesk doctor`")


@pytest.mark.usefixtures("_on_a_terminal")
@pytest.mark.parametrize("columns", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
):
    monkeypatch.setenv("COLUMNS", str(columns))
    collection.tell([source("The Harbour Post and Evening Messenger of the Outer Islands", DEAD), source("W", WAITS)])
    out = capsys.readouterr().out
    assert out.startswith("sources  number  next poll")
    assert max(map(len, out.splitlines())) <= columns


# ---- status itself ----


@pytest.fixture
def _on_kafka(monkeypatch: pytest.MonkeyPatch):
    """A Kafka without topics, and a database that does not answer."""

    async def nothing(*_arguments: object) -> Any:
        return {}

    monkeypatch.setattr(offsets, "lag", nothing)
    monkeypatch.setattr(offsets, "counts", nothing)
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.delenv("WIREDESK_LANE", raising=False)
    monkeypatch.delenv("WIREDESK_FETCHER__DSN", raising=False)
    monkeypatch.setenv(DSN, "postgresql://desk:hunter2@127.0.0.1:1/news")


async def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    await status.status(as_json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("_on_kafka")
async def test_a_database_that_is_away_is_one_line_of_status_without_its_password(capsys: pytest.CaptureFixture[str]):
    (row,) = await lines(capsys)
    assert row["kind"] == "sources"
    assert "ConnectionRefusedError" in row["error"]
    assert "hunter2" not in row["error"]


@pytest.mark.usefixtures("_on_kafka")
async def test_the_sources_are_rows_of_status(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    found = [source("Well", minutes=8), source("Delta Wire", DEAD, minutes=5)]

    async def read(_here: System) -> list[Source]:
        return found

    monkeypatch.setattr(collection, "read", read)
    total, ill = await lines(capsys)
    counts = {"new": 0, "healthy": 1, "quiet": 0, "failing": 0, "dead": 1, "blocked": 0, "paused": 0}
    first = (NOW + timedelta(minutes=5)).isoformat()
    assert total == {"kind": "sources", "total": 2, "next_poll": first, **counts}
    assert (ill["kind"], ill["source_id"]) == ("source", str(found[1].source_id))
    assert (ill["state"], ill["reason"]) == ("dead", DEAD.reason)
    assert ill["todo"].endswith(f"sources resume {which(found[1])}")


@pytest.mark.usefixtures("_on_kafka")
async def test_status_is_silent_of_sources_where_nobody_named_a_database_or_nothing_is_collected(
    monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    here = await system()
    assert await collection.read(System(here.kafka, Lane("backfill"), here.dsn, here.origin)) is None
    monkeypatch.delenv(DSN)
    assert await collection.read(await system()) is None
    monkeypatch.setenv("WIREDESK_FETCHER__DSN", "postgresql://127.0.0.1:1/news")
    assert "ConnectionRefusedError" in str(await collection.read(await system()))
