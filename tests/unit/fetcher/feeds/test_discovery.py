"""Which feeds a page names, and where they usually are."""

import pytest

from wiredesk_fetcher.feeds.discovery import linked, well_known

PAGE = "https://harbour.example/news/"
RSS = 'rel="alternate" type="application/rss+xml"'


def test_feeds_come_in_the_order_of_the_page_and_those_of_comments_last() -> None:
    html = f"""<!doctype html><html><head>
    <link rel="stylesheet" href="/style.css"><link rel=alternate hreflang=de href="/de">
    <link {RSS} title="Comments on everything" href="/talk.xml">
    <link {RSS} href="/comments/feed">
    <LINK REL="Alternate home" TYPE="Application/RSS+XML; charset=utf-8" HREF=" /feed ">
    <link rel="alternate" type="application/atom+xml" href="atom.xml"/>
    <link rel="alternate" type="application/feed+json" href="//cdn.example/feed.json">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
    <link {RSS} href="/feed">
    </head><body><link {RSS} href="https://harbour.example/body?a=1&amp;b=2"></body></html>"""
    assert linked(html, PAGE) == (
        "https://harbour.example/feed",
        "https://harbour.example/news/atom.xml",
        "https://cdn.example/feed.json",
        "https://harbour.example/body?a=1&b=2",
        "https://harbour.example/talk.xml",
        "https://harbour.example/comments/feed",
    )


def test_the_base_of_a_page_is_heeded() -> None:
    html = f'<base href="https://cdn.example/x/"><base href="https://no.example/"><link {RSS} href="feed">'
    assert linked(html, PAGE) == ("https://cdn.example/x/feed",)


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "file:///etc/passwd", "", "https://a:b@harbour.example/", "http://["]
)
def test_what_cannot_be_fetched_is_no_feed(href: str) -> None:
    assert linked(f'<link {RSS} href="{href}">', PAGE) == ()


def test_a_comment_names_no_feed() -> None:
    assert linked(f'<!-- <link {RSS} href="/feed"> --><script>"<link {RSS} href=/x>"</script>', PAGE) == ()


def test_at_most_20_feeds_are_named() -> None:
    html = "".join(f'<link {RSS} href="/{number}">' for number in range(1000))
    assert len(linked(html, PAGE)) == 20


@pytest.mark.parametrize(
    "piece", ["<div>", "<link ", "<", "<!--", "<a b='", "&", "\0", "<table><tr>", "\ud800", "</p>"]
)
def test_a_hostile_page_names_what_it_named_before(piece: str) -> None:
    html = f'<link {RSS} href="/feed">' + piece * 300_000
    assert linked(html, PAGE)[:1] == ("https://harbour.example/feed",)


@pytest.mark.parametrize("html", ["", "   ", "\0", "plain text", "<?xml version='1.0' encoding='utf-16'?><html/>"])
def test_a_page_without_feeds_names_none(html: str) -> None:
    assert linked(html, PAGE) == ()


def test_the_usual_addresses_are_on_the_same_host() -> None:
    found = well_known("http://harbour.example:8080/news/today?x=1")
    assert found[0] == "http://harbour.example:8080/feed"
    assert len(found) == len(set(found)) == 10


@pytest.mark.parametrize("url", ["", "ftp://harbour.example/", "https://a:b@harbour.example/", "nonsense"])
def test_what_is_no_site_has_no_usual_addresses(url: str) -> None:
    assert well_known(url) == ()
