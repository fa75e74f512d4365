"""A backfill through the whole pipeline, its feeder killed midway; and a host that two lanes ask at once."""

import asyncio
import os
import signal
import sys
import uuid
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import asyncpg
import pytest

from tests.faults.harness.one_service import spawn
from tests.faults.harness.pipeline import Processes
from tests.faults.harness.servers import lag_is_gone
from tests.faults.harness.small_web import Site, small_web
from tests.wires import eventually, read_all
from wiredesk.client import admin, offsets
from wiredesk.client.client import Wiredesk
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import FETCHED, SUBMITTED, Lane, every_topic
from wiredesk_desk.config import DSN, SERVERS
from wiredesk_fetcher.page_archive import PageArchive

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
ARTICLES = 120
FETCHER = "tests.faults.programs.loopback_fetcher"
DELAY_SECONDS, TOLERANCE_SECONDS = 1.0, 0.05
SERVICES = ("fetcher", "cleaner", "tagger", "storage")
GOT = datetime(2019, 4, 2, tzinfo=UTC)


@pytest.fixture
async def other_lane(kafka):
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    yield lane
    async with admin.connect(kafka) as client:
        await client.delete_topics([lane.topic(topic) for topic in every_topic()])


def archived(folder):
    """Pages as a fetcher keeps them."""
    run = uuid.uuid4().hex[:8]
    urls = [f"https://past.example/{run}/{number}" for number in range(ARTICLES)]
    with PageArchive(folder, name="past") as archive:
        for number, url in enumerate(urls):
            paragraphs = "".join(
                f"<p>The bridge number {number} of {run} opened again on day {line} after a repair that took "
                f"{number + line + 2} weeks, the city council said, and Mayor Ada Marsh thanked the crews.</p>"
                for line in range(6)
            )
            page = f"<html><head><title>Bridge {number} of {run} opens</title></head><body><article>"
            body = f"{page}<h1>Bridge {number} of {run} opens</h1>{paragraphs}</article></body></html>".encode()
            headers = [("Content-Type", "text/html; charset=utf-8")]
            archive.keep(url=url, status=200, headers=headers, body=body, fetched_at=GOT)
    (path,) = folder.glob("*.warc.gz")
    return path, [article_id(url) for url in urls]


async def feed(kafka, dsn, lane, path, *more):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wiredesk_desk", "backfill", str(path), "--lane", lane.name, "--json", *more),
        env={**os.environ, SERVERS: ",".join(kafka.bootstrap_servers), DSN: dsn},
        stdout=asyncio.subprocess.DEVNULL,
    )


async def test_a_feeder_killed_midway_and_run_again_stores_every_article_once(kafka, own_dsn, lane, tmp_path):
    path, articles = archived(tmp_path)
    running = Processes(kafka, own_dsn, lane, tmp_path)
    await running.start()
    try:
        # A few at a time: there is a midway.
        feeder = await feed(kafka, own_dsn, lane, path, "--waiting", "20")

        async def is_midway():
            return (await offsets.counts(kafka, lane))[lane.topic(SUBMITTED)] > ARTICLES / 3

        await eventually(is_midway, within=200)
        feeder.send_signal(signal.SIGKILL)
        await feeder.wait()
        assert (await offsets.counts(kafka, lane))[lane.topic(SUBMITTED)] < ARTICLES
        again = await feed(kafka, own_dsn, lane, path)
        assert await asyncio.wait_for(again.wait(), 200) == 0
        assert await lag_is_gone(kafka, lane, SERVICES)
    finally:
        await running.stop()
    assert len(await read_all(kafka, lane.topic(SUBMITTED))) == ARTICLES
    connection = await asyncpg.connect(own_dsn)
    try:
        stored = await connection.fetch("select article_id, version from revisions")
    finally:
        await connection.close()
    assert Counter(row["article_id"] for row in stored) == Counter(articles)
    # By when they were got, in microseconds: what is newer in the store stays.
    assert {row["version"] for row in stored} == {int(GOT.timestamp() * 1_000_000)}


async def test_a_host_that_two_lanes_ask_at_once_hears_no_more_than_one_would(kafka, dsn, lane, other_lane, tmp_path):
    host, count = f"{uuid.uuid4().hex[:10]}.example", 5
    async with small_web({host: Site()}) as served:
        members = []
        for named in (lane, other_lane):
            settings = {
                "WIREDESK_FETCHER__DSN": dsn,
                "WIREDESK_FETCHER__ALLOW_ADDRESSES": "127.0.0.0/8",
                "WIREDESK_FETCHER__DELAY_SECONDS": str(DELAY_SECONDS),
                # How the site tells them apart.
                "WIREDESK_FETCHER__CONTACT": named.name,
            }
            members.append(await spawn(kafka, named, FETCHER, logs=tmp_path, **settings))
        try:
            for number in range(count):
                for named in (lane, other_lane):
                    async with Wiredesk(kafka, lane=named.name) as wire:
                        await wire.publish(url=f"{served.origin(host)}/{named.name}/{number}")

            async def all_fetched():
                fetched = [(await offsets.counts(kafka, one))[one.topic(FETCHED)] for one in (lane, other_lane)]
                return fetched == [count, count]

            await eventually(all_fetched, within=120)
        finally:
            for member in members:
                await member.stop()
    assert {one.by for one in served.book} == {lane.name, other_lane.name}
    apart = [second.at - first.at for first, second in pairwise(served.book)]
    assert min(apart) >= DELAY_SECONDS - TOLERANCE_SECONDS
