-- What somebody wants to be told of, and how: on a topic of its own, at an address of theirs, or as a feed (always).
create table subscriptions (
    name text primary key,
    lane text not null,  -- on whose receipts it stands: each lane has offsets of its own
    question jsonb not null,  -- words and filters, by the names that the API has for them
    topic text,  -- null: none
    webhook text,  -- null: none
    secret text,  -- what messages to the webhook are signed with: it must be known to sign
    position text not null,  -- on the receipts: what lies before it has been told, or is among the deliveries
    paused boolean not null default false,
    posts boolean not null default true,  -- false: its webhook said that it is gone
    note text not null default '',  -- what stands in its way, or was missed
    created_at timestamptz not null default now()
);

-- What is on its way to a webhook. A row goes when the other side has it.
create table deliveries (
    delivery_id bigint generated always as identity primary key,
    subscription text not null references subscriptions on delete cascade,
    event_id uuid not null,
    article_id uuid not null,
    revision integer not null,
    attempts integer not null default 0,
    due_at timestamptz default now(),  -- null: dead, nobody tries it any more
    error text not null default '',
    created_at timestamptz not null default now(),
    unique (subscription, event_id)
);
create index deliveries_due on deliveries (subscription, due_at) where due_at is not null;
