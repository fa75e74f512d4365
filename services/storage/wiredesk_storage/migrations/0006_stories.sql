-- Stories: which articles tell one event, for as long as articles come that may belong to one. What was stored before is
-- in none.
create table stories (
    story_id uuid primary key,  -- the article that began it
    position bigint generated always as identity unique,  -- in the order of beginning
    merged_into uuid,  -- an older one that turned out to be the same; never one that is merged itself
    profile bytea,  -- null: merged, or too old to be joined
    articles integer not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    changed_at timestamptz not null default now(),
    version bigint not null default 1,  -- of what is told of it
    told bigint  -- the version that was published last
);
-- An article alone is not told.
create index stories_untold on stories (position)
    where version > coalesce(told, 0) and (articles > 1 or told is not null);
create index stories_last_seen on stories (last_seen desc, story_id) where articles > 1;
create index stories_changed_at on stories (changed_at) where profile is not null;
create index stories_merged_into on stories (merged_into) where merged_into is not null;

-- The words by which a story is looked up.
create table story_keys (
    key integer not null,
    position bigint not null,
    primary key (key, position)
);
create index story_keys_position on story_keys (position);

create table story_articles (
    article_id uuid primary key,
    story_id uuid not null,
    at timestamptz not null,  -- when it came out
    profile bytea not null,
    named jsonb not null  -- whom and what it names most
);
create index story_articles_story on story_articles (story_id, at desc, article_id);

-- In how many of so many texts of a language a word stands. Not of all texts once there are enough of them.
create table story_languages (
    language text primary key,
    texts integer not null
);
create table story_words (
    key bigint primary key,  -- of a language and a word
    texts integer not null
);
