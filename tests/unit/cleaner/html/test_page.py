import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from wiredesk.contracts.events import Content, Rejection, ZoneKind
from wiredesk_cleaner.core import clean

P = [
    "The lake states agreed on Tuesday to share their water for another ten years, the ministry said.",
    "Officials in the capital declined to say what the deal would cost the farmers downstream of the dam.",
    "Talks on the price of electricity resume in the spring, when the snow of the high valleys melts.",
    "The pact replaces one that expired in the autumn after four rounds of talks had come to nothing.",
]
ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Lake States Sign Water Pact &amp; Go Home",
    "alternativeHeadline": "Ten more years",
    "author": [{"@type": "Person", "name": "Ann Lee"}, "By Bo Ek, Science Editor"],
    "publisher": {"@type": "Organization", "name": "Quayside Courier"},
    "datePublished": "2026-03-03T10:15:00+02:00",
    "dateModified": "2026-03-04T08:00:00",
    "articleSection": ["World", "Water"],
    "keywords": "water, lakes, drought",
}


def page(*, ld: object = None, head: str = "", body: str = "", title: str = "Pact - Quayside Courier", story=P) -> str:
    script = (
        ""
        if ld is None
        else f'<script type="application/ld+json">{ld if isinstance(ld, str) else json.dumps(ld)}</script>'
    )
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in story)
    return (
        f'<html lang="en-GB"><head><title>{title}</title>{head}{script}</head>'
        f"<body><article><h1>Lakes Sign</h1>{prose}{body}</article></body></html>"
    )


def test_json_ld_gives_every_field_it_states(from_page):
    cleaned = from_page(page(ld=ARTICLE, head='<link rel="canonical" href="/world/pact">'))
    assert cleaned.headline == "Lake States Sign Water Pact & Go Home"
    assert cleaned.alternative_headline == "Ten more years"
    assert cleaned.authors == ("Ann Lee", "Bo Ek")
    assert cleaned.publisher == "Quayside Courier"
    assert cleaned.article_section == "World"
    assert cleaned.keywords == ("water", "lakes", "drought")
    assert cleaned.date_published == datetime(2026, 3, 3, 10, 15, tzinfo=timezone(timedelta(hours=2)))
    assert cleaned.date_modified == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
    assert cleaned.canonical_url == "https://quay.example/world/pact"
    assert cleaned.in_language == "en"
    assert cleaned.text == "\n\n".join(P)


@pytest.mark.parametrize(
    "ld",
    [
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, ARTICLE]},
        [{"@type": "Organization", "name": "X"}, ARTICLE],
        {"@type": "WebPage", "mainEntity": {"@type": ["Thing"], "mainEntity": ARTICLE}},
        json.dumps(ARTICLE)[:-1] + ",}",
        "<!-- " + json.dumps(ARTICLE) + " -->",
        json.dumps(ARTICLE) + ";",
        json.dumps(ARTICLE).replace("Ten more", "Ten\n more"),
    ],
    ids=["graph", "list", "nested", "trailing comma", "comment", "semicolon", "raw line feed"],
)
def test_json_ld_is_found_in_every_shape(from_page, ld):
    cleaned = from_page(page(ld=ld))
    assert cleaned.headline == "Lake States Sign Water Pact & Go Home"
    assert cleaned.alternative_headline == "Ten more years"


@pytest.mark.parametrize(
    "ld", ["{", "[[", "null", '"x"', "{}" * 3, "[" * 100_000, '{"@type": 3, "author": {"name": [1]}}']
)
def test_broken_json_ld_counts_as_not_stated(from_page, ld):
    cleaned = from_page(page(ld=ld, head='<meta property="og:title" content="Lakes Sign Pact | Courier">'))
    assert cleaned.headline == "Lakes Sign"


