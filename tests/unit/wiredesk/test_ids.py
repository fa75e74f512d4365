"""Ids: the same for the same article, everywhere and always."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts import ids


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Example.org/a", "https://example.org/a"),
        ("https://example.org/a?utm_source=x", "https://example.org/a"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org/x/../a", "https://example.org/a"),
        ("https://example.org/a#comments", "https://example.org/a"),
    ],
)
def test_two_spellings_of_a_url_are_one_article(one, other):
    assert ids.article_id(one) == ids.article_id(other)


def test_two_pages_of_a_site_are_two_articles():
    assert ids.article_id("https://example.org/a?id=1") != ids.article_id("https://example.org/a?id=2")


def test_an_id_never_changes_between_releases():
    assert ids.article_id("https://example.org/story.html") == uuid.UUID("289ec9f9-9775-5f01-837e-78c526d24919")


@pytest.mark.parametrize("url", ["", "::", "http://[::1", "not a url", "http://", "\x00", "javascript:alert(1)"])
def test_what_is_no_url_still_gets_an_id(url):
    assert ids.article_id(url or None, "text").version == 5


@given(st.text(max_size=200))
def test_canonical_url_never_raises_and_is_idempotent(text):
    url = "https://example.org/" + text
    once = ids.canonical_url(url)
    assert ids.canonical_url(once) == once


def test_white_space_and_unicode_forms_do_not_change_the_content_hash():
    assert ids.content_hash("a  b\n", "é") == ids.content_hash("a b", "e\u0301")


def test_the_parts_of_a_content_hash_do_not_run_together():
    assert ids.content_hash("ab", "c") != ids.content_hash("a", "bc")


def test_an_article_without_url_is_known_by_its_content():
    assert ids.article_id(None, "text one") == ids.article_id(None, "text  one ")
    assert ids.article_id(None, "text one") != ids.article_id(None, "text two")


def test_an_article_needs_a_url_or_content():
    with pytest.raises(ValueError, match="needs a URL or content"):
        ids.article_id(None, "")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.bbc.co.uk/news/x", "bbc.co.uk"),
        ("https://edition.cnn.com/x", "cnn.com"),
        ("http://127.0.0.1:8080/x", "127.0.0.1:8080"),
        ("http://user:secret@host/x", "host"),
        ("nonsense", "-"),
    ],
)
def test_all_urls_of_a_site_share_their_key(url, host):
    assert ids.registrable_host(url) == host
