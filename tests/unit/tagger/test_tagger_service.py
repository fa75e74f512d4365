"""The batch handler on a real pool of processes, and pipelines other than the built-in one."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import spacy
from spacy.pipeline import EntityRuler

from services.tagger import nlp
from services.tagger.core import Found, Place
from services.tagger.handlers import pipeline_of, tag
from services.tagger.settings import TaggerOptions, TaggerSettings
from shared.errors import ConfigurationError, WorkFailedError
from shared.events import ArticleCleaned, ArticleEnriched
from shared.outcomes import Received
from shared.pool import Pool

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


def poisoned(articles: Sequence[nlp.Article]) -> list[tuple[Found, ...]]:
    """Stand-in for `nlp.find`: hangs, dies or raises on marked texts, names the first four letters of the others."""
    for article in articles:
        if article.text.startswith("hang"):
            time.sleep(600)
        if article.text.startswith("die"):
            os._exit(9)
        if article.text.startswith("raise"):
            raise RuntimeError("bad text")
    return [(Found(article.text[:4], "ORG", (Place("text", 0, 4),)),) for article in articles]


@pytest.mark.parametrize(
    ("poison", "reason"), [("hang", "cpu_timeout"), ("die", "worker_died"), ("raise", "work_raised")]
)
async def test_a_poison_text_fails_alone_and_its_neighbours_are_tagged(poison, reason):
    texts = ["good one", poison, "fine two", "okay three", "last four"]
    options = OPTIONS.model_copy(update={"base_seconds": 2.0})
    async with Pool(1) as pool:
        answers = await tag(
            [received(t) for t in texts], pool=pool, made_by=nlp.MadeBy("p", "1"), options=options, work=poisoned
        )
    assert isinstance(answers[1], WorkFailedError)
    assert answers[1].reason == reason
    names = [a.entities[0].name for a in answers if isinstance(a, ArticleEnriched)]
    assert names == ["good", "fine", "okay", "last"]


async def test_a_batch_is_answered_in_order_by_the_real_pipeline():
    texts = [f"President Vladimir Putin flew to {city}." for city in ("Paris", "Nairobi", "Lima", "Oslo", "Doha")]
    batch = [received(text, credits=("Photo by ALEXANDER NEMENOV/AFP via Getty Images",)) for text in texts]
    async with Pool(1, initializer=nlp.start, args=(None,)) as pool:
        made_by = await pipeline_of(pool, OPTIONS)
        answers = await tag(batch, pool=pool, made_by=made_by, options=OPTIONS)
    assert made_by == nlp.MadeBy("wire_rules", nlp.RULES_VERSION)
    for one, text, answer in zip(batch, texts, answers, strict=True):
        assert isinstance(answer, ArticleEnriched)
        assert answer.article_id == one.event.article_id
        assert {e.name for e in answer.entities} == {"Vladimir Putin", text.split()[-1].rstrip(".")}


async def test_an_empty_batch_has_no_answers():
    async with Pool(1) as pool:
        assert await tag([], pool=pool, made_by=nlp.MadeBy("p", "1"), options=OPTIONS) == []


@pytest.fixture(scope="module")
def pipeline_on_disk(tmp_path_factory):
    model = spacy.blank("en")
    ruler = model.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Vladimir Putin"},
            {"label": "ORG", "pattern": "Larkspur Quay"},
        ]
    )
    model.add_pipe("sentencizer")
    model.meta["name"], model.meta["version"] = "harbour", "4.5.6"
    path = tmp_path_factory.mktemp("models") / "harbour"
    model.to_disk(path)
    return str(path)


def test_any_spacy_pipeline_can_be_named_by_its_path(pipeline_on_disk):
    tagger = nlp.load(pipeline_on_disk)
    assert tagger.made_by == nlp.MadeBy("en_harbour", "4.5.6")
    text = "The Larkspur Quay pleased Vladimir Putin. Putin left Moscow."
    (found,) = tagger.find([nlp.Article("", text, "en")])
    assert [(e.name, e.label, len(e.mentions)) for e in found] == [
        ("Larkspur Quay", "ORG", 1),
        ("Vladimir Putin", "PERSON", 2),
    ]


def test_a_model_does_not_tag_an_article_in_another_language(pipeline_on_disk):
    (found,) = nlp.load(pipeline_on_disk).find([nlp.Article("", "Vladimir Putin reist.", "de")])
    assert found == ()


def test_a_text_longer_than_the_pipelines_limit_is_read_in_pieces(pipeline_on_disk):
    tagger = nlp.load(pipeline_on_disk)
    tagger._nlp.max_length = 200
    text = "\n\n".join(["Nothing at all happened on the quay."] * 40 + ["Vladimir Putin left."])
    (found,) = tagger.find([nlp.Article("", text, "en")])
    assert [text[a:b] for e in found for _, a, b, _ in e.mentions] == ["Vladimir Putin"]


def test_a_missing_pipeline_is_an_error_that_says_how_to_install_it():
    with pytest.raises(ConfigurationError, match="python -m spacy download xx_not_there"):
        nlp.load("xx_not_there")


async def test_a_missing_pipeline_stops_the_service_at_start():
    options = OPTIONS.model_copy(update={"pipeline": "xx_not_there"})
    async with Pool(1, initializer=nlp.start, args=(options.pipeline,)) as pool:
        with pytest.raises(ConfigurationError, match="WIREDESK_TAGGER__PIPELINE"):
            await pipeline_of(pool, options)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("WIREDESK_TAGGER__PIPELINE", "en_core_web_sm")
    monkeypatch.setenv("WIREDESK_TAGGER__WORKERS", "3")
    options = TaggerSettings.load().tagger
    assert (options.pipeline, options.workers) == ("en_core_web_sm", 3)


def test_no_worker_count_below_one_is_accepted(monkeypatch):
    monkeypatch.setenv("WIREDESK_TAGGER__WORKERS", "0")
    with pytest.raises(ConfigurationError, match="WIREDESK_TAGGER__WORKERS"):
        TaggerSettings.load()
