"""No record, however hostile, holds up the event loop of a service: its handlers and the engine's decoding, measured.

Measured is the CPU time of the loop's own thread between two ticks: other processes and a busy machine take none of it.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import NOON, cleaned, fetched
from wiredesk.contracts import ids, wire
from wiredesk.contracts.errors import InvalidRecordError, PermanentError
from wiredesk.contracts.events import (
    ArticleEnriched,
    ArticleStored,
    ArticleSubmitted,
    Entity,
    Event,
    Mention,
    StoreStatus,
)
from wiredesk.contracts.topics import ENRICHED, MiB
from wiredesk.engine.outcomes import Received
from wiredesk.engine.work import answers_of, one_by_one
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.handlers import clean
from wiredesk_cleaner.settings import CleanerOptions
from wiredesk_fetcher import core as fetcher
from wiredesk_storage.core import Receipt
from wiredesk_storage.handlers import keep
from wiredesk_tagger import nlp
from wiredesk_tagger.handlers import tag
from wiredesk_tagger.settings import TaggerOptions

LONGEST = 0.2
TEXTS: dict[str, Callable[[], str]] = {
    "marks": lambda: "a" + "\u0301\u0316" * 250_000,
    "marks in rows of thirty": lambda: ("a" + "\u0301\u0316" * 15)[:30] * 17_000,
    "marks in rows of four": lambda: ("a" + "\u0301\u0316" * 2) * 110_000,
    "Tibetan marks": lambda: "\u0f73" * 340_000,
    "amounts": lambda: ", ".join(f"${n} million" for n in range(10_000, 70_000)),
    "one letter": lambda: "a" * MiB,
    "one ideograph": lambda: "木" * (MiB // 3),
    "letters apart": lambda: "a " * (MiB // 2),
    "wide spaces": lambda: "\u2003" * (MiB // 3 - 1) + "a",
    "commas": lambda: "," * MiB,
    "quotes": lambda: '"' * MiB,
    "lines": lambda: "\n".join(f"Line {n} of the story tells a little more." for n in range(20_000)),
}
JSON = {
    "numbers": "0",
    "objects": '{"":0}',
    "lists": "[" * 100 + "]" * 100,
    "texts": '""',
    "texts with commas": '","',
}


BIG = 7 * MiB


@dataclass
class Lag:
    """The longest time that the loop's thread worked without coming back to this task, in seconds of CPU time."""

    longest: float = 0.0

    async def watch(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - before)


@asynccontextmanager
async def watched() -> AsyncIterator[Lag]:
    lag = Lag()
    # What tests before this one left is not what these records cost.
    gc.collect()
    gc.freeze()
    watching = asyncio.create_task(lag.watch())
    await asyncio.sleep(0.01)
    try:
        yield lag
        await asyncio.sleep(0.01)
    finally:
        watching.cancel()
        gc.unfreeze()


def value_of(event: Event) -> bytes:
    return event.model_dump_json(exclude_none=True).encode()


