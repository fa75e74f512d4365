from datetime import UTC, date, datetime

import pytest
from lxml.html import document_fromstring

from wiredesk_cleaner.metadata.extraction import Metadata, read_metadata

PROSE = "<p>The lake states agreed on Tuesday to share their water for another ten years, the ministry said.</p>"
NEWS = '<script type="application/ld+json">{"@type": "%s", "headline": "Pact", "datePublished": "%s"}</script>'
FETCHED = datetime(2026, 3, 10, tzinfo=UTC)


def read(*, head: str = "", body: str = "", url: str = "https://quay.example/a", lang: str = "en-GB") -> Metadata:
    page = (
        f'<html lang="{lang}"><head><title>Lake pact signed</title>{head}</head><body><h1>Lake pact signed</h1>{body}'
    )
    return read_metadata(document_fromstring(page + PROSE * 4 + "</body></html>"), url, FETCHED)


def published(found: Metadata) -> tuple[date | None, str, bool]:
    evidence = next((e for e in found.evidence if e.field == "date_published"), None)
    day = found.date_published.date() if found.date_published else None
    return (day, evidence.source, evidence.certain) if evidence else (day, "", True)


def test_a_newsroom_s_date_holds_whatever_stands_beside_the_headline():
    found = read(head=NEWS % ("NewsArticle", "2026-03-03T10:15:00+02:00"), body="<p>1 February 2026</p>")
    assert published(found) == (date(2026, 3, 3), "json-ld", True)


def test_an_earlier_day_beside_the_headline_goes_before_the_date_of_a_new_edition():
    found = read(head=NEWS % ("Article", "2026-03-03"), body="<p>1 February 2026</p>")
    assert published(found) == (date(2026, 2, 1), "visible text", False)
    later = read(head=NEWS % ("Article", "2026-03-03"), body="<p>5 March 2026</p>")
    assert published(later) == (date(2026, 3, 3), "json-ld", True)


def test_the_address_decides_between_stated_dates():
    head = (
        NEWS % ("NewsArticle", "2026-03-03") + '<meta property="article:published_time" content="2024-05-06T08:00:00Z">'
    )
    found = read(head=head, url="https://quay.example/2024/05/06/pact")
    assert published(found) == (date(2024, 5, 6), "meta article:published_time", True)
    contradicted = read(head=NEWS % ("NewsArticle", "2026-03-03"), url="https://quay.example/2024/05/06/pact")
    assert published(contradicted) == (date(2024, 5, 6), "url", False)
    earlier = read(head=NEWS % ("NewsArticle", "2023-03-03"), url="https://quay.example/2024/05/06/pact")
    assert published(earlier) == (date(2023, 3, 3), "json-ld", False)


def test_a_date_after_the_page_was_fetched_is_believed_only_alone():
    head = NEWS % ("NewsArticle", "2026-04-01")
    other = '<meta property="article:published_time" content="2026-03-03T08:00:00Z">'
    assert published(read(head=head + other)) == (date(2026, 3, 3), "meta article:published_time", True)
    assert published(read(head=head)) == (date(2026, 4, 1), "json-ld", False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<time datetime='2026-03-03T10:15:00Z'>today</time>", (date(2026, 3, 3), "time element", True)),
        ("<div>Published</div><div>3 March 2026</div>", (date(2026, 3, 3), "visible text", True)),
        ("<p>Updated 4 March 2026</p><p>3 March 2026</p>", (date(2026, 3, 3), "visible text", True)),
        ("<p>Zuletzt aktualisiert</p><p>4.3.2026</p>", (date(2026, 3, 4), "visible text", False)),
        ('<script>x({"publishedAt":"2026-03-03T10:00:00Z"})</script>', (date(2026, 3, 3), "script", False)),
        (r'<script>x("{\"datePublished\":\"2026-03-03\"}")</script>', (date(2026, 3, 3), "script", False)),
        ("<p>2/3/2026</p>", (date(2026, 3, 2), "visible text", False)),
    ],
)
def test_without_structured_data_the_date_is_read_from_the_page(body, expected):
    assert published(read(body=body)) == expected


def test_the_order_of_day_and_month_follows_the_page_s_language():
    assert published(read(body="<p>2/3/2026</p>", lang="en-US"))[0] == date(2026, 2, 3)
    assert published(read(body="<p>2/3/2026</p>", lang="fr"))[0] == date(2026, 3, 2)


def test_the_latest_change_is_told_from_the_first_publication():
    found = read(body="<p>Published 3 March 2026</p><p>Updated 4 March 2026</p>")
    assert (found.date_published, found.date_modified) == (
        datetime(2026, 3, 3, tzinfo=UTC),
        datetime(2026, 3, 4, tzinfo=UTC),
    )


def test_a_change_before_the_publication_is_none():
    head = (
        NEWS % ("NewsArticle", "2026-03-03") + '<meta property="article:modified_time" content="2025-01-01T00:00:00Z">'
    )
    assert read(head=head).date_modified is None


@pytest.mark.parametrize("line", ["Oppdatert 4.3.2026", "Päivitetty 4. maaliskuuta 2026", "Обновлено 4 марта 2026"])
def test_a_change_is_told_in_every_language_of_the_phrasebooks(line):
    found = read(body=f"<p>{line}</p>")
    assert published(found) == (date(2026, 3, 4), "visible text", False)
    assert found.date_modified == datetime(2026, 3, 4, tzinfo=UTC)
