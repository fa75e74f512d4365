"""What comes from an article, made fit to be shown."""
# ruff: noqa: RUF001 - letters that look like others are what this is about

from datetime import UTC, datetime, timedelta

import pytest

from wiredesk_desk.web.pages import shown

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("char", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u2069"])
def test_what_acts_on_a_screen_is_shown_as_a_mark(char: str):
    assert shown.plain(f"a{char}b") == "a�b"


@pytest.mark.parametrize("text", ["Ünïcödé", "日本", "سلام\u200cها", "👩\u200d🚒", "line\nline\ttab", "a\u200fb"])
def test_what_is_read_stays_as_it_is(text: str):
    assert shown.plain(text) == text


def test_a_long_text_is_cut_and_says_so():
    assert shown.plain("ab" * 10, 5) == "ababa…"
    assert len(shown.headline("word " * 10_000)) < 500


def test_an_article_without_a_headline_says_so():
    assert shown.headline(" \n ") == "(no headline)"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org/",
        "",
        None,
        "https://",
        "http://a b/",
        "java\nscript:x",
    ],
)
def test_what_opens_no_page_is_no_link(url: str | None):
    assert shown.web_address(url) is None


def test_a_web_address_is_a_link():
    assert shown.web_address("HTTPS://example.org/ä?q=1") == "HTTPS://example.org/ä?q=1"


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(0), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "2 d ago"),
        (timedelta(days=8), "12 November 2026"),
        (timedelta(days=-1), "21 November 2026"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(past: timedelta, said: str):
    assert shown.ago(NOW - past, NOW) == said


def test_an_address_keeps_the_question_but_for_what_is_changed():
    assert shown.address("/search", {"q": "a b", "type": "ORG"}, type=None, sort="date") == "/search?q=a+b&sort=date"
    assert shown.address("/", {}) == "/"
    assert shown.entity_address("AC/DC & co", "ORG") == "/entities/AC%2FDC%20%26%20co?type=ORG"


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "-"), (0.4, "0.4 s"), (42, "42 s"), (600, "10 min"), (90_000, "25 h")]
)
def test_a_time_span_is_said_in_the_unit_in_which_it_is_read(seconds: float | None, said: str):
    assert shown.duration(seconds) == said
