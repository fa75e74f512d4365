# ruff: noqa: RUF001 - titles are set with any dash
import pytest
from lxml.html import document_fromstring

from wiredesk_cleaner.metadata.extraction import Metadata, read_metadata
from wiredesk_cleaner.metadata.titles import likeness, without_site

URL = "https://www.quay.example/world/lake-states-sign-pact.html"
NEWS = '{"@type": "NewsArticle", "headline": "Lake States Sign a Pact"}'
POST = '{"@type": "BlogPosting", "headline": "Pact Guide 2026: Everything About Lakes"}'


def read(*, body: str = "", title: str = "", og: str = "", ld: str = "", site: str = "", url: str = URL) -> Metadata:
    metas = f'<meta property="og:title" content="{og}">' if og else ""
    metas += f'<meta property="og:site_name" content="{site}">' if site else ""
    script = f'<script type="application/ld+json">{ld}</script>' if ld else ""
    return read_metadata(
        document_fromstring(f"<html><head><title>{title}</title>{metas}{script}</head><body>{body}</body></html>"), url
    )


def source(found: Metadata, field: str = "headline") -> str:
    return next((evidence.source for evidence in found.evidence if evidence.field == field), "")


def test_a_newsroom_is_taken_at_its_word_over_another_headline_on_the_page():
    found = read(ld=NEWS, body="<h1>Pact for the lakes is signed</h1>", og="Lake States Sign a Pact")
    assert (found.headline, source(found)) == ("Lake States Sign a Pact", "json-ld")


def test_the_headline_on_the_page_and_og_title_together_outvote_a_newsroom():
    found = read(ld=NEWS, body="<h1>Lake states sign their pact</h1>", og="Lake states sign their pact")
    assert (found.headline, source(found)) == ("Lake states sign their pact", "h1")


def test_elsewhere_the_headline_that_the_reader_sees_goes_before_the_one_for_search_engines():
    found = read(ld=POST, body="<h1>All you need to know about the lake pact</h1>", og="Pact Guide 2026")
    assert (found.headline, source(found)) == ("All you need to know about the lake pact", "h1")


def test_a_headline_that_json_ld_cuts_short_is_taken_whole_from_the_page():
    cut = '{"@type": "NewsArticle", "headline": "Lake States Sign a Pact About …"}'
    found = read(ld=cut, body="<h1>Lake States Sign a Pact About Their Water</h1>")
    assert found.headline == "Lake States Sign a Pact About Their Water"


def test_a_headline_as_long_as_a_paragraph_is_none():
    long = f'{{"@type": "Article", "headline": "{"Lake states sign. " * 30}"}}'
    assert read(ld=long, og="Lake States Sign a Pact").headline == "Lake States Sign a Pact"


@pytest.mark.parametrize(
    "body",
    [
        '<h1 class="site-logo">Quay Example</h1><h1>Lake states sign a pact</h1>',
        "<nav><h1>Lake menu</h1></nav><article><h1>Lake states sign a pact</h1></article>",
        "<h1>Our blog</h1><h1>Lake states sign a pact</h1><h1>Leave a reply</h1>",
        "<h1><span>Water</span> <span>Lake states sign a pact</span></h1>",
        "<h1>Lake states sign a pact<div>Posted on 3 March by Ann Lee</div></h1>",
        "<h1>LAKE STATES SIGN A PACT</h1>",
    ],
    ids=["logo", "menu", "several", "kicker", "date beside", "capitals"],
)
def test_the_headline_is_found_among_other_headings_and_freed_of_what_stands_beside_it(body):
    assert read(body=body, og="Lake states sign a pact | Quay", site="Quay").headline == "Lake states sign a pact"


def test_a_heading_that_nothing_else_repeats_is_no_headline():
    found = read(body="<h1>Pulse!</h1>", title="The Quay | quay.example - Lake states sign pact", og="")
    assert (found.headline, source(found)) == ("Lake states sign pact", "title")


def test_without_an_h1_a_heading_like_the_title_is_the_headline():
    found = read(body="<h2>Lake states sign a pact about water</h2><h2>More</h2>", title="Lake states sign a pact")
    assert (found.headline, source(found)) == ("Lake states sign a pact about water", "h2")


@pytest.mark.parametrize(
    ("title", "sites"),
    [
        ("Lake pact signed | Quay Courier", ["Quay Courier"]),
        ("Lake pact signed - World - Quay Courier", ["Quay Courier", "World"]),
        ("Quay | Lake pact signed", ["quay.example", "quay"]),
        ("Lake pact signed – QuayCourier.com", ["Quay Courier"]),
        ("Lake pact signed · The Courier", []),
        ("Lake pact signed - Quay | Courier", ["Quay | Courier"]),
    ],
)
def test_the_name_of_the_site_goes(title, sites):
    assert without_site(title, sites) == "Lake pact signed"


def test_a_title_of_several_parts_that_are_no_site_stays_whole():
    assert without_site("Lake pact - what it means", ["Quay Courier"]) == "Lake pact - what it means"


def test_likeness_is_by_letters_in_any_script():
    assert likeness("湖の国が水を分ける", "湖の国が水を分ける") == 1
    assert likeness("Lake states sign", "lake-states-sign") == 1
    assert likeness("Lake states sign", "Menu") < 0.1
    assert likeness("", "Lake") == 0


def test_a_line_break_in_a_headline_is_a_space():
    assert read(body="<h1>Lake states<br>sign a <b>pa</b>ct</h1>").headline == "Lake states sign a pact"


def test_a_headline_of_two_thousand_nested_elements_is_read():
    nested = "<h1>" + "<i>" * 2000 + "Lake states sign" + "</i>" * 2000 + "</h1>"
    assert read(body=nested).headline in {"Lake states sign", ""}
