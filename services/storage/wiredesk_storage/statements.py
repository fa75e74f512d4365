"""What `store` says to PostgreSQL. Every statement takes columns, so that a batch is a few round trips."""

CURRENT = """
select article_id, revision, confirmed_version, confirmed_event_id,
    (select max(revisions.revision) from revisions where revisions.article_id = articles.article_id) as revisions
from articles where article_id = any($1)
"""
# What was stored before a digest was kept has none: those events are read.
KNOWN = """
select article_id, r.revision, status, said, seen_from, seen_until, topic, partition, record_offset, recorded_at,
    changes, stealth, case when said is null then event end as event
from revisions as r join articles as a using (article_id)
where article_id = any($1) and (
    r.revision = a.revision or said is null or said = any($2)
    or (topic, partition, record_offset) in (select * from unnest($3::text[], $4::int[], $5::bigint[]))
)
"""
DIGEST = """
update revisions as r set said = d.said
from unnest($1::uuid[], $2::int[], $3::text[]) as d (article_id, revision, said)
where (r.article_id, r.revision) = (d.article_id, d.revision)
"""
FIRST = """
insert into contents (content_hash, article_id)
select * from unnest($1::text[], $2::uuid[]) order by 1
on conflict do nothing
"""
FIRST_WITH = "select content_hash, article_id from contents where content_hash = any($1)"
EVENTS = """
select article_id, revision, event from revisions
where (article_id, revision) in (select * from unnest($1::uuid[], $2::int[]))
"""
CONFIRM_REVISIONS = """
update revisions as r set seen_from = c.seen_from, seen_until = c.seen_until
from unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[]) as c (article_id, revision, seen_from, seen_until)
where (r.article_id, r.revision) = (c.article_id, c.revision)
"""
CONFIRM_ARTICLES = """
update articles as a set confirmed_version = c.version, confirmed_event_id = c.event_id
from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as c (article_id, version, event_id)
where a.article_id = c.article_id and (a.confirmed_version, a.confirmed_event_id) < (c.version, c.event_id)
"""
# Each event is read once for all that is made of it: the revision and, where that is the current one from then on, the
# article's row and its entities, of which none are there.
# A tsvector holds 1 MiB at most. 200,000 characters stay below that in any script; the rest is stored, not found.
KEEP = """
with r as materialized (
    select * from unnest(
        $1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bigint[],
        $10::timestamptz[], $11::jsonb[], $12::boolean[], $13::text[],
        $14::boolean[], $15::uuid[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[]
    ) as r (
        article_id, event_id, version, revision, status, said, topic, partition, record_offset, recorded_at, e,
        stealth, changes, is_current, duplicate_of, config, folded_headline, folded_text, host, keys
    )
),
kept as (
    insert into revisions (
        article_id, event_id, version, revision, status, said, topic, partition, record_offset, recorded_at, event,
        stealth, changes, seen_from, seen_until
    )
    select
        article_id, event_id, version, revision, status, said, topic, partition, record_offset, recorded_at, e,
        stealth, string_to_array(changes, ','), version, version
    from r
),
current as (
    insert into articles (
        article_id, event_id, version, revision, confirmed_version, confirmed_event_id, duplicate_of, search_config,
        content_hash, fetched_at, date_published, date_modified, url, canonical_url, headline, alternative_headline,
        text, article_section, agency, dateline, publisher, in_language, word_count, source,
        cleaner_version, tagger_pipeline, tagger_version, entities,
        authors, contributors, credits, captions, keywords, search, host, keys
    )
    select
        article_id, event_id, version, revision, version, event_id, duplicate_of, config,
        e->>'content_hash', (e->>'fetched_at')::timestamptz,
        (e->>'date_published')::timestamptz, (e->>'date_modified')::timestamptz,
        e->>'url', e->>'canonical_url', e->>'headline', e->>'alternative_headline', e->>'text', e->>'article_section',
        e->>'agency', e->>'dateline', e->>'publisher', e->>'in_language', (e->>'word_count')::int, e->>'source',
        e->>'cleaner_version', e->>'tagger_pipeline', e->>'tagger_version', e->'entities',
        array(select jsonb_array_elements_text(e->'authors')),
        array(select jsonb_array_elements_text(e->'contributors')),
        array(select jsonb_array_elements_text(e->'credits')), array(select jsonb_array_elements_text(e->'captions')),
        array(select jsonb_array_elements_text(e->'keywords')),
        setweight(to_tsvector(config::regconfig, coalesce(folded_headline, left(e->>'headline', 10000))), 'A')
            || setweight(to_tsvector(config::regconfig, coalesce(folded_text, left(e->>'text', 200000))), 'B'),
        host, string_to_array(keys, chr(31))
    from r where is_current
    order by article_id
    on conflict (article_id) do update set
        event_id = excluded.event_id, version = excluded.version, revision = excluded.revision,
        confirmed_version = excluded.version, confirmed_event_id = excluded.event_id,
        duplicate_of = excluded.duplicate_of, updated_at = now(), search_config = excluded.search_config,
        content_hash = excluded.content_hash, fetched_at = excluded.fetched_at,
        date_published = excluded.date_published, date_modified = excluded.date_modified, url = excluded.url,
        canonical_url = excluded.canonical_url, headline = excluded.headline,
        alternative_headline = excluded.alternative_headline, text = excluded.text,
        article_section = excluded.article_section, agency = excluded.agency, dateline = excluded.dateline,
        publisher = excluded.publisher, in_language = excluded.in_language, word_count = excluded.word_count,
        source = excluded.source, cleaner_version = excluded.cleaner_version,
        tagger_pipeline = excluded.tagger_pipeline, tagger_version = excluded.tagger_version,
        entities = excluded.entities, authors = excluded.authors, contributors = excluded.contributors,
        credits = excluded.credits, captions = excluded.captions, keywords = excluded.keywords,
        search = excluded.search, host = excluded.host, keys = excluded.keys
    where (articles.confirmed_version, articles.confirmed_event_id) < (excluded.version, excluded.event_id)
)
insert into entities (article_id, position, name, type, mentions, ids)
select article_id, n, named->>'name', named->>'type', jsonb_array_length(named->'mentions'), named->'ids'
from r cross join lateral jsonb_array_elements(e->'entities') with ordinality as listed (named, n)
where is_current
"""
FORGET_ENTITIES = "delete from entities where article_id = any($1)"
