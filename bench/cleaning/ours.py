"""The cleaner's pure core as an extractor: content and URL in; text, title, authors, date and grade out."""

from datetime import UTC, datetime
from uuid import uuid5

from bench.peers import Answer
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, Content
from wiredesk_cleaner.core import clean
from wiredesk_cleaner.html.page import read_page
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.views import found_in
from wiredesk_cleaner.zones.zone_map import zone_map
from wiredesk_fetcher.charset import decode

OURS = "Wiredesk"


def html(page: str | bytes, url: str | None = None) -> Answer:
    """Clean one HTML page: `text` (None when it is refused as no article), `title`, `authors`, `date`, `quality`."""
    source = decode(page, "") if isinstance(page, bytes) else page
    cleaned = event(source, Content.HTML, url)
    if isinstance(cleaned, ArticleCleaned):
        return _answer(cleaned)
    stated = read_page(source, url)
    if stated is None:
        return _refused("", (), None)
    found = stated.metadata
    return _refused(found.headline, found.authors, found.date_published)


def plain(text: str | bytes, url: str | None = None) -> Answer:
    """Clean one flattened text; the same keys as `html`."""
    source = decode(text, "") if isinstance(text, bytes) else text
    cleaned = event(source, Content.TEXT, url)
    if isinstance(cleaned, ArticleCleaned):
        return _answer(cleaned)
    found = found_in(zone_map(tidy(source)))
    return _refused(found.headline, found.authors, found.published)


def event(content: str, kind: Content, url: str | None) -> ArticleCleaned | ArticleRejected:
    """Return what the service would publish of this content, got now."""
    url = url or None
    article = ids.article_id(url, content or " ")
    # To hash a page is the fetcher's work and no cost of the cleaner, which only builds ids of refusals on it.
    content_hash = article.hex
    fetched = ArticleFetched(
        event_id=uuid5(article, content_hash),
        article_id=article,
        url=url,
        kind=kind,
        content=content,
        content_hash=content_hash,
        fetched_at=datetime.now(UTC),
    )
    return clean(fetched)


def _answer(cleaned: ArticleCleaned) -> Answer:
    return {
        "text": cleaned.text,
        "title": cleaned.headline,
        "authors": list(cleaned.authors),
        "date": cleaned.date_published,
        "quality": str(cleaned.quality),
    }


def _refused(title: str, authors: tuple[str, ...] | list[str], date: datetime | None) -> Answer:
    return {"text": None, "title": title or None, "authors": list(authors), "date": date, "quality": None}
