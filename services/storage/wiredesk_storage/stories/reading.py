"""Stories as people read them: those of a window of days, or one with its articles. Works on any connection's fetch."""

from collections import OrderedDict, defaultdict
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
# Some 10 KB each.
_KEPT = 2_000

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
select story_id, version, articles, first_seen, last_seen from stories
where articles > 1 and last_seen >= $1 order by {order} limit $2
"""
_ORDERS = {"size": "articles desc, last_seen desc, story_id", "date": "last_seen desc, story_id"}
# By its own id, by that of one that was merged into it, by that of an article.
_ONE = """
select story_id, version, articles, first_seen, last_seen from stories where story_id in (
    select coalesce(merged_into, story_id) from stories where story_id = $1
    union all select story_id from story_articles where article_id = $1
)
order by story_id <> $1 limit 1
"""
_OF_ARTICLES = """
select story_id, version, s.articles, first_seen, last_seen from stories as s join (
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
class Told:
    """What a version of a story says: of so many articles that are not withdrawn, the newest. None: of none."""

    members: int
    summary: StorySummary | None


class Summaries:
    """What stories say, kept by their versions: whatever changes one, a withdrawal too, gives it another."""

    def __init__(self) -> None:
        self._told: OrderedDict[UUID, tuple[int, Told]] = OrderedDict()

    def of(self, story: UUID, version: int) -> Told | None:
        """Return what this version says; None: it is not kept."""
        found = self._told.get(story)
        return found[1] if found is not None and found[0] == version else None

    def keep(self, story: UUID, version: int, told: Told) -> None:
        """Keep what a version says; of too many the one that was kept first is forgotten."""
        self._told.pop(story, None)
        self._told[story] = version, told
        while len(self._told) > _KEPT:
            self._told.popitem(last=False)


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


async def listed(fetch: Fetch, summaries: Summaries, *, since: datetime, order: str, limit: int) -> list[Listed]:
    """Return the stories of several articles to which one came `since` then, by "size" or by "date"."""
    return await _summed_up(fetch, summaries, await fetch(_LISTED.format(order=_ORDERS[order]), since, limit))


async def of_articles(fetch: Fetch, summaries: Summaries, articles: Sequence[UUID], *, limit: int) -> list[Listed]:
    """Return the stories that have most of these articles, of those of several articles."""
    return await _summed_up(fetch, summaries, await fetch(_OF_ARTICLES, list(articles), limit))


async def one(fetch: Fetch, summaries: Summaries, wanted: UUID, *, limit: int) -> StoryPage | None:
    """Return the story with this id, or that has this article; None: there is none."""
    if not (found := await _summed_up(fetch, summaries, await fetch(_ONE, wanted), least=1)):
        return None
    rows = await fetch(_ARTICLES, found[0].story_id, limit)
    return StoryPage(found[0], [Article(**row) for row in rows])


def visible(articles: int, members: int) -> int:
    """Return how many articles of a story are not withdrawn, as far as that is known: of a large one it is not."""
    return members if articles <= ARTICLES else articles


async def _summed_up(
    fetch: Fetch, summaries: Summaries, stories: Sequence[Mapping[str, Any]], *, least: int = 2
) -> list[Listed]:
    """Return the stories of which at least so many articles are not withdrawn."""
    told = {story["story_id"]: summaries.of(story["story_id"], story["version"]) for story in stories}
    new = [story for story in stories if told[story["story_id"]] is None]
    members = await members_of(fetch, [story["story_id"] for story in new]) if new else {}
    for story in new:
        own = members.get(story["story_id"], [])
        now = told[story["story_id"]] = Told(len(own), summary(own) if own else None)
        summaries.keep(story["story_id"], story["version"], now)
    found: list[Listed] = []
    for story in stories:
        one = told[story["story_id"]]
        if one is not None and one.summary is not None and one.members >= least:
            articles = visible(story["articles"], one.members)
            found.append(Listed(story["story_id"], articles, story["first_seen"], story["last_seen"], one.summary))
    return found
