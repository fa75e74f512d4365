"""News articles as the cleaner makes them of annotated pages."""

from collections.abc import Iterable, Iterator

from bench.cleaning import ours
from bench.pages import each
from wiredesk.contracts.events import ArticleCleaned, Content
from wiredesk_cleaner.training.pages import AnnotatedPage


def cleaned(pages: Iterable[AnnotatedPage]) -> Iterator[tuple[AnnotatedPage, ArticleCleaned]]:
    """Yield each page that the cleaner takes, and its event."""
    for page in each(pages):
        event = ours.event(page.html, Content.HTML, page.truth.url)
        if isinstance(event, ArticleCleaned):
            yield page.truth, event
