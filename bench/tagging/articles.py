"""English news articles as the cleaner makes them of publishers' pages."""

from collections.abc import Iterator
from pathlib import Path

from bench.cleaning import ours
from bench.cleaning.furniture import english
from bench.pages import Page
from wiredesk.contracts.events import ArticleCleaned, Content
from wiredesk_cleaner.training.pages import AnnotatedPage, annotated


def cleaned(pages: Path) -> Iterator[tuple[AnnotatedPage, ArticleCleaned]]:
    """Yield each English page of `pages`/publishers that the cleaner takes, and its event.

    Raises:
        NoPagesError: there are none.
    """
    for page in english(annotated(None, pages)):
        event = ours.event(Page(page).html, Content.HTML, page.url)
        if isinstance(event, ArticleCleaned):
            yield page, event
