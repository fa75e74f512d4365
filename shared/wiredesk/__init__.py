"""Wiredesk for your own code: a URL, a page or a text goes in; receipts and enriched articles come out.

    from wiredesk import Wiredesk

    async with Wiredesk() as wire:
        submission = await wire.publish(url="https://example.org/story.html")
        async for article in wire.enriched(group="my-app"):
            print(article.headline, [entity.name for entity in article.entities])

All that is public is named here: the client with its settings, the events with their parts, the topics, the errors.
Each is imported when it is first used, so `import wiredesk` costs next to nothing. Inside, read `contracts` (what is
on the wire), then `client`; with the extra `engine` also `engine` (how nothing gets lost) and `runtime` (a service as
a process).
"""

import importlib
from typing import TYPE_CHECKING, Any

from wiredesk.version import __version__

if TYPE_CHECKING:
    from wiredesk.client.client import Wiredesk
    from wiredesk.client.records import Entry, RefusedError, Submission
    from wiredesk.client.settings import KafkaSettings
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
        Content,
        ContentType,
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
        ENRICHED,
        FETCHED,
        REJECTED,
        STORED,
        SUBMITTED,
        Topic,
    )

__all__ = [
    "CLEANED",
    "ENRICHED",
    "FETCHED",
    "REJECTED",
    "STORED",
    "SUBMITTED",
    "ArticleCleaned",
    "ArticleEnriched",
    "ArticleFetched",
    "ArticleRejected",
    "ArticleStored",
    "ArticleSubmitted",
    "ConfigurationError",
    "Content",
    "ContentType",
    "Entity",
    "Entry",
    "Event",
    "Evidence",
    "GeoCoordinates",
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
    "StoreStatus",
    "Submission",
    "Topic",
    "TransientError",
    "Wiredesk",
    "WiredeskError",
    "Zone",
    "ZoneKind",
    "__version__",
]

# Where a name comes from that is not an event or a part of one.
_MODULES = {
    "wiredesk.client.client": ("Wiredesk",),
    "wiredesk.client.records": ("Entry", "RefusedError", "Submission"),
    "wiredesk.client.settings": ("KafkaSettings",),
    "wiredesk.contracts.errors": tuple(name for name in __all__ if name.endswith("Error") and name != "RefusedError"),
    "wiredesk.contracts.topics": (*(name for name in __all__ if name.isupper()), "Topic"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULE_OF.get(name, "wiredesk.contracts.events")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
