"""Hosts whose pages suddenly clean differently, as `wiredesk status` says it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from wiredesk.client import offsets
from wiredesk_cleaner.drift.alarm import MOST_NAMED, DriftAlarm
from wiredesk_cleaner.drift.evidence import Difference
from wiredesk_cleaner.drift.figures import Figure, Seen
from wiredesk_cleaner.drift.watch import Drift, Watch
from wiredesk_desk import output
from wiredesk_desk.commands import collection, drift, status
from wiredesk_desk.views import drift as view

NOW = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
SINCE = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)
NO_TEXT = Difference(Figure.TEXT, 20, 0.0, 0.97)
SHORT = Difference(Figure.WORDS, 20, 120.0, 410.0)
NO_DATE = Difference(Figure.DATE, 10, 0.1, 1.0)

WELL = (1.0, 1.0, 6.0, 1.0, 1.0, 1.0)
REFUSED = (0.0, None, None, None, None, None)


def changed(host: str, *differences: Difference, since: datetime = SINCE) -> Drift:
    return Drift(host, since, differences or (NO_TEXT,))


def found(*drifts: Drift, unnamed: int = 0) -> drift.Found:
    return drift.Found(view.merged(drifts), unnamed, 1)


@pytest.fixture
def _on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(output, "for_people", lambda *, as_json: not as_json)
    monkeypatch.setattr("sys.argv", ["wiredesk"])
    monkeypatch.setenv("COLUMNS", "100")


def test_a_host_is_said_with_the_hour_and_what_changed():
    said = view.sentence(changed("harbour.example", NO_TEXT, SHORT), NOW)
    assert said == (
        "harbour.example cleans differently since 14:05 UTC: 0 of the last 20 pages had a text (habit 97 %); "
        "the last 20 articles had about 120 words (habit 410)"
    )
    assert "since 2026-03-01 14:05 UTC" in view.sentence(changed("harbour.example"), NOW + timedelta(days=1))


def test_what_several_cleaners_have_seen_of_a_host_is_one():
    other = Difference(Figure.TEXT, 10, 0.6, 1.0)
    earlier = SINCE - timedelta(hours=1)
    (one,) = view.merged([changed("a.example", NO_TEXT), changed("a.example", NO_DATE, other, since=earlier)])
    assert (one.host, one.since) == ("a.example", earlier)
    text, date = one.differences if one.differences[0].figure is Figure.TEXT else one.differences[::-1]
    assert text.pages == 30
    assert text.last == pytest.approx(0.2)
    assert text.habit == pytest.approx(0.98)
    assert date == NO_DATE


def test_those_that_changed_most_come_first():
    slightly = changed("a.example", Difference(Figure.DATE, 20, 0.6, 1.0))
    merged = view.merged([slightly, changed("b.example"), changed("c.example", NO_DATE)])
    assert [one.host for one in merged] == ["b.example", "c.example", "a.example"]


@pytest.mark.usefixtures("_on_a_terminal")
def test_people_are_told_what_to_type(capsys: pytest.CaptureFixture[str]):
    drift.tell(found(changed("harbour.example")))
    told = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "✘ harbour.example cleans differently since" in told
    assert "→ wiredesk try URL (one of its pages)" in told
    assert "more host" not in told


@pytest.mark.usefixtures("_on_a_terminal")
def test_of_many_a_few_are_named_and_the_others_counted(capsys: pytest.CaptureFixture[str]):
    drift.tell(found(*[changed(f"{n}.example") for n in range(6)], unnamed=3))
    told = capsys.readouterr().out
    assert told.count("cleans differently since") == 5
    assert "✘ 4 more hosts clean differently\n  → wiredesk status --json" in told
    drift.tell(found(*[changed(f"{n}.example") for n in range(6)]))
    assert "✘ 1 more host cleans differently" in capsys.readouterr().out


@pytest.mark.usefixtures("_on_a_terminal")
def test_where_no_host_has_changed_people_are_told_nothing(capsys: pytest.CaptureFixture[str]):
    drift.tell(found())
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("_on_a_terminal")
@pytest.mark.parametrize("columns", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
):
    monkeypatch.setenv("COLUMNS", str(columns))
    drift.tell(found(changed("the-evening-messenger-of-the-outer-islands.example", NO_TEXT, SHORT, NO_DATE), unnamed=9))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= columns
    assert "(habit 410)" in re.sub(r"\s+", " ", out)


# ---- status, and cleaners that answer ----


def a_cleaner(*hosts: str) -> str:
    """The metrics of a cleaner that has seen hosts change."""
    watch = Watch()
    for host in hosts:
        for values in (*[WELL] * 60, *[REFUSED] * 20):
            watch.observe(Seen(host, values), SINCE)
    registry = CollectorRegistry()
    registry.register(DriftAlarm(watch))
    return generate_latest(registry).decode()


@asynccontextmanager
async def serving(text: str) -> AsyncIterator[dict[str, Any]]:
    """Serve it; yields the row of the process."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        body = text if asked.startswith(b"GET /metrics ") else "{}"
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n" + body.encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield process("cleaner-1", server.sockets[0].getsockname()[1])


