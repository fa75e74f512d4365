-- Who may ask a desk that is not on loopback. A token itself is kept nowhere: it has 256 bits of chance, so that its
-- plain SHA-256 can neither be turned back nor guessed.
create table tokens (
    name text primary key,
    digest bytea not null unique,
    scope text not null check (scope in ('read', 'write')),
    created_at timestamptz not null default now(),
    expires_at timestamptz
);
