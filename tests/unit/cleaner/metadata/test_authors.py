import json

import pytest
from lxml.html import document_fromstring

from wiredesk_cleaner.metadata.author_names import author_names, bare_name, without_lead
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


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ("By Ann Lee and Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Bo Ek & Cy Day", ("Ann Lee", "Bo Ek", "Cy Day")),
        ("Ann Lee, Science Editor", ("Ann Lee",)),
        ("Ann Lee, MD, FAND", ("Ann Lee",)),
        ("Ann Lee, Director of Operations, Quay Lines", ("Ann Lee",)),
        ("Ann Lee, Berlin", ("Ann Lee",)),
        ("Von Ann Lee und Bo Ek", ("Ann Lee", "Bo Ek")),
        ("De Vries", ("De Vries",)),
        ("Ursula von der Aue", ("Ursula von der Aue",)),
        ("J. R. O'Neil", ("J. R. O'Neil",)),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Ana Ruiz y Luis Paz", ("Ana Ruiz", "Luis Paz")),
        ("ANN LEE", ("Ann Lee",)),
        ("Maria & Katerina", ("Maria", "Katerina")),
        ("Ann Lee | Quay Courier", ("Ann Lee",)),
        ("Ann Lee Last Updated August 1, 2025", ("Ann Lee",)),
        ("Анна Ли и Борис Эк", ("Анна Ли", "Борис Эк")),
        ("Dr. Ann Lee", ("Dr. Ann Lee",)),
        ("Ann Lee (Harbour Press)", ("Ann Lee",)),
    ],
)
def test_names_are_told_from_what_stands_around_them(stated, names):
    assert author_names([stated]) == names


@pytest.mark.parametrize(
    "stated",
    ["admin", "https://quay.example/ann", "ann@quay.example", "", "By", "{{author}}", "page.head.author", "12"],
)
def test_what_names_nobody_is_left_out(stated):
    assert author_names([stated]) == ()


def test_names_are_counted_once_whatever_their_case():
    assert author_names(["Ann Lee", "ann lee", "Bo Ek"]) == ("Ann Lee", "Bo Ek")


def test_a_lead_is_cut_only_before_a_name():
    assert without_lead("Text: Ann Lee") == "Ann Lee"
    assert without_lead("Byron Lee") == "Byron Lee"
    assert bare_name("Ann Lee · 3 March") == "Ann Lee"


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
