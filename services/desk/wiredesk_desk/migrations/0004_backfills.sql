-- What is fed into a lane of its own, and how far it is. It is here because whoever asks may sit elsewhere.
create table backfills (
    lane text primary key,
    paused boolean not null default false,
    feeder text,  -- who feeds it; null: nobody
    feeder_until timestamptz,  -- unless it says so again, nobody feeds it any more
    created_at timestamptz not null default now()
);

create table backfill_inputs (
    lane text not null references backfills on delete cascade,
    name text not null,  -- the path of a file, or a URL
    size bigint not null,  -- bytes, as it was when it was looked at last; 1 of a URL
    position bigint not null default 0,  -- what lies before this byte is done
    before text not null default '',  -- a digest of the bytes before it: with others it is another file
    fed bigint not null default 0,
    refused bigint not null default 0,
    without_page bigint not null default 0,
    began_at timestamptz not null default now(),  -- part of what its records are known by on the topic
    noted_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (lane, name)
);
