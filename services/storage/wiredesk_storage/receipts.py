"""The receipt of a record, or its rejection, as an event. Pure."""

from wiredesk.contracts import identity
from wiredesk.contracts.events import ArticleRejected, ArticleStored, Rejection, ServiceName
from wiredesk_storage.core import Receipt, Row

# Part of every receipt's id: a change of what storing a record says gives new events.
STORE_VERSION = "2"


def stored_event(row: Row, receipt: Receipt) -> ArticleStored:
    """Return the receipt as an event: the same whenever the record is delivered, another for another record."""
    event = ArticleStored(
        event_id=identity.UNIDENTIFIED,
        article_id=row.article_id,
        enriched_event_id=row.event_id,
        status=receipt.status,
        revision=receipt.revision,
        duplicate_of=receipt.duplicate_of,
        url=row.url,
        headline=row.headline,
        changes=receipt.changed and receipt.changed.kinds,
        stealth=receipt.changed and receipt.changed.stealth,
        group_id=receipt.copy and receipt.copy.group_id,
        similarity=receipt.copy and receipt.copy.similarity,
        differences=receipt.copy and receipt.copy.differences,
    )
    return identity.identified(event, "stored", STORE_VERSION, source=_answered(row))


def rejected_event(row: Row) -> ArticleRejected:
    """Return the rejection of a record whose article was withdrawn or erased: the same whenever it is delivered."""
    event = ArticleRejected(
        event_id=identity.UNIDENTIFIED,
        article_id=row.article_id,
        stage=ServiceName.STORAGE,
        reason=Rejection.WITHDRAWN,
        detail="the article was withdrawn or erased",
        url=row.url,
    )
    return identity.identified(event, "storage.rejected", STORE_VERSION, source=_answered(row))


def _answered(row: Row) -> str:
    origin = row.origin
    return f"{origin.topic}/{origin.partition}/{origin.offset}@{origin.at.isoformat()}"
