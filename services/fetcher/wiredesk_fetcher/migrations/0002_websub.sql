-- WebSub: which hubs were asked to tell of what is new in a source.

-- The poll under way ends by then; null: none is. Whoever brings the next poll forward meanwhile starts no second one.
alter table sources add column taken_until timestamptz;

create table subscriptions (
    source_id uuid primary key,  -- no reference: it outlives its source until the hub has been asked to end it
    hub text not null,
    topic text not null,
    named_at timestamptz not null,  -- when the listing was first seen to name this hub and topic
    base text not null,  -- the callback is base/token; only the hub knows the token, and only it the secret
    token text not null unique,
    secret text not null,
    state text not null,
    next_request timestamptz not null,  -- when the hub is asked next: for the first time, again, or to renew
    tries integer not null default 0,  -- since it last verified
    active_since timestamptz,
    lease_expires_at timestamptz,
    last_delivery timestamptz,
    early_poll timestamptz,  -- the last poll that a delivery brought forward; may be ahead
    news_since timestamptz,  -- when the last poll that found something new began
    proven integer not null default 0  -- polls in a row whose news the hub had told of
);
create index subscriptions_by_next_request on subscriptions (next_request);
