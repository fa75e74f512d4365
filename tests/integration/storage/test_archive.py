"""Reading the store: search in headline and text, entities, counts."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOON, enriched
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.engine.outcomes import Received
from wiredesk_storage.handlers import keep
from wiredesk_storage.search_configs import PLAIN_CONFIG, SEARCH_CONFIGS

pytestmark = pytest.mark.broker


async def put(store, *events):
    values = [event.model_dump_json().encode() for event in events]
    records = [Received(value, at=NOON, topic="t", partition=0, offset=n) for n, value in enumerate(values)]
    answers: Any = await keep(records, store=store)
    assert [receipt.status.value for _, receipt in answers] == ["inserted"] * len(events)


def article(headline, text, language="en"):
    return enriched(text, headline=headline).model_copy(update={"in_language": language})


async def test_search_finds_words_of_headline_and_text_in_any_form(store, archive):
    await put(
        store,
        article("Harbours closing", "Ships were sent away."),
        article("Weather", "It rained on the harbour. " * 3 + "A closed road was opened."),
        article("Sport", "Nothing of it."),
    )
    hits = (await archive.search("harbour close")).hits
    assert [hit.headline for hit in hits] == ["Harbours closing", "Weather"]
    assert hits[0].rank > hits[1].rank
    assert "**harbour**" in hits[1].excerpt
    assert [hit.headline for hit in (await archive.search('"closed road"')).hits] == ["Weather"]
    assert [hit.headline for hit in (await archive.search("harbour -road")).hits] == ["Harbours closing"]
    assert {hit.headline for hit in (await archive.search("ship or nothing")).hits} == {"Harbours closing", "Sport"}
    assert len((await archive.search("harbour", limit=1)).hits) == 1
    assert not (await archive.search("volcano")).hits


async def test_each_language_is_searched_by_its_own_rules(store, archive):
    await put(
        store,
        article("Hafen", "Die Häuser am Hafen wurden geschlossen.", "de"),
        article("Port", "The house is shut.", "en"),
        article("Порт", "Порты закрыты.", "ru"),
        article("港口", "港口 关闭", "zh"),
        article("Unknown", "Häuser", None),
    )
    assert [hit.headline for hit in (await archive.search("Haus")).hits] == ["Hafen"]
    assert {hit.headline for hit in (await archive.search("Häuser")).hits} == {"Hafen", "Unknown"}
    assert [hit.headline for hit in (await archive.search("порт")).hits] == ["Порт"]
    assert [hit.headline for hit in (await archive.search("港口")).hits] == ["港口"]
    assert [hit.headline for hit in (await archive.search("house -port")).hits] == []


@pytest.mark.parametrize(
    "query", ["", "   ", "'", "'; drop table articles; --", "a & | ! b", "((", '"', "-", "😀", "%_\\"]
)
async def test_no_query_breaks_the_search(store, archive, query):
    await put(store, article("Harbour", "News"))
    await archive.search(query)
    assert (await archive.counts()).articles == 1


async def test_every_search_configuration_is_built_in(pool):
    built_in = {row["cfgname"] for row in await pool.fetch("select cfgname from pg_ts_config")}
    assert {PLAIN_CONFIG, *SEARCH_CONFIGS.values()} <= built_in


async def test_entities_are_counted_over_current_articles(store, archive):
    await put(
        store,
        enriched("Ada Marsh spoke.", headline="one"),
        enriched("Ada Marsh left.", headline="two"),
        enriched("Nobody spoke.", headline="three"),
    )
    window = {"days": 1, "until": NOON + timedelta(hours=1)}
    (top,) = (await archive.top_entities(**window)).entities
    assert (top.name, top.type, top.articles, top.mentions) == ("Ada Marsh", "PERSON", 2, 2)
    assert (await archive.top_entities("ORG", **window)).entities == []
    assert len((await archive.top_entities("PERSON", limit=1, **window)).entities) == 1


async def test_an_empty_store_answers(archive):
    counts = await archive.counts()
    assert (counts.articles, counts.revisions, counts.duplicates) == (0, 0, 0)
    assert (await archive.top_entities()).entities == []
    assert (await archive.entity("Ada Marsh")).articles == 0
    assert (await archive.facets("news")).hits == 0
    assert not (await archive.search("news")).hits


async def test_a_store_that_is_away_is_an_outage(archive, pool):
    await pool.close()
    with pytest.raises(InfrastructureError):
        await archive.counts()
