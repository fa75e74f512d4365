"""The cleaner's answer to every page and text of the demo, against what the newsroom wrote."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from wiredesk.contracts.events import ZoneKind
from wiredesk_local.demo.article import Article, load_articles
from wiredesk_local.demo.flatten import Line, flatten
from wiredesk_local.demo.pages import Layout, article_page

ARTICLES = load_articles()
URL = "https://courier.example/story.html"
STORY = {ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.LIST}


def photographer(credit: str) -> str:
    return credit.partition(" via ")[0].casefold()


def zones(article: Article, lines: tuple[Line, ...]) -> Iterator[Line]:
    """What each line is; the dateline before the first sentence is a zone of its own."""
    for kind, text in lines:
        story = text.removeprefix(article.lead) if kind in STORY else text
        if story != text:
            yield ZoneKind.DATELINE, article.lead.rstrip()
        yield kind, story


def slug(article: Article) -> str:
    return article.slug


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("article", ARTICLES, ids=slug)
def test_a_page_of_any_layout_gives_every_field_and_only_the_story(from_page, article, layout):
    related = [other for other in ARTICLES if other is not article][:4]
    found = from_page(article_page(article, layout, url=URL, related=related), URL)
    assert (found.headline, found.alternative_headline) == (article.headline, article.subtitle)
    assert (found.article_section, found.authors) == (article.section, article.authors)
    assert (found.dateline, found.agency) == (article.dateline, article.agency)
    assert (found.date_published, found.in_language) == (article.date_published, "en")
    assert found.captions == ((article.caption,) if article.caption else ())
    assert [photographer(credit) for credit in found.credits] == (
        [photographer(article.credit)] if article.credit else []
    )
    assert [line.removeprefix("- ") for line in found.text.splitlines() if line] == [text for _, text in article.blocks]


@pytest.mark.parametrize("number", range(len(ARTICLES)), ids=[article.slug for article in ARTICLES])
def test_a_flattened_text_gives_every_field_it_holds_and_each_line_its_zone(from_text, number):
    article = ARTICLES[number]
    flattened = flatten(article, ARTICLES[number - 1])
    truth = list(zones(article, flattened.lines))
    held = {kind for kind, _ in truth}
    found = from_text(flattened.text)
    assert (found.headline, found.alternative_headline) == (article.headline, article.subtitle)
    assert (found.dateline, found.agency) == (article.dateline, article.agency)
    assert found.authors == (article.authors if ZoneKind.BYLINE in held else ())
    assert found.captions == ((article.caption,) if ZoneKind.CAPTION in held else ())
    credit = [photographer(article.credit)] if article.credit and ZoneKind.CREDIT in held else []
    assert [photographer(found_credit) for found_credit in found.credits] == credit
    if ZoneKind.SECTION in held:
        assert found.article_section is not None
        assert found.article_section.casefold() == article.section.casefold()
    if ZoneKind.DATE in held:
        assert found.date_published is not None
        # Half of the date lines state the day alone, none a zone of its own.
        assert abs(found.date_published - article.date_published) < timedelta(days=1)
    assert [line for line in found.text.splitlines() if line] == [text for kind, text in truth if kind in STORY]
    assert [(zone.kind, zone.text or found.text[zone.start : zone.end]) for zone in found.zones] == truth
