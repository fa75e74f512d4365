"""Poison among good articles, at the entrance of every stage: each is one dead letter, the others never notice."""

import asyncio
import itertools
import re
import statistics
import time
import uuid
from uuid import UUID

import pytest

from tests.factories import cleaned, enriched, fetched
from tests.faults.harness.pipeline import ledger, processes, story
from tests.faults.harness.servers import lag_is_gone
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client.client import Wiredesk
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, PUBLIC, STORED, SUBMITTED, Topic

# Beside nothing else that measures, when two processes share the rows.
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("measures")]
CALM, GOOD, POISON = 400, 1600, 100
# At most: half of what the machine can do, so that nothing waits in a queue.
PER_SECOND = 20
DEEP = b"[" * 100_000 + b"]" * 100_000


def _spoil(topic: Topic, value: bytes, number: bytes) -> dict[str, tuple[str, bytes | None]]:
    """Return kind → (reason it is to get, value). `number` is a field of the event that holds a number or a time."""
    text = {SUBMITTED: b'"text":"', FETCHED: b'"content":"'}.get(topic, b'"text":"')
    without = value.replace(b'"%s":' % number, b'"was":', 1)
    kinds: dict[str, tuple[str, bytes | None]] = {
        "broken": ("invalid_json", value[:-1]),
        "schema": ("invalid_schema", b'{"hello": 1}'),
        "version": ("invalid_schema", re.sub(rb'"schema_version":"1\.\d+"', b'"schema_version":"2.0"', value)),
        "null": ("null_value", None),
        "empty": ("empty_value", b""),
        "deep": ("invalid_json", DEEP),
        "nan": ("invalid_schema", without[:-1] + b',"%s":NaN}' % number),
        "1e400": ("invalid_schema", without[:-1] + b',"%s":1e400}' % number),
        "surrogate": ("invalid_json", value.replace(text, text + b"\\ud800")),
        "latin-1": ("invalid_json", value.replace(text, text + b"\xe9\xff")),
    }
    if topic == ENRICHED:
        # Before storage NUL is no poison: the fetcher and the cleaner take it out.
        kinds["nul"] = ("store_refused", value.replace(b'"keywords":[]', b'"keywords":["a\\u0000b"]'))
    assert all(spoilt != value for _, spoilt in kinds.values())
    return kinds


def _poison() -> list[tuple[Topic, str, Raw]]:
    """`POISON` records: (topic, reason, record). The key says which it is, and stays on the dead letter."""
    submitted = ArticleSubmitted(text="A text that never comes through.")
    events = {SUBMITTED: submitted, FETCHED: fetched("x"), CLEANED: cleaned("x"), ENRICHED: enriched("x")}
    numbers = {SUBMITTED: b"published_hint", FETCHED: b"http_status", CLEANED: b"word_count", ENRICHED: b"word_count"}
    kinds = [
        (topic, kind, reason, value)
        for topic, event in events.items()
        for kind, (reason, value) in _spoil(topic, event.model_dump_json().encode(), numbers[topic]).items()
    ]
    return [
        (topic, reason, (f"{topic.name}/{kind}/{n}".encode(), value, []))
        for n, (topic, kind, reason, value) in enumerate(itertools.islice(itertools.cycle(kinds), POISON))
    ]


async def test_poison_at_every_stage_is_one_dead_letter_each_and_slows_nobody(kafka, dsn, lane, tmp_path, enter, pace):
    per_second = min(PER_SECOND, pace.per_second / 2)
    run, poison = uuid.uuid4().hex, _poison()
    async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as publisher:
        first = await publisher.publish(text=story(0, run), source="faults")
        await publisher.result(first, timeout=120)
        calm = await _publish(publisher, run, range(1, CALM), per_second)
        poisoning = asyncio.create_task(_pour(kafka, lane, poison, GOOD / per_second))
        good = await _publish(publisher, run, range(CALM, CALM + GOOD), per_second)
        await poisoning

        async def drained():
            return await lag_is_gone(kafka, lane, ("fetcher", "cleaner", "tagger", "storage"))

        await eventually(drained, within=120)

        async def all_there():
            return not (await ledger(kafka, dsn, lane, [*calm, *good])).lost

        await eventually(all_there, within=60)
        ends = list(running.ends)
    sent = [first.article_id, *calm, *good]
    book = await ledger(kafka, dsn, lane, sent)
    seconds = await _seconds(kafka, lane)
    before, among = _p99(seconds, calm), _p99(seconds, good)
    enter(
        17,
        book,
        extra=f"{POISON} poison records in {len(poison) + len(sent)}: p99 {before:.1f} s before, {among:.1f} s among",
    )
    assert await _reasons(kafka, lane) == {raw[0]: reason for _, reason, raw in poison}
    assert book.dead == POISON
    assert set(book.receipts.values()) == {1}
    assert ends == []
    # The second is for a machine that other work is done on.
    assert among < 2 * before + 1


async def _publish(publisher, run, numbers, per_second):
    """Publish at a steady pace, whatever one takes."""
    began, sent = time.monotonic(), []
    for n, number in enumerate(numbers):
        sent.append((await publisher.publish(text=story(number, run), source="faults")).article_id)
        await asyncio.sleep(max(0.0, began + n / per_second - time.monotonic()))
    return sent


async def _pour(kafka, lane, poison, seconds):
    """Bring the poison in twenty handfuls, spread over the time the good ones take."""
    handful = len(poison) // 20
    for at in range(0, len(poison), handful):
        for topic, _, record in poison[at : at + handful]:
            await produce(kafka, lane.topic(topic), [record])
        await asyncio.sleep(seconds / 25)


async def _reasons(kafka, lane):
    """Return key → reason of every dead letter; fails when one is there twice."""
    reasons = {}
    for topic in PUBLIC:
        for service in topic.consumers:
            for record in await read_all(kafka, lane.topic(topic.dead_letter(service))):
                assert record.key not in reasons
                reasons[record.key] = dict(record.headers)[wire.REASON].decode()
    return reasons


async def _seconds(kafka, lane):
    """Return how long each article took from submission to receipt, by Kafka's times of the records."""
    times = {
        topic: {
            UUID(dict(record.headers)["ce_subject"].decode()): record.timestamp / 1000
            for record in await read_all(kafka, lane.topic(topic))
            if record.headers
        }
        for topic in (SUBMITTED, STORED)
    }
    return {article: at - times[SUBMITTED][article] for article, at in times[STORED].items()}


def _p99(seconds, articles):
    return statistics.quantiles([seconds[article] for article in articles], n=100)[-1]
