"""Who may open the circuit breaker, and how it closes: not strangers with garbage, and not only a restart."""

import asyncio

import pytest
from aiokafka.admin import NewTopic

from tests.factories import fetched, url
from tests.faults.harness.one_service import committed_all, feed, member, stage_ledger
from tests.faults.harness.pipeline import story
from tests.faults.harness.probe import seconds_until
from tests.faults.harness.vitals import watched, works_through
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client import admin, offsets
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import CLEANED, FETCHED, SUBMITTED

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]
DEPLOYMENT = "tests.faults.programs.deployment"
GARBAGE, GOOD, ARTICLES = 1_000, 100, 900
REST_SECONDS, IN_A_ROW = 2, 50
BREAKER = {
    "WIREDESK_ENGINE__BREAKER_REST_SECONDS": str(REST_SECONDS),
    "WIREDESK_ENGINE__BREAKER_IN_A_ROW": str(IN_A_ROW),
}
# What may become dead letters before the breaker opens: those in a row, and what is in hand beside them. While it
# rests it tries a few.
MOST_LETTERS = 200
RESTS = 4
LETTERS = FETCHED.dead_letter("cleaner")


async def test_a_thousand_lines_of_garbage_at_the_entrance_stop_no_fetcher(kafka, lane, tmp_path, enter):
    places = [url() for _ in range(GOOD)]
    good: list[Raw] = [
        (b"k", ArticleSubmitted(url=place, text=story(n, lane.name)).model_dump_json().encode(), [])
        for n, place in enumerate(places)
    ]
    garbage: list[Raw] = [(b"k", b"line %d of what is no JSON" % n, []) for n in range(GARBAGE)]
    async with member(kafka, lane, "wiredesk_fetcher", logs=tmp_path) as fetcher:
        await fetcher.joined(kafka, lane, "fetcher")
        async with watched(fetcher.port) as vitals:
            for partition in (0, 1):
                mine = [*good[partition::2][:25], *garbage[partition::2], *good[partition::2][25:]]
                await produce(kafka, lane.topic(SUBMITTED), mine, partition=partition)
            try:
                seconds = await works_through(kafka, lane, "fetcher", fetcher, vitals, within=60)
            except AssertionError as error:
                _, problems = await fetcher.health("/readyz")
                letters = await _count(kafka, lane, SUBMITTED.dead_letter("fetcher"))
                raise AssertionError(f"{letters} dead letters, not ready: {problems}") from error
        assert await fetcher.health("/readyz") == (200, [])
        assert await fetcher.stop() == 0
    book = await stage_ledger(kafka, lane, list(map(article_id, places)), into=FETCHED, of=SUBMITTED)
    enter(36, book, extra=f"{GARBAGE} lines of garbage at the entrance: through in {seconds:.0f} s, breaker closed")
    assert book.dead == GARBAGE
    assert set(book.receipts.values()) == {1}


async def _count(kafka, lane, topic):
    return (await offsets.counts(kafka, lane))[lane.topic(topic)]


async def _letters(kafka, lane):
    return await read_all(kafka, lane.topic(LETTERS))


async def _open(process):
    _, problems = await process.health("/readyz")
    return any("circuit breaker" in problem for problem in problems)


async def _ready(process):
    return await process.health("/readyz") == (200, [])


async def _held_then_mended(kafka, lane, process, bad):
    """Wait until the breaker holds, mend the deployment, wait until all is worked.

    Return how many dead letters there were when it opened and when it was mended, and after how many seconds it was
    ready again.
    """
    await seconds_until(lambda: _open(process), within=60)
    at_first = await _count(kafka, lane, LETTERS)
    # Some rests long: it may try whether things are better, and finds that they are not.
    await asyncio.sleep(RESTS * REST_SECONDS)
    held = await _count(kafka, lane, LETTERS)
    assert await _open(process)
    bad.unlink()
    await committed_all(kafka, lane, "cleaner", within=60)
    return at_first, held, await seconds_until(lambda: _ready(process), within=60)


async def _replay(kafka, lane, letters):
    """Put dead letters back byte for byte."""
    await produce(kafka, lane.topic(FETCHED), [(letter.key, letter.value, []) for letter in letters])
    await committed_all(kafka, lane, "cleaner", within=60)


@pytest.mark.slow
async def test_a_breaker_closes_by_itself_once_the_deployment_is_mended(kafka, lane, tmp_path, enter):
    events = [fetched(f"text {n}") for n in range(ARTICLES)]
    bad = tmp_path / "bad"
    bad.touch()
    for partition in (0, 1):
        await feed(kafka, lane, events[partition::2], partition)
    async with member(kafka, lane, DEPLOYMENT, str(bad), logs=tmp_path, **BREAKER) as process:
        await process.joined(kafka, lane, "cleaner")
        at_first, held, seconds = await _held_then_mended(kafka, lane, process, bad)
        letters = await _letters(kafka, lane)
        await _replay(kafka, lane, letters)
        assert await process.stop() == 0
    book = await stage_ledger(kafka, lane, [event.article_id for event in events])
    said = f"opened after {at_first} dead letters, {held - at_first} more in {RESTS} rests"
    enter(
        36, book, extra=f"bad deployment mended without a restart: {said}, ready {seconds:.0f} s after all was worked"
    )
    assert IN_A_ROW <= at_first <= held <= MOST_LETTERS, said
    assert book.dead == len(letters) == held


@pytest.mark.slow
async def test_a_breaker_sees_a_bad_deployment_after_the_topic_was_made_again(kafka, lane, tmp_path, enter):
    before, after = ([fetched(f"{when} {n}") for n in range(ARTICLES)] for when in ("before", "after"))
    bad, name = tmp_path / "bad", lane.topic(FETCHED)

    for partition in (0, 1):
        await feed(kafka, lane, before[partition::2], partition)
    async with member(kafka, lane, DEPLOYMENT, str(bad), logs=tmp_path, **BREAKER) as process:
        await process.joined(kafka, lane, "cleaner")
        # High offsets have been seen, all of them good.
        await committed_all(kafka, lane, "cleaner", within=60)
        async with admin.connect(kafka) as client:
            await client.delete_topics([name])

            async def gone():
                return name not in await client.list_topics()

            await eventually(gone)
            await client.create_topics([NewTopic(name, kafka.partitions, 1)])
        await admin.apply_topics(kafka, lane)
        lessons = [fetched(f"lesson {n}") for n in range(20)]
        await feed(kafka, lane, lessons)

        async def lessons_out():
            return await _count(kafka, lane, CLEANED) >= ARTICLES + len(lessons)

        # It has found the new topic; what lies at offsets that it knows from the old one is all bad now.
        await eventually(lessons_out, within=90)
        bad.touch()
        for partition in (0, 1):
            await feed(kafka, lane, after[partition::2], partition)
        at_first, held, seconds = await _held_then_mended(kafka, lane, process, bad)
        letters = await _letters(kafka, lane)
        await _replay(kafka, lane, letters)
        assert await process.stop() == 0
    book = await stage_ledger(kafka, lane, [event.article_id for event in (*before, *lessons, *after)])
    said = f"opened after {at_first} dead letters, {held - at_first} more in {RESTS} rests"
    enter(36, book, extra=f"topic made again before the bad deployment: {said}, ready again after {seconds:.0f} s")
    assert IN_A_ROW <= at_first <= held <= MOST_LETTERS, said
