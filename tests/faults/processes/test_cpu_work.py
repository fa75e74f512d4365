"""CPU work that hangs, dies, raises, runs out of memory or gets what no writer writes: only the culprit pays."""

from collections import Counter
from functools import partial
from typing import ClassVar

import psutil
import pytest

from tests.factories import cleaned, fetched
from tests.faults.harness.languages import SENTENCES
from tests.faults.harness.pipeline import story
from tests.faults.harness.servers import dead_letters, stage_book
from tests.faults.programs import hostile_work
from tests.faults.programs.hostile_work import HANG, HOARD, KILLED, RAISE
from tests.wires import Raw, committed, eventually, produce, read_all, running
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, REJECTED, MiB
from wiredesk.engine.work import Work, one_by_one
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.handlers import clean
from wiredesk_cleaner.settings import CleanerOptions
from wiredesk_tagger import nlp
from wiredesk_tagger.handlers import pipeline_of, tag
from wiredesk_tagger.settings import TaggerOptions

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]
MEMORY = 1536 * MiB
REASONS = {HANG: "cpu_timeout", KILLED: "worker_died", HOARD: "worker_died", RAISE: "work_raised"}


def _record(event) -> Raw:
    return str(event.article_id).encode(), event.model_dump_json().encode(), []


async def _until_committed(kafka, lane, topic, service, count, *, within=240):
    async def done():
        return await committed(kafka, lane.topic(topic), lane.group(service)) == count

    await eventually(done, within=within)


def _workers():
    """How many worker processes this one has: pools and nothing else start Python below a test."""
    return sum("spawn_main" in " ".join(child.cmdline()) for child in psutil.Process().children())


async def _full_again(workers):
    async def full():
        return _workers() == workers

    await eventually(full, within=30)


class CountingPool(Pool):
    """Remembers how often each culprit was handed to a worker."""

    tries: ClassVar = Counter[str]()

    async def run(self, function, *args, timeout):  # noqa: ASYNC109 - the signature of what it stands for
        for values in args:
            self.tries.update(how for how in REASONS for value in values if how.encode() in value)
        return await super().run(function, *args, timeout=timeout)


def _among(good, culprits):
    """Put each culprit behind a share of the good ones."""
    share = len(good) // len(culprits)
    mixed = []
    for n, culprit in enumerate(culprits):
        mixed += [*good[n * share : (n + 1) * share], culprit]
    return mixed + good[len(culprits) * share :]


async def _reasons(kafka, lane, topic, service, records):
    """Return the reason of each dead letter by its place among `records`."""
    letters = await dead_letters(kafka, lane.topic(topic.dead_letter(service)))
    assert {value for _, value in letters.values()} <= {value for _, value, _ in records}
    return {int(origin.rpartition("/")[2]): reason for origin, (reason, _) in letters.items()}


async def test_a_tagger_whose_work_fails_loses_only_the_culprits(kafka, lane, enter):
    options = TaggerOptions(workers=2, chunk_size=8, base_seconds=8, seconds_per_1000_words=0.1)
    good = [cleaned(f"Mayor Ada Marsh spent ${n} million in Oslo on Monday.") for n in range(60)]
    culprits = {how: cleaned(headline=how) for how in REASONS}
    mixed = _among(good, list(culprits.values()))
    records = [_record(event) for event in mixed]
    others = _workers()
    async with CountingPool(2, initializer=nlp.start, args=(None,), memory_bytes=MEMORY) as pool:
        await pipeline_of(pool, options)
        handle = partial(tag, pool=pool, options=options, work=hostile_work.find)
        await _full_again(others + 2)
        await produce(kafka, lane.topic(CLEANED), records, partition=0)
        async with running(kafka, lane, "tagger", CLEANED, Work(handle, batch=32), encoded=True):
            await _until_committed(kafka, lane, CLEANED, "tagger", len(records))
        await _full_again(others + 2)
    book = await stage_book(kafka, lane, ENRICHED, CLEANED.dead_letter("tagger"), [event.article_id for event in good])
    enter(24, book, extra=f"tagger: {len(REASONS)} culprits among 60, each tried twice, pool of 2 full again")
    expected = {mixed.index(culprits[how]): reason for how, reason in REASONS.items()}
    assert await _reasons(kafka, lane, CLEANED, "tagger", records) == expected
    assert set(book.receipts.values()) == {1}
    # With its chunk, and alone: the one that hangs costs two time limits.
    assert {pool.tries[how] for how in REASONS} == {2}


