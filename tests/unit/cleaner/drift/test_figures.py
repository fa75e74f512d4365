"""What is looked at of a page."""

import math
from datetime import UTC, datetime

from tests.factories import cleaned
from wiredesk.contracts import wire
from wiredesk.contracts.events import Content, Event, Quality, Rejection
from wiredesk_cleaner.core import rejected
from wiredesk_cleaner.drift.figures import MAX_HOST_CHARS, Figure, Seen, seen_in, with_figures

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def record(event: Event) -> wire.Record:
    return wire.encode(event, source="cleaner", time=NOON)


def seen(event: Event) -> Seen:
    found = seen_in(record(event))
    assert found is not None
    return found


def figures(one: Seen) -> dict[str, float | None]:
    return {figure.value: value for figure, value in zip(Figure, one.values, strict=True)}


def test_an_article_tells_all_figures_of_its_registrable_host():
    article = cleaned("The quay was closed. " * 20).model_copy(
        update={"url": "https://news.harbour.co.uk/1", "authors": ("Ada Marsh",), "word_count": 80}
    )
    found = seen(article)
    assert found.host == "harbour.co.uk"
    assert figures(found) == {
        "text": 1,
        "whole": 1,
        "words": math.log(80),
        "headline": 1,
        "authors": 1,
        "date": 0,
    }


def test_what_an_article_lacks_is_a_nought():
    bare = cleaned("Closed.", headline="").model_copy(
        update={"quality": Quality.PARTIAL, "word_count": 0, "date_published": NOON}
    )
    assert figures(seen(bare)) == {"text": 1, "whole": 0, "words": 0, "headline": 0, "authors": 0, "date": 1}


def test_of_a_refused_page_nothing_is_known_but_that_it_had_no_text(fetched):
    event = fetched("x", Content.HTML, "https://www.harbour.co.uk/2")
    for reason in (Rejection.EMPTY, Rejection.NOT_AN_ARTICLE, Rejection.TOO_LARGE):
        found = seen(rejected(event, reason, "no text"))
        assert found == Seen("harbour.co.uk", (0.0, None, None, None, None, None))


def test_what_has_no_url_belongs_to_no_host(fetched):
    assert seen_in(record(rejected(fetched("x"), Rejection.EMPTY, "no text"))) is None
    assert seen_in(record(cleaned().model_copy(update={"url": None}))) is None


def test_a_host_is_no_longer_than_a_name_can_be():
    article = cleaned().model_copy(update={"url": f"https://{'a' * 2000}/1"})
    assert len(seen(article).host) == MAX_HOST_CHARS


def test_the_record_goes_along_unchanged():
    made = record(cleaned())

    def parse(value, limits):
        assert (value, limits) == (b"page", {Content.HTML: 9})
        return made

    assert with_figures(parse, b"page", {Content.HTML: 9}) == (made, seen_in(made))
