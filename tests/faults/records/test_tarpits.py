"""Sites that take a connection and never answer: the articles of all other sites flow as if they were not there."""

import asyncio
import statistics
import time
import uuid
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.factories import STORY
from tests.faults.harness.one_service import member, stage_ledger
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client import admin, offsets
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.submission import article_of
from wiredesk.contracts.topics import FETCHED, SUBMITTED, Lane, every_topic

# Beside nothing else that measures, when two processes share the rows.
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("measures")]
# Each address is a host of its own to the fetcher. Four in a hundred never answer.
HOSTS, TARPITS, ROUNDS = 100, 4, 10
PAGE_SECONDS, DEADLINE_SECONDS = 0.05, 3.0
# Measured against the same articles in the same test, once without tarpits. The seconds are two deadlines: a machine
# that other work is done on may take its time with a try that ran out.
TIMES, MORE_SECONDS = 3.0, 2 * DEADLINE_SECONDS


@asynccontextmanager
async def _sites(tarpits):
    """All of 127/8 on one port: every page is the story, and an address in `tarpits` never answers."""
    asked = 0

    async def answer(request):
        nonlocal asked
        if request.url.host in tarpits:
            asked += 1
            await asyncio.sleep(3600)
        await asyncio.sleep(PAGE_SECONDS)
        return web.Response(text=f"{request.path}\n\n{STORY}", content_type="text/plain")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    # A client that hangs up ends its handler, so that nothing is left of a tarpit when the test ends.
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    try:
        yield runner.addresses[0][1], lambda: asked
    finally:
        await runner.cleanup()


async def _grown(kafka, lane, topic, count, *, within):
    """Return when `topic` has `count` records."""

    async def grown():
        return (await offsets.counts(kafka, lane))[lane.topic(topic)] >= count

    await eventually(grown, within=within)


async def _waiting(kafka, lane):
    """Return the articles on the retry topic."""
    records = await read_all(kafka, lane.topic(SUBMITTED.retry("fetcher")))
    return {str(article_of(ArticleSubmitted.model_validate_json(record.value or b""))) for record in records}


def _submissions(hosts, port):
    """Every host's articles, spread over the whole; key and partition as a producer of ours chooses them."""
    for _ in range(ROUNDS):
        for host in hosts:
            yield ArticleSubmitted(url=f"http://{host}:{port}/{uuid.uuid4()}", source="faults")


async def _run(kafka, lane, tmp_path, hosts, tarpits):
    """Fetch the articles of all `hosts`; return the books of the good ones, their seconds, and those that wait."""
    async with _sites(tarpits) as (port, asked):
        submissions = list(_submissions(hosts, port))
        records: list[Raw] = [
            (ids.registrable_host(one.url).encode(), one.model_dump_json().encode(), []) for one in submissions
        ]
        bad = {str(article_of(one)) for one in submissions if one.url.split("/")[2].partition(":")[0] in tarpits}
        good = [article_of(one) for one in submissions if str(article_of(one)) not in bad]
        web_settings = {
            "WIREDESK_FETCHER__ALLOW_ADDRESSES": "127.0.0.0/8",
            "WIREDESK_FETCHER__DELAY_SECONDS": "0",
            "WIREDESK_FETCHER__DEADLINE_SECONDS": str(DEADLINE_SECONDS),
        }
        async with member(kafka, lane, "wiredesk_fetcher", logs=tmp_path, **web_settings) as fetcher:
            await fetcher.joined(kafka, lane, "fetcher")
            began = time.monotonic()
            await produce(kafka, lane.topic(SUBMITTED), records)
            await _grown(kafka, lane, FETCHED, len(good), within=150)
            total = time.monotonic() - began
            await _grown(kafka, lane, SUBMITTED.retry("fetcher"), len(bad), within=60)
            assert await fetcher.stop() == 0
        assert bool(asked()) == bool(bad)
    book = await stage_ledger(kafka, lane, good, into=FETCHED, of=SUBMITTED)
    return book, await _seconds(kafka, lane), total, bad


async def _seconds(kafka, lane):
    """Return how long each article took from its submission until it was fetched, by the broker's times."""
    submitted = {
        str(article_of(ArticleSubmitted.model_validate_json(record.value or b""))): record.timestamp
        for record in await read_all(kafka, lane.topic(SUBMITTED))
    }
    return [
        (record.timestamp - submitted[dict(record.headers)["ce_subject"].decode()]) / 1000
        for record in await read_all(kafka, lane.topic(FETCHED))
    ]


def _p99(seconds):
    return statistics.quantiles(seconds, n=100)[-1]


@pytest.fixture
async def second_lane(kafka, lane):
    """The same topics once more."""
    other = Lane(f"{lane.name}b")
    await admin.apply_topics(kafka, other)
    yield other
    async with admin.connect(kafka) as client:
        await client.delete_topics([other.topic(topic) for topic in every_topic()])


async def test_sites_that_never_answer_hold_up_nobody_elses_articles(kafka, lane, second_lane, tmp_path, enter):
    hosts = [f"127.0.{n // 50 + 1}.{n % 50 + 1}" for n in range(HOSTS)]
    tarpits = set(hosts[HOSTS // (2 * TARPITS) :: HOSTS // TARPITS])
    assert len(tarpits) == TARPITS
    _, calm_each, calm, _ = await _run(kafka, lane, tmp_path, [host for host in hosts if host not in tarpits], set())
    book, each, total, bad = await _run(kafka, second_lane, tmp_path, hosts, tarpits)
    waiting = await _waiting(kafka, second_lane)
    said = (
        f"{TARPITS} of {HOSTS} hosts never answer within {DEADLINE_SECONDS:g} s: {len(each)} good pages in "
        f"{total:.1f} s (p99 {_p99(each):.1f} s), without them in {calm:.1f} s (p99 {_p99(calm_each):.1f} s); "
        f"{len(bad & waiting)} of {len(bad)} wait on the retry topic"
    )
    enter(37, book, extra=said)
    assert bad <= waiting, said
    assert book.dead == 0
    assert total < TIMES * calm + MORE_SECONDS, said
    assert _p99(each) < TIMES * _p99(calm_each) + MORE_SECONDS, said
