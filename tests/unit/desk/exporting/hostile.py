"""Articles that hurt whoever writes them down carelessly, and how the store hands one over."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, partial
from typing import Any

from tests.factories import enriched
from wiredesk.contracts.events import ArticleEnriched, Entity, GeoCoordinates, Image, Mention
from wiredesk_storage.search.exporting import Exported, Place

NASTY = 'x\0y "quoted", ]]> <b>&amp; \x0b\x1b[31m \u202eright to left שלום\u202c 🚢👩‍🚀 \ufffe\u2028new\r\nline; end'
FORMULA = '=HYPERLINK("http://evil.example","click")'


def exported(event: ArticleEnriched, revision: int = 1, day: date | None = None) -> Exported:
    """The article as the store hands it over."""
    return Exported(
        Place(event.fetched_at.isoformat(), event.article_id),
        day or event.fetched_at.date(),
        revision,
        event.model_dump_json(exclude_none=True),
    )


def article(**fields: Any) -> ArticleEnriched:
    """An article with `fields` as they are, checked by nobody; without others it names nobody."""
    return enriched().model_copy(update={"entities": (), **fields})


def nasty() -> ArticleEnriched:
    """One with every kind of character that a format may choke on, in every field of text."""
    texts = dict.fromkeys(
        ("headline", "alternative_headline", "text", "article_section", "agency", "dateline", "publisher", "source"),
        NASTY,
    )
    lists = dict.fromkeys(("authors", "contributors", "credits", "captions", "keywords"), (NASTY, FORMULA))
    entity = Entity(
        name=NASTY,
        type="GPE",
        mentions=(Mention(field="text", start=0, end=len(NASTY), surface=NASTY),),
        ids={"wikidata": "Q1 ]]>", NASTY: NASTY},
        geo=GeoCoordinates(latitude=-33.5, longitude=151.25),
        salience=0.25,
    )
    return article(
        **texts,
        **lists,
        entities=(entity,),
        images=(Image(url="https://example.org/a b.jpg", caption=NASTY, credit=NASTY),),
        url="https://example.org/ä?q=[1]&x=%zz#a#b",
    )


def with_half_characters() -> ArticleEnriched:
    """One with lone surrogates, which no JSON of a store has."""
    return article(headline="half \ud83d", text="\udea2 half", authors=("\ud800",))


@cache
def huge() -> ArticleEnriched:
    """One with a body of 1 MiB and 10,000 entities."""
    text = ("Ada Marsh spoke. " * 70_000)[: 1024 * 1024]
    entities = tuple(
        Entity(
            name=f"Ada Marsh {n}", type="PERSON", mentions=(Mention(field="text", start=0, end=9, surface=text[:9]),)
        )
        for n in range(10_000)
    )
    return article(text=text, entities=entities)


def bare() -> ArticleEnriched:
    """One that says next to nothing."""
    return article(url=None, headline="", text="", entities=(), word_count=0)


EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
AGES = {
    "absent": None,
    "year 1": datetime(1, 1, 1, tzinfo=UTC),
    "before year 1": datetime(1, 1, 1, tzinfo=EAST),
    "year 9999": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "behind year 9999": datetime(9999, 12, 31, 23, 59, 59, tzinfo=WEST),
    "without a zone": datetime(2026, 11, 1, 8),  # noqa: DTZ001
}
"""Dates of publication by what is odd about them."""

HOSTILE: dict[str, Callable[[], ArticleEnriched]] = {
    "nasty": nasty,
    "half characters": with_half_characters,
    "huge": huge,
    "bare": bare,
    **{name: partial(article, date_published=at, date_modified=at) for name, at in AGES.items()},
}
"""Articles by what is wrong with them."""
