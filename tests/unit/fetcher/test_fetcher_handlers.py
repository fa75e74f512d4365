"""One submission through the fetcher's handler."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web as server
from aiohttp.test_utils import TestServer

from tests.unit.fetcher.sites import open_crawler, options
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleSubmitted, Content, Rejection
from wiredesk.contracts.submission import article_of
from wiredesk.engine.outcomes import Received, RetryAt
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.settings import FetcherSettings

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)


async def fetched(*, refuses: Any = None, **fields: Any) -> Any:
    submission = ArticleSubmitted(**fields)
    received = Received(submission, at=AT, topic="articles.submitted.v1", partition=3, offset=7)
    async with open_crawler(options()) as crawler:
        return await fetch(received, crawler=crawler, clock=lambda: NOW, refuses=refuses)


async def test_a_url_is_fetched_and_dated_by_the_clock():
    async def page(_):
        return server.Response(text="<p>News</p>", content_type="text/html")

    app = server.Application()
    app.router.add_get("/story", page)
    async with TestServer(app, host="127.0.0.1") as site:
        event = await fetched(url=str(site.make_url("/story")))
    assert isinstance(event, ArticleFetched)
    assert (event.content, event.fetched_at, event.http_status) == ("<p>News</p>", NOW, 200)


@pytest.mark.parametrize(("field", "kind"), [("html", Content.HTML), ("text", Content.TEXT)])
async def test_a_submitted_page_or_text_passes_and_its_url_is_not_asked(field, kind):
    event = await fetched(url="https://no-such-name.invalid/", **{field: "<p>News</p>"})
    assert isinstance(event, ArticleFetched)
    assert (event.kind, event.content, event.fetched_at) == (kind, "<p>News</p>", AT)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"url": "ftp://example.org/"}, Rejection.INVALID_URL),
        ({"url": "http://user:s3cret@example.org/"}, Rejection.CREDENTIALS_IN_URL),
        ({"url": "http://169.254.169.254/"}, Rejection.FORBIDDEN_ADDRESS),
        ({"text": " "}, Rejection.EMPTY),
        ({"html": ""}, Rejection.EMPTY),
        ({"text": "a" * (1024 * 1024 + 1)}, Rejection.TOO_LARGE),
    ],
)
async def test_a_refusal_is_an_event_with_its_reason(fields, reason):
    event = await fetched(**fields)
    assert isinstance(event, ArticleRejected)
    assert event.reason is reason
    assert "s3cret" not in event.model_dump_json()


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://no-such-name.invalid/a?utm_source=x"},
        {"url": "https://no-such-name.invalid/a", "html": "<p>News</p>"},
        {"url": "https://no-such-name.invalid/a", "text": "News"},
        {"text": "News of Kestrel Point"},
    ],
    ids=["url", "page", "text with a url", "text"],
)
async def test_a_withdrawn_article_is_refused_before_anything_is_asked_or_goes_on(fields):
    wanted = article_of(ArticleSubmitted(**fields))
    asked = []

    async def refuses(article_id):
        asked.append(article_id)
        return article_id == wanted

    first, second = [await fetched(refuses=refuses, **fields) for _ in range(2)]
    assert isinstance(first, ArticleRejected)
    assert (first.reason, first.article_id, first.event_id) == (Rejection.WITHDRAWN, wanted, second.event_id)
    assert asked == [wanted, wanted]


async def test_while_the_refusals_cannot_be_read_nothing_goes_on():
    async def refuses(_):
        raise InfrastructureError("PostgreSQL: away")

    with pytest.raises(InfrastructureError):
        await fetched(refuses=refuses, text="News")


def test_the_lists_in_settings_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("WIREDESK_FETCHER__ALLOW_ADDRESSES", "127.0.0.1/32, ::1/128")
    monkeypatch.setenv("WIREDESK_FETCHER__PORTS", "80,443,8080")
    options = FetcherSettings.load().fetcher
    assert [str(network) for network in options.allow_addresses] == ["127.0.0.1/32", "::1/128"]
    assert options.ports == (80, 443, 8080)


@pytest.mark.parametrize(
    ("name", "value"), [("ALLOW_ADDRESSES", "everything"), ("PORTS", "80,http"), ("CONTACT", "a\r\nCookie: b")]
)
def test_a_wrong_setting_is_named(monkeypatch, name, value):
    monkeypatch.setenv(f"WIREDESK_FETCHER__{name}", value)
    with pytest.raises(ConfigurationError, match=f"WIREDESK_FETCHER__{name}"):
        FetcherSettings.load()


class Failing:
    """Stands for the web when it gives no answer."""

    def __init__(self, reason):
        self.reason = reason

    async def get(self, _url, **_):
        raise TransientError("no answer", reason=self.reason)


async def _through(web, attempt=0):
    submission = ArticleSubmitted(url="https://slow.example/a")
    received = Received(submission, at=AT, topic="articles.submitted.v1", partition=3, offset=7, attempt=attempt)
    return await fetch(received, crawler=web, clock=lambda: NOW)


async def test_an_article_whose_turn_does_not_come_waits_without_a_failed_try():
    waits = RetryAt(NOW + timedelta(minutes=1), "host_busy", is_attempt=False)
    assert await _through(Failing("host_busy")) == waits


async def test_a_host_that_does_not_exist_is_tried_again_quickly_and_then_refused():
    assert await _through(Failing("unknown_host")) == RetryAt(NOW + timedelta(seconds=5), "unknown_host")
    assert await _through(Failing("unknown_host"), 1) == RetryAt(NOW + timedelta(seconds=20), "unknown_host")
    event = await _through(Failing("unknown_host"), 2)
    assert isinstance(event, ArticleRejected)
    assert (event.reason, event.detail) == (Rejection.INVALID_URL, "no answer")
    # It was there at an earlier try, which failed for another reason.
    with pytest.raises(TransientError):
        await _through(Failing("unknown_host"), 3)


async def test_a_site_that_does_not_answer_is_a_failed_try():
    with pytest.raises(TransientError):
        await _through(Failing("timeout"))
