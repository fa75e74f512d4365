"""The groups of copies in PostgreSQL. Every function works in the caller's transaction.

An article is compared once, when it is first stored, with what was stored before it; what is decided then holds. So
a record that is delivered again finds its article's group as it was. Whoever stores new articles holds one lock to the
end of the transaction: two workers that store two copies at once would otherwise each see none.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from wiredesk.contracts.events import CopyDifference
from wiredesk.postgres.connections import Connection
from wiredesk_storage.batch_budget import Budget
from wiredesk_storage.columns import columns
from wiredesk_storage.copies.comparing import Candidate, Copy, best

# So many candidates are compared with an article, those with most keys in common first; of an article that has a key in
# common with more than `_FEW` others, as a wall or a stub has, only the oldest are looked at.
_MOST, _FEW = 8, 500
# As much text as a copy is judged by; the words of more are not looked at.
_CHARACTERS = 60_000

# Not one that an article's number can be: those are single numbers.
_LOCK = "select pg_advisory_xact_lock(1, 1)"
_KNOWN = "select article_id, group_id, similarity, differences from copies where article_id = any($1)"
_REMEMBER = """
insert into signatures (article_id, keys)
select article_id, keys::bigint[] from unnest($1::uuid[], $2::text[]) with ordinality as s (article_id, keys, number)
order by number
on conflict do nothing
"""
# By the keys alone (`offset 0`): to find all that came within the window, too, would take longer the more there is.
_CANDIDATES = """
select new.article_id, array_agg(near.article_id order by near.common desc, near.position) as candidates
from signatures as new
cross join lateral (
    select article_id, position,
        (select count(*) from unnest(old.keys) as key where key = any(new.keys)) as common
    from (
        select article_id, position, keys from (
            select * from signatures where keys && new.keys offset 0
        ) as other
        where other.position < new.position and other.seen_at > now() - $2::interval
        order by position
        limit $3
    ) as old
    order by common desc, position
    limit $4
) as near
where new.article_id = any($1)
group by new.article_id, new.position
order by new.position
"""
# What each article said first: so it does not matter which revisions of it came in between.
_TEXTS = """
select article_id, group_id, left(event->>'text', $2) as text
from revisions left join copies using (article_id)
where article_id = any($1) and revision = 1
"""
_KEEP = "insert into copies (article_id, group_id, similarity, differences) values ($1, $2, $3, $4)"
# Of an article that somebody deleted by hand and that comes again.
_FORGOTTEN = "delete from copies where article_id = any($1)"
_FORGET = """
delete from signatures where article_id in (
    select article_id from signatures where seen_at < now() - $1::interval order by seen_at limit $2
)
"""


async def known(connection: Connection, articles: Iterable[UUID]) -> dict[UUID, Copy]:
    """Return the group of each of `articles` that is a copy."""
    return {
        found["article_id"]: Copy(
            found["group_id"],
            round(found["similarity"], 4),
            tuple(CopyDifference(one) for one in found["differences"]),
        )
        for found in await connection.fetch(_KNOWN, list(articles))
    }


async def assign(connection: Connection, new: Mapping[UUID, Sequence[int]], window: timedelta, budget: Budget) -> None:
    """Find and keep the group of each new article, given its keys, in order; their revisions are written.

    Compared is with what was stored within `window`, as far as `budget` suffices; what is not compared is no copy.
    Waits for other workers that store new articles.

    Raises:
        BrokenError: the worker processes have ended.
    """
    await connection.execute(_LOCK)
    await connection.execute(_FORGOTTEN, list(new))
    signed = ((article, f"{{{','.join(map(str, keys))}}}") for article, keys in new.items())
    await connection.execute(_REMEMBER, *columns(signed, 2))
    copies: dict[UUID, Copy] = {}
    for found in await connection.fetch(_CANDIDATES, list(new), window, _FEW, _MOST):
        article_id, near = found["article_id"], found["candidates"]
        stored = {row["article_id"]: row for row in await connection.fetch(_TEXTS, [article_id, *near], _CHARACTERS)}
        own = stored.pop(article_id)["text"]
        candidates = [
            Candidate(one, copies[one].group_id if one in copies else stored[one]["group_id"], stored[one]["text"])
            for one in near
            if one in stored
        ]
        copy = await budget.run(sum(len(one.text) for one in candidates) + len(own), best, own, candidates)
        if copy:
            copies[article_id] = copy
    kept = [(article, one.group_id, one.similarity, list(one.differences)) for article, one in copies.items()]
    if kept:
        await connection.executemany(_KEEP, kept)


async def forget(connection: Connection, window: timedelta, most: int) -> bool:
    """Delete up to `most` signatures of before `window`; the groups stay. Returns whether there may be more."""
    return str(await connection.execute(_FORGET, window, most)).endswith(f" {most}")
