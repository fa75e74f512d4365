"""Hostile headers, a stage in which everything fails, outputs that are too large: one stage on a real broker."""

import asyncio
import logging

import pytest
from aiokafka.admin import NewTopic

from tests.factories import cleaned, fetched
from tests.faults.harness.foreign_bytes import produce_with_header_names
from tests.faults.harness.servers import dead_letters, stage_book
from tests.wires import Raw, committed, eventually, produce, read_all, running
from wiredesk.client import admin
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleFetched
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, MiB
from wiredesk.engine.broker import broker_for
from wiredesk.engine.stage import Stage
from wiredesk.engine.verdicts.carried import MAX_HEADER_CHARS, MAX_HEADERS
from wiredesk.engine.work import Work, one_by_one
from wiredesk.runtime.health import Health
from wiredesk.runtime.pool import Pool
from wiredesk_tagger import nlp
from wiredesk_tagger.handlers import tag
from wiredesk_tagger.settings import TaggerOptions

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]


def _record(event, headers=()) -> Raw:
    return str(event.article_id).encode(), event.model_dump_json().encode(), list(headers)


async def _clean(received):
    """A cleaner that keeps the article's identity, and so shows what became of each."""
    made = cleaned(received.event.content)
    return made.model_copy(update={"article_id": received.event.article_id, "event_id": received.event.event_id})


async def _until_committed(kafka, lane, count, *, topic=FETCHED, service="cleaner", within=60):
    async def done():
        return await committed(kafka, lane.topic(topic), lane.group(service)) == count

    await eventually(done, within=within)


# What a good record may carry without harm, and what makes it a dead letter.
HARMLESS: dict[str, list[tuple[str, bytes | None]]] = {
    "null": [("x", None)],
    "ten thousand": [(f"h{n}", b"v") for n in range(10_000)],
    "ten thousand of one name": [("h", b"v")] * 10_000,
    "64 KB": [("x", b"v" * 65_536)],
    "reply_to": [("reply_to", b"{forged}")],
    "line ends": [(wire.CORRELATION, b'a\r\n{"event": "forged"}\r\n'), ("x\r\ny", b"\r\n\r\n")],
    "no name": [("", b"v")],
    "wrong types": [("content-type", b"application/json; charset=utf-16"), ("message_id", b""), ("ce_id", b"\0")],
}
DEADLY: dict[str, tuple[str, list[tuple[str, bytes | None]]]] = {
    "not UTF-8": ("invalid_header", [("x", b"\xff\xfe")]),
    "attempt -1": ("forged_header", [(wire.ATTEMPT, b"-1")]),
    "attempt 9e99": ("forged_header", [(wire.ATTEMPT, b"9e99")]),
    "a billion attempts": ("forged_header", [(wire.ATTEMPT, b"9" * 60_000)]),
    "a due time": ("forged_header", [(wire.NOT_BEFORE, b"99999999999999")]),
    "not UTF-8 among ten thousand": ("invalid_header", [("x", b"\xff"), *((f"h{n}", b"v") for n in range(10_000))]),
    "not UTF-8 and 64 KB": ("invalid_header", [("x", b"\xff" * 65_536)]),
    "not UTF-8 and line ends": ("invalid_header", [("x", b'\xff\r\n{"event": "forged"}\r\n')]),
}


async def test_hostile_headers_harm_nobody_and_reach_the_dead_letters_cut(kafka, lane, enter, caplog):
    forged = f"{lane.name}.forged"
    async with admin.connect(kafka) as client:
        await client.create_topics([NewTopic(forged, num_partitions=1, replication_factor=1)])
    good = [fetched(f"good {n}") for n in range(60)]
    harmless = {name: fetched(name) for name in HARMLESS}
    records = [_record(event) for event in good[:30]]
    for name, headers in HARMLESS.items():
        values = [(key, value.replace(b"{forged}", forged.encode()) if value else value) for key, value in headers]
        records.append(_record(harmless[name], values))
    records += [_record(fetched(name), headers) for name, (_, headers) in DEADLY.items()]
    records += [_record(event) for event in good[30:]]
    with caplog.at_level(logging.DEBUG):
        await produce(kafka, lane.topic(FETCHED), records, partition=0)
        async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=10)):
            await _until_committed(kafka, lane, len(records))
    sent = [event.article_id for event in (*good, *harmless.values())]
    letters = lane.topic(FETCHED.dead_letter("cleaner"))
    assert await read_all(kafka, forged) == []
    found = {origin.rpartition("/")[2]: reason for origin, (reason, _) in (await dead_letters(kafka, letters)).items()}
    first = 30 + len(HARMLESS)
    assert found == {str(first + n): reason for n, (reason, _) in enumerate(DEADLY.values())}
    sizes = [sum(len(name) + len(value) for name, value in letter.headers) for letter in await read_all(kafka, letters)]
    assert max(sizes) <= (MAX_HEADERS + 16) * (MAX_HEADER_CHARS + 256)
    book = await stage_book(kafka, lane, CLEANED, FETCHED.dead_letter("cleaner"), sent)
    async with admin.connect(kafka) as client:
        await client.delete_topics([forged])
    enter(
        18, book, extra=f"{len(HARMLESS)} kinds pass, {len(DEADLY)} kinds are dead letters, {max(sizes)} bytes at most"
    )
    assert set(book.receipts.values()) == {1}
    # A line end out of a header begins no line of the log.
    assert [record for record in caplog.records if '\n{"event"' in record.getMessage()] == []


