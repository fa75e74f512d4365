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
        "<h1><div><span class='visuallyhidden'>Headline:</span> Lake states sign a pact</div></h1>",
    ],
    ids=["logo", "menu", "several", "kicker", "date beside", "capitals", "label inside"],
)
def test_the_headline_is_found_among_other_headings_and_freed_of_what_stands_beside_it(body):
    assert read(body=body, og="Lake states sign a pact | Quay", site="Quay").headline == "Lake states sign a pact"


@pytest.mark.parametrize(
    "path",
    [
        "<nav class='breadcrumb'><h1>Lake pact: states sign, farmers wait</h1></nav>",
        "<ol class='site-Breadcrumbs'><li><h1 class='last'>Lake pact: states sign, farmers wait</h1></li></ol>",
        "<ul><li><h1 data-breadcrumb-headline>Lake pact: states sign, farmers wait</h1></li></ul>",
    ],
    ids=["nav", "list", "attribute"],
)
def test_below_breadcrumbs_with_a_line_for_search_engines_the_headline_is_a_smaller_heading(path):
    search = "Lake pact: states sign, farmers wait"
    headings = "<h2><span>Water</span> <span>Ten more years for the valley</span></h2><h2>States sign at dawn</h2>"
    ld = f'{{"@type": "NewsArticle", "headline": "{search}"}}'
    found = read(body=f"{path}<article>{headings}</article>", title=search, og="Ten more years for the valley", ld=ld)
    assert (found.headline, source(found)) == ("Ten more years for the valley", "h2")


@pytest.mark.parametrize("heading", ["What is a dry lake and what lives there?", "What is a dry lake?"])
def test_breadcrumbs_hold_the_headline_when_only_headings_of_the_text_follow(heading):
    line = "What is a dry lake and what lives in it?"
    body = f"<nav class='breadcrumb'><h1>{line}</h1></nav><article><h2>{heading}</h2></article>"
    url = "https://www.quay.example/world/what-is-a-dry-lake.html"
    assert read(body=body, og=line, title=line, url=url).headline == line


def test_a_headline_that_repeats_the_breadcrumbs_is_still_stated_by_the_newsroom():
    body = "<nav class='breadcrumb'><h1>Lake States Sign a Pact</h1></nav><h2>Lake states sign a pact</h2>"
    found = read(body=body, ld=NEWS, og="Lake States Sign a Pact")
    assert (found.headline, source(found)) == ("Lake States Sign a Pact", "json-ld")


@pytest.mark.parametrize("link", ["/", "https://www.quay.example", "https://www.quay.example/"])
def test_a_heading_that_is_all_a_link_to_the_home_page_is_the_name_of_the_site(link):
    body = f"<h1><a href='{link}'>Lake states and other worries</a></h1><h2>Lake states sign a pact</h2>"
    assert read(body=body, title="Lake states sign a pact").headline == "Lake states sign a pact"


def test_a_heading_that_is_all_a_link_to_its_own_page_may_be_the_headline():
    assert read(body=f"<h1><a href='{URL}'>Lake states sign</a></h1>", title="The pact").headline == "Lake states sign"


def test_the_heading_of_the_comments_is_no_headline():
    body = "<h2 class='comments-title'>15 replies to Lake states sign a pact</h2>"
    assert read(body=body, title="Lake states sign a pact").headline == "Lake states sign a pact"


def test_a_heading_that_no_reader_sees_gives_way_to_one_that_is_read():
    body = "<h1 class='page-title hidden'>News</h1><article><h1>Lake states sign a pact</h1></article>"
    assert read(body=body, title="News", og="Lake states sign a pact").headline == "Lake states sign a pact"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Lake pact signed | World", "Lake pact signed"),
        ("Lake pact signed | Water", "Lake pact signed | Water"),
    ],
)
def test_the_section_behind_a_bar_goes_when_the_address_has_a_folder_of_its_name(title, kept):
    assert read(body=f"<h1>{title}</h1>").headline == kept


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
