"""What the desk answers, as far as it is no event. Fields that a later desk adds are passed over."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field

from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.parts import Event, Many, StoreStatus


class Hit(Event):
    """One article found. `excerpt` marks the words found with `**`; `rank` only compares hits of one search.

    `dated` is when it was published or fetched, the earlier of both. `duplicate_of` is the first article with the same
    headline and text, `copy_of` the first of the group whose text is the same or nearly; of that one `also_at` are the
    hosts of its copies, twenty at most.
    """

    article_id: UUID
    headline: str
    url: str | None = None
    host: str | None = None
    publisher: str | None = None
    article_section: str | None = None
    in_language: str | None = None
    source: str | None = None
    dated: datetime
    date_published: datetime | None = None
    updated_at: datetime
    duplicate_of: UUID | None = None
    copy_of: UUID | None = None
    also_at: Many[str] = ()
    rank: float = 0
    excerpt: str = ""


class Hits(Event):
    """A page of hits; see the desk's `/v1/search`."""

    hits: Many[Hit]
    next: str | None = None
    is_cut: bool = False
    is_read_in_part: bool = False


class Arrival(Event):
    """An article that was stored just now, for the first time or revised. At least once: it may come again.

    `position` is where the stream stands after it: kept, and given as `after`, it is where the next process goes on.
    """

    article_id: UUID
    revision: int
    status: StoreStatus
    story_id: UUID | None = None
    copy_of: UUID | None = None
    article: ArticleEnriched = Field(repr=False)
    position: str = Field("", repr=False)


class Gap(Event):
    """Here something is missing that the topic no longer holds: what is stored, a search by date tells."""

    position: str = Field("", repr=False)


class StoryName(Event):
    """What a story names. `salience` is from 0 to 1."""

    name: str
    type: str
    salience: float = 0
    ids: Mapping[str, str] = Field(default_factory=dict)
    country: str | None = None


class Story(Event):
    """The articles that tell one event, in short. `articles` is how many; title and lists are of the newest 100."""

    story_id: UUID
    title: str
    title_article: UUID
    articles: int
    first_seen: datetime
    last_seen: datetime
    outlets: Many[str] = ()
    entities: Many[StoryName] = ()
    countries: Many[str] = ()
    languages: Many[str] = ()


class StoryArticle(Event):
    """An article of a story; `copy_of` is the first with this text, or one that differs by `differences` alone."""

    article_id: UUID
    at: datetime
    headline: str
    url: str | None = None
    host: str | None = None
    publisher: str | None = None
    copy_of: UUID | None = None
    differences: Many[str] = ()


class WholeStory(Story):
    """A story with its first thousand articles, the oldest first."""

    members: Many[StoryArticle]


class Stories(Event):
    """Stories; see the desk's `/v1/stories`."""

    stories: Many[Story]


class Revision(Event):
    """One revision of an article. `position` is the record that made it: topic/partition/offset."""

    event_id: UUID
    revision: int
    status: StoreStatus
    position: str
    stored_at: datetime


class StoredArticle(Event):
    """An article as it is stored: what it says now, and its revisions in the order of storing."""

    article_id: UUID
    first_stored_at: datetime
    updated_at: datetime
    duplicate_of: UUID | None = None
    revisions: Many[Revision]
    event: ArticleEnriched = Field(repr=False)
