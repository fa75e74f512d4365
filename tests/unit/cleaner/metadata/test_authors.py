# ruff: noqa: RUF001 - a name in its own letters, dashes as bylines have them
import json

import pytest
from lxml.html import document_fromstring

from wiredesk_cleaner.metadata.extraction import Metadata, read_metadata

PROSE = (
    "<p>The lake states agreed on Tuesday to share their water for another ten years, the ministry said, and the"
    " farmers downstream of the dam will not hear before the spring what the deal costs them.</p>"
)


def read(*, body: str = "", ld: object = None, head: str = "", headline: str = "Lake states sign a pact") -> Metadata:
    script = "" if ld is None else f'<script type="application/ld+json">{json.dumps(ld)}</script>'
    page = f"<html><head><title>{headline}</title>{head}{script}</head><body><h1>{headline}</h1>{body}</body></html>"
    return read_metadata(document_fromstring(page), "https://quay.example/a")


def source(found: Metadata) -> tuple[str, bool]:
    return next(((e.source, e.certain) for e in found.evidence if e.field == "authors"), ("", True))


def test_an_author_who_is_only_referred_to_is_looked_up_in_the_graph():
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "Lake states sign a pact", "author": {"@id": "#ann"}},
            {"@type": "Person", "@id": "#ann", "name": "Ann Lee", "url": "https://quay.example/ann"},
        ]
    }
    assert read(ld=graph).authors == ("Ann Lee",)


def test_an_agency_beside_a_person_is_the_agency_and_no_author():
    found = read(ld={"@type": "NewsArticle", "author": [{"name": "Ann Lee"}, {"name": "Reuters"}]})
    assert (found.authors, found.agency) == (("Ann Lee",), "Reuters")


def test_a_publisher_as_author_gives_way_to_the_person_in_the_byline_and_else_stays():
    stated = {"@type": "Article", "author": {"name": "Quay Courier"}, "publisher": {"name": "Quay Courier"}}
    found = read(ld=stated, body=f"<p>By <a href='/authors/ann'>Ann Lee</a></p>{PROSE}")
    assert (found.authors, source(found)) == (("Ann Lee",), ("byline", True))
    assert read(ld=stated, body=PROSE).authors == ("Quay Courier",)


@pytest.mark.parametrize(
    "byline",
    [
        "<p>By Ann Lee</p>",
        "<div><span>Written by</span><span>Ann Lee</span></div>",
        "<div class='article-author'>Ann Lee</div>",
        "<a href='/people/ann-lee'>Ann Lee</a>",
        "<a rel='author' href='https://elsewhere.example/x'>Ann Lee</a>",
        "<span itemprop='author'><span itemprop='name'>Ann Lee</span></span>",
        "<p>Von Ann Lee</p>",
        "<p>Reviewed by Bo Ek</p><p>By Ann Lee</p>",
        "<p class='byline'>3 March 2026</p><p class='byline'>Ann Lee</p>",
        "<a href='https://x.com/author/menu'>Follow Us</a><p>By Ann Lee</p>",
    ],
)
def test_the_byline_below_the_headline_is_read(byline):
    found = read(body=byline + PROSE * 4)
    assert (found.authors, source(found)) == (("Ann Lee",), ("byline", True))


def test_two_authors_of_one_byline_are_both_found():
    body = "<p><a href='/author/ann'>Ann Lee</a>, <a href='/author/bo'>Bo Ek</a></p>"
    assert read(body=body + PROSE).authors == ("Ann Lee", "Bo Ek")


def test_an_author_box_below_the_story_counts_when_the_page_marks_one_person():
    box = "<div class='box'><a rel='author' href='/ann'>Ann Lee</a></div>"
    found = read(body=PROSE * 5 + box)
    assert (found.authors, source(found)) == (("Ann Lee",), ("marked author", False))
    assert read(body=PROSE * 5 + box + box.replace("Ann Lee", "Bo Ek")).authors == ()
    comment = "<div class='comment'><a rel='author' href='/bo'>Bo Ek</a></div>"
    assert read(body=PROSE * 5 + comment).authors == ()


def test_prose_that_begins_with_by_names_nobody():
    assert read(body="<p>By Monday the states had agreed.</p><p>By the lake</p>" + PROSE).authors == ()


def test_the_label_that_says_written_by_names_the_author():
    head = '<meta name="twitter:label1" content="Geschrieben von"><meta name="twitter:data1" content="Ann Lee">'
    found = read(head=head)
    assert (found.authors, source(found)) == (("Ann Lee",), ("meta twitter:data1", True))


def test_a_name_of_a_bibliography_is_turned_round():
    head = '<meta name="citation_author" content="Lee, Ann"><meta name="citation_author" content="Ek, Bo">'
    assert read(head=head).authors == ("Ann Lee", "Bo Ek")


def test_an_author_whose_name_is_stated_in_two_parts_is_put_together():
    stated = [{"@type": "Person", "givenName": "Ann", "familyName": "Lee"}, {"@type": "Person", "familyName": "Ek"}]
    assert read(ld={"@type": "NewsArticle", "author": stated}).authors == ("Ann Lee", "Ek")


