"""What `keeping` and `telling` say to PostgreSQL."""

# Not one that an article's number can be: those are single numbers. Copies have (1, 1).
LOCK = "select pg_advisory_xact_lock(1, 2)"
LANGUAGES = "select language, texts from story_languages where language = any($1)"
WORDS = "select key, texts from story_words where key = any($1)"
COUNT_LANGUAGES = """
insert into story_languages (language, texts) select * from unnest($1::text[], $2::int[]) order by 1
on conflict (language) do update set texts = story_languages.texts + excluded.texts
"""
COUNT_WORDS = """
insert into story_words (key, texts) select * from unnest($1::bigint[], $2::int[]) order by 1
on conflict (key) do update set texts = story_words.texts + excluded.texts
"""
FORGET_WORDS = "delete from story_words where key >= $1 and key < $2 and texts < 2"
FADE_WORDS = "update story_words set texts = texts / 2 where key >= $1 and key < $2"
FADE_LANGUAGE = "update story_languages set texts = texts / 2 where language = $1"

KNOWN = "select article_id from story_articles where article_id = any($1)"
STORIES_OF = """
select article_id, s.position from story_articles join stories as s using (story_id)
where article_id = any($1) and s.profile is not null
"""
# Of each key the stories that began last: one that thousands have tells little.
STORIES_OF_KEYS = """
select key, array(
    select position from story_keys as k where k.key = sought.key order by position desc limit $2
) as positions
from unnest($1::int[]) as sought (key)
"""
PROFILES = """
select position, profile, first_seen, last_seen from stories
where position = any($1) and profile is not null
"""
POSITIONS = """
select nextval(pg_get_serial_sequence('stories', 'position')) as position from generate_series(1, $1) order by 1
"""
TAKEN = "select story_id from stories where story_id = any($1)"
BEGIN = """
insert into stories (story_id, position, profile, articles, first_seen, last_seen)
overriding system value
select * from unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::int[], $5::timestamptz[], $6::timestamptz[])
"""
CHANGE = """
update stories as s set profile = c.profile, articles = c.articles, first_seen = c.first_seen,
    last_seen = c.last_seen, changed_at = now(), version = version + 1
from unnest($1::bigint[], $2::bytea[], $3::int[], $4::timestamptz[], $5::timestamptz[])
    as c (position, profile, articles, first_seen, last_seen)
where s.position = c.position
"""
MERGE = """
with merged as (
    select young.story_id, old.story_id as into_id
    from unnest($1::bigint[], $2::bigint[]) as m (young, old)
    join stories as young on young.position = m.young join stories as old on old.position = m.old
),
moved as (
    update story_articles as a set story_id = m.into_id from merged as m where a.story_id = m.story_id
)
update stories as s set merged_into = m.into_id, profile = null, articles = 0, changed_at = now(), version = version + 1
from merged as m where m.story_id in (s.story_id, s.merged_into)
"""
DROP_KEYS = """
delete from story_keys where (key, position) in (select * from unnest($1::int[], $2::bigint[]))
"""
ADD_KEYS = "insert into story_keys (key, position) select * from unnest($1::int[], $2::bigint[]) on conflict do nothing"
ADD_ARTICLES = """
insert into story_articles (article_id, story_id, at, profile, named)
select a.article_id, s.story_id, a.at, a.profile, a.named
from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bytea[], $5::jsonb[])
    as a (article_id, position, at, profile, named)
join stories as s using (position)
on conflict do nothing
"""
# What an article is said to name is what it names now; where it belongs was decided when it came.
RENAME = """
with renamed as (
    update story_articles as a set named = r.named
    from unnest($1::uuid[], $2::jsonb[]) as r (article_id, named)
    where a.article_id = r.article_id
    returning a.story_id
)
update stories set version = version + 1 where story_id in (select story_id from renamed)
"""

TOUCH = """
update stories set version = version + 1
where story_id in (select story_id from story_articles where article_id = any($1))
"""
LEAVE = "delete from story_articles where article_id = any($1) returning story_id"
KEPT = "select position, profile from stories where story_id = any($1) and profile is not null"
LEFT = "select profile from story_articles where story_id = $1 order by at, article_id"
# Each story as it is once some of its articles are gone; one that is left without any cannot be joined any more.
RECOUNT = """
update stories as s set articles = c.articles, version = version + 1, changed_at = now(),
    first_seen = coalesce(c.first_seen, s.first_seen), last_seen = coalesce(c.last_seen, s.last_seen),
    profile = case when c.articles > 0 then profile end
from (
    select story_id, count(article_id) as articles, min(at) as first_seen, max(at) as last_seen
    from unnest($1::uuid[]) as t (story_id) left join story_articles using (story_id) group by story_id
) as c
where s.story_id = c.story_id
returning s.story_id, position, s.articles, s.first_seen, s.last_seen, profile is not null as is_open
"""
PROFILE = "update stories set profile = $2 where position = $1"
# Of which nothing is left, and nothing was told, or that too.
GONE = """
delete from stories
where story_id = any($1) and articles = 0 and merged_into is null and coalesce(told, version) = version
"""
CLOSE = """
with closed as (
    select story_id, position, profile from stories
    where profile is not null and changed_at < now() - $1::interval and last_seen < now() - $1::interval
    order by changed_at limit $2
)
update stories as s set profile = null from closed where s.story_id = closed.story_id
returning closed.position, closed.profile
"""

TELLER = "select pg_try_advisory_xact_lock(1, 3)"
UNTOLD = """
select story_id, version, merged_into, articles, first_seen, last_seen from stories
where version > coalesce(told, 0) and (articles > 1 or told is not null)
order by position limit $1
"""
TOLD = """
update stories as s set told = t.version from unnest($1::uuid[], $2::bigint[]) as t (story_id, version)
where s.story_id = t.story_id
"""
