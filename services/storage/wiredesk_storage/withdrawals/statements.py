"""What `standing` and `decisions` say to PostgreSQL."""

REFUSED = "select article_id from withdrawals where article_id = any($1) and kind <> 'reinstated'"

FIND = """
select case when a.article_id is null then coalesce(w.alias_of, $1) else $1 end as article_id
from (select $1::uuid as article_id) as typed left join withdrawals as w using (article_id)
left join articles as a using (article_id)
where w.article_id is not null or a.article_id is not null
"""
FIND_BY_ADDRESS = """
select article_id from articles where keys && $1 and (url = any($2) or canonical_url = any($2)) limit 6
"""
# PostgreSQL does not count what it costs to read past the texts.
BY_INDEX = "set local enable_seqscan = off"
STORED = """
select a.url, a.headline, a.event_id, r.event
from articles as a join revisions as r using (article_id, revision) where article_id = $1
"""
DECISION = "select article_id, kind, reason, url, at, lanes, announced_at from withdrawals where article_id = $1"
UNANNOUNCED = """
select article_id, kind, reason, url, at, lanes, announced_at from withdrawals where announced_at is null order by at
"""
# The newest record of each partition that made a revision.
RECORDS = """
select topic, partition, max(record_offset) as record_offset from revisions where article_id = $1 group by 1, 2
"""
DECIDE = """
insert into withdrawals (article_id, kind, reason, url, at, lanes) values ($1, $2, $3, $4, $5, $6)
on conflict (article_id) do update set
    kind = excluded.kind, reason = excluded.reason, url = coalesce(excluded.url, withdrawals.url), at = excluded.at,
    alias_of = null, announced_at = null,
    lanes = array(select distinct lane from unnest(withdrawals.lanes || excluded.lanes) as lane order by 1)
"""
# One that is stored by itself, or decided by itself, is another article.
ADD_ALIASES = """
insert into withdrawals (article_id, kind, reason, url, at, alias_of, lanes, announced_at)
select a.article_id, $2, $3, a.url, $4, $1, '{}', $4 from unnest($5::uuid[], $6::text[]) as a (article_id, url)
where not exists (select from articles where articles.article_id = a.article_id)
on conflict (article_id) do update set alias_of = excluded.alias_of
where withdrawals.kind = 'reinstated' and withdrawals.announced_at is not null
"""
DECIDE_ALIASES = """
update withdrawals as w set kind = $2, reason = $3, at = $4
where alias_of = $1 and not exists (select from articles where articles.article_id = w.article_id)
"""
ALIASES = "select article_id from withdrawals where alias_of = $1 and kind = $2 order by 1"
HIDE = "update articles set hidden = $2 where article_id = $1"
ANNOUNCED = """
update withdrawals set announced_at = clock_timestamp()
where article_id = $1 and kind = $2 and at = $3
    and (kind <> 'reinstated' or $4 is not distinct from (select event_id from articles where article_id = $1))
"""