def test_meta_tags_fill_what_json_ld_leaves(from_page):
    head = """
      <meta property="og:title" content="Lakes Sign - Quayside Courier">
      <meta property="og:site_name" content="Quayside Courier">
      <meta name="author" content="Ann Lee and Bo Ek"><meta property="article:author" content="https://x.example/ann">
      <meta property="article:published_time" content="2026-03-03T10:15:00Z">
      <meta property="article:section" content="World"><meta property="article:tag" content="water">
      <meta property="og:url" content="https://quay.example/pact">"""
    cleaned = from_page(page(head=head))
    assert cleaned.headline == "Lakes Sign"
    assert cleaned.publisher == "Quayside Courier"
    assert cleaned.authors == ("Ann Lee", "Bo Ek")
    assert cleaned.date_published == datetime(2026, 3, 3, 10, 15, tzinfo=UTC)
    assert (cleaned.article_section, cleaned.keywords) == ("World", ("water",))
    assert cleaned.canonical_url == "https://quay.example/pact"


def test_without_any_statement_h1_is_the_headline_and_a_title_gives_the_publisher(from_page):
    cleaned = from_page(page(title="Lakes Sign - World - Quayside Courier"))
    assert (cleaned.headline, cleaned.publisher) == ("Lakes Sign", "Quayside Courier")


def test_captions_and_credits_come_from_the_figure_and_never_into_the_text(from_page):
    figure = "<figure><img src='x.jpg'><figcaption>Boats on the dry bed. Photo: Ann Lee / HPA</figcaption></figure>"
    cleaned = from_page(page(body=figure))
    assert cleaned.captions == ("Boats on the dry bed.",)
    assert cleaned.credits == ("Ann Lee/HPA",)
    assert "Ann Lee" not in cleaned.text


def test_a_credit_and_a_byline_beside_a_caption_are_told_apart(from_page):
    figure = """<figure><figcaption>Boats on the <em>dry</em> bed <span>Photo: <a>Ann Lee</a>/HPA</span>
      <small>By Bo Ek, Cy Day</small></figcaption></figure>
      <figure><figcaption>Cranes at dusk<br><p>They sleep there.</p></figcaption></figure>
      <figure><figcaption><span>By Bo Ek</span></figcaption></figure>"""
    cleaned = from_page(page(body=figure))
    assert cleaned.captions == ("Boats on the dry bed", "Cranes at dusk They sleep there.")
    assert cleaned.credits == ("Ann Lee/HPA",)
    assert cleaned.authors == ("Bo Ek", "Cy Day")
    assert from_page(page(ld=ARTICLE, body=figure)).authors == ("Ann Lee", "Bo Ek")


def test_a_caption_of_hundreds_of_parts_is_not_taken_apart(from_page):
    parts = "".join(f"<span>Photo: Ann Lee{n}/AFP</span> " for n in range(300))
    cleaned = from_page(page(body=f"<figure><figcaption>Boats. {parts}</figcaption></figure>"))
    assert (len(cleaned.captions), cleaned.credits) == (1, ())


def test_furniture_that_extraction_kept_is_zoned_like_that_of_a_text(from_page):
    story = ["Lakes Sign", "By Ann Lee", f"GENEVA (HPA) — {P[0]}", *P[1:], "(Reporting by Ann Lee; Editing by Bo Ek)"]
    cleaned = from_page(page(story=story))
    assert cleaned.text == "\n\n".join(P)
    assert (cleaned.dateline, cleaned.agency, cleaned.contributors) == ("GENEVA", "HPA", ("Ann Lee", "Bo Ek"))
    assert {zone.kind for zone in cleaned.zones} >= {ZoneKind.DATELINE, ZoneKind.CONTRIBUTORS, ZoneKind.BODY}


def test_lists_and_crossheads_of_a_page_stay_in_order(from_page):
    parts = "<h2>What now</h2><p>Three lakes are named:</p><ul><li>Lake Orrin</li><li>Lake Vey</li></ul>"
    parts += "<p>No date is set yet.</p>"
    text = from_page(page(body=parts)).text
    assert text.endswith("What now\n\nThree lakes are named:\n\n- Lake Orrin\n\n- Lake Vey\n\nNo date is set yet.")


