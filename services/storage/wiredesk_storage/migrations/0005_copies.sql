-- What copies are found by: numbers of which two copies have some in common, for as long as copies are looked for.
create table signatures (
    article_id uuid primary key,
    position bigint generated always as identity,  -- in the order of storing
    seen_at timestamptz not null default now(),
    keys bigint[] not null
);
-- Without a pending list, which every search would read through.
create index signatures_keys on signatures using gin (keys) with (fastupdate = off);
create index signatures_seen_at on signatures (seen_at);

-- The articles that are copies, for good: a receipt says the same whenever it is asked for.
create table copies (
    article_id uuid primary key,
    group_id uuid not null,  -- the first stored article of the group
    similarity real not null,
    differences text[] not null
);
create index copies_group_id on copies (group_id);
