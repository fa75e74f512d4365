"""What an earlier release stored is still there after the migrations, agrees with itself, and goes on."""

import uuid

import asyncpg
import pytest

from tests.integration.storage.records import NOON, disagreements, enriched, keep, received, statuses
from wiredesk.contracts.events import Entity, Mention
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.migrations import apply
from wiredesk_storage.archive import Archive
from wiredesk_storage.migrations import shipped
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker

# As the release before 0002 wrote them: an event id over headline and text, so that the row of an article could move on
# to a later event with the same id without a revision.
_KEEP = """
insert into revisions
    (article_id, event_id, version, revision, status, topic, partition, record_offset, recorded_at, event)
values ($1, $2, $3, $4, $5, 'articles.enriched.v1', 0, $6, $7, $8)
"""
_MAKE_CURRENT = """
insert into articles (
    article_id, event_id, version, duplicate_of, search_config, content_hash, fetched_at, date_published, date_modified,
    url, canonical_url, headline, alternative_headline, text, article_section, agency, dateline, publisher, in_language,
    word_count, source, cleaner_version, tagger_pipeline, tagger_version, entities,
    authors, contributors, credits, captions, keywords, search
)
select
    article_id, event_id, version, duplicate_of, config, e->>'content_hash', (e->>'fetched_at')::timestamptz,
    (e->>'date_published')::timestamptz, (e->>'date_modified')::timestamptz,
    e->>'url', e->>'canonical_url', e->>'headline', e->>'alternative_headline', e->>'text', e->>'article_section',
    e->>'agency', e->>'dateline', e->>'publisher', e->>'in_language', (e->>'word_count')::int, e->>'source',
    e->>'cleaner_version', e->>'tagger_pipeline', e->>'tagger_version', e->'entities',
    array(select jsonb_array_elements_text(e->'authors')), array(select jsonb_array_elements_text(e->'contributors')),
    array(select jsonb_array_elements_text(e->'credits')), array(select jsonb_array_elements_text(e->'captions')),
    array(select jsonb_array_elements_text(e->'keywords')),
    setweight(to_tsvector(config::regconfig, left(e->>'headline', 10000)), 'A')
        || setweight(to_tsvector(config::regconfig, left(e->>'text', 200000)), 'B')
from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::jsonb[])
    as r (article_id, event_id, version, duplicate_of, config, e)
order by article_id
"""
_LIST_ENTITIES = """
insert into entities (article_id, position, name, type, mentions, ids)
select article_id, n, e->>'name', e->>'type', jsonb_array_length(e->'mentions'), e->'ids'
from articles, jsonb_array_elements(entities) with ordinality as listed (e, n)
"""


@pytest.fixture
async def before(options):
    """A connection to a store as it was before 0002."""
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    assert await apply(connection, shipped()[:1]) == ["0001_articles.sql"]
    yield connection
    await connection.close()


def old(text, url, minute, **fields):
    """An event with the id that it had before."""
    event = enriched(text, url=url, minute=minute, **fields)
    return event.model_copy(update={"event_id": uuid.uuid5(event.article_id, event.content_hash)})


def version(event):
    return int(event.fetched_at.timestamp()) * 1_000_000


async def revision(connection, number, record):
    event = record.event
    status = "inserted" if number == 1 else "revised"
    said = (event.article_id, event.event_id, version(event), number, status)
    await connection.execute(_KEEP, *said, record.offset, record.at, event.model_dump_json())


async def current(connection, event):
    row = (event.article_id, event.event_id, version(event), None, "english", event.model_dump_json())
    await connection.execute(_MAKE_CURRENT, *([value] for value in row))


async def test_rows_of_an_earlier_release_are_reconciled_and_go_on(options, before):
    plain, seen_again, corrected, revised = (f"https://news.example/{uuid.uuid4()}" for _ in range(4))
    ann = {"entities": (_person("Ann Marsh"),), "captions": ("Ann Marsh",)}
    histories = {
        plain: [old("Ada Marsh spoke.", plain, 1)],
        seen_again: [old("Ada Marsh spoke.", seen_again, 1), old("Ada Marsh spoke.", seen_again, 9)],
        corrected: [
            old("Ada Marsh spoke.", corrected, 1),
            old("Ada Marsh spoke.", corrected, 9, authors=("Ann",), **ann),
        ],
        revised: [old("Ada Marsh spoke.", revised, 1), old("Ada Marsh did not.", revised, 2)],
    }
    records = {url: [received(event) for event in events] for url, events in histories.items()}
    for url, (first, *later) in records.items():
        await revision(before, 1, first)
        if url == revised:
            await revision(before, 2, later[0])
        await current(before, histories[url][-1])
    await before.execute(_LIST_ENTITIES)

    assert await apply(before, shipped()) == [migration.name for migration in shipped()[1:]]
    async with open_pool(options) as pool:
        store, archive = Store(pool), Archive(pool)
        assert await disagreements(pool) == []
        assert await _shown(archive, histories[plain]) == histories[plain][0]
        assert await _shown(archive, histories[seen_again]) == histories[seen_again][0]
        assert await _shown(archive, histories[corrected]) == histories[corrected][0]
        assert await _shown(archive, histories[revised]) == histories[revised][1]
        # Delivered again, each gets the receipt it had; the correction, which no revision held, becomes one.
        assert await statuses(store, records[plain]) == ["inserted"]
        assert await statuses(store, records[seen_again]) == ["inserted", "unchanged"]
        assert await statuses(store, records[revised]) == ["inserted", "revised"]
        assert await statuses(store, records[corrected]) == ["inserted", "revised"]
        assert await _shown(archive, histories[corrected]) == histories[corrected][1]
        # What was confirmed before is newer than another version that comes late, after the migration too.
        late = enriched("Ada Marsh was late.", url=seen_again, minute=5)
        assert await statuses(store, [received(late)]) == ["superseded"]
        late = enriched("Ada Marsh was late.", url=corrected, minute=5)
        assert await statuses(store, [received(late)]) == ["superseded"]
        assert await disagreements(pool) == []
        (answer,) = await keep([received(enriched("Ada Marsh again.", url=revised, minute=30))], store=store)
        assert (answer.status.value, answer.revision) == ("revised", 3)


async def test_a_digest_is_made_once_for_what_was_stored_without_one(options, before):
    event = old("Ada Marsh spoke.", f"https://news.example/{uuid.uuid4()}", 1)
    record = received(event)
    await revision(before, 1, record)
    await current(before, event)
    await apply(before, shipped())
    assert await before.fetchval("select said from revisions") is None
    async with open_pool(options) as pool:
        assert await statuses(Store(pool), [received(event)]) == ["unchanged"]
    assert len(await before.fetchval("select said from revisions")) == 64


async def test_an_empty_store_migrates(options, before):
    assert await apply(before, shipped()) == [migration.name for migration in shipped()[1:]]
    async with open_pool(options) as pool:
        assert await statuses(Store(pool), [received(enriched(fetched_at=NOON))]) == ["inserted"]


async def _shown(archive, events):
    return (await archive.article(events[0].article_id)).event


def _person(name):
    mention = Mention(field="captions[0]", start=0, end=len(name), surface=name)
    return Entity(name=name, type="PERSON", mentions=(mention,))
