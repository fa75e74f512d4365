"""The cleaner without Kafka: one page or text in, the event that the service would make of it out."""

from datetime import UTC, datetime

from wiredesk.contracts import identity, ids
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, Content
from wiredesk_cleaner.core import clean


def clean_html(
    page: str, url: str | None = None, *, fetched_at: datetime | None = None
) -> ArticleCleaned | ArticleRejected:
    """Return the article on an HTML page, or why there is none.

    The same page and URL give the same article, ids included, for the same `fetched_at` (now, when None): dates of the
    page that lie after it are not believed. Fetches nothing and logs nothing of the page. Takes no time limit: give it
    a process of its own for pages of strangers. The first call loads models (about a second).

    Args:
        page: the page, decoded.
        url: where it came from; it decides the article's id and resolves its links. None: the id is the content's.
        fetched_at: when the page was got, with a time zone.
    """
    return clean(_fetched(page, Content.HTML, url, fetched_at))


def clean_text(
    text: str, url: str | None = None, *, fetched_at: datetime | None = None
) -> ArticleCleaned | ArticleRejected:
    """Return the article in flattened text, the page's furniture still in it, or why there is none.

    As `clean_html`; zone offsets count in the text as `wiredesk_cleaner.normalisation.tidy` gives it.
    """
    return clean(_fetched(text, Content.TEXT, url, fetched_at))


def _fetched(content: str, kind: Content, url: str | None, fetched_at: datetime | None) -> ArticleFetched:
    url = url or None
    event = ArticleFetched(
        event_id=identity.UNIDENTIFIED,
        article_id=ids.article_id(url, content or " "),
        url=url,
        kind=kind,
        content=content,
        content_hash=ids.content_hash(content),
        fetched_at=fetched_at or datetime.now(UTC),
    )
    # The fetcher's own event has another id: nobody fetched this.
    return identity.identified(event, "given", "1", source=identity.digest(content), vouched={"content"})
