-- What all fetchers know together: when a host may be asked, what its robots.txt says, and what is collected from where.

create table hosts (
    host text primary key,
    next_request timestamptz not null,
    planned_until timestamptz not null,
    busy_until timestamptz,
    turn bigint not null,
    busy_answers integer not null,
    failures integer not null
);

create table robots (
    origin text primary key,  -- scheme://host:port
    access text not null,
    body bytea not null,
    expires_at timestamptz not null
);

create table sources (
    source_id uuid primary key,
    url text not null unique,
    title text not null,
    kind text not null,
    site_url text not null,
    labels jsonb not null,
    revisits boolean not null,
    backlog integer,  -- null: as set for all
    added_at timestamptz not null,
    -- What the next poll is made with.
    moved_to text not null default '',
    etag text not null default '',
    last_modified text not null default '',
    body_hash text not null default '',
    rhythm jsonb not null,
    -- When and why it is polled next; null: never. A poll that is under way has moved it on.
    next_poll timestamptz,
    why text not null,
    -- How it is.
    state text not null,
    health jsonb not null,
    polls bigint not null default 0,
    listed integer not null default 0  -- by the last listing
);
create index sources_by_next_poll on sources (next_poll) where next_poll is not null;

-- What was listed. The identity is a digest of the guid, or of the link where there is none.
create table source_items (
    source_id uuid not null references sources on delete cascade,
    identity bytea not null,
    article_id uuid not null,
    seen_at timestamptz not null,
    was_submitted boolean not null,  -- not: it was on the wire already, or behind the backlog of a new source
    primary key (source_id, identity)
);
create index source_items_by_article on source_items (article_id);

-- Of every page of a source that was got: what became of it, and when it is looked at again for a revision.
create table pages (
    article_id uuid primary key,
    outcome text not null,  -- "fetched", or why it was rejected
    fetched_at timestamptz not null,
    etag text not null,
    last_modified text not null,
    body_hash text not null,
    submission json not null,  -- made again when the page has changed
    visits integer not null,
    next_visit timestamptz  -- null: never
);
create index pages_by_next_visit on pages (next_visit) where next_visit is not null;