async def test_a_header_name_that_is_not_utf8_is_one_dead_letter_and_no_neighbour_is_lost(kafka, lane, enter):
    good = [fetched(f"good {n}") for n in range(60)]
    bad = fetched("bad")
    # On both partitions, so that what was read of the one is in hand when the other cannot be read.
    for partition in (0, 1):
        mine = good[partition * 30 : partition * 30 + 30]
        await produce(kafka, lane.topic(FETCHED), [_record(event) for event in mine[:15]], partition=partition)
        await produce_with_header_names(kafka, lane.topic(FETCHED), _record(bad), [b"\xff\xfe"], partition=partition)
        await produce(kafka, lane.topic(FETCHED), [_record(event) for event in mine[15:]], partition=partition)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=10)):
        await _until_committed(kafka, lane, 62)
    book = await stage_book(kafka, lane, CLEANED, FETCHED.dead_letter("cleaner"), [event.article_id for event in good])
    letters = await dead_letters(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
    enter(18, book, extra="a header name that is not UTF-8, on two partitions")
    assert [reason for reason, _ in letters.values()] == ["unreadable"] * 2


async def test_the_circuit_breaker_keeps_a_bad_deployment_from_draining_the_topic(kafka, lane, enter):
    events = [fetched(f"text {n}") for n in range(900)]
    for partition in (0, 1):
        mine = [_record(event) for event in events[partition::2]]
        await produce(kafka, lane.topic(FETCHED), mine, partition=partition)

    async def broken(_received):
        raise ValueError("a bad deployment")

    letters = lane.topic(FETCHED.dead_letter("cleaner"))
    broker = broker_for(kafka, client_id="test")
    stage: Stage[ArticleFetched] = Stage("cleaner", FETCHED, broker, lane=lane)
    health = Health(stage, ())
    await broker.start()
    async with stage.running(one_by_one(broken, concurrency=10)):
        health.started = True
        watching = asyncio.create_task(health.watch())

        async def says_so():
            return any("circuit breaker" in problem for problem in await health.unready())

        await eventually(says_so)
        at_first = len(await read_all(kafka, letters))
        # Two more rounds of giving back: what is held stays held.
        await asyncio.sleep(2)
        diverted = await read_all(kafka, letters)
        assert len(diverted) == at_first <= 210
        assert await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == at_first
        assert [problem for problem in health.dead() if "circuit breaker" in problem] == []
        watching.cancel()
    await broker.stop()
    # The cause is fixed, the service restarted, the dead letters put back byte for byte.
    await produce(kafka, lane.topic(FETCHED), [(letter.key, letter.value, []) for letter in diverted])
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=10)):
        await _until_committed(kafka, lane, 900 + at_first)
    book = await stage_book(
        kafka, lane, CLEANED, FETCHED.dead_letter("cleaner"), [event.article_id for event in events]
    )
    enter(19, book, extra=f"held after {at_first} dead letters; all pass once the cause is fixed and they are replayed")
    assert book.dead == at_first


@pytest.mark.slow
async def test_an_article_that_enrichment_makes_too_large_is_one_dead_letter(kafka, lane, enter):
    """The real tagger on a text of amounts: a mention takes fourteen times the characters of the amount itself."""
    greedy = cleaned(" ".join(f"${n}" for n in range(1000, 150_000))[: MiB - 1024])
    events = [cleaned(f"The mayor of Oslo spent ${n} million on Monday.") for n in range(40)]
    records = [_record(event) for event in (*events[:20], greedy, *events[20:])]
    options = TaggerOptions(workers=1)
    async with Pool(1, initializer=nlp.start, args=(None,)) as pool:

        async def handle(batch):
            return await tag(batch, pool=pool, options=options)

        await produce(kafka, lane.topic(CLEANED), records, partition=0)
        async with running(kafka, lane, "tagger", CLEANED, Work(handle, batch=32), encoded=True):
            await _until_committed(kafka, lane, len(records), topic=CLEANED, service="tagger", within=120)
            # A second one finds the producer as good as new.
            await produce(kafka, lane.topic(CLEANED), [_record(greedy)], partition=0)
            await _until_committed(kafka, lane, len(records) + 1, topic=CLEANED, service="tagger", within=120)
    letters = await dead_letters(kafka, lane.topic(CLEANED.dead_letter("tagger")))
    book = await stage_book(
        kafka, lane, ENRICHED, CLEANED.dead_letter("tagger"), [event.article_id for event in events]
    )
    enter(21, book, extra="the real tagger on 1 MiB of amounts: `too_large`, original kept, twice")
    assert list(letters.values()) == [("too_large", records[20][1])] * 2


async def test_a_record_that_grows_too_large_leaves_a_letter_that_says_where_it_lies(kafka, lane, enter):
    # 17 MB that its topic admitted compressed: more than a batch may have.
    events = [fetched(f"text {n}") for n in range(20)]
    huge: Raw = (b"k", b" " * (17 * MiB) + b"{", [])
    records = [*(_record(event) for event in events[:10]), huge, *(_record(event) for event in events[10:])]
    await produce(kafka, lane.topic(FETCHED), records, partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(_clean, concurrency=4)):
        await _until_committed(kafka, lane, len(records))
    letters = await dead_letters(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
    ((origin, letter),) = letters.items()
    assert letter == ("too_large", b"")
    assert origin == f"{lane.topic(FETCHED)}/0/10"
    book = await stage_book(
        kafka, lane, CLEANED, FETCHED.dead_letter("cleaner"), [event.article_id for event in events]
    )
    enter(21, book, extra="a record that grows to 17 MB by decompression: a letter that says where it lies")
