import asyncio
import gc
import time
from datetime import UTC, datetime

import pytest

from wiredesk.contracts.errors import InvalidRecordError, WorkFailedError
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, Content, Rejection
from wiredesk.contracts.topics import CLEANED, REJECTED
from wiredesk.contracts.wire import Record, decode
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.handlers import clean
from wiredesk_cleaner.settings import CleanerOptions, CleanerSettings

P = "The lake states agreed on Tuesday to share their water for another ten years, the ministry said. "
PAGE = (
    f"<html><head><title>Lakes Sign</title></head><body><h1>Lakes Sign</h1><p>{P}</p><p>{P}</p><p>{P}</p></body></html>"
)
MIB = 1024 * 1024


def received(event: ArticleFetched | bytes) -> Received[bytes]:
    value = event if isinstance(event, bytes) else event.model_dump_json().encode()
    return Received(value, datetime(2026, 3, 3, tzinfo=UTC), "articles.fetched.v1", 0, 0)


def cleaned(answer: Record) -> ArticleCleaned:
    assert answer.topic == CLEANED
    return decode(answer.value, ArticleCleaned)


@pytest.fixture(scope="module")
async def pool():
    async with Pool(2, initializer=pool_worker.start, memory_bytes=CleanerOptions().memory_limit_mib * MIB) as started:
        yield started


async def test_a_page_is_cleaned_in_a_process_within_its_memory_limit(pool, fetched):
    answer = await clean(received(fetched(PAGE, Content.HTML)), pool=pool, options=CleanerOptions())
    assert (cleaned(answer).headline, cleaned(answer).in_language) == ("Lakes Sign", "en")
    assert answer.headers["ce_source"] == "/wiredesk/cleaner"
    assert answer.reason == ""


async def test_a_garbage_collection_leaves_out_what_a_worker_loaded(pool):
    assert await pool.run(gc.get_freeze_count, timeout=30) > 10_000


async def test_an_attribute_bomb_dies_alone(pool, fetched):
    # libxml2 checks each attribute against all before it: 100,000 of them in 0.9 MB take it more than ten seconds.
    bomb = "<html><body><p " + " ".join(f"a{n}=1" for n in range(100_000)) + f">{P}</p></body></html>"
    options = CleanerOptions(time_limit_seconds=2)
    began = time.monotonic()
    hostile, neighbour = await asyncio.gather(
        clean(received(fetched(bomb, Content.HTML)), pool=pool, options=options),
        clean(received(fetched(PAGE, Content.HTML)), pool=pool, options=CleanerOptions()),
        return_exceptions=True,
    )
    assert isinstance(hostile, WorkFailedError)
    assert hostile.reason == "cpu_timeout"
    assert isinstance(neighbour, Record)
    assert cleaned(neighbour).headline == "Lakes Sign"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 1_000_000,
        "<p>" + "<b>" * 100_000 + P,
        "<p>" + "x" * 4 * MIB,
        "<!-- " + "x" * MIB,
        "<table><tr><td>" * 20_000 + P,
    ],
    ids=["divs", "bold", "one text", "open comment", "tables"],
)
async def test_a_depth_or_size_bomb_ends_in_an_answer_within_the_limit(pool, fetched, bomb):
    options = CleanerOptions(max_page_bytes=8 * MIB, time_limit_seconds=4)
    try:
        answer = await clean(received(fetched(bomb, Content.HTML)), pool=pool, options=options)
    except WorkFailedError as error:
        assert error.reason in {"cpu_timeout", "worker_died"}  # noqa: PT017 - either ending is right
    else:
        assert answer.topic in {CLEANED, REJECTED}


@pytest.mark.parametrize(("kind", "limit"), [(Content.HTML, "max_page_bytes"), (Content.TEXT, "max_text_bytes")])
async def test_content_over_the_limit_is_rejected(pool, fetched, kind, limit):
    event = fetched("x" * 11, kind)
    answer = await clean(received(event), pool=pool, options=CleanerOptions(**{limit: 10}))
    assert (answer.topic, answer.reason) == (REJECTED, "too_large")
    refused = decode(answer.value, ArticleRejected)
    assert (refused.reason, refused.article_id) == (Rejection.TOO_LARGE, event.article_id)


@pytest.mark.parametrize(
    ("value", "reason"),
    [(b"", "empty_value"), (b"{", "invalid_json"), (b"{}", "invalid_schema"), (b"[" * 300_000, "too_complex")],
)
async def test_bytes_that_are_no_event_say_why(pool, value, reason):
    with pytest.raises(InvalidRecordError) as caught:
        await clean(received(value), pool=pool, options=CleanerOptions())
    assert caught.value.reason == reason


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("WIREDESK_CLEANER__WORKERS", "3")
    monkeypatch.setenv("WIREDESK_CLEANER__TIME_LIMIT_SECONDS", "4.5")
    options = CleanerSettings.load().cleaner
    assert (options.workers, options.time_limit_seconds) == (3, 4.5)
