"""The rules by which a submission is refused before anything is fetched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts.events import MAX_PAGE_BYTES, MAX_TEXT_BYTES, ArticleSubmitted, Rejection
from wiredesk.contracts.submission import check, check_url, without_credentials


def reason(given: str | ArticleSubmitted) -> Rejection:
    refusal = check_url(given) if isinstance(given, str) else check(given)
    assert refusal is not None
    return refusal.reason


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a",
        "http://example.org:8080/a?b=c#d",
        "HTTPS://EXAMPLE.ORG/",
        "https://example.org/a story",
        "https://bücher.example/ü",
        "https://[2606:4700::1111]/",
        "https://example.org/@someone/post",
        "https://example.org/?mail=a@b.example",
    ],
)
def test_a_web_address_may_be_fetched(url):
    assert check_url(url) is None
    assert without_credentials(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "data:text/html,hello",
        "example.org/a",
        "//example.org/a",
        "http://",
        "http:///a",
        "http:example.org",
        "http://[::1/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://exa mple.org/",
        "http://example.org\\evil.example/",
        "http://example.org/a\r\nHost: evil.example",
        "http://example.org/\x00",
        "http://example.org/\ud800",
        " http://example.org/",
        "http://example.org/\n",
        "http://example.org/" + "a" * 8192,
    ],
)
def test_what_is_no_web_address_is_refused(url):
    assert reason(url) is Rejection.INVALID_URL


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:s3cret@example.org/a", "https://example.org/a"),
        ("https://user@example.org/a?b=c", "https://example.org/a?b=c"),
        ("https://@example.org/", "https://example.org/"),
        ("https://us%40er:s3cret@s3cret@example.org/a@b", "https://example.org/a@b"),
        ("http://example.org\\@127.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_credentials_are_refused_and_cut_out(url, shown):
    refusal = check_url(url)
    assert refusal is not None
    assert refusal.reason is Rejection.CREDENTIALS_IN_URL
    assert "s3cret" not in refusal.message
    assert without_credentials(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "ftp://user:s3cret@example.org/a",
        "http:user:s3cret@example.org/a",
        "http:///user:s3cret@example.org/a",
        "http:\\\\user:s3cret@example.org/a",
        "http://user:s3/cret:s3cret@example.org/a",
        "user:s3cret@example.org",
        " https://user:s3cret@example.org/",
        "https://user:s3cret@example.org:port/",
        "https://user:s3cret@[::1/",
    ],
)
def test_credentials_in_an_invalid_url_are_cut_out_too(url):
    assert reason(url) in {Rejection.INVALID_URL, Rejection.CREDENTIALS_IN_URL}
    assert "s3cret" not in without_credentials(url)


@given(st.text(max_size=40), st.text(alphabet="s3cret", min_size=6, max_size=6), st.text(max_size=20))
def test_no_url_with_an_at_sign_before_its_host_shows_what_stood_there(before, secret, after):
    url = f"https://{before}:{secret}@example.org{after}"
    assert f":{secret}@" not in without_credentials(url) or check_url(url) is None


def test_html_and_text_within_the_limits_pass():
    assert check(ArticleSubmitted(html="<p>News</p>")) is None
    assert check(ArticleSubmitted(text="News")) is None
    assert check(ArticleSubmitted(url="https://example.org/")) is None


@pytest.mark.parametrize("content", ["", " \n\t ", "\u3000\u00a0"])
def test_a_text_of_white_space_is_empty(content):
    assert reason(ArticleSubmitted(text=content)) is Rejection.EMPTY
    assert reason(ArticleSubmitted(html=content)) is Rejection.EMPTY


@pytest.mark.parametrize(("field", "limit"), [("html", MAX_PAGE_BYTES), ("text", MAX_TEXT_BYTES)])
def test_sizes_are_counted_in_bytes_of_utf8(field, limit):
    assert check(ArticleSubmitted(**{field: "a" * limit})) is None
    assert reason(ArticleSubmitted(**{field: "a" * (limit + 1)})) is Rejection.TOO_LARGE
    assert check(ArticleSubmitted(**{field: "ж" * (limit // 2)})) is None
    assert reason(ArticleSubmitted(**{field: "ж" * (limit // 2 + 1)})) is Rejection.TOO_LARGE


def test_the_url_beside_a_text_must_be_valid_too():
    submission = ArticleSubmitted(url="https://user:s3cret@example.org/", text="News")
    assert reason(submission) is Rejection.CREDENTIALS_IN_URL


PROLOG = '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n<?xml-stylesheet href="a.xsl"?>\n'


@pytest.mark.parametrize(
    ("content", "listing"),
    [
        ('<rss version="2.0"><channel><item><title>Harbour opens</title></item></channel></rss>', "an RSS feed"),
        (PROLOG + "<rss><channel/></rss>", "an RSS feed"),
        ('<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "a.dtd">\n<RSS version="0.91">', "an RSS feed"),
        (PROLOG + '<rdf:RDF xmlns="http://purl.org/rss/1.0/">', "an RSS feed"),
        (PROLOG + '<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>', "an Atom feed"),
        (PROLOG + "<urlset><url><loc>https://a.example/1</loc></url></urlset>", "a sitemap"),
        ("<sitemapindex>", "a sitemap index"),
        ("<opml version='2.0'>", "a list of feeds (OPML)"),
        ('{ "version": "https://jsonfeed.org/version/1.1", "items": [] }', "a JSON feed"),
        ('{"title": "News", "version": "https://jsonfeed.org/version/1"}', "a JSON feed"),
    ],
)
@pytest.mark.parametrize("field", ["html", "text"])
def test_a_feed_or_sitemap_is_not_an_article_and_the_message_says_what_to_submit(content, listing, field):
    refusal = check(ArticleSubmitted(**{field: content}))
    assert refusal is not None
    assert refusal.reason is Rejection.NOT_AN_ARTICLE
    assert refusal.message == f"this is {listing}, not an article: submit the URLs that it lists"


@pytest.mark.parametrize(
    "content",
    [
        PROLOG + '<html xmlns="http://www.w3.org/1999/xhtml"><body>A story.</body></html>',
        "<!DOCTYPE html><html><body><p>About &lt;rss&gt; feeds.</p></body></html>",
        "<!-- <rss> --><p>A story.</p>",
        "<feedback>A story.</feedback>",
        "Feeds\n\n<rss> is what a feed begins with.",
        '{"version": "1"} is not JSON Feed.',
        "<!--" * 1000,
        "<?xml " + "<!x>" * 1000,
    ],
)
def test_what_only_speaks_of_feeds_is_let_through(content):
    assert check(ArticleSubmitted(html=content)) is None
