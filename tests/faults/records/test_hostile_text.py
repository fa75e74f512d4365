"""Text and JSON made to cost time: the worker stays alive and a member, and the articles around it notice nothing."""

import contextlib
import uuid
from collections.abc import Callable

import orjson
import pytest

from tests.factories import url
from tests.faults.harness.flood import drained
from tests.faults.harness.one_service import member, stage_ledger
from tests.faults.harness.pipeline import SERVICES, ledger, processes, story
from tests.faults.harness.servers import all_dead_letters, dead_letters
from tests.faults.harness.vitals import watched, works_through
from tests.wires import Raw, produce, read_all
from wiredesk.client.client import Wiredesk
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.submission import article_of
from wiredesk.contracts.topics import FETCHED, REJECTED, SUBMITTED, MiB

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]
KiB = 1024
GOOD = 200
# Below what a process may block before it is unwell (5 s); a machine under load has hiccups of its own.
LOOP_LAG_SECONDS = 2.0
# The topic admits 8 MiB with some bytes for the frame.
JSON_BYTES = 8 * MiB - 64 * KiB


def _marks(size: int) -> str:
    """Combining marks that do not stand in their canonical order: to normalise a run takes time by its square."""
    return "a" + "\u0301\u0316" * ((size - 1) // 4)


def _filled(before: bytes, piece: bytes, after: bytes) -> bytes:
    return before + piece * ((JSON_BYTES - len(before) - len(after)) // len(piece)) + after


def _nested(start: bytes, opens: bytes, closes: bytes) -> bytes:
    depth = (JSON_BYTES - len(start)) // len(opens + closes)
    return start + opens * depth + b"0" + closes * depth + b"}"


# What JSON can do to its reader in 8 MiB, as what follows `"junk":` in an article that is in order else.
HOSTILE_JSON: dict[str, Callable[[bytes], bytes]] = {
    "zeros": lambda start: _filled(start + b"[", b"0,", b"0]}"),
    "lists in lists": lambda start: _nested(start, b"[", b"]"),
    "objects in objects": lambda start: _nested(start, b'{"a":', b"}"),
    "a million keys": lambda start: start + b"0," + b",".join(b'"%x":0' % n for n in range(750_000)) + b"}",
    "one key a million times": lambda start: _filled(start + b"0", b',"k":0', b"}"),
    "a number of eight million digits": lambda start: _filled(start, b"9", b"}"),
    "numbers of four thousand digits": lambda start: _filled(start + b"[", b"9" * 4000 + b",", b"0]}"),
    "numbers beyond every float": lambda start: _filled(start + b"[", b"1e999,", b"0]}"),
    "a text of escapes": lambda start: _filled(start + b'"', b"\\u0061", b'"}'),
}


def _submission(text: str, where: str | None) -> Raw:
    return b"k", ArticleSubmitted(url=where, text=text, source="faults").model_dump_json().encode(), []


def _among(good: list[Raw], hostile: list[Raw]) -> list[Raw]:
    """Put the hostile ones between the good ones at even distances, good ones first and last."""
    share = len(good) // (len(hostile) + 1)
    mixed = []
    for n, record in enumerate(hostile):
        mixed += [*good[n * share : (n + 1) * share], record]
    return mixed + good[len(hostile) * share :]


async def _ends_at_the_fetcher(kafka, lane, records, ids):
    """Take stock of the fetcher: `ids` are the articles of `records`. A dead letter is known by its origin."""
    letters = await dead_letters(kafka, lane.topic(SUBMITTED.dead_letter("fetcher")))
    dead = {int(origin.rpartition("/")[2]) for origin in letters}
    book = await stage_ledger(
        kafka, lane, [one for n, one in enumerate(ids) if n not in dead], into=FETCHED, of=SUBMITTED
    )
    book.rejected = {
        uuid.UUID(dict(record.headers)["ce_subject"].decode()) for record in await read_all(kafka, lane.topic(REJECTED))
    }
    assert {value for _, value in letters.values()} <= {value for _, value, _ in records}
    return book, dead


async def _through_the_fetcher(kafka, lane, tmp_path, hostile, ids_of):
    """Bring good and hostile records to a real fetcher; return its books, who died, and how it bore it."""
    places = [url() for _ in range(GOOD)]
    good = [_submission(story(n, lane.name), place) for n, place in enumerate(places)]
    records = _among(good, hostile)
    async with member(kafka, lane, "wiredesk_fetcher", logs=tmp_path) as fetcher:
        await fetcher.joined(kafka, lane, "fetcher")
        async with watched(fetcher.port) as vitals:
            await produce(kafka, lane.topic(SUBMITTED), records, partition=0)
            seconds = await works_through(kafka, lane, "fetcher", fetcher, vitals, within=180)
        assert await fetcher.stop() == 0
    known = {id(record): article_id(place) for record, place in zip(good, places, strict=True)}
    known |= {id(record): article for record, article in zip(hostile, ids_of(), strict=True)}
    book, dead = await _ends_at_the_fetcher(kafka, lane, records, [known[id(record)] for record in records])
    assert {known[id(record)] for record in good} <= set(book.stored)
    assert dead <= {n for n, record in enumerate(records) if any(record is one for one in hostile)}
    return book, vitals, f"{len(hostile)} among {GOOD} through the fetcher in {seconds:.0f} s, {vitals}"


def _never_blocked(vitals):
    assert vitals.loop_lag is not None, f"no metric of the loop's lag; {vitals}"
    assert vitals.loop_lag < LOOP_LAG_SECONDS, str(vitals)


async def test_runs_of_combining_marks_block_no_fetcher(kafka, lane, tmp_path, enter):
    sizes = (128 * KiB, 256 * KiB, MiB)
    texts = [_marks(size) for size in sizes]
    places = [url() for _ in sizes]
    # With a URL and without one: then the text itself decides which article it is.
    hostile = [_submission(text, place) for text, place in zip(texts, places, strict=True)]
    hostile += [_submission(text, None) for text in texts]

    def ids():
        return [*map(article_id, places), *(article_of(ArticleSubmitted(text=text)) for text in texts)]

    book, vitals, said = await _through_the_fetcher(kafka, lane, tmp_path, hostile, ids)
    enter(31, book, extra=f"combining marks, up to 1 MiB: {said}")
    _never_blocked(vitals)
    assert set(book.receipts.values()) == {1}


async def test_eight_megabytes_of_hostile_json_block_no_fetcher(kafka, lane, tmp_path, enter):
    places = [url() for _ in HOSTILE_JSON]
    start = '{"url":"%s","text":"A text of few words.","junk":'
    hostile: list[Raw] = [
        (b"k", make((start % place).encode()), []) for make, place in zip(HOSTILE_JSON.values(), places, strict=True)
    ]
    assert all(7 * MiB < len(value or b"") <= 8 * MiB for _, value, _ in hostile)
    book, vitals, said = await _through_the_fetcher(kafka, lane, tmp_path, hostile, lambda: map(article_id, places))
    enter(31, book, extra=f"8 MiB of JSON: {said}")
    _never_blocked(vitals)
    assert set(book.receipts.values()) == {1}


async def test_a_story_with_a_run_of_marks_passes_all_services_and_blocks_none(kafka, dsn, lane, tmp_path, enter):
    async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as wire:
        first = await wire.publish(text=story(0, lane.name), source="faults")
        await wire.result(first, timeout=120)
        async with contextlib.AsyncExitStack() as watching:
            vitals = {
                service: await watching.enter_async_context(watched(running.health[service])) for service in SERVICES
            }
            places = [url() for _ in range(100)]
            texts = [story(n, lane.name) for n in range(1, 101)]
            hostile = {20: 128 * KiB, 50: 256 * KiB, 80: MiB - 4 * KiB}
            for n, size in hostile.items():
                texts[n] += "\n\n" + _marks(size)
            records = [_submission(text, place) for text, place in zip(texts, places, strict=True)]
            await produce(kafka, lane.topic(SUBMITTED), records)
            seconds = await drained(kafka, lane, within=180)
        ends = list(running.ends)
    seen = "; ".join(f"{service}: {one}" for service, one in vitals.items())
    assert ends == [], seen
    assert [one.complaints for one in vitals.values()] == [[]] * 4, seen
    # A service may bury one of the three, say because its CPU time ran out; it is known by its value then.
    letters = await all_dead_letters(kafka, lane)
    dead = {uuid.UUID(orjson.loads(value)["article_id"]) for _, value in letters.values()}
    assert dead <= {article_id(places[n]) for n in hostile}
    sent = {first.article_id, *map(article_id, places)} - dead
    book = await ledger(kafka, dsn, lane, list(sent))
    reasons = ", ".join(sorted(reason for reason, _ in letters.values())) or "none"
    slowest = max(one.slowest_answer for one in vitals.values())
    enter(
        31,
        book,
        extra=f"marks within stories, all services: {seconds:.0f} s, slowest answer {slowest:.1f} s; dead: {reasons}",
    )
    for one in vitals.values():
        _never_blocked(one)
    assert len(dead) + len(book.rejected) <= len(hostile)
