"""Every message of the newswire: frozen, versioned, in the order an article passes through them.

    ArticleSubmitted → ArticleFetched → ArticleCleaned → ArticleEnriched → ArticleStored
                     ↘ ArticleRejected (from any stage, with a reason)

The value of a record is the bare event as JSON; metadata travels in CloudEvents headers (`wire`). Field names
follow schema.org NewsArticle. Consumers ignore unknown fields, so a producer may add an optional field (a new minor
`schema_version`); anything else is a new topic `.v2`. Offsets count Unicode code points (Python's `str` indices; Java
and JavaScript count UTF-16 units), half-open.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, FailFast, Field, StringConstraints, model_validator

from wiredesk.contracts.parts import (
    ChangeKind,
    ContentType,
    CopyDifference,
    Enclosure,
    Entity,
    Event,
    Evidence,
    FeedItem,
    GeoCoordinates,
    Image,
    Many,
    Mention,
    MinHash,
    OpenEnum,
    Quality,
    Rights,
    StoreStatus,
    Url,
    Zone,
    ZoneKind,
)

__all__ = [
    "MAX_PAGE_BYTES",
    "MAX_TEXT_BYTES",
    "ArticleCleaned",
    "ArticleEnriched",
    "ArticleFetched",
    "ArticleRejected",
    "ArticleStored",
    "ArticleSubmitted",
    "ChangeKind",
    "Content",
    "ContentType",
    "CopyDifference",
    "DeadLetterSettled",
    "Enclosure",
    "Entity",
    "Event",
    "Evidence",
    "FeedItem",
    "GeoCoordinates",
    "Image",
    "Mention",
    "MinHash",
    "Quality",
    "Rejection",
    "Rights",
    "ServiceName",
    "Settlement",
    "StoreStatus",
    "Url",
    "Version",
    "Zone",
    "ZoneKind",
]

MAX_PAGE_BYTES = 5 * 1024 * 1024
MAX_TEXT_BYTES = 1024 * 1024


# Of a source, such as {"language": "fi", "country": "FI", "section": "sport"}.
Labels = Annotated[
    dict[Annotated[str, StringConstraints(max_length=50)], Annotated[str, StringConstraints(max_length=200)]],
    Field(max_length=20),
]

# The topic fixes the major version; a consumer takes every minor one and ignores the fields it does not know.
Version = Annotated[str, StringConstraints(pattern=r"^1\.\d{1,4}$")]


class ArticleSubmitted(Event):
    """Somebody wants this article on the wire: a URL to fetch, or a page or text they already have.

    Exactly one of "a URL alone", `html` and `text`; a URL beside `html` or `text` gives the article its identity.
    """

    schema_version: Version = "1.2"
    url: Url | None = Field(None, description="where the article is, or where the page or text came from")
    html: str | None = Field(None, description="the page as got; at most 5 MiB of UTF-8")
    text: str | None = Field(None, description="flattened text, page furniture included; at most 1 MiB of UTF-8")
    source: str | None = Field(None, max_length=200, description="who submits: a feed, a desk, a person")
    source_labels: Labels | None = Field(None, description="what is known of the source: language, country, section")
    published_hint: datetime | None = Field(None, description="publication time as a feed gives it")
    feed_item: FeedItem | None = None
    fetched_at: AwareDatetime | None = Field(
        None, description="when the page or text was got, if that was before it was submitted: from an archive"
    )

    @model_validator(mode="after")
    def _has_one_content(self) -> Self:
        if self.html is not None and self.text is not None:
            raise ValueError("give html or text, not both")
        if self.url is None and self.html is None and self.text is None:
            raise ValueError("give a url, html or text")
        return self


class Content(StrEnum):
    """What `ArticleFetched.content` holds."""

    HTML = "html"
    TEXT = "text"


class ArticleFetched(Event):
    """The page or text as got, decoded to Unicode, nothing removed."""

    schema_version: Version = "1.1"
    event_id: UUID
    article_id: UUID
    url: Url | None = Field(None, description="the final URL after redirects")
    submitted_url: Url | None = None
    kind: Content
    content: str
    content_hash: str
    fetched_at: datetime = Field(description="when the content was got; decides which revision is newer")
    http_status: int | None = None
    source: str | None = None
    source_labels: Labels | None = None
    published_hint: datetime | None = None
    feed_item: FeedItem | None = None
    rights: Rights | None = Field(None, description="absent when nothing was fetched")


class ArticleCleaned(Event):
    """The story without its furniture; the furniture is kept, named, in `zones` and the fields made from it."""

    schema_version: Version = "1.1"
    event_id: UUID
    article_id: UUID
    url: Url | None = None
    canonical_url: Url | None = None
    headline: str = ""
    alternative_headline: str | None = None
    text: str = Field(description="the body; entity offsets count in it")
    article_section: str | None = None
    authors: Many[str] = ()
    contributors: Many[str] = ()
    credits: Many[str] = Field((), description="photo and image credits; never entities of the story")
    captions: Many[str] = ()
    agency: str | None = None
    dateline: str | None = None
    publisher: str | None = None
    keywords: Many[str] = ()
    in_language: str | None = Field(None, description="BCP 47 primary tag, from the body")
    date_published: datetime | None = None
    date_modified: datetime | None = None
    images: Many[Image] = ()
    is_accessible_for_free: bool | None = Field(None, description="false: the page says that it is behind a paywall")
    content_type: ContentType = ContentType.ARTICLE
    evidence: Many[Evidence] = Field((), description="per field, what it was taken from")
    quality: Quality = Quality.GOOD
    quality_reasons: Many[str] = Field((), description="why the quality is not good")
    zones: Many[Zone] = ()
    word_count: int = 0
    content_hash: str = Field(description="of headline and text; equal for exact copies on other sites")
    text_hash: str | None = Field(None, description="of the body's folded words; equal under another headline too")
    minhash: MinHash | None = Field(None, description="absent when the body is too short for one shingle")
    cleaner_version: str
    fetched_at: datetime
    source: str | None = None
    source_labels: Labels | None = None
    feed_item: FeedItem | None = None
    rights: Rights | None = None


class ArticleEnriched(ArticleCleaned):
    """The public exit: a clean article with its entities, and what made them."""

    entities: Many[Entity] = ()
    tagger_pipeline: str = Field(description="name of the spaCy pipeline")
    tagger_version: str
    tagger_language: str | None = Field(
        None, description="absent: no pipeline knows the article's language; only what holds in any was tagged"
    )

    @model_validator(mode="after")
    def _mentions_resolve(self) -> Self:
        fields = {"headline": self.headline, "alternative_headline": self.alternative_headline or "", "text": self.text}
        fields |= {f"captions[{index}]": caption for index, caption in enumerate(self.captions)}
        for entity in self.entities:
            for mention in entity.mentions:
                if fields.get(mention.field, "")[mention.start : mention.end] != mention.surface:
                    raise ValueError(f"a mention at {mention.field}[{mention.start}:{mention.end}] is not its surface")
        return self


class ArticleStored(Event):
    """The receipt. One per stored record, the same when the record is delivered again.

    `inserted` and `revised` made the current revision, `superseded` one that is kept as history, `unchanged` none.
    """

    schema_version: Version = "1.1"
    event_id: UUID
    article_id: UUID
    enriched_event_id: UUID
    status: StoreStatus
    revision: int = Field(
        ge=1, description="the revision that the record made, or that it repeats; counted per article from 1"
    )
    duplicate_of: UUID | None = Field(None, description="the first stored article with the same headline and text")
    group_id: UUID | None = Field(
        None, description="of a copy: the article that was stored first of all whose text is the same or nearly"
    )
    similarity: float | None = Field(
        None, ge=0, le=1, description="of a copy: what share of the shorter text's runs of three words both have"
    )
    differences: Annotated[tuple[CopyDifference, ...] | None, FailFast()] = Field(
        None, description="of a copy: what it did to the text that it is most like; empty: nothing"
    )
    url: Url | None = None
    headline: str = ""
    changes: Annotated[tuple[ChangeKind, ...] | None, FailFast()] = Field(
        None, description="what a `revised` one changed, as far as that was compared; empty: nothing that is read"
    )
    stealth: bool | None = Field(
        None, description="the headline or text changed, no correction says so, and date_modified is no later"
    )


class ServiceName(StrEnum):
    """The four services, in the order an article passes them."""

    FETCHER = "fetcher"
    CLEANER = "cleaner"
    TAGGER = "tagger"
    STORAGE = "storage"


class Rejection(OpenEnum):
    """Why an article was refused in the normal course of things (not an error of ours)."""

    INVALID_URL = "invalid_url"
    CREDENTIALS_IN_URL = "credentials_in_url"
    FORBIDDEN_ADDRESS = "forbidden_address"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    HTTP_ERROR = "http_error"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    UNSUPPORTED_TYPE = "unsupported_type"
    NOT_AN_ARTICLE = "not_an_article"
    ROBOTS = "robots"
    NO_CONTACT = "no_contact"
    WITHDRAWN = "withdrawn"


class ArticleRejected(Event):
    """A refusal with its reason: the end of this submission's way."""

    schema_version: Version = "1.1"
    event_id: UUID
    article_id: UUID
    stage: ServiceName
    reason: Rejection
    detail: str = Field("", max_length=500, description="for people; never the body")
    url: Url | None = None


class Settlement(OpenEnum):
    """What people did about a dead letter."""

    REPLAYED = "replayed"
    DISCARDED = "discarded"


class DeadLetterSettled(Event):
    """Somebody put a dead letter back on the wire, or decided to leave it dead. The last one for a letter holds."""

    schema_version: Version = "1.0"
    letter: str = Field(min_length=1, max_length=400, description="topic/partition/offset of the dead letter")
    origin: str = Field(
        min_length=1, max_length=400, description="topic/partition/offset of the record: the letter's identity"
    )
    settlement: Settlement
    reason: str = Field("", max_length=500, description="why it is discarded, in the words of who did it")
    sent_to: str | None = Field(None, description="topic/partition/offset of the replayed record")
    settled_at: datetime
