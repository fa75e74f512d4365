"""A backfill on a real Kafka: killed, paused, resumed; nothing is sent twice, and nothing into the live topics."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.wires import eventually, read_all
from wiredesk.client import admin, offsets
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import SUBMITTED, Lane, every_topic
from wiredesk_desk.config import DSN, SERVERS

pytestmark = pytest.mark.broker
ARTICLES = 3000


@pytest.fixture
def old(tmp_path):
    """A list of pages that nobody has to fetch."""
    path = tmp_path / "old.ndjson"
    with path.open("w") as file:
        for number in range(ARTICLES):
            page = {"url": f"https://past.example/{number}", "html": f"<p>Bridge {number} opened again.</p>"}
            file.write(json.dumps({**page, "fetched_at": "2019-04-02T09:15:00Z"}) + "\n")
    return path


@pytest.fixture
def environment(kafka, dsn):
    named = {SERVERS: ",".join(kafka.bootstrap_servers), DSN: dsn, "WIREDESK_KAFKA__PARTITIONS": "2"}
    return {**os.environ, **named}


class Feeder:
    def __init__(self, process):
        self.process = process
        self.said = ""

    async def end(self):
        """Return the exit code and what it printed; what it said is in `said`."""
        printed, said = await asyncio.wait_for(self.process.communicate(), 60)
        self.said = said.decode()
        return self.process.returncode, [json.loads(line) for line in printed.splitlines()]


@asynccontextmanager
async def wiredesk(environment, *arguments):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wiredesk_desk", "backfill", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        yield Feeder(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def status(environment, lane):
    async with wiredesk(environment, "status", "--lane", lane.name) as asked:
        code, rows = await asked.end()
    assert code == 0, asked.said
    return next(row for row in rows if row["kind"] == "backfill")


async def on_topic(kafka, lane):
    return (await offsets.counts(kafka, lane)).get(lane.topic(SUBMITTED), 0)


async def fed(kafka, lane):
    """How often each URL is on the topic."""
    records = await read_all(kafka, lane.topic(SUBMITTED))
    return Counter(ArticleSubmitted.model_validate_json(record.value).url for record in records)


async def test_a_feeder_that_is_killed_goes_on_and_sends_nothing_twice(kafka, lane, environment, old):
    everything = Counter(f"https://past.example/{number}" for number in range(ARTICLES))
    arguments = (old, "--lane", lane.name, "--waiting", 100_000, "--no-wait")
    # However fast it is, it is not done when it is killed.
    async with wiredesk(environment, old, "--lane", lane.name, "--waiting", ARTICLES // 2) as killed:

        async def is_midway():
            return await on_topic(kafka, lane) > ARTICLES / 10

        await eventually(is_midway, within=60)
        killed.process.send_signal(signal.SIGKILL)
        await killed.process.wait()
    there = (await fed(kafka, lane)).total()
    assert ARTICLES / 10 < there < ARTICLES
    async with wiredesk(environment, *arguments) as again:
        code, rows = await again.end()
    assert code == 0, again.said
    assert await fed(kafka, lane) == everything
    # What the first one had sent and not noted is told of as fed by the second.
    known = await status(environment, lane)
    assert (known["fed"], known["inputs_done"], known["waiting"]) == (ARTICLES, 1, ARTICLES)
    assert rows[-1]["fed"] <= ARTICLES
    async with wiredesk(environment, *arguments) as once_more:
        code, rows = await once_more.end()
    assert (code, rows[-1]["fed"]) == (0, 0)
    assert "left out: 1 of 1" in once_more.said
    assert await fed(kafka, lane) == everything


async def test_ctrl_c_notes_where_it_was_and_says_how_to_go_on(kafka, lane, environment, old):
    async with wiredesk(environment, old, "--lane", lane.name, "--waiting", ARTICLES // 2) as broken_off:

        async def has_begun():
            return await on_topic(kafka, lane) > 100

        await eventually(has_begun, within=60)
        broken_off.process.send_signal(signal.SIGINT)
        code, _ = await broken_off.end()
    assert code == 130
    assert "the same command feeds the rest" in broken_off.said
    known = await status(environment, lane)
    assert known["state"] == "not being fed"
    assert known["fed"] == await on_topic(kafka, lane)


async def test_no_more_wait_in_the_lane_than_it_may_hold(kafka, lane, environment, old):
    async with wiredesk(environment, old, "--lane", lane.name, "--waiting", 50):

        async def is_full():
            return await on_topic(kafka, lane) == 50

        await eventually(is_full, within=60)
        # Two looks at what waits, and nobody works here.
        await asyncio.sleep(2.5)
        assert await on_topic(kafka, lane) == 50
        known = await status(environment, lane)
    assert (known["state"], known["fed"], known["waiting"]) == ("feeding", 50, 50)


async def test_a_lane_that_is_paused_gets_nothing_until_it_is_resumed(kafka, lane, environment, old):
    arguments = (old, "--lane", lane.name, "--waiting", 100_000, "--no-wait")
    async with wiredesk(environment, old, "--lane", lane.name, "--waiting", 10) as first:

        async def is_full():
            return await on_topic(kafka, lane) == 10

        await eventually(is_full, within=60)
        async with wiredesk(environment, "pause", "--lane", lane.name) as pausing:
            assert (await pausing.end())[0] == 0
        first.process.send_signal(signal.SIGINT)
        await first.end()
    assert (await status(environment, lane))["state"] == "paused"
    async with wiredesk(environment, *arguments) as second:
        # It has said so, has noted that it feeds, and has had time to send.
        await asyncio.wait_for(_says(second, "is paused"), 30)
        await asyncio.sleep(2)
        assert await on_topic(kafka, lane) == 10
        async with wiredesk(environment, "resume", "--lane", lane.name) as resuming:
            assert (await resuming.end())[0] == 0
        code, _ = await second.end()
    assert code == 0, second.said
    assert (await fed(kafka, lane)).total() == ARTICLES


async def _says(feeder, words):
    while words not in (await feeder.process.stderr.readline()).decode():
        pass


async def test_only_one_process_feeds_a_lane(kafka, lane, environment, old):
    async with wiredesk(environment, old, "--lane", lane.name, "--waiting", 5):

        async def has_begun():
            return await on_topic(kafka, lane) == 5

        await eventually(has_begun, within=60)
        async with wiredesk(environment, old, "--lane", lane.name) as other:
            code, _ = await other.end()
    assert code == 1
    assert "is being fed by process" in other.said


async def test_the_topics_of_a_lane_are_made_and_those_of_the_live_one_get_nothing(kafka, environment, old):
    await admin.apply_topics(kafka, Lane())
    before = await offsets.counts(kafka, Lane())
    lane = Lane("past-and-gone")
    async with wiredesk(environment, old, "--lane", lane.name, "--waiting", 100_000, "--no-wait") as feeder:
        code, _ = await feeder.end()
    assert code == 0, feeder.said
    assert "nobody works in lane past-and-gone yet" in feeder.said
    assert await on_topic(kafka, lane) == ARTICLES
    assert await offsets.counts(kafka, Lane()) == before
    async with admin.connect(kafka) as client:
        await client.delete_topics([lane.topic(topic) for topic in every_topic()])


async def test_a_lane_that_nobody_fed_has_no_status(environment, lane):
    async with wiredesk(environment, "status", "--lane", lane.name) as asked:
        code, _ = await asked.end()
    assert code == 2
    assert "nothing was ever fed" in asked.said


async def test_pages_that_are_refused_are_told_of_and_the_rest_is_fed(kafka, lane, environment, tmp_path):
    path = tmp_path / "odd.urls"
    path.write_text("ftp://past.example/1\nhttps://past.example/2\n")
    async with wiredesk(environment, path, "--lane", lane.name, "--no-wait") as feeder:
        code, rows = await feeder.end()
    assert code == 6, feeder.said
    assert [(row["what"], row["reason"]) for row in rows[:-1]] == [("ftp://past.example/1", "invalid_url")]
    assert set(await fed(kafka, lane)) == {"https://past.example/2"}


@pytest.fixture(autouse=True)
async def _forgotten(dsn, lane):
    yield
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "delete from wiredesk_desk.backfills where lane = any($1)", [lane.name, "past-and-gone"]
        )
    finally:
        await connection.close()
