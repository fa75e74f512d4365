"""The figures of one page, in what the cleaner made of it. Pure."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleCleaned, ArticleRejected, Content, Quality
from wiredesk.contracts.ids import registrable_host
from wiredesk.contracts.topics import CLEANED, REJECTED

# DNS has no longer names.
MAX_HOST_CHARS = 253


class Figure(StrEnum):
    """What is looked at. All but `text` are of the pages that had a text; all but `words` are shares of pages."""

    TEXT = "text"
    WHOLE = "whole"
    WORDS = "words"
    HEADLINE = "headline"
    AUTHORS = "authors"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Seen:
    """One page: its registrable host, and a value for each `Figure`, in their order.

    A value is 0 or 1, for `words` their natural logarithm, and None where the page had no text.
    """

    host: str
    values: tuple[float | None, ...]


_NO_TEXT = (0.0, *[None] * (len(Figure) - 1))


def seen_in(record: wire.Record) -> Seen | None:
    """Return the figures in a record that the cleaner made; None where its page had no URL.

    Any refusal is a page without a text. A text that was submitted with a URL counts like the page there.
    """
    if record.topic == REJECTED:
        url, values = wire.decode(record.value, ArticleRejected).url, _NO_TEXT
    elif record.topic == CLEANED:
        article = wire.decode(record.value, ArticleCleaned)
        url, values = article.url, _values(article)
    else:
        return None
    return Seen(registrable_host(url)[:MAX_HOST_CHARS], values) if url else None


def _values(article: ArticleCleaned) -> tuple[float, ...]:
    """In the order of `Figure`."""
    return (
        1.0,
        float(article.quality is Quality.GOOD),
        math.log(max(1, article.word_count)),
        float(bool(article.headline)),
        float(bool(article.authors)),
        float(article.date_published is not None),
    )


def with_figures(
    parse: Callable[[bytes, Mapping[Content, int]], wire.Record], value: bytes, limits: Mapping[Content, int]
) -> tuple[wire.Record, Seen | None]:
    """Return what `parse` makes of the rest, and its figures. For the process that parses: a record may be large."""
    record = parse(value, limits)
    return record, seen_in(record)
