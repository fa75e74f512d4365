"""Stories as people read them: those of a window of days, or one with its articles. Works on any connection's fetch."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from wiredesk_storage.stories.arriving import read_named
from wiredesk_storage.stories.packing import unpacked
from wiredesk_storage.stories.summary import Member, StorySummary, summary

Fetch = Callable[..., Awaitable[Sequence[Mapping[str, Any]]]]
# A story is told by its newest articles.
ARTICLES = 100

_MEMBERS = """
select s.story_id, m.article_id, m.at, m.profile, m.named, a.headline, a.host, a.in_language
from unnest($1::uuid[]) as s (story_id)
cross join lateral (
    select article_id, at, profile, named from story_articles as a
    where a.story_id = s.story_id order by at desc, article_id limit $2
) as m
join articles as a using (article_id)
where not a.hidden
order by s.story_id, m.at desc, m.article_id
"""
_LISTED = """
select story_id, articles, first_seen, last_seen from stories
where articles > 1 and last_seen >= $1 order by {order} limit $2
"""
_ORDERS = {"size": "articles desc, last_seen desc, story_id", "date": "last_seen desc, story_id"}
# By its own id, by that of one that was merged into it, by that of an article.
_ONE = """
select story_id, articles, first_seen, last_seen from stories where story_id in (
    select coalesce(merged_into, story_id) from stories where story_id = $1
    union all select story_id from story_articles where article_id = $1
)
order by story_id <> $1 limit 1
"""
_OF_ARTICLES = """
select story_id, s.articles, first_seen, last_seen from stories as s join (
    select story_id, count(*) as own from story_articles where article_id = any($1) group by story_id
) as had using (story_id)
where s.articles > 1 order by had.own desc, last_seen desc, story_id limit $2
"""
_ARTICLES = """
select m.article_id, m.at, a.headline, a.url, a.host, a.publisher, c.group_id as copy_of,
    coalesce(c.differences, '{}') as differences
from story_articles as m join articles as a using (article_id) left join copies as c using (article_id)
where m.story_id = $1 and not a.hidden order by m.at, m.article_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A story in short. `articles` are all of them; the summary is made of the newest 100."""

    story_id: UUID
    articles: int
    first_seen: datetime
    last_seen: datetime
    summary: StorySummary


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a story.

    `copy_of` is the first of the group whose text is the same or nearly, `differences` what the copy did to it.
    """

    article_id: UUID
    at: datetime
    headline: str
    url: str | None
    host: str | None
    publisher: str | None
    copy_of: UUID | None
    differences: Sequence[str]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story with its first articles, the oldest first."""

    story: Listed
    articles: Sequence[Article]


async def members_of(fetch: Fetch, stories: Sequence[UUID]) -> dict[UUID, list[Member]]:
    """Return the newest articles of each story, the newest first; nothing of one that has none."""
    members: defaultdict[UUID, list[Member]] = defaultdict(list)
    for found in await fetch(_MEMBERS, list(stories), ARTICLES):
        members[found["story_id"]].append(
            Member(
                found["article_id"],
                found["at"],
                found["headline"],
                unpacked(found["profile"]),
                found["host"],
                found["in_language"],
                read_named(found["named"]),
            )
        )
    return dict(members)


async def listed(fetch: Fetch, *, since: datetime, order: str, limit: int) -> list[Listed]:
    """Return the stories of several articles to which one came `since` then, by "size" or by "date"."""
    return await _summed_up(fetch, await fetch(_LISTED.format(order=_ORDERS[order]), since, limit))


async def of_articles(fetch: Fetch, articles: Sequence[UUID], *, limit: int) -> list[Listed]:
    """Return the stories that have most of these articles, of those of several articles."""
    return await _summed_up(fetch, await fetch(_OF_ARTICLES, list(articles), limit))


async def one(fetch: Fetch, wanted: UUID, *, limit: int) -> StoryPage | None:
    """Return the story with this id, or that has this article; None: there is none."""
    if not (found := await _summed_up(fetch, await fetch(_ONE, wanted), least=1)):
        return None
    rows = await fetch(_ARTICLES, found[0].story_id, limit)
    return StoryPage(found[0], [Article(**row) for row in rows])


def visible(articles: int, members: Sequence[Member]) -> int:
    """Return how many articles of a story are not withdrawn, as far as that is known: of a large one it is not."""
    return len(members) if articles <= ARTICLES else articles


async def _summed_up(fetch: Fetch, stories: Sequence[Mapping[str, Any]], *, least: int = 2) -> list[Listed]:
    """Return the stories of which at least so many articles are not withdrawn."""
    members = await members_of(fetch, [story["story_id"] for story in stories])
    return [
        Listed(
            story["story_id"],
            visible(story["articles"], own),
            story["first_seen"],
            story["last_seen"],
            summary(own),
        )
        for story in stories
        if len(own := members.get(story["story_id"], [])) >= least
    ]
