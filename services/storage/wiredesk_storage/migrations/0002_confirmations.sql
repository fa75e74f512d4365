-- A revision for every change of anything an article says, and the time for which the current one was last confirmed.
-- Before, the row of an article moved on without a revision when the headline and text of the next event were the same.

alter table revisions
    add column said text,  -- digest of all that the event says of the article; null: stored before, made when needed
    add column seen_from bigint,  -- the earliest and latest version of the events that are known to say the same
    add column seen_until bigint,
    drop constraint revisions_pkey,
    add primary key (article_id, revision);
update revisions set seen_from = version, seen_until = version;
alter table revisions
    alter column seen_from set not null,
    alter column seen_until set not null;

alter table articles
    add column revision integer,  -- the one that the row shows; all that an event says is equal in both
    add column confirmed_version bigint,  -- of the newest event that said the same; only what is newer replaces the row
    add column confirmed_event_id uuid;
update articles as a set revision = (
    select r.revision from revisions as r
    where (r.article_id, r.event_id) = (a.article_id, a.event_id)
    order by r.version desc
    limit 1
);

-- Where the row says what its revision says, the later version of the row is a confirmation.
update revisions as r set seen_until = a.version
from articles as a
where (r.article_id, r.revision) = (a.article_id, a.revision) and r.version < a.version
    and (
        a.date_published, a.date_modified, a.url, a.canonical_url, a.headline, a.alternative_headline, a.text,
        a.article_section, a.agency, a.dateline, a.publisher, a.in_language, a.word_count, a.source, a.entities,
        a.authors, a.contributors, a.credits, a.captions, a.keywords
    ) is not distinct from (
        (r.event->>'date_published')::timestamptz, (r.event->>'date_modified')::timestamptz, r.event->>'url',
        r.event->>'canonical_url', r.event->>'headline', r.event->>'alternative_headline', r.event->>'text',
        r.event->>'article_section', r.event->>'agency', r.event->>'dateline', r.event->>'publisher',
        r.event->>'in_language', (r.event->>'word_count')::int, r.event->>'source', r.event->'entities',
        array(select jsonb_array_elements_text(r.event->'authors')),
        array(select jsonb_array_elements_text(r.event->'contributors')),
        array(select jsonb_array_elements_text(r.event->'credits')),
        array(select jsonb_array_elements_text(r.event->'captions')),
        array(select jsonb_array_elements_text(r.event->'keywords'))
    );

-- Where it says something else, no whole event of it was kept: the row goes back to its revision, unconfirmed, so that
-- the same said again, or read again from articles.enriched.v1, is a revision.
delete from entities using articles as a join revisions as r using (article_id, revision)
where entities.article_id = a.article_id and a.entities <> r.event->'entities';
update articles as a set
    version = r.version, confirmed_version = r.seen_until, confirmed_event_id = a.event_id,
    fetched_at = (r.event->>'fetched_at')::timestamptz, date_published = (r.event->>'date_published')::timestamptz,
    date_modified = (r.event->>'date_modified')::timestamptz, url = r.event->>'url',
    canonical_url = r.event->>'canonical_url', headline = r.event->>'headline',
    alternative_headline = r.event->>'alternative_headline', text = r.event->>'text',
    article_section = r.event->>'article_section', agency = r.event->>'agency', dateline = r.event->>'dateline',
    publisher = r.event->>'publisher', in_language = r.event->>'in_language',
    word_count = (r.event->>'word_count')::int, source = r.event->>'source', entities = r.event->'entities',
    authors = array(select jsonb_array_elements_text(r.event->'authors')),
    contributors = array(select jsonb_array_elements_text(r.event->'contributors')),
    credits = array(select jsonb_array_elements_text(r.event->'credits')),
    captions = array(select jsonb_array_elements_text(r.event->'captions')),
    keywords = array(select jsonb_array_elements_text(r.event->'keywords'))
from revisions as r
where (r.article_id, r.revision) = (a.article_id, a.revision);
insert into entities (article_id, position, name, type, mentions, ids)
select article_id, n, e->>'name', e->>'type', jsonb_array_length(e->'mentions'), e->'ids'
from articles, jsonb_array_elements(entities) with ordinality as listed (e, n)
where not exists (select from entities as known where known.article_id = articles.article_id);

alter table articles
    alter column revision set not null,
    alter column confirmed_version set not null,
    alter column confirmed_event_id set not null;
