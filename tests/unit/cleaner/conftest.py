from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, Content
from wiredesk_cleaner.core import clean

Fetched = Callable[..., ArticleFetched]
Cleaned = Callable[..., ArticleCleaned]


@pytest.fixture(scope="session")
def fetched() -> Fetched:
    def make(content: str, kind: Content = Content.TEXT, url: str | None = None) -> ArticleFetched:
        return ArticleFetched(
            event_id=uuid4(),
            article_id=uuid4(),
            url=url,
            kind=kind,
            content=content,
            content_hash=ids.content_hash(content),
            fetched_at=datetime(2026, 3, 3, 12, tzinfo=UTC),
        )

    return make


@pytest.fixture(scope="session")
def from_text(fetched: Fetched) -> Cleaned:
    def run(text: str) -> ArticleCleaned:
        result = clean(fetched(text))
        assert isinstance(result, ArticleCleaned), result
        return result

    return run


@pytest.fixture(scope="session")
def from_page(fetched: Fetched) -> Cleaned:
    def run(page: str, url: str | None = "https://quay.example/world/treaty.html") -> ArticleCleaned:
        result = clean(fetched(page, Content.HTML, url))
        assert isinstance(result, ArticleCleaned), result
        return result

    return run


@pytest.fixture(scope="session")
def refused(fetched: Fetched) -> Callable[..., ArticleRejected]:
    def run(content: str, kind: Content = Content.TEXT, url: str | None = None) -> ArticleRejected:
        result = clean(fetched(content, kind, url))
        assert isinstance(result, ArticleRejected), result.text[:200]
        return result

    return run
