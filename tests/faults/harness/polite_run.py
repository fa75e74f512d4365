"""Fetchers that ask a small web, one of which is killed on the way and replaced; and what was seen of it all."""

import asyncio
import contextlib
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg

from tests.faults.harness.one_service import Member, has_member, spawn
from tests.faults.harness.small_web import FEED, Asked, Site, SmallWeb, small_web
from tests.wires import eventually, produce, raw, read_all
from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.submission import article_of
from wiredesk.contracts.topics import FETCHED, REJECTED, SUBMITTED, Lane
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import SourceStore

FETCHER = "tests.faults.programs.loopback_fetcher"
FETCHERS = 3
DELAY_SECONDS, DEADLINE_SECONDS, SESSION_SECONDS = 1.0, 5.0, 15
# A page that comes once more is asked for when its host's time has come: after so long without one none is left.
QUIET_SECONDS = 6.0

Page = tuple[str, str]
"""host and path"""


@dataclass
class Run:
    """What was seen. Times are those of the monotonic clock."""

    sites: Mapping[str, Site]
    pages: Mapping[UUID, Page]
    book: list[Asked] = field(default_factory=list)
    began: float = 0.0
    killed_at: float = 0.0
    killed: str = ""
    """the contact that the killed fetcher named"""
    ended_at: float = 0.0
    submitted: dict[Page, float] = field(default_factory=dict)
    """when each article was put on the wire, by a producer or by a poll"""
    in_hand: Counter[Page] = field(default_factory=Counter)
    """how many records of each page the killed fetcher had taken, or might have, and had not committed; feeds too"""
    hit: set[str] = field(default_factory=set)
    """the hosts of the partitions that it had"""
    events: Counter[Page] = field(default_factory=Counter)
    rejected: Counter[Page] = field(default_factory=Counter)
    dead: int = 0
    codes: list[int] = field(default_factory=list)

    @property
    def good(self) -> dict[UUID, Page]:
        """The articles of hosts that answer."""
        return {article: page for article, page in self.pages.items() if not self.sites[page[0]].is_tarpit}

    @property
    def answered(self) -> Counter[Page]:
        """How often each page, feed or robots.txt was asked for and got."""
        return Counter((one.host, one.path) for one in self.book if one.status == 200)


async def polite_run(
    kafka: KafkaSettings, lane: Lane, database: str, logs: Path, sites: Mapping[str, Site], articles: int, later: int
) -> Run:
    """Submit so many articles of each host at once, and its feed as a source where it has one; kill a fetcher midway.

    Its partitions go to the others when its session has run out; then another fetcher joins, and they move again, while
    so many `later` articles of each host come in.
    """
    async with small_web(sites) as served, contextlib.AsyncExitStack() as ends:
        members: list[Member] = []

        async def join() -> None:
            settings = {
                "WIREDESK_KAFKA__SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
                "WIREDESK_FETCHER__DSN": database,
                "WIREDESK_FETCHER__ALLOW_ADDRESSES": "127.0.0.0/8",
                "WIREDESK_FETCHER__DELAY_SECONDS": str(DELAY_SECONDS),
                "WIREDESK_FETCHER__DEADLINE_SECONDS": str(DEADLINE_SECONDS),
                "WIREDESK_FETCHER__POLLS": "8",
                # How the sites tell them apart.
                "WIREDESK_FETCHER__CONTACT": f"fetcher-{len(members)}",
            }
            members.append(await spawn(kafka, lane, FETCHER, logs=logs, **settings))
            ends.push_async_callback(members[-1].kill)

        for _ in range(FETCHERS):
            await join()
        await asyncio.gather(*(one.joined(kafka, lane, "fetcher") for one in members))
        first, second = _paths(0, articles), _paths(articles, articles + later)
        run = _planned(served, first + second)
        await _add_sources(database, served)
        await _submit(kafka, lane, served, first)

        async def half_way() -> bool:
            return len(run.answered.keys() & set(run.pages.values())) > len(sites) * articles / 2

        await eventually(half_way, within=120)
        victim = random.randrange(FETCHERS)
        await members[victim].kill()
        run.killed, run.killed_at = f"fetcher-{victim}", time.monotonic()
        await _note_in_hand(run, kafka, lane, database, members[victim].pid)

        await eventually(partial(_has_left, kafka, lane, members[victim].pid), within=90)
        await join()
        await members[-1].said("Started server process")
        await _submit(kafka, lane, served, second)
        await members[-1].joined(kafka, lane, "fetcher")
        await eventually(partial(_all_fetched, run, kafka, lane), within=200)

        async def quiet() -> bool:
            return run.book[-1].at < time.monotonic() - QUIET_SECONDS

        await eventually(quiet, within=120)
        run.ended_at = time.monotonic()
        del members[victim]
        run.codes = [await one.stop() for one in members]
    await _note_ends(run, kafka, lane)
    return run