def test_the_site_s_address_as_author_is_a_house_and_another_address_is_nobody():
    assert read(ld={"@type": "NewsArticle", "author": {"name": "quay.example"}}).authors == ("quay.example",)
    assert read(ld={"@type": "NewsArticle", "author": {"name": "elsewhere.example"}}).authors == ()


def test_the_newsroom_that_is_stated_is_named_when_nobody_else_is_and_is_no_agency():
    stated = {"@type": "NewsArticle", "author": {"name": "Die Redaktion"}}
    found = read(ld=stated)
    assert (found.authors, found.agency) == (("Die Redaktion",), None)
    assert read(ld=stated, body=f"<p>Von Ann Lee</p>{PROSE}").authors == ("Ann Lee",)


def test_an_agency_in_a_tag_goes_before_the_publisher_in_the_structured_data():
    stated = {"@type": "NewsArticle", "author": {"name": "Quay"}, "publisher": {"name": "Quay"}}
    found = read(ld=stated, head='<meta name="articleAuthor" content="Anadolu Ajansı">')
    assert (found.authors, source(found)) == (("Anadolu Ajansı",), ("meta articleauthor", True))
    assert read(ld=stated, head='<meta name="articleAuthor" content="Quay">').authors == ("Quay",)


@pytest.mark.parametrize(
    ("stated", "byline", "names"),
    [
        ("Cy Day", "<div class='author-2'>Ann Lee</div>", ("Ann Lee",)),
        ("CyD", "<p>By Ann Lee</p>", ("Ann Lee",)),
        ("Ann", "<p>By Ann Lee</p>", ("Ann Lee",)),
        ("Ann Lee", "<p>By Ann Lee and Bo Ek</p>", ("Ann Lee", "Bo Ek")),
        ("Cy Day", "<p>Share</p><p>Print</p><p>Save</p><p>By Ann Lee</p>", ("Cy Day",)),
        ("Cy Day", "<p class='byline'>Ann</p>", ("Cy Day",)),
        ("Ann Lee", "<p class='byline'>Ann Lee, Bo Ek</p>", ("Ann Lee",)),
        ("Dr. Ann Lee", "<p>By Ann Lee</p>", ("Dr. Ann Lee",)),
    ],
)
def test_the_byline_right_below_the_headline_corrects_who_put_the_story_in(stated, byline, names):
    found = read(ld={"@type": "NewsArticle", "author": {"name": stated}}, body=byline + PROSE * 4)
    assert found.authors == names


@pytest.mark.parametrize(
    "byline",
    [
        "<p>By Ann Lee in Oslo and agencies</p>",
        "<p>Ann Lee | Senior Writer | July 2, 2026</p>",
        "<p>Par Ann Lee Le 17/02/2026</p>",
        "<p class='byline'>02.02.2026, 11:30 Uhr von Ann Lee</p>",
        "<p class='byline'>von Ann Lee Lesezeit: 4 Min.</p>",
        "<div class='byline'><div><a href='/x'><small>Ann Lee</small></a></div></div>",
        "<a href='/author/ann'><span>Ann Lee</span></a>",
        "<span class='jobber-hero__author'>Ann Lee</span>",
        "<p>Ann Lee – Journalist i Oslo</p>",
        "<p>Illustration: Bo Ek</p><p>Text: Ann Lee</p>",
    ],
)
def test_a_byline_is_read_among_dates_roles_and_places(byline):
    found = read(body=byline + PROSE * 4)
    assert (found.authors, source(found)) == (("Ann Lee",), ("byline", True))


def test_two_signed_lines_and_two_links_in_one_element_are_each_a_person():
    signed = "<p>Ann Lee – Journalist</p><p>Bo Ek – Journalist</p>"
    links = "<p class='byline'><a href='/author/ann'>Ann Lee</a><a href='/author/bo'>Bo Ek</a></p>"
    for byline in (signed, links):
        assert read(body=byline + PROSE * 4).authors == ("Ann Lee", "Bo Ek")


def test_authors_of_other_stories_further_below_are_left_out():
    teasers = "".join(f"<h3>Story {number}</h3>" for number in range(8)) + "<a href='/author/cy'>Cy Day</a>"
    assert read(body=f"<a href='/author/ann'>Ann Lee</a>{teasers}{PROSE}").authors == ("Ann Lee",)


def test_a_name_alone_beside_the_date_is_an_uncertain_byline():
    found = read(body=f"<time>3 March 2026</time><div>Ann Lee</div>{PROSE * 4}")
    assert (found.authors, source(found)) == (("Ann Lee",), ("byline", False))


@pytest.mark.parametrize(
    "label",
    [
        "<a href='/blog/project-work'>Project Work</a>",
        "<button>Project Work</button>",
        "<h2>Project Work</h2>",
        "<div>Lake states</div>",
        "<div>Harbour Press</div>",
        "<div>Top Stories</div>",
        f"<p>{'The lake states agreed to share their water, ' * 4}<span>Project Work</span></p>",
    ],
)
def test_a_label_beside_the_date_is_nobody(label):
    assert read(body=f"<time>3 March 2026</time>{label}{PROSE * 4}").authors == ()


def test_the_owner_of_a_site_that_marks_nobody_else_wrote_it():
    page = "<div class='card'><a rel='author' href='/'>Quay</a></div>"
    assert read(body=PROSE * 5 + page).authors == ("Quay",)
