"""Which story an article belongs to: one pass, one article at a time, decided at once. Pure.

The caller brings the candidates: stories within the window that share enough of the article's keys (`sought`,
`Story.keys`, MIN_SHARED_KEYS, MAX_CANDIDATES). It never needs all stories. The same article and the same candidates,
in any order, give the same decision; an article that is in a story stays there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Self

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.similarity import ARTICLE, STORIES, Evidence, evidence, score

WINDOW = timedelta(days=7)
# A candidate shares so many of its keys with the article; of more, those that share the most, then the older ones.
# More keys of a story, and more candidates, find no more of the held-out half of ECB+; fewer keys find less.
STORY_KEYS = 24
_ARTICLE_KEYS = 16
MIN_SHARED_KEYS = 2
MAX_CANDIDATES = 8
# Log odds as `similarity.score` gives them; below, an article begins a story of its own. Both were fixed on half of the
# topics of ECB+ with strangers among them. Of those there are more when the model is learned than in any story's
# neighbourhood, so odds of 1 to 4 are enough.
THRESHOLD = -1.5
# Stricter: a wrong merge stays.
MERGE_THRESHOLD = 0.0
# A publisher's clock may be wrong, and a page may name a day to come.
_AHEAD = timedelta(hours=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NONE = timedelta()


@dataclass(frozen=True)
class Story:
    """A story as stored. Ids are given in the order in which stories begin: the smaller one is the older one."""

    id: int
    profile: Profile
    first_seen: datetime
    last_seen: datetime

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """By what it is looked up."""
        return self.profile.keys(STORY_KEYS)

    def with_article(self, profile: Profile, at: datetime) -> Self:
        """Return the story with one article more. `at` is the article's `event_time`."""
        first, last = min(self.first_seen, at), max(self.last_seen, at)
        return type(self)(self.id, self.profile.with_(profile), first, last)

    def with_story(self, other: "Story") -> Self:
        """Return both as one, under the older id."""
        old, young = (self, other) if self.id < other.id else (other, self)
        first, last = min(old.first_seen, young.first_seen), max(old.last_seen, young.last_seen)
        return type(self)(old.id, old.profile.with_(young.profile), first, last)


class Scored(NamedTuple):
    """A candidate with its score and what it comes from."""

    story: int
    score: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the article goes. `story` is None: it begins one."""

    story: int | None
    score: float | None = None
    """of the best candidate, chosen or not; None where none was compared"""
    evidence: Evidence | None = None
    merges: tuple[int, ...] = ()
    """younger stories that are the same as `story`: they redirect to it"""
    runners_up: tuple[Scored, ...] = field(default=(), repr=False)
    """the next best, at most three: for people who ask why"""


def event_time(article: ArticleEnriched) -> datetime:
    """Return when the article came out (UTC): as it says itself; when it was fetched where it says none or a later one.

    A time at the ends of the calendar, which has none in UTC, counts as the Unix epoch.
    """
    fetched = _in_utc(article.fetched_at)
    if article.date_published is None or article.date_published.tzinfo is None:
        return fetched
    published = _in_utc(article.date_published)
    return fetched if published - fetched > _AHEAD else published


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except OverflowError:
        return _EPOCH


def sought(profile: Profile) -> tuple[int, ...]:
    """Return the keys by which an article's candidates are looked up."""
    return profile.keys(_ARTICLE_KEYS)


def decide(
    profile: Profile,
    at: datetime,
    candidates: Iterable[Story],
    *,
    story: int | None = None,
    story_of_copy: int | None = None,
    window: timedelta = WINDOW,
    threshold: float = THRESHOLD,
    merge_threshold: float = MERGE_THRESHOLD,
) -> Decision:
    """Return where the article with this profile goes.

    Args:
        profile: what the article is about.
        at: its `event_time`.
        candidates: in any order; those out of the window are passed over.
        story: the one that holds the article already, its redirects followed: it stays there.
        story_of_copy: the one that holds another article with the same text: it goes there.
        window: an article joins a story that began or ended at most so long from it.
        threshold: the least score with which it joins.
        merge_threshold: the least score of two stories with which they become one.
    """
    if (given := story if story is not None else story_of_copy) is not None:
        return Decision(given)
    near = {one.id: one for one in candidates}
    scored = [
        Scored(one.id, score(found := evidence(profile, one.profile), ARTICLE, apart / _DAY), found)
        for one in near.values()
        if (apart := _apart(one, at, at)) <= window
    ]
    scored.sort(key=lambda one: (-one.score, one.story))
    if not scored:
        return Decision(None)
    best, others = scored[0], tuple(scored[1:4])
    if best.score < threshold:
        return Decision(None, best.score, best.evidence, (), others)
    # Only the article's own witness makes two stories one: both must be its own as surely as they are each other's.
    joint = [near[one.story] for one in scored if one.score >= threshold]
    merged = [one.id for one in joint[1:] if _score(joint[0], one) >= merge_threshold]
    older = min(best.story, *merged) if merged else best.story
    merges = tuple(sorted({best.story, *merged} - {older}))
    return Decision(older, best.score, best.evidence, merges, others)


def _score(one: Story, other: Story) -> float:
    days_apart = _apart(one, other.first_seen, other.last_seen) / _DAY
    return score(evidence(one.profile, other.profile), STORIES, days_apart)


def _apart(story: Story, first: datetime, last: datetime) -> timedelta:
    """Return the time between the story's span and another; none where they meet."""
    if first > story.last_seen:
        return first - story.last_seen
    return story.first_seen - last if last < story.first_seen else _NONE
