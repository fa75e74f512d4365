"""The batch handler on a real pool of processes, and the settings."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from wiredesk.contracts.errors import ConfigurationError, InvalidRecordError, PermanentError, WorkFailedError
from wiredesk.contracts.events import MAX_PAGE_BYTES, ArticleCleaned, ArticleEnriched
from wiredesk.contracts.topics import ENRICHED
from wiredesk.contracts.wire import Record, decode, encode
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found, Place, enrich
from wiredesk_tagger.handlers import pipeline_of, tag
from wiredesk_tagger.pipeline import languages
from wiredesk_tagger.settings import TaggerOptions, TaggerSettings

NOW = datetime(2025, 1, 7, tzinfo=UTC)
OPTIONS = TaggerOptions(workers=1, chunk_size=4, base_seconds=3)


def received(text, headline="", **fields):
    event = ArticleCleaned(
        event_id=uuid4(),
        article_id=uuid4(),
        headline=headline,
        text=text,
        in_language="en",
        content_hash="c0ffee",
        cleaner_version="1",
        fetched_at=NOW,
        **fields,
    )
    return raw(event.model_dump_json().encode())


def raw(value):
    return Received(event=value, at=NOW, topic="articles.cleaned.v1", partition=0, offset=0)


def enriched(answer):
    assert isinstance(answer, Record)
    assert answer.topic == ENRICHED
    return decode(answer.value, ArticleEnriched)


def poisoned(values: Sequence[bytes]) -> list[Record | PermanentError]:
    """Stand-in for the work: hangs, dies or raises on marked texts, names the first four letters of the others."""
    articles = [decode(value, ArticleCleaned) for value in values]
    for article in articles:
        if article.text.startswith("hang"):
            time.sleep(600)
        if article.text.startswith("die"):
            os._exit(9)
        if article.text.startswith("raise"):
            raise RuntimeError("bad text")
    found = [Found(article.text[:4], "ORG", (Place("text", 0, 4),)) for article in articles]
    return [
        encode(enrich(article, [one], pipeline="p", version="1"), source="tagger", time=NOW)
        for article, one in zip(articles, found, strict=True)
    ]


@pytest.mark.parametrize(
    ("poison", "reason"), [("hang", "cpu_timeout"), ("die", "worker_died"), ("raise", "work_raised")]
)
async def test_a_poison_text_fails_alone_and_its_neighbours_are_tagged(poison, reason):
    texts = ["good one", poison, "fine two", "okay three", "last four"]
    options = OPTIONS.model_copy(update={"base_seconds": 2.0})
    async with Pool(1) as pool:
        answers = await tag([received(t) for t in texts], pool=pool, options=options, work=poisoned)
    assert isinstance(answers[1], WorkFailedError)
    assert answers[1].reason == reason
    names = [enriched(answer).entities[0].name for answer in answers if isinstance(answer, Record)]
    assert names == ["good", "fine", "okay", "last"]


async def test_a_batch_is_answered_in_order_by_the_real_pipeline():
    texts = [f"President Vladimir Putin flew to {city}." for city in ("Paris", "Nairobi", "Lima", "Oslo", "Doha")]
    batch = [received(text, credits=("Photo by ALEXANDER NEMENOV/AFP via Getty Images",)) for text in texts]
    async with Pool(1, initializer=nlp.start, args=(None,)) as pool:
        made_by = await pipeline_of(pool, OPTIONS)
        answers = await tag(batch, pool=pool, options=OPTIONS)
    assert made_by.pipeline == languages.default()
    for one, text, answer in zip(batch, texts, answers, strict=True):
        assert isinstance(answer, Record)
        event = enriched(answer)
        assert event.article_id == decode(one.event, ArticleCleaned).article_id
        assert (answer.key, answer.headers["ce_id"]) == (str(event.article_id).encode(), str(event.event_id))
        assert {e.name for e in event.entities} == {"Vladimir Putin", text.split()[-1].rstrip(".")}


async def test_bytes_that_are_no_event_fail_alone_and_say_why():
    bad = {b"": "empty_value", b"{": "invalid_json", b'{"text": 1}': "invalid_schema", b"[" * 2**20: "too_complex"}
    batch = [received("President Vladimir Putin flew to Oslo."), *map(raw, bad), received("He left Nairobi.")]
    options = OPTIONS.model_copy(update={"chunk_size": 16})
    async with Pool(1, initializer=nlp.start, args=({"en": "wire_rules"},)) as pool:
        first, *failed, last = await tag(batch, pool=pool, options=options)
    assert [type(error) for error in failed] == [InvalidRecordError] * len(bad)
    assert [error.reason for error in failed if isinstance(error, InvalidRecordError)] == list(bad.values())
    assert [len(enriched(answer).entities) for answer in (first, last)] == [2, 1]


async def test_the_time_limit_grows_with_the_bytes_and_ends_with_the_longest_page():
    limits = []

    class Watch(Pool):
        def __init__(self):
            """Start nothing."""

        async def run(self, function, *args, timeout):  # noqa: ARG002, ASYNC109 - the signature of what it stands for
            limits.append(timeout)
            return list(args[0])

    options = TaggerOptions(base_seconds=3, seconds_per_1000_words=2)
    for size in (0, 6000, MAX_PAGE_BYTES, 8 * 1024 * 1024):
        await tag([raw(b" " * size)], pool=Watch(), options=options)
    assert limits == [3, 5, 3 + MAX_PAGE_BYTES / 3000, 3 + MAX_PAGE_BYTES / 3000]


async def test_an_empty_batch_has_no_answers():
    async with Pool(1) as pool:
        assert await tag([], pool=pool, options=OPTIONS) == []


async def test_a_missing_pipeline_stops_the_service_at_start():
    async with Pool(1, initializer=nlp.start, args=({"de": "xx_not_there"},)) as pool:
        with pytest.raises(ConfigurationError, match="python -m spacy download xx_not_there"):
            await pipeline_of(pool, OPTIONS)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("WIREDESK_TAGGER__PIPELINES", '{"de": "de_core_news_lg"}')
    monkeypatch.setenv("WIREDESK_TAGGER__WORKERS", "3")
    options = TaggerSettings.load().tagger
    assert (options.pipelines, options.workers) == ({"de": "de_core_news_lg"}, 3)


@pytest.mark.parametrize(
    "value", ["de_core_news_lg", "[1]", '{"German": "de_core_news_lg"}', '{"de": ""}', '{"de": 1}']
)
def test_what_is_no_map_of_languages_to_pipelines_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("WIREDESK_TAGGER__PIPELINES", value)
    with pytest.raises(ConfigurationError, match="WIREDESK_TAGGER__PIPELINES"):
        TaggerSettings.load()


def test_an_empty_map_of_pipelines_is_none(monkeypatch):
    monkeypatch.setenv("WIREDESK_TAGGER__PIPELINES", "")
    assert TaggerSettings.load().tagger.pipelines == {}


def test_no_worker_count_below_one_is_accepted(monkeypatch):
    monkeypatch.setenv("WIREDESK_TAGGER__WORKERS", "0")
    with pytest.raises(ConfigurationError, match="WIREDESK_TAGGER__WORKERS"):
        TaggerSettings.load()
