-- The first place a content (headline and text) was stored under; later articles with the same are its duplicates.
-- A table of its own, because its primary key makes two workers agree on who was first.
create table contents (
    content_hash text primary key,
    article_id uuid not null
);

-- The current revision of every article.
create table articles (
    article_id uuid primary key,
    event_id uuid not null,
    version bigint not null,  -- fetched_at in microseconds since 1970; with event_id it decides which revision is newer
    content_hash text not null,
    duplicate_of uuid,
    first_stored_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    fetched_at timestamptz not null,
    date_published timestamptz,
    date_modified timestamptz,
    url text,
    canonical_url text,
    headline text not null,
    alternative_headline text,
    text text not null,
    article_section text,
    authors text[] not null,
    contributors text[] not null,
    credits text[] not null,
    captions text[] not null,
    keywords text[] not null,
    agency text,
    dateline text,
    publisher text,
    in_language text,
    word_count integer not null,
    source text,
    entities jsonb not null,
    cleaner_version text not null,
    tagger_pipeline text not null,
    tagger_version text not null,
    search_config text not null,  -- not regconfig: a column of that type stops pg_upgrade
    search tsvector not null
);
create index articles_search on articles using gin (search);
create index articles_updated_at on articles (updated_at desc);

-- Every revision ever stored, the current one included, as it came.
create table revisions (
    article_id uuid not null,
    event_id uuid not null,
    version bigint not null,
    revision integer not null,  -- 1 for the first stored
    status text not null,  -- the receipt it got
    topic text not null,  -- the record that made it: a redelivery of that record gets the same receipt
    partition integer not null,
    record_offset bigint not null,
    recorded_at timestamptz not null,
    stored_at timestamptz not null default now(),
    event jsonb not null,
    primary key (article_id, event_id, version)
);

-- The entities of current revisions.
create table entities (
    article_id uuid not null references articles on delete cascade,
    position integer not null,
    name text not null,
    type text not null,
    mentions integer not null,
    ids jsonb not null,
    primary key (article_id, position)
);