async def test_a_cleaner_whose_work_fails_loses_only_the_culprits(kafka, lane, enter):
    options = CleanerOptions(workers=2, time_limit_seconds=4)
    good = [fetched(story(n, lane.name)) for n in range(40)]
    culprits = {how: fetched(how) for how in REASONS}
    mixed = _among(good, list(culprits.values()))
    records = [_record(event) for event in mixed]
    others = _workers()
    async with Pool(2, initializer=pool_worker.start, memory_bytes=MEMORY) as pool:
        handler = partial(clean, pool=pool, options=options, parse=hostile_work.parse)
        await _full_again(others + 2)
        await produce(kafka, lane.topic(FETCHED), records, partition=0)
        async with running(kafka, lane, "cleaner", FETCHED, one_by_one(handler, concurrency=4), encoded=True):
            await _until_committed(kafka, lane, FETCHED, "cleaner", len(records))
        await _full_again(others + 2)
    book = await stage_book(kafka, lane, CLEANED, FETCHED.dead_letter("cleaner"), [event.article_id for event in good])
    enter(24, book, extra=f"cleaner: {len(REASONS)} culprits among 40, pool of 2 full again")
    expected = {mixed.index(culprits[how]): reason for how, reason in REASONS.items()}
    assert await _reasons(kafka, lane, FETCHED, "cleaner", records) == expected
    assert set(book.receipts.values()) == {1}


async def test_a_megabyte_of_one_letter_and_fifty_languages_pass_the_real_work(kafka, lane, enter):
    """Cleaner and tagger as they are, in their limits: every article comes out, tagged or rejected, none dies."""
    assert len(SENTENCES) == 50
    texts = [f"{sentence}\n\n" + f"{sentence} " * 12 for sentence in SENTENCES.values()]
    texts += [letter * (MiB // len(letter.encode())) for letter in ("a", "é", "木", "😀", "a ", "A.", "\n\u2028", "1 ")]
    events = [fetched(text) for text in texts]
    records = [_record(event) for event in events]
    cleaner, tagger = CleanerOptions(workers=1), TaggerOptions(workers=1)
    async with (
        Pool(1, initializer=pool_worker.start, memory_bytes=MEMORY) as parsers,
        Pool(1, initializer=nlp.start, args=(None,)) as taggers,
    ):
        await pipeline_of(taggers, tagger)
        cleaning = one_by_one(partial(clean, pool=parsers, options=cleaner), concurrency=2)
        tagging = Work(partial(tag, pool=taggers, options=tagger), batch=32)
        async with (
            running(kafka, lane, "cleaner", FETCHED, cleaning, encoded=True),
            running(kafka, lane, "tagger", CLEANED, tagging, encoded=True),
        ):
            await produce(kafka, lane.topic(FETCHED), records)
            await _until_committed(kafka, lane, FETCHED, "cleaner", len(records))
            out = len(await read_all(kafka, lane.topic(CLEANED)))
            await _until_committed(kafka, lane, CLEANED, "tagger", out)
    rejected = {dict(record.headers)["ce_subject"].decode() for record in await read_all(kafka, lane.topic(REJECTED))}
    sent = [event.article_id for event in events if str(event.article_id) not in rejected]
    book = await stage_book(kafka, lane, ENRICHED, CLEANED.dead_letter("tagger"), sent)
    for topic, service in ((FETCHED, "cleaner"), (CLEANED, "tagger")):
        letters = await dead_letters(kafka, lane.topic(topic.dead_letter(service)))
        assert {(reason, value[:600]) for reason, value in letters.values()} == set()
    enter(24, book, extra=f"50 languages and 8 texts of 1 MiB: {len(sent)} tagged, {len(rejected)} rejected")
