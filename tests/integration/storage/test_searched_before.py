"""What an earlier release stored is found as if it were stored now: the migration and the store index alike."""

import unicodedata
import uuid

import asyncpg
import pytest

from tests.integration.storage.records import enriched, keep, received
from tests.integration.storage.test_stored_before import _LIST_ENTITIES, current, revision
from wiredesk.contracts.events import Entity, Mention
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.migrations import apply
from wiredesk_storage.archive import Archive
from wiredesk_storage.migrations import shipped
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.search.folding import folded, folded_key
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker

# But for the keys of names with their types: what was stored before has none until its next revision.
_INDEXED = """
select search::text, host, dated,
    array(select key from unnest(keys) as key where split_part(key, ':', 1) not in ('as', 'keys')) as keys
from articles order by article_id
"""


def _events():
    def named(name, kind, **more):
        return Entity(name=name, type=kind, mentions=(Mention(field="text", start=0, end=1, surface="Á"),), **more)

    everything = {
        "headline": "Ælfric in Ærø",
        "article_section": " Wörld  NEWS",
        "source": "Feed Ä",
        "quality": "partial",
        "entities": (
            named("Łódź", "GPE", ids={"geonames": "3093133"}, in_country="PL"),
            named("RUSSIA\nof  old", "GPE", ids={"iso3166": "RU", "wikidata": "Q159"}),
            named("Ada " * 100, "PERSON"),
        ),
    }
    urls = ["https://u@www.MÜNCHEN.example:80/", "https://[::1]/", "http://example/"]
    yield enriched("Ángel Straße и йод ёлка Αθήνα.", url=urls[0] + str(uuid.uuid4()), **everything)
    yield enriched("Ada Marsh spoke.", url=urls[1] + str(uuid.uuid4()))
    yield enriched("Ada Marsh spoke again.", url=urls[2] + str(uuid.uuid4()), entities=())


async def _ids_found(pool, **filters):
    return {hit.article_id for hit in (await Archive(pool).search("", Filters(**filters))).hits}


async def test_what_was_stored_before_is_indexed_like_what_is_stored_now(options):
    events = list(_events())
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    await apply(connection, shipped()[:1])
    for event in events:
        await revision(connection, 1, received(event))
        await current(connection, event)
    await connection.execute(_LIST_ENTITIES)
    await apply(connection, shipped())
    before = await connection.fetch(_INDEXED)
    asked = ({"entity": "lodz", "entity_type": "gpe"}, {"entity": "lodz", "entity_type": "PERSON"}, {"country": "PL"})
    async with open_pool(options) as pool:
        found_before = [await _ids_found(pool, **filters) for filters in asked]
        await connection.execute("truncate articles, revisions, contents, entities")
        await keep([received(event) for event in events], store=Store(pool))
        assert [await _ids_found(pool, **filters) for filters in asked] == found_before
    assert [len(found) for found in found_before] == [1, 0, 1]
    assert await connection.fetch(_INDEXED) == before
    assert len(before) == 3
    await connection.close()


async def test_postgresql_folds_every_letter_as_python_does(pool):
    letters = [
        letter
        for letter in map(chr, range(1, 0x20000))
        if unicodedata.category(letter) not in ("Cs", "Cc", "Cn") and unicodedata.is_normalized("NFC", letter)
    ]
    found = await pool.fetch("select x, folded(x), folded_key('a' || x || 'b') from unnest($1::text[]) as x", letters)
    differing = [letter for letter, plain, key in found if (plain, key) != (folded(letter), folded_key(f"a{letter}b"))]
    assert differing == []