def _planned(served: SmallWeb, paths: Sequence[str]) -> Run:
    pages = [(host, path) for host, site in served.sites.items() for path in (*paths, *site.listed)]
    return Run(
        served.sites,
        {article_id(served.origin(host) + path): (host, path) for host, path in pages},
        served.book,
        time.monotonic(),
    )


def _paths(first: int, after: int) -> list[str]:
    return [f"/{number}" for number in range(first, after)]


async def _add_sources(database: str, served: SmallWeb) -> None:
    async with open_pool(PostgresOptions.model_validate({"dsn": database})) as pool:
        for host, site in served.sites.items():
            url = served.origin(host) + FEED
            if site.listed:
                await SourceStore(pool).add(Source(source_id(url), url, host, "", "", {}, datetime.now(UTC)))


async def _submit(kafka: KafkaSettings, lane: Lane, served: SmallWeb, paths: Sequence[str]) -> None:
    """Publish these paths of every host, as a producer of ours does."""
    urls = [served.origin(host) + path for host in served.sites for path in paths]
    random.shuffle(urls)
    now = datetime.now(UTC)
    records = [wire.encode(ArticleSubmitted(url=url, source="faults"), source="faults", time=now) for url in urls]
    await produce(kafka, lane.topic(SUBMITTED), map(raw, records))


async def _note_in_hand(run: Run, kafka: KafkaSettings, lane: Lane, database: str, pid: int) -> None:
    """Note what a process had that was just killed: its groups know it until its session has run out.

    It might have worked whatever lay in its partitions behind what was committed; and the articles of a feed may be on
    the wire before the poll is written down.
    """
    for stage in await offsets.lag(kafka, lane):
        if stage.service != "fetcher":
            continue
        its = {number for one in stage.members if one.client_id.endswith(f"-{pid}") for number in one.partitions}
        assert its, "its session has run out already"
        since = {one.partition: one.committed or one.start for one in stage.partitions}
        for record in await read_all(kafka, stage.topic):
            page = run.pages[article_of(ArticleSubmitted.model_validate_json(record.value or b""))]
            if record.partition in its:
                run.hit.add(page[0])
                run.in_hand[page] += record.offset >= since[record.partition]
    connection = await asyncpg.connect(database)
    try:
        unpolled = await connection.fetch("select title from wiredesk_fetcher.sources where polls = 0")
    finally:
        await connection.close()
    begun = {one.host for one in run.book if one.path == FEED and one.by == run.killed}
    for host in begun & {row["title"] for row in unpolled}:
        run.in_hand.update((host, path) for path in (FEED, *run.sites[host].listed))


async def _has_left(kafka: KafkaSettings, lane: Lane, pid: int) -> bool:
    stages = [stage for stage in await offsets.lag(kafka, lane) if stage.service == "fetcher"]
    return not any(has_member(stage, pid) for stage in stages)


async def _all_fetched(run: Run, kafka: KafkaSettings, lane: Lane) -> bool:
    enough = (await offsets.counts(kafka, lane))[lane.topic(FETCHED)] >= len(run.good)
    return enough and run.good.keys() <= set(await _subjects(kafka, lane.topic(FETCHED)))


async def _note_ends(run: Run, kafka: KafkaSettings, lane: Lane) -> None:
    run.events = Counter(run.pages[article] for article in await _subjects(kafka, lane.topic(FETCHED)))
    run.rejected = Counter(run.pages[article] for article in await _subjects(kafka, lane.topic(REJECTED)))
    run.dead = len(await read_all(kafka, lane.topic(SUBMITTED.dead_letter("fetcher"))))
    ahead = time.time() - time.monotonic()
    for record in await read_all(kafka, lane.topic(SUBMITTED)):
        page = run.pages[article_of(ArticleSubmitted.model_validate_json(record.value or b""))]
        at = record.timestamp / 1000 - ahead
        run.submitted[page] = min(at, run.submitted.get(page, at))


async def _subjects(kafka: KafkaSettings, topic: str) -> Iterable[UUID]:
    return [uuid.UUID(dict(record.headers)["ce_subject"].decode()) for record in await read_all(kafka, topic)]
