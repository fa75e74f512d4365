"""The database is lost: a new one is filled from the topics, to the letter, by the documented command."""

import asyncio
import json
import os
import sys
from datetime import timedelta

import asyncpg
import pytest

from tests.factories import NOON, enriched
from tests.faults.harness.one_service import committed_all
from tests.faults.harness.servers import empty_store, only, revision_book
from tests.wires import produce, raw
from wiredesk.contracts import wire
from wiredesk.contracts.topics import ENRICHED
from wiredesk_desk.config import SERVERS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]
ARTICLES = 60


async def rewind(kafka, lane, service, *more):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wiredesk_desk", "topics", "rewind", service, *more),
        env={**os.environ, SERVERS: ",".join(kafka.bootstrap_servers), "WIREDESK_LANE": lane.name},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.fixture
async def new_dsn(dsn):
    """Another empty store."""
    async with empty_store(dsn) as store:
        yield store


async def told(dsn):
    """What a store says of each article, without the times and positions at which it came in."""
    connection = await asyncpg.connect(dsn)
    try:
        return [
            [tuple(row) for row in await connection.fetch(query)]
            for query in (
                "select article_id, event_id, content_hash, headline, text, entities from articles order by 1",
                "select article_id, event_id, version, revision, event from revisions order by 1, 2, 3",
                "select article_id, position, name, type, mentions, ids from entities order by 1, 2",
            )
        ]
    finally:
        await connection.close()


async def test_a_lost_database_is_filled_again_from_the_topics_to_the_letter(
    kafka, own_dsn, new_dsn, lane, tmp_path, enter
):
    first = [enriched(headline=f"Bridge {n} opens") for n in range(ARTICLES)]
    # Each third is revised an hour later.
    later = [
        enriched(headline=f"Bridge {n} opens late", at=NOON + timedelta(hours=1), where=str(one.url))
        for n, one in enumerate(first[::3])
    ]
    events = [*first, *later]
    records = [raw(wire.encode(event, source="faults", time=NOON)) for event in events]
    async with only(["storage"], kafka, own_dsn, lane, tmp_path):
        await produce(kafka, lane.topic(ENRICHED), records)
        await committed_all(kafka, lane, "storage", within=120)
        refused = await rewind(kafka, lane, "storage")
        _, said = await refused.communicate()
        assert refused.returncode == 1
        assert b"wiredesk scale storage 0" in said
    before = await told(own_dsn)

    again = await rewind(kafka, lane, "storage", "--json")
    answer, _ = await again.communicate()
    assert (again.returncode, json.loads(answer)) == (0, {"service": "storage", "records": len(events)})
    async with only(["storage"], kafka, new_dsn, lane, tmp_path):
        await committed_all(kafka, lane, "storage", within=120)
    assert await told(new_dsn) == before

    book = await revision_book(kafka, new_dsn, lane, events)
    enter(41, book, extra=f"{ARTICLES} articles and {len(later)} revisions are in the new one, letter for letter")
    assert (book.lost, book.phantom, book.dead) == (set(), set(), 0)


async def test_the_fetcher_is_not_told_to_ask_every_site_again_by_a_slip(kafka, lane):
    asked = await rewind(kafka, lane, "fetcher")
    _, said = await asked.communicate()
    assert asked.returncode == 1
    assert b"--yes" in said