def test_a_body_deeper_than_the_parser_allows_by_default_is_kept(from_page):
    story = "".join(f"<p>{paragraph}</p>" for paragraph in P)
    deep = f"<html><body><h1>Lakes Sign</h1>{'<div>' * 600}{story}{'</div>' * 600}</body></html>"
    assert from_page(deep).text == "\n\n".join(P)


def test_the_article_body_of_the_json_ld_stands_in_when_nothing_is_extracted(from_page):
    cleaned = from_page(page(ld={**ARTICLE, "articleBody": "\n".join(P)}, story=[]))
    assert cleaned.text == "\n".join(P)


def form(title: str, *lines: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>"


@pytest.mark.parametrize(
    ("source", "evidence"),
    [
        (form("404 - Page not found", "Sorry, the page you are looking for does not exist any more."), "error page"),
        (form("Sign in", "Enter your e-mail address and your password.", "Forgot your password?"), "login page"),
        (
            form("Courier", "We value your privacy.", "We and our partners store data.", "Accept all", "Reject all"),
            "cookie wall",
        ),
        (form("Just a moment...", "Verify you are human by completing the action below.", "Ray ID: 1"), "bot check"),
        (form("Courier", "Welcome to the Courier."), "too little prose"),
    ],
)
def test_a_page_that_is_no_article_is_refused_with_its_evidence(refused, source, evidence):
    answer = refused(source, Content.HTML, "https://quay.example/x")
    assert answer.reason is Rejection.NOT_AN_ARTICLE
    assert answer.detail.startswith(evidence)


def test_an_index_of_teasers_is_refused(refused):
    teasers = "".join(
        f"<article><h2><a href='/{n}'>Lake story number {n}</a></h2><p>{P[n % 4]}</p></article>" for n in range(12)
    )
    answer = refused(f"<html><head><title>Courier</title></head><body>{teasers}</body></html>", Content.HTML)
    assert answer.detail.startswith("index page")


def test_an_article_about_error_pages_passes(from_page):
    story = [*P, "Whoever reads page not found and access denied all day is no robot, the museum said.", *P, *P]
    assert from_page(page(title="404: how the error page became art", story=story)).word_count > 150


def test_a_flash_page_that_declares_an_article_passes_and_the_same_page_without_does_not(from_page, refused):
    assert from_page(page(ld=ARTICLE, story=P[:1])).text == P[0]
    assert refused(page(story=P[:1]), Content.HTML).detail.startswith("too little prose")


@pytest.mark.parametrize(
    "content", ["", " \n\t", "\x00\u200b", "<html></html>", "<!-- x -->", "<body><script>var a = 1;</script></body>"]
)
def test_a_page_without_text_is_empty(refused, content):
    assert refused(content, Content.HTML).reason is Rejection.EMPTY


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff\x00"])
def test_a_text_without_a_character_is_empty(refused, content):
    assert refused(content).reason is Rejection.EMPTY


def test_a_text_without_a_sentence_is_no_article(refused):
    answer = refused("Home\nWorld\nPolitics\nSport\nCulture\nSubscribe\nLog in")
    assert answer.reason is Rejection.NOT_AN_ARTICLE


def test_a_text_of_more_lines_than_any_article_is_refused(refused):
    assert refused("It rained all day.\n" * 20_001).reason is Rejection.TOO_LARGE


@pytest.mark.parametrize(
    "junk",
    ["\ud800", "\x00\x01", "<", "<p", "<!DOCTYPE", "&#0;&#xD800;", "]]>", "<html><html>", "<?xml encoding='x'?>"],
)
def test_junk_never_raises(fetched, junk):
    for kind in Content:
        clean(fetched(junk, kind))
        clean(fetched(junk + page(ld=ARTICLE) + junk, kind, "http://[bad"))
