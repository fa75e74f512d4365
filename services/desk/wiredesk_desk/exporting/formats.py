"""The formats that are one file: what each begins with, what it has of an article, and what it ends with. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting import feeds, ndjson, ninjs, spreadsheet
from wiredesk_storage.search.exporting import Exported


class Format(StrEnum):
    """What an export can be written as."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"
    NINJS = "ninjs"
    RSS = "rss"
    ATOM = "atom"


# How many articles, where nobody says: a feed that nobody can read through helps nobody.
ENTRIES = {Format.RSS: feeds.ENTRIES, Format.ATOM: feeds.ENTRIES}


@dataclass(frozen=True, slots=True)
class Question:
    """What a feed is of: a `title` for people, an `id` that is the same for the same search, and when it was asked."""

    title: str
    id: str
    began: datetime


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: `head` is given the first article, None where there is none at all; then an `item` each, and `foot`."""

    head: Callable[[Exported | None], bytes]
    item: Callable[[Exported], bytes]
    foot: bytes = b""


def layout(name: Format, question: Question) -> Layout:
    """Return the layout of a format; of any but Parquet, which is a file a day."""
    match name:
        case Format.NDJSON:
            return Layout(_nothing, lambda article: ndjson.item(article.document))
        case Format.NINJS:
            return Layout(_nothing, lambda article: ninjs.item(event(article), article.revision))
        case Format.CSV:
            return Layout(lambda _: spreadsheet.head(), lambda article: spreadsheet.item(event(article)))
        case Format.RSS:
            return Layout(
                lambda first: feeds.rss_head(_feed(question, first)),
                lambda article: feeds.rss_item(event(article)),
                feeds.RSS_FOOT,
            )
        case Format.ATOM:
            return Layout(
                lambda first: feeds.atom_head(_feed(question, first)),
                lambda article: feeds.atom_item(event(article)),
                feeds.ATOM_FOOT,
            )
    raise ValueError(f"{name} is no single file")


def event(article: Exported) -> ArticleEnriched:
    """Return the event of a stored article."""
    return ArticleEnriched.model_validate_json(article.document)


def _nothing(_: Exported | None) -> bytes:
    return b""


def _feed(question: Question, first: Exported | None) -> feeds.Feed:
    newest = question.began if first is None else feeds.updated(event(first))
    return feeds.Feed(question.title, question.id, newest)
