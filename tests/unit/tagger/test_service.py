"""The batch handler on a real pool of processes, and the settings."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from wiredesk.contracts.errors import ConfigurationError, WorkFailedError
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found, Place
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
    return Received(event=event, at=NOW, topic="articles.cleaned.v1", partition=0, offset=0)


def poisoned(articles: Sequence[nlp.Article]) -> list[nlp.Tagged]:
    """Stand-in for `nlp.tag`: hangs, dies or raises on marked texts, names the first four letters of the others."""
    for article in articles:
        if article.text.startswith("hang"):
            time.sleep(600)
        if article.text.startswith("die"):
            os._exit(9)
        if article.text.startswith("raise"):
            raise RuntimeError("bad text")
    made_by = nlp.MadeBy("p", "1", "en")
    return [nlp.Tagged((Found(article.text[:4], "ORG", (Place("text", 0, 4),)),), made_by) for article in articles]


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
    names = [a.entities[0].name for a in answers if isinstance(a, ArticleEnriched)]
    assert names == ["good", "fine", "okay", "last"]


async def test_a_batch_is_answered_in_order_by_the_real_pipeline():
    texts = [f"President Vladimir Putin flew to {city}." for city in ("Paris", "Nairobi", "Lima", "Oslo", "Doha")]
    batch = [received(text, credits=("Photo by ALEXANDER NEMENOV/AFP via Getty Images",)) for text in texts]
    async with Pool(1, initializer=nlp.start, args=(None,)) as pool:
        made_by = await pipeline_of(pool, OPTIONS)
        answers = await tag(batch, pool=pool, options=OPTIONS)
    assert made_by.pipeline == languages.default()
    for one, text, answer in zip(batch, texts, answers, strict=True):
        assert isinstance(answer, ArticleEnriched)
        assert answer.article_id == one.event.article_id
        assert {e.name for e in answer.entities} == {"Vladimir Putin", text.split()[-1].rstrip(".")}


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
