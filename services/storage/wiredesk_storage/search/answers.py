"""What a search answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

MARK = "**"
"""around each word found, in an excerpt"""
SAMPLED_FACETS = ("type", "entity")
"""what is counted in fewer hits than all else, because each has many"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. `excerpt` marks the words found with `**`; `rank` only compares hits of one search.

    `dated` is when it was published or fetched, the earlier of both. `duplicate_of` is the first article with the same
    headline and text, `copy_of` the first of the group whose text is the same or nearly; of that one `also_at` are the
    hosts of its copies, twenty at most.
    """

    article_id: UUID
    headline: str
    url: str | None
    host: str | None
    publisher: str | None
    article_section: str | None
    in_language: str | None
    source: str | None
    dated: datetime
    date_published: datetime | None
    updated_at: datetime
    duplicate_of: UUID | None
    copy_of: UUID | None
    also_at: Sequence[str]
    rank: float
    excerpt: str


@dataclass(frozen=True, slots=True)
class Page:
    """Hits in order. `after` is the cursor of the next page; None: this is the last.

    `is_cut`: more articles have the words than are ranked, and only the newest of them were. `is_read_in_part`: a
    phrase, or words that every text has, are looked for without an index, and there are more articles than the newest
    that were read for this page. By date a page may then have fewer hits than asked for, or none, and the next
    ones more.
    """

    hits: Sequence[Hit] = ()
    after: str | None = None
    is_cut: bool = False
    is_read_in_part: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """How the hits are spread: for each facet its values with the number of hits, the most first; days in order.

    `hits` were counted; `is_cut`: there are more, and these are the newest. `is_read_in_part`: see `Page`. Types and
    entities are those of the newest `sampled` of them.
    """

    hits: int
    is_cut: bool
    counts: Mapping[str, Sequence[tuple[str, int]]]
    is_read_in_part: bool = False
    sampled: int = 0


@dataclass(frozen=True, slots=True)
class EntityCount:
    """How many articles of a window name an entity and how often, and how many of the window before did.

    `before` is None where either window has more articles than are counted.
    """

    name: str
    type: str
    articles: int
    mentions: int
    before: int | None


@dataclass(frozen=True, slots=True)
class TopEntities:
    """The entities that most articles of a window name. `is_cut`: only the newest articles of it were counted."""

    articles: int
    is_cut: bool
    entities: Sequence[EntityCount]


@dataclass(frozen=True, slots=True)
class Named:
    """An article that names an entity."""

    article_id: UUID
    headline: str
    url: str | None
    dated: datetime


@dataclass(frozen=True, slots=True)
class EntityPage:
    """One entity in a window of days.

    `articles` were counted; `is_cut`: there are more, and these are the newest. `timeline` has their number on every
    day of the window, in order. All else is told by the newest `sampled` of them: mentions, ids, `types` and `names`
    with the number of articles, the most first, and `together`, what the same articles name, the most first.
    """

    articles: int
    is_cut: bool
    mentions: int
    names: Sequence[tuple[str, int]]
    types: Sequence[tuple[str, int]]
    ids: Mapping[str, Sequence[str]]
    timeline: Sequence[tuple[date, int]]
    together: Sequence[Mapping[str, Any]]
    newest: Sequence[Named]
    sampled: int = 0
    counted: Sequence[UUID] = ()
    """the articles, the newest first"""
