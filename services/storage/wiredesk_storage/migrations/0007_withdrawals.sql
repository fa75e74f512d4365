-- What people decided about articles: withdrawn, erased, or reinstated after that. The last decision on each is kept.
create table withdrawals (
    article_id uuid primary key,
    kind text not null,
    reason text not null,
    url text,
    at timestamptz not null,
    alias_of uuid,  -- this id is of another address of that article: decided with it, and not told by itself
    lanes text[] not null,  -- in which the article was stored: told there
    announced_at timestamptz  -- null: not told on the topics yet
);
create index withdrawals_unannounced on withdrawals (at) where announced_at is null;
create index withdrawals_alias_of on withdrawals (alias_of) where alias_of is not null;

-- A constant default: the table is not rewritten. Only `withdrawals` says why.
alter table articles add column hidden boolean not null default false;
