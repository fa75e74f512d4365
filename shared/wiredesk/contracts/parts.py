"""What the events of an article are made of: zones, images, evidence, signatures, entities. Frozen, like the events."""

from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, StringConstraints, WithJsonSchema

T = TypeVar("T")

# The first bad part is enough: to list the errors of millions of them takes minutes.
Many: TypeAlias = Annotated[tuple[T, ...], FailFast()]
Url = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class Event(BaseModel):
    """Base of all contracts. Validation errors never echo the input: bodies stay out of logs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False)


class OpenEnum(StrEnum):
    """Closed for who writes, open for who reads: a value that a later version writes is taken as it is."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member


class ZoneKind(OpenEnum):
    """What a line of the input is. BODY, HEADING, QUOTE and LIST make up the story's text."""

    SECTION = "section"
    HEADLINE = "headline"
    SUBTITLE = "subtitle"
    SLUG = "slug"
    BYLINE = "byline"
    DATELINE = "dateline"
    DATE = "date"
    CREDIT = "credit"
    CAPTION = "caption"
    BODY = "body"
    HEADING = "heading"
    QUOTE = "quote"
    LIST = "list"
    RELATED = "related"
    NEWSLETTER = "newsletter"
    SHARE = "share"
    TAG = "tag"
    COPYRIGHT = "copyright"
    CONTRIBUTORS = "contributors"
    TRACKER = "tracker"
    NAVIGATION = "navigation"


class Zone(Event):
    """One line of the input and what it is. Zones are in input order; blank lines belong to none.

    A line of the story is `article.text[start:end]`; any other has its own `text`.
    """

    kind: ZoneKind
    rule: str = Field(description="which rule decided")
    start: int | None = Field(None, ge=0, description="where the line begins in the article's text")
    end: int | None = Field(None, ge=0)
    text: str | None = Field(None, description="the line, where it is not in the article's text")


class ContentType(OpenEnum):
    """What kind of page the article is. An error page, a wall or an index is no article and is rejected."""

    ARTICLE = "article"
    LIVE_BLOG = "live_blog"
    GALLERY = "gallery"
    VIDEO = "video"
    LIST = "list"


class Quality(OpenEnum):
    """How much of the article is there: all, not all or not surely so (`quality_reasons` says why), or hardly any."""

    GOOD = "good"
    PARTIAL = "partial"
    POOR = "poor"


class StoreStatus(OpenEnum):
    """What storing an enriched article changed."""

    INSERTED = "inserted"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"


class ChangeKind(OpenEnum):
    """What a revision changed of what its article says. Several at once are possible; they are in this order.

    NUMBERS and NAMES: others than before. APPENDED and CUT: at least a sentence, at the end and anywhere. REWRITE: more
    than a third of the words. WORDING: anything smaller in the text. METADATA: other fields only.
    """

    CORRECTION_APPENDED = "correction_appended"
    HEADLINE = "headline"
    NUMBERS = "numbers"
    NAMES = "names"
    APPENDED = "appended"
    CUT = "cut"
    REWRITE = "rewrite"
    METADATA = "metadata"
    WORDING = "wording"


class Enclosure(Event):
    """A file that a feed hangs on an article: audio, video, an image. Noted, never fetched."""

    url: Url
    media_type: str | None = None
    length: int | None = Field(None, ge=0, description="bytes, as the feed says")


class FeedItem(Event):
    """What a feed or sitemap said about the article when it listed it."""

    feed: Url
    guid: str | None = Field(None, max_length=1000)
    headline: str | None = Field(None, max_length=500)
    authors: Many[str] = ()
    keywords: Many[str] = Field((), description="the feed's categories")
    description: str | None = Field(None, max_length=2000, description="the feed's summary as plain text")
    enclosures: Many[Enclosure] = ()


class Rights(Event):
    """What the site stated about use when the page was fetched, word for word. What is absent was not stated."""

    robots: str | None = Field(
        None, description='"rules": its robots.txt allows us this page; "open": it has none that could be read (4xx)'
    )
    robots_tag: Many[str] = Field((), description="X-Robots-Tag and meta robots, such as noarchive, noai, noimageai")
    tdm_reservation: bool | None = Field(None, description="W3C TDM Reservation Protocol: true: rights are reserved")
    tdm_policy: str | None = None
    content_usage: str | None = Field(None, description="IETF AIPREF, from the header or robots.txt")
    licence: str | None = Field(None, description="address of its RSL or other licence; its own where it holds one")


class Image(Event):
    """An image of the article, schema.org ImageObject."""

    url: Url
    caption: str | None = None
    credit: str | None = None


class Evidence(Event):
    """Where the value of a field was taken from."""

    field: str = Field(description="name of the field of the article")
    source: str = Field(description='such as "json-ld", "meta og:title", "h1", "zone byline", "url", "feed"')
    certain: bool = Field(True, description="false where the source often errs, as a date in visible text does")


class MinHash(Event):
    """A signature of the body for finding near-duplicates; comparable only with equal algorithm, version and seed."""

    algorithm: str
    version: int
    seed: int
    shingle_words: int = Field(ge=1, description="how many words one shingle has")
    values: Many[int]


class CopyDifference(OpenEnum):
    """What a copy did to the text that it is a copy of."""

    CUT = "cut"
    DATELINE = "dateline"
    PREPENDED = "prepended"
    APPENDED = "appended"
    EDITED = "edited"


class Mention(Event):
    """Where an entity is named: `event.<field>[start:end] == surface`, checked by the event itself."""

    field: str = Field(
        pattern=r"^(headline|alternative_headline|text|captions\[\d{1,4}\])$",
        description='"headline", "alternative_headline", "text" or "captions[N]", N counted from 0',
    )
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    surface: str = Field(min_length=1)
    confidence: float | None = Field(None, ge=0, le=1, description="the model's; absent where a rule or list decided")


class GeoCoordinates(Event):
    """A point on the Earth in degrees, WGS 84."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


# Of OntoNotes 5, as spaCy names them, those that the built-in pipelines find. A pipeline of one's own may have others.
ENTITY_TYPES = (
    *("PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "EVENT", "LAW", "LANGUAGE"),
    *("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"),
)


class Entity(Event):
    """One real thing the story names. Types are spaCy's (OntoNotes): PERSON, ORG, GPE, LOC, NORP, DATE and so on."""

    name: str = Field(min_length=1, description="canonical: the fullest form in the article; a country's usual name")
    type: Annotated[str, WithJsonSchema({"type": "string", "enum": list(ENTITY_TYPES)})]
    mentions: Many[Mention] = Field(min_length=1)
    salience: float = Field(0.0, ge=0, le=1, description="how much the story is about it; the highest is near 1")
    ids: dict[str, str] = Field(
        default_factory=dict, description='what it is, where certain, e.g. {"iso3166": "RU"}, {"geonames": "524901"}'
    )
    in_country: str | None = Field(
        None, pattern=r"^[A-Z]{2}$", description="of a linked place that is no country, ISO 3166-1: where it lies"
    )
    geo: GeoCoordinates | None = Field(None, description="where a linked place is")
    value: str | None = Field(None, description='of a DATE "2025-01-07", "2025-01"; of MONEY, PERCENT a decimal number')
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="of MONEY, ISO 4217")