def process(name: str, port: int) -> dict[str, Any]:
    return {"process": name, "pid": 1, "state": "running", "metrics": f"http://127.0.0.1:{port}/metrics"}


async def test_all_cleaners_are_asked_and_nobody_else():
    nobody = {**process("cleaner-3", 1), "metrics": ""}
    async with (
        serving(a_cleaner("harbour.example")) as one,
        serving(a_cleaner("harbour.example", "mill.example")) as other,
        serving(a_cleaner("tagged.example")) as tagger,
    ):
        got = await drift.read([one, other, nobody, {**tagger, "process": "tagger-1"}])
    assert got is not None
    assert (got.cleaners, got.unnamed) == (2, 0)
    assert {one.host: one.differences[0].pages for one in got.drifts} == {"harbour.example": 40, "mill.example": 20}


async def test_a_cleaner_that_does_not_answer_or_says_something_else_is_passed_over():
    async with serving("<html>") as strange, serving(a_cleaner()) as well:
        assert await drift.read([strange, process("cleaner-2", 1)]) is None
        assert await drift.read([strange, process("cleaner-2", 1), well]) == drift.Found([], 0, 1)
    assert await drift.read([]) is None


async def test_hosts_beyond_those_named_are_counted():
    async with serving(a_cleaner(*[f"{n}.example" for n in range(MOST_NAMED + 4)])) as one:
        got = await drift.read([one])
    assert got is not None
    assert (len(got.drifts), got.unnamed) == (MOST_NAMED, 4)


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch):
    """A Kafka without topics, and nothing collected."""

    async def nothing(*_arguments: object) -> Any:
        return {}

    async def no_sources(*_arguments: object) -> None:
        return None

    monkeypatch.setattr(offsets, "lag", nothing)
    monkeypatch.setattr(offsets, "counts", nothing)
    monkeypatch.setattr(collection, "read", no_sources)
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("WIREDESK_STORAGE__DSN", "postgresql://127.0.0.1:1/news")


@pytest.mark.usefixtures("_here")
async def test_hosts_that_clean_differently_are_rows_of_status(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    async with serving(a_cleaner("harbour.example")) as one:

        async def processes(_here: object) -> list[dict[str, Any]]:
            return [one]

        monkeypatch.setattr(status, "processes_of", processes)
        await status.status(as_json=True)
    of_process, total, row = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert of_process["kind"] == "process"
    assert total == {"kind": "drifts", "hosts": 1, "cleaners": 1}
    assert row == {
        "kind": "drift",
        "host": "harbour.example",
        "since": SINCE.isoformat(),
        "figures": {"text": {"last": 0.0, "habit": 1.0, "pages": 20}},
        "todo": row["todo"],
    }
    assert row["todo"].endswith(" try URL")


@pytest.mark.usefixtures("_here")
async def test_where_no_cleaner_runs_here_status_says_nothing_of_them(capsys: pytest.CaptureFixture[str]):
    await status.status(as_json=True)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("_here", "_on_a_terminal")
async def test_people_are_told_by_status_which_hosts_clean_differently(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(status, "for_people", lambda *, as_json: not as_json)
    async with serving(a_cleaner("harbour.example")) as one:

        async def processes(_here: object) -> list[dict[str, Any]]:
            return [one]

        monkeypatch.setattr(status, "processes_of", processes)
        await status.status(as_json=False)
    told = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "✘ harbour.example cleans differently since 2026-03-01 14:05 UTC: 0 of the last 20 pages had a text" in told