def stuffed(event: Event, unit: str) -> bytes:
    """The event with 7 MiB of `unit` in a field that no contract knows."""
    unknown = ",".join([unit] * (BIG // (len(unit) + 1)))
    return value_of(event)[:-1] + f',"unknown":[{unknown}]}}'.encode()


def received(value: bytes) -> Received[bytes]:
    return Received(value, NOON, "topic", 0, 0)


def big_answers(values: Sequence[bytes]) -> list[wire.Record | PermanentError]:
    """Stand-in for the tagger's work: each answer as large as a record may be."""
    return [wire.Record(ENRICHED, b"k", b"x" * BIG) for _ in values]


async def test_a_callback_that_works_long_is_noticed():
    async with watched() as lag:
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
        await asyncio.sleep(0.01)
    assert lag.longest > LONGEST


async def test_the_cleaner_only_moves_bytes():
    values = [value_of(fetched(text())) for text in TEXTS.values()]
    values += [stuffed(fetched(), unit) for unit in JSON.values()]
    options = CleanerOptions(workers=1, time_limit_seconds=2)
    async with Pool(1, initializer=pool_worker.start) as pool:
        work = one_by_one(partial(clean, pool=pool, options=options), concurrency=2)
        async with watched() as lag:
            found = await asyncio.gather(*(answers_of(work.handle, [received(value)]) for value in values))
    answers = [answer for (answer,) in found]
    assert lag.longest < LONGEST
    stuffed_ones = answers[len(TEXTS) :]
    assert [getattr(answer, "reason", "") for answer in stuffed_ones] == ["too_complex"] * len(JSON)
    assert any(isinstance(answer, wire.Record) for answer in answers)


async def test_the_tagger_only_moves_bytes():
    values = [value_of(cleaned(text()[:50_000])) for text in TEXTS.values()]
    values += [stuffed(cleaned(), unit) for unit in JSON.values()]
    options = TaggerOptions(workers=1, base_seconds=120)
    async with Pool(1, initializer=nlp.start, args=({"en": "wire_rules"},)) as pool, watched() as lag:
        answers = await tag([received(value) for value in values], pool=pool, options=options)
    assert lag.longest < LONGEST
    assert all(isinstance(answer, wire.Record) for answer in answers[: len(TEXTS)])
    assert [getattr(answer, "reason", "") for answer in answers[len(TEXTS) :]] == ["too_complex"] * len(JSON)


async def test_answers_as_large_as_a_record_may_be_are_only_moved():
    async with Pool(1) as pool, watched() as lag:
        answers = await tag([received(b"x" * BIG)] * 8, pool=pool, options=TaggerOptions(), work=big_answers)
    assert lag.longest < LONGEST
    assert {len(answer.value) for answer in answers if isinstance(answer, wire.Record)} == {BIG}


@pytest.mark.parametrize("kind", ["html", "text"])
@pytest.mark.parametrize("name", TEXTS)
async def test_the_fetcher_passes_any_text_or_page_through_in_little_time(kind, name):
    submitted = ArticleSubmitted.model_validate({"url": "https://news.example/1", kind: TEXTS[name]()})
    value = value_of(submitted)
    async with watched() as lag:
        event = wire.decode(value, ArticleSubmitted)
        await asyncio.sleep(0.002)
        answer = fetcher.given(event, NOON)
        await asyncio.sleep(0.002)
        assert answer is not None
        wire.encode(answer, source="fetcher", time=NOON)
    assert lag.longest < LONGEST


@pytest.mark.parametrize("unit", JSON)
async def test_the_fetcher_refuses_json_without_end_in_little_time(unit):
    value = stuffed(ArticleSubmitted(url="https://news.example/1"), JSON[unit])
    async with watched() as lag:
        with pytest.raises(InvalidRecordError):
            wire.decode(value, ArticleSubmitted)
    assert lag.longest < LONGEST


async def test_a_url_of_marks_is_known_in_little_time():
    async with watched() as lag:
        ids.article_id("https://" + "a\u0301\u0316" * 2700 + ".example/")
        await asyncio.sleep(0.002)
        ids.registrable_host("https://" + "a\u0301\u0316" * 2700 + ".example/")
    assert lag.longest < LONGEST


class Shelf:
    """Stands for the store: takes every row."""

    async def save(self, rows):
        return [Receipt(StoreStatus.INSERTED, 1) for _ in rows]


def mentioned(count: int) -> bytes:
    """An enriched event with an entity that is named `count` times: as large as a record may be, and valid."""
    text = "a " * count
    mentions = [Mention(field="text", start=2 * at, end=2 * at + 1, surface="a") for at in range(count)]
    entity = Entity(name="a", type="PERSON", mentions=tuple(mentions))
    said = cleaned(text).model_dump(exclude={"event_id"})
    event = ArticleEnriched(
        **said, event_id=uuid4(), entities=(entity,), tagger_pipeline="t", tagger_version="1", tagger_language="en"
    )
    return value_of(event)


async def test_storage_reads_what_is_large_in_another_process():
    large = mentioned(70_000)
    assert len(large) > 3 * MiB
    small = [mentioned(100) for _ in range(50)]
    store: Any = Shelf()
    async with Pool(1) as pool:
        await pool.run(len, b"", timeout=60)
        async with watched() as lag:
            answers = await keep([received(one) for one in (*small, large, b"no JSON")], store=store, pool=pool)
    assert lag.longest < LONGEST
    assert [type(answer) for answer in answers] == [ArticleStored] * 51 + [InvalidRecordError]
