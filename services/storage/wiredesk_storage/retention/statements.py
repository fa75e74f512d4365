"""What retention says to PostgreSQL.

It holds the lock of each article that it deletes something of, and what may go is asked again under that lock.
"""

# One process at a time deletes. Two numbers, as no lock of an article has; that of the schema ends with 1.
ALONE = "select pg_try_advisory_xact_lock(x'776972'::int, 2)"

# By when they are dated, which is no later than when they were stored, and has an index.
OLD_ARTICLES = """
select article_id, dated, first_stored_at < now() - $1::interval as is_old
from articles where (dated, article_id) > ($2, $3) and dated < now() - $1::interval
order by dated, article_id limit $4
"""
# Of one that was revised or seen again since then a record may still be on its topic, and come again.
DELETABLE_ARTICLES = """
select article_id from articles as a
where article_id = any($2) and first_stored_at < now() - $1::interval
    and confirmed_version < extract(epoch from now() - $1::interval) * 1000000
    and not exists (
        select from revisions as r where r.article_id = a.article_id and r.stored_at >= now() - $1::interval
    )
"""
# Revisions that became current so long ago: all before them are what an article no longer said then.
REPLACING = """
select stored_at, article_id, revision from revisions
where status = 'revised' and stored_at < now() - $1::interval and (stored_at, article_id, revision) > ($2, $3, $4)
order by stored_at, article_id, revision limit $5
"""
# A content is said by others first once no revision of the article says it any more.
DELETE_REPLACED = """
with replaced as (
    delete from revisions as r using unnest($1::uuid[], $2::int[]) as later (article_id, revision), articles as a
    where r.article_id = later.article_id and r.revision < later.revision
        and a.article_id = r.article_id and a.revision > r.revision
    returning r.article_id, r.revision, r.event->>'content_hash' as content_hash
),
unsaid as (
    delete from contents as c using replaced as r
    where c.content_hash = r.content_hash and c.article_id = r.article_id and not exists (
        select from revisions as kept
        where kept.article_id = r.article_id and kept.event->>'content_hash' = r.content_hash
            and (kept.article_id, kept.revision) not in (select article_id, revision from replaced)
    )
)
select count(*) from replaced
"""
