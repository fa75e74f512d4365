"""Wiredesk for your own code: a URL, a page or a text goes in; receipts and enriched articles come out.

    from wiredesk import Wiredesk

    async with Wiredesk() as wire:
        submission = await wire.publish(url="https://example.org/story.html")
        async for article in wire.enriched(group="my-app"):
            print(article.headline, [entity.name for entity in article.entities])

    async for hit in Wiredesk().search("river treaty", language="en"):  # asks the desk: the extra `http`, no Kafka
        print(hit.headline, hit.url)

All that is public is named here: the client with its settings, what the desk answers, the events with their parts, the
topics, the errors. Each is imported when it is first used, so `import wiredesk` costs next to nothing. Inside, read
`contracts` (what is on the wire), then `client`; with the extra `engine` also `engine` (how nothing gets lost) and
`runtime` (a service as a process).
"""

from typing import TYPE_CHECKING

from wiredesk.lazy import attributes
from wiredesk.version import __version__

if TYPE_CHECKING:
    from wiredesk.client.api.answers import (
        Arrival,
        Gap,
        Hit,
        Revision,
        StoredArticle,
        Story,
        StoryArticle,
        StoryName,
        WholeStory,
    )
    from wiredesk.client.api.asking import Filters
    from wiredesk.client.api.errors import ApiError
    from wiredesk.client.client import Wiredesk
    from wiredesk.client.records import Entry, RefusedError, Submission
    from wiredesk.client.settings import ApiSettings, KafkaSettings
    from wiredesk.contracts.errors import (
        ConfigurationError,
        InfrastructureError,
        InvalidRecordError,
        PermanentError,
        TransientError,
        WiredeskError,
    )
    from wiredesk.contracts.events import (
        ArticleCleaned,
        ArticleEnriched,
        ArticleFetched,
        ArticleRejected,
        ArticleStored,
        ArticleSubmitted,
        ChangeKind,
        Content,
        ContentType,
        CopyDifference,
        Entity,
        Event,
        Evidence,
        GeoCoordinates,
        Image,
        Mention,
        MinHash,
        Quality,
        Rejection,
        StoreStatus,
        Zone,
        ZoneKind,
    )
    from wiredesk.contracts.topics import (
        CLEANED,
        CURRENT,
        ENRICHED,
        FETCHED,
        REJECTED,
        STORED,
        SUBMITTED,
        Topic,
    )

__all__ = [
    "CLEANED",
    "CURRENT",
    "ENRICHED",
    "FETCHED",
    "REJECTED",
    "STORED",
    "SUBMITTED",
    "ApiError",
    "ApiSettings",
    "Arrival",
    "ArticleCleaned",
    "ArticleEnriched",
    "ArticleFetched",
    "ArticleRejected",
    "ArticleStored",
    "ArticleSubmitted",
    "ChangeKind",
    "ConfigurationError",
    "Content",
    "ContentType",
    "CopyDifference",
    "Entity",
    "Entry",
    "Event",
    "Evidence",
    "Filters",
    "Gap",
    "GeoCoordinates",
    "Hit",
    "Image",
    "InfrastructureError",
    "InvalidRecordError",
    "KafkaSettings",
    "Mention",
    "MinHash",
    "PermanentError",
    "Quality",
    "RefusedError",
    "Rejection",
    "Revision",
    "StoreStatus",
    "StoredArticle",
    "Story",
    "StoryArticle",
    "StoryName",
    "Submission",
    "Topic",
    "TransientError",
    "WholeStory",
    "Wiredesk",
    "WiredeskError",
    "Zone",
    "ZoneKind",
    "__version__",
]

# All others are events, and what they are made of.
_ELSEWHERE = {
    "wiredesk.client.api.answers": (
        "Arrival",
        "Gap",
        "Hit",
        "Revision",
        "StoredArticle",
        "Story",
        "StoryArticle",
        "StoryName",
        "WholeStory",
    ),
    "wiredesk.client.api.asking": ("Filters",),
    "wiredesk.client.api.errors": ("ApiError",),
    "wiredesk.client.client": ("Wiredesk",),
    "wiredesk.client.records": ("Entry", "RefusedError", "Submission"),
    "wiredesk.client.settings": ("ApiSettings", "KafkaSettings"),
    "wiredesk.contracts.errors": (
        "ConfigurationError",
        "InfrastructureError",
        "InvalidRecordError",
        "PermanentError",
        "TransientError",
        "WiredeskError",
    ),
    "wiredesk.contracts.topics": (
        "CLEANED",
        "CURRENT",
        "ENRICHED",
        "FETCHED",
        "REJECTED",
        "STORED",
        "SUBMITTED",
        "Topic",
    ),
}
_EVENTS = {*__all__} - {"__version__", *(name for names in _ELSEWHERE.values() for name in names)}
__getattr__ = attributes(__name__, _ELSEWHERE | {"wiredesk.contracts.events": _EVENTS})


def __dir__() -> list[str]:
    return __all__
