"""`wiredesk export` of a real store: every format whole, gone on with after a kill, in memory that does not grow."""

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
import tracemalloc
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import feedparser  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest

from tests.integration.storage.many import copied
from tests.integration.storage.records import NOON, enriched, keep, received
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.commands.export import export
from wiredesk_desk.commands.search import Asked
from wiredesk_desk.config import DSN, SERVERS
from wiredesk_desk.exporting.targets import part_of, progress_of
from wiredesk_desk.running import Exit
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
FILES = ("ndjson", "csv", "ninjs", "rss", "atom")
TEXT = "Ada Marsh spoke. " * 60


@pytest.fixture
async def pool(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store of its own with one article, and the environment of a person who works on it."""
    schema = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create schema {schema}")
    own = f"{dsn}{'&' if '?' in dsn else '?'}search_path={schema}"
    monkeypatch.setenv(DSN, own)
    monkeypatch.setenv(SERVERS, "127.0.0.1:1")
    options = StorageOptions.model_validate({"dsn": own})
    await bring_up(options)
    async with open_pool(options) as pool:
        first = enriched(TEXT, date_published=NOON - timedelta(hours=1), captions=(TEXT, "=1+1"))
        await keep([received(first)], store=Store(pool))
        yield pool
    await connection.execute(f"drop schema {schema} cascade")
    await connection.close()


async def to(out: Path, format_: str, **filters: Any) -> Path:
    asked = Asked(filters.pop("query", ""), filters)
    assert await export(asked, format_=format_, out=out, limit=10_000, force=False) == Exit.OK
    return out


def ids(out: Path, format_: str) -> list[str]:
    """The ids of the articles in a file, in order."""
    match format_:
        case "ndjson":
            return [str(ArticleEnriched.model_validate_json(line).article_id) for line in out.read_bytes().splitlines()]
        case "csv":
            return [row["article_id"] for row in csv.DictReader(io.StringIO(out.read_text(), newline=""))]
        case "ninjs":
            return [json.loads(line)["uri"].removeprefix("urn:uuid:") for line in out.read_bytes().splitlines()]
        case "parquet":
            days = sorted(out.glob("date=*/part-0.parquet"), reverse=True)
            return [one for day in days for one in pq.read_table(day)["article_id"].to_pylist()]
        case _:
            found = feedparser.parse(out.read_bytes())
            assert not found.bozo
            return [entry.id.removeprefix("urn:uuid:") for entry in found.entries]


async def in_order(pool: Any) -> list[str]:
    rows = await pool.fetch("select article_id from articles order by dated desc, article_id desc")
    return [str(row["article_id"]) for row in rows]


async def test_a_thousand_articles_are_whole_in_every_format(pool: Any, tmp_path: Path):
    await copied(pool, 999)
    await pool.execute(
        "update articles set date_published = date_published - interval '1 day' where article_id < $1", ALF
    )
    expected = await in_order(pool)
    assert len(expected) == 1_000
    for format_ in (*FILES, "parquet"):
        assert ids(await to(tmp_path / format_, format_), format_) == expected, format_
    days = names(tmp_path / "parquet")
    assert days == {
        f"date={day['day']}" for day in await pool.fetch("select distinct dated::date as day from articles")
    }
    assert len(days) > 1
    assert ids(await to(tmp_path / "none", "ndjson", language="fi"), "ndjson") == []
    assert ids(await to(tmp_path / "some", "ndjson", query="spoke", language="en"), "ndjson") == expected


ALF = uuid.UUID("80000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("format_", ["csv", "rss", "parquet"])
async def test_killed_in_the_middle_it_goes_on_and_is_the_same_in_the_end(pool: Any, tmp_path: Path, format_: str):
    await copied(pool, 1_999)
    for day in range(1, 8):
        # A week of some hundred articles a day.
        await pool.execute(
            "update articles set date_published = date_published - $1 * interval '1 day' "
            "where get_byte(uuid_send(article_id), 0) % 8 = $1",
            day,
        )
    whole = await to(tmp_path / "whole", format_)
    out = tmp_path / "out"
    for _ in range(2):
        assert killed_once(out, format_)
        assert out.exists() == (format_ == "parquet")
        assert part_of(out).exists() != (format_ == "parquet")
    await to(out, format_)
    assert contents(out) == contents(whole)
    assert ids(out, format_) == ids(whole, format_)
    assert names(tmp_path) == {"out", "whole"}


def killed_once(out: Path, format_: str) -> bool:
    """Export in a process of its own and kill it as soon as it has noted some more; False: it was ready by then."""
    state = progress_of(out)
    before = state.stat().st_size if state.exists() else 0
    command = [sys.executable, "-m", "wiredesk_desk", "export", "--format", format_, "--limit", "10000"]
    with subprocess.Popen([*command, "--out", str(out)], cwd=ROOT, stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            try:
                # The question itself is longer than that where nothing was noted before.
                noted = state.read_bytes().count(b"\n") > 1 and state.stat().st_size > before
            except FileNotFoundError:
                continue
            if noted:
                process.send_signal(signal.SIGKILL)
                break
        process.wait(60)
        assert process.returncode in (0, -signal.SIGKILL), process.stderr and process.stderr.read().decode()
    return state.exists()


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def contents(out: Path) -> dict[str, bytes]:
    files = [out] if out.is_file() else [one for one in sorted(out.rglob("*")) if one.is_file()]
    return {os.path.relpath(one, out): one.read_bytes() for one in files}


async def test_memory_does_not_grow_with_the_articles(pool: Any, tmp_path: Path):
    peaks = []
    for more in (499, 9):
        await copied(pool, more)
        tracemalloc.start()
        try:
            for format_ in ("ndjson", "parquet"):
                await to(tmp_path / f"{format_} {more}", format_)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert await pool.fetchval("select count(*) from articles") == 5_000
    size = (tmp_path / "ndjson 9").stat().st_size
    # All at once they would be all of that.
    assert size > 10 * 1024 * 1024
    assert peaks[1] < peaks[0] + size / 3


async def test_articles_stored_meanwhile_come_neither_twice_nor_in_anothers_place(pool: Any, tmp_path: Path):
    await copied(pool, 999)
    expected = await in_order(pool)
    store = Store(pool)
    done = asyncio.Event()

    async def goes_on() -> None:
        minute = 0
        while not done.is_set():
            minute += 1
            at = NOON - timedelta(minutes=7 * minute)
            await keep([received(enriched(date_published=at))], store=store)

    writing = asyncio.create_task(goes_on())
    found = ids(await to(tmp_path / "out", "ndjson"), "ndjson")
    done.set()
    await writing
    assert len(found) == len(set(found))
    kept = set(expected)
    assert [one for one in found if one in kept] == expected
