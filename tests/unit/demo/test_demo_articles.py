"""The stories of the demo, their pages and their flattened texts."""

from collections import Counter

import pytest
from lxml import html

from wiredesk.contracts.events import ZoneKind
from wiredesk_local.demo.article import SECTIONS, Article, load_articles
from wiredesk_local.demo.flatten import flatten
from wiredesk_local.demo.pages import Layout, article_page, article_path, index_page, login_page

ARTICLES = load_articles()
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
URL = "http://127.0.0.1:1/story.html"


def slug(article: Article) -> str:
    return article.slug


def shown_lines(page: str) -> list[str]:
    """The text of every block element of a page, white space folded."""
    blocks = html.document_fromstring(page).iter("p", "li", "h1", "h2", "h3", "figcaption")
    return [" ".join(str(block.xpath("string()")).split()) for block in blocks]


def test_there_are_at_least_eight_stories_for_each_of_the_five_desks():
    desks = Counter(article.section for article in ARTICLES)
    assert set(desks) == set(SECTIONS)
    assert min(desks.values()) >= 8
    assert len(ARTICLES) >= 44


@pytest.mark.parametrize("field", ["slug", "headline", "blocks"])
def test_no_two_stories_share(field):
    values = [getattr(article, field) for article in ARTICLES]
    assert len(set(values)) == len(values)


def test_the_stories_vary_as_real_news_does():
    whole = "\n".join(article.story for article in ARTICLES)
    assert sum(bool(article.caption) for article in ARTICLES) >= 20
    assert sum(not article.credit for article in ARTICLES) >= 10
    assert sum(bool(article.subtitle) for article in ARTICLES) >= 5
    assert {kind for article in ARTICLES for kind, _ in article.blocks} == {
        ZoneKind.BODY,
        ZoneKind.HEADING,
        ZoneKind.LIST,
    }
    for token in ("$", "percent", "President ", "Dr ", "Chief Executive", " (ADB)", "'s ", "ø", "Ł", "🐝"):
        assert token in whole


@pytest.mark.parametrize("article", ARTICLES, ids=slug)
def test_a_story_is_short_and_happens_in_autumn_2026(article):
    assert 100 <= len(article.story.split()) <= 220
    assert sum(kind is ZoneKind.BODY for kind, _ in article.blocks) in range(3, 8)
    assert article.date_published.year == 2026
    assert 9 <= article.date_published.month <= 11
    assert DAYS[article.date_published.weekday()] in article.story
    assert bool(article.caption) == bool(article.credit)


@pytest.mark.parametrize("article", ARTICLES, ids=slug)
def test_every_expected_name_stands_in_the_story_and_the_photographer_does_not(article):
    text = f"{article.headline}\n{article.story}"
    expected = (*article.expect.people, *article.expect.organisations, *article.expect.places)
    assert len(expected) >= 3
    assert [name for name in expected if name not in text] == []
    if article.credit:
        assert article.credit.split("/")[0] not in text


def test_exactly_one_story_has_a_correction_and_it_changes_the_story():
    (article,) = [article for article in ARTICLES if article.revision]
    revised = article.revised()
    assert article.revision is not None
    wrong, right = article.revision.replace
    assert wrong in article.story
    assert wrong not in revised.story
    assert right in revised.story
    assert revised.blocks[-1] == (ZoneKind.BODY, article.revision.correction)
    with pytest.raises(ValueError, match="no revision"):
        ARTICLES[0].revised()


def test_a_date_without_offset_is_refused():
    raw = {**ARTICLES[0].model_dump(), "text": "One.", "date_published": "2026-10-12T08:30:00"}
    del raw["blocks"]
    with pytest.raises(ValueError, match="offset"):
        Article.model_validate(raw)


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("article", ARTICLES, ids=slug)
def test_a_page_of_any_layout_holds_headline_byline_credit_and_every_paragraph_once(article, layout):
    page = article_page(article, layout, url=URL, related=ARTICLES[:2])
    lines = shown_lines(page)
    first, *rest = (text for _, text in article.blocks)
    for text in (article.lead + first, *rest):
        assert lines.count(text) == 1
    assert article.headline in lines
    document = html.document_fromstring(page)
    assert article.authors[0] in str(document.xpath("string()"))
    if article.credit:
        under_picture = str(document.xpath("string(//figcaption)"))
        assert article.credit.split("/")[0].casefold() in under_picture.casefold()


def test_the_three_layouts_are_built_differently():
    skeletons = {
        tuple(element.tag for element in html.document_fromstring(article_page(ARTICLES[0], layout, url=URL)).iter())
        for layout in Layout
    }
    assert len(skeletons) == 3


def test_text_of_a_story_cannot_become_markup():
    article = ARTICLES[0].model_copy(update={"headline": 'Less <b>than</b> & "more" </script>'})
    for layout in Layout:
        page = article_page(article, layout, url=URL)
        assert article.headline in shown_lines(page)
        assert "</script>" not in page.split('ld+json">')[-1].split("</script>")[0]


def test_pages_that_are_no_articles_say_so():
    for page in (index_page("World", ARTICLES[:9]), login_page()):
        assert 'content="website"' in page
        assert "NewsArticle" not in page
        assert not any(article.blocks[0][1] in page for article in ARTICLES)


def test_paths_are_unique():
    assert len({article_path(article) for article in ARTICLES}) == len(ARTICLES)


@pytest.mark.parametrize("article", ARTICLES, ids=slug)
def test_the_truth_of_a_flattened_text_covers_every_line_that_is_not_blank(article):
    flattened = flatten(article, ARTICLES[0] if article is not ARTICLES[0] else ARTICLES[1])
    assert [line for line in flattened.text.splitlines() if line.strip()] == [text for _, text in flattened.lines]


@pytest.mark.parametrize("article", ARTICLES, ids=slug)
def test_a_flattened_text_holds_the_whole_story_and_some_furniture(article):
    flattened = flatten(article, ARTICLES[1])
    story = [text for kind, text in flattened.lines if kind in {ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.LIST}]
    assert len(story) == len(article.blocks)
    for line, (_, text) in zip(story, article.blocks, strict=True):
        assert line.endswith(text)
    assert flattened.headline == article.headline
    assert len(flattened.lines) - len(story) >= 3


def test_flattening_repeats_exactly():
    assert flatten(ARTICLES[3], ARTICLES[4]) == flatten(ARTICLES[3], ARTICLES[4])


def test_all_kinds_of_furniture_occur_and_no_two_texts_are_alike():
    flattened = [flatten(article, ARTICLES[number - 1]) for number, article in enumerate(ARTICLES)]
    assert len({text.text for text in flattened}) == len(ARTICLES)
    kinds = Counter(kind for text in flattened for kind, _ in text.lines)
    assert set(ZoneKind) - set(kinds) == {ZoneKind.QUOTE}
    assert min(kinds[kind] for kind in (ZoneKind.SLUG, ZoneKind.CREDIT, ZoneKind.TRACKER, ZoneKind.CONTRIBUTORS)) >= 8


def test_no_picture_goes_from_an_agency_to_itself():
    flattened = [flatten(article, ARTICLES[0]) for article in ARTICLES if article.credit]
    passed_on = [text for one in flattened for kind, text in one.lines if kind is ZoneKind.CREDIT and " via " in text]
    assert len(passed_on) > 10
    for text in passed_on:
        sender, _, desk = text.partition(" via ")
        assert not sender.lower().endswith(desk.lower())
