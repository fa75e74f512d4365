"""The answers, as far as they are not the store's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from wiredesk.contracts.events import ArticleEnriched, ArticleRejected, ArticleStored
from wiredesk_storage.archive import Revision
from wiredesk_storage.revisions.comparison import Change
from wiredesk_storage.search.answers import EntityCount, EntityPage, Hit
from wiredesk_storage.stories.reading import Article as StoryArticle

# What an article answers that was withdrawn.
WITHDRAWN = 410


class Hits(BaseModel):
    """A page of articles. `next` is the address of the page after it; none: this is the last."""

    hits: Sequence[Hit]
    after: str | None = Field(description="the cursor of the next page")
    next: str | None
    is_cut: bool = Field(description="more have these words than can be ranked: these are the best of the newest")
    is_read_in_part: bool = Field(description="words that are in no index were looked for in the newest articles only")


class Share(BaseModel):
    """How many hits have a value."""

    value: str
    hits: int


class Facets(BaseModel):
    """How the hits of a search are spread: by facet its values, the most frequent first; days in order."""

    hits: int = Field(description="how many were counted")
    is_cut: bool = Field(description="there are more, and the newest were counted")
    is_read_in_part: bool = Field(description="words that are in no index were looked for in the newest articles only")
    sampled: int = Field(description="types and entities are those of the newest so many")
    counts: Mapping[str, Sequence[Share]] = Field(examples=[{"language": [{"value": "en", "hits": 12}]}])


class Article(BaseModel):
    """An article as stored: what it says now, and its history."""

    article_id: UUID
    first_stored_at: datetime
    updated_at: datetime
    duplicate_of: UUID | None
    revisions: Sequence[Revision]
    event: ArticleEnriched


class Difference(BaseModel):
    """What a revision changed of the one that was current before it."""

    article_id: UUID
    revision: int
    against: int
    stored_at: datetime
    changes: Sequence[str] = Field(description="kinds of change: headline, numbers, correction_appended …")
    stealth: bool = Field(description="headline or text changed, no correction says so, and no newer date does")
    fields: Sequence[Change]


class Named(BaseModel):
    """A thing that a story names."""

    name: str
    type: str
    salience: float
    ids: Mapping[str, str]
    country: str | None


class Story(BaseModel):
    """A story in short: the articles that tell one event."""

    story_id: UUID
    title: str
    title_article: UUID
    articles: int
    first_seen: datetime
    last_seen: datetime
    outlets: Sequence[str]
    entities: Sequence[Named]
    countries: Sequence[str]
    languages: Sequence[str]


class Stories(BaseModel):
    """Stories of several articles."""

    stories: Sequence[Story]


class WholeStory(Story):
    """A story with its first thousand articles, the oldest first."""

    members: Sequence[StoryArticle]


class Entities(BaseModel):
    """What the articles of a window name most. `is_cut`: only the newest of them were counted."""

    articles: int
    is_cut: bool
    entities: Sequence[EntityCount]


class Entity(BaseModel):
    """One entity in a window, and the stories that have most of its articles."""

    page: EntityPage
    stories: Sequence[Story]


class Submitted(BaseModel):
    """A submission that Kafka has. `result` is its end, where one was waited for and it came."""

    article_id: UUID
    correlation_id: str
    position: str = Field(description="topic/partition/offset", examples=["articles.submitted.v1/3/41"])
    submitted_at: datetime
    state: Literal["submitted", "stored", "rejected", "dead_letter"] = Field(
        "submitted", description="submitted: it is on its way, as far as was waited"
    )
    result: ArticleStored | ArticleRejected | None = Field(None, description="the receipt, or the rejection")
    dead_letter: str | None = Field(None, description="where its dead letter lies, when it became one")
