"""What a submission or an HTTP answer becomes."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts import ids
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleSubmitted, Content, Rejection, ServiceName
from wiredesk.contracts.submission import Refusal
from wiredesk.engine.outcomes import RetryAt
from wiredesk_fetcher import core
from wiredesk_fetcher.core import Response

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://example.org/story?utm_source=feed"
SUBMITTED = ArticleSubmitted(url=URL, source="feed", published_hint=NOW - timedelta(hours=1))


def answered(response: Response, now: datetime = NOW, at: datetime = NOW) -> Any:
    return core.answered(SUBMITTED, response, at=at, now=now)


def passed_through(submission: ArticleSubmitted, at: datetime = NOW) -> Any:
    return core.passed_through(submission, at)


def next_hop(url: str, status: int, headers: dict[str, str], hops: int) -> Any:
    return core.next_hop(url, status, headers.get("Location", ""), hops)


def response(status: int = 200, **fields: Any) -> Response:
    return Response("https://example.org/final", status, **{"content_type": "text/html", **fields})


def test_a_page_becomes_an_event_with_the_id_of_the_submitted_url():
    event = answered(response(body=b"<p>News</p>"))
    assert isinstance(event, ArticleFetched)
    assert event.article_id == ids.article_id(URL)
    assert (event.url, event.submitted_url) == ("https://example.org/final", URL)
    assert (event.kind, event.content, event.http_status) == (Content.HTML, "<p>News</p>", 200)
    assert (event.fetched_at, event.source, event.published_hint) == (NOW, "feed", SUBMITTED.published_hint)


def test_a_page_fetched_again_is_another_event_of_the_same_article_whatever_it_says():
    first = answered(response(body=b"<p>News</p>"))
    again = answered(response(body=b"<p>News</p>"), NOW + timedelta(days=1))
    other = answered(response(body=b"<p>Newer</p>"))
    assert len({first.event_id, again.event_id, other.event_id}) == 3
    assert first.article_id == again.article_id == other.article_id


def test_a_submission_from_an_archive_is_as_old_as_it_says_and_no_newer_than_it_came():
    old, ahead = NOW - timedelta(days=3000), NOW + timedelta(days=1)
    assert passed_through(ArticleSubmitted(text="News", fetched_at=old)).fetched_at == old
    assert passed_through(ArticleSubmitted(text="News", fetched_at=ahead)).fetched_at == NOW
    assert passed_through(ArticleSubmitted(text="News")).fetched_at == NOW


def test_a_dated_submission_is_the_same_event_however_often_it_is_submitted():
    dated = ArticleSubmitted(text="News", fetched_at=NOW - timedelta(days=3000))
    assert passed_through(dated) == passed_through(dated, NOW + timedelta(days=1))


def test_a_submission_delivered_again_is_the_same_event_and_submitted_again_another():
    one, later = ArticleSubmitted(text="News", source="desk"), NOW + timedelta(milliseconds=1)
    assert passed_through(one) == passed_through(one)
    assert passed_through(one).event_id != passed_through(one, later).event_id
    other = one.model_copy(update={"source": "another desk"})
    assert passed_through(one).event_id != passed_through(other).event_id


def test_a_refusal_delivered_again_is_the_same_event_and_of_another_submission_another():
    gone, later = response(404), NOW + timedelta(hours=1)
    assert answered(gone, now=NOW) == answered(gone, now=later)
    assert answered(gone).event_id != answered(gone, at=later).event_id
    assert answered(gone).event_id != answered(response(403)).event_id


def test_a_refusal_that_quotes_undecodable_bytes_of_a_header_can_be_said():
    event = answered(response(content_type="image/\udcff"))
    assert event.reason is Rejection.UNSUPPORTED_TYPE
    assert "image/\ufffd" in event.model_dump_json()


@pytest.mark.parametrize(
    "type_", ["application/rss+xml", "application/atom+xml; charset=utf-8", "application/feed+json"]
)
def test_an_answer_that_is_a_feed_by_its_type_is_no_article_and_not_read(type_):
    event = answered(response(content_type=type_))
    assert event.reason is Rejection.NOT_AN_ARTICLE
    assert "submit the URLs that it lists" in event.detail


def test_an_answer_that_is_a_feed_by_its_first_element_is_no_article():
    event = answered(response(body=b'<?xml version="1.0"?><rss><channel/></rss>', content_type="text/html"))
    assert event.reason is Rejection.NOT_AN_ARTICLE


def test_content_that_differs_in_white_space_or_form_only_is_another_event():
    texts = ["A café.", "A  café.", "A cafe\u0301.", "A café.\n"]
    events = [passed_through(ArticleSubmitted(text=text, url=URL)) for text in texts]
    assert len({event.content_hash for event in events}) == 1
    assert len({event.event_id for event in events}) == 4


def test_event_ids_never_change_between_releases_of_one_version():
    fetched = passed_through(ArticleSubmitted(text="Quay opens\n\nIt opened.", url=URL, source="desk"))
    refused = answered(response(404))
    assert core.FETCHER_VERSION == "3", "a new version has new ids: write them here"
    assert str(fetched.event_id) == "3debd045-7c42-5409-9405-2ffbe8c2e6d6"
    assert str(refused.event_id) == "903d8b66-bfe4-53cf-95fa-159a0ef9b9c3"


def test_a_plain_text_answer_is_text():
    event = answered(response(content_type="Text/Plain; charset=utf-8", body=b"News"))
    assert event.kind is Content.TEXT


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, Rejection.NOT_FOUND),
        (410, Rejection.GONE),
        (401, Rejection.FORBIDDEN),
        (403, Rejection.FORBIDDEN),
        (400, Rejection.HTTP_ERROR),
        (451, Rejection.HTTP_ERROR),
        (304, Rejection.HTTP_ERROR),
        (300, Rejection.HTTP_ERROR),
        (204, Rejection.EMPTY),
    ],
)
def test_a_status_is_a_reason(status, reason):
    event = answered(response(status, content_type=""))
    assert isinstance(event, ArticleRejected)
    assert (event.reason, event.stage, event.url) == (reason, ServiceName.FETCHER, URL)
    assert event.article_id == ids.article_id(URL)


@pytest.mark.parametrize("status", [500, 502, 504, 520])
def test_a_failing_site_is_tried_again(status):
    with pytest.raises(TransientError, match=str(status)):
        answered(response(status))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 60),
        ("120", 120),
        ("0", 1),
        ("7200", 3600),
        ("9" * 18, 3600),
        ("9" * 5000, 60),
        ("-5", 60),
        ("soon", 60),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW + timedelta(days=5), usegmt=True), 3600),
        (format_datetime(NOW - timedelta(days=5), usegmt=True), 1),
        ("Sun, 01 Mar 2026 12:02:00 -0000", 120),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_to_wait_is_obeyed_for_up_to_an_hour(status, header, seconds):
    later = answered(response(status, retry_after=header))
    assert later == RetryAt(NOW + timedelta(seconds=seconds), f"http_{status}")


@given(st.text(max_size=60))
def test_no_retry_after_header_raises(header):
    assert timedelta(seconds=1) <= core.wait(header, NOW) <= timedelta(hours=1)


@pytest.mark.parametrize(
    "content_type", ["application/pdf", "image/png", "", "text/html-sandboxed", "application/json"]
)
def test_what_is_neither_html_nor_text_is_refused(content_type):
    event = answered(response(content_type=content_type, body=b"x"))
    assert event.reason is Rejection.UNSUPPORTED_TYPE


@pytest.mark.parametrize("body", [b"", b" \r\n", b"\xef\xbb\xbf\n"])
def test_an_empty_body_is_refused(body):
    assert answered(response(body=body)).reason is Rejection.EMPTY


def test_a_body_that_grows_over_the_limit_in_utf8_is_refused():
    body = b"\xe9" * (3 * 1024 * 1024)
    event = answered(response(content_type="text/html; charset=latin1", body=body))
    assert event.reason is Rejection.TOO_LARGE


def test_a_submitted_text_passes_with_the_id_of_its_content_and_the_time_of_its_record():
    event = passed_through(ArticleSubmitted(text="Mayor resigns\x00\n"))
    assert event.article_id == ids.article_id(None, "Mayor resigns\x00\n")
    assert (event.kind, event.content, event.fetched_at) == (Content.TEXT, "Mayor resigns\ufffd\n", NOW)
    assert (event.url, event.submitted_url, event.http_status) == (None, None, None)


def test_a_submitted_page_with_its_url_has_the_id_of_the_url():
    event = passed_through(ArticleSubmitted(html="<p>News</p>", url=URL))
    assert event.article_id == ids.article_id(URL)
    assert (event.kind, event.url, event.submitted_url) == (Content.HTML, URL, URL)


def test_a_rejection_has_no_credentials_and_an_id_even_for_nothing():
    refusal = Refusal(Rejection.CREDENTIALS_IN_URL, "no")
    event = core.rejected(ArticleSubmitted(url="https://user:s3cret@example.org/a"), refusal, NOW)
    assert event.url == "https://example.org/a"
    assert "s3cret" not in event.model_dump_json()
    empty = core.rejected(ArticleSubmitted(text=""), Refusal(Rejection.EMPTY, "no"), NOW)
    assert empty.article_id == ids.article_id(None, " ")
    assert core.rejected(ArticleSubmitted(url="user@"), refusal, NOW).url is None


def test_the_longest_refusal_fits_its_event():
    assert len(core.rejected(SUBMITTED, Refusal(Rejection.HTTP_ERROR, "x" * 10_000), NOW).detail) == 500


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://example.org/b"),
        ("b?c=d", "https://example.org/x/b?c=d"),
        ("//other.example/", "https://other.example/"),
        ("http://other.example/", "http://other.example/"),
    ],
)
def test_a_redirect_is_resolved_against_its_page(location, target):
    assert next_hop("https://example.org/x/a", 302, {"Location": location}, 0) == target


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", Rejection.INVALID_URL),
        ("gopher://example.org/", Rejection.INVALID_URL),
        ("https://user:s3cret@example.org/", Rejection.CREDENTIALS_IN_URL),
        ("http://[", Rejection.INVALID_URL),
        ("/\udcff", Rejection.INVALID_URL),
        ("/" + "a" * 9000, Rejection.INVALID_URL),
    ],
)
def test_a_redirect_must_pass_the_rules_of_a_submission(location, reason):
    refusal = next_hop("https://example.org/", 301, {"Location": location}, 0)
    assert refusal.reason is reason
    assert "s3cret" not in refusal.message


def test_the_sixth_redirect_is_one_too_many():
    assert next_hop("https://example.org/", 307, {"Location": "/a"}, 4) == "https://example.org/a"
    assert next_hop("https://example.org/", 307, {"Location": "/a"}, 5).reason is Rejection.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(("status", "headers"), [(200, {"Location": "/a"}), (302, {}), (304, {"Location": "/a"})])
def test_not_every_answer_is_a_redirect(status, headers):
    assert next_hop("https://example.org/", status, headers, 0) is None
