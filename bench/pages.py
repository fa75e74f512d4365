"""A page as the extractors get it, and the same page as tag-free lines. Pure but for `Page`, which reads its file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from wiredesk_cleaner.metadata.language import language_of
from wiredesk_cleaner.training.flattened import flatten
from wiredesk_cleaner.training.pages import AnnotatedPage
from wiredesk_fetcher.charset import decode

_LANGUAGE = re.compile(r"<html\b[^>]*?\slang\s*=\s*[\"']?([a-z]{2,3})\b", re.IGNORECASE)
# One tag for what is written the same: Norwegian in its two forms.
_SAME = {"nb": "no", "nn": "no"}


@dataclass(frozen=True)
class Page:
    """One annotated page, decoded as the fetcher decodes it. Read when it is asked for, and kept from then on."""

    truth: AnnotatedPage

    @cached_property
    def html(self) -> str:
        """The page."""
        return decode(self.truth.raw(), "")

    @cached_property
    def plain(self) -> str:
        """The page as a sloppy upstream hands it over: no mark-up, every caption, button and teaser, a line each.

        Of its largest <article> or <main> element, or of the whole page where none holds 500 characters.
        """
        return flatten(self.html)

    @cached_property
    def language(self) -> str:
        """The primary tag of the annotated text's language, or of a short one what the page declares; else "?"."""
        declared = _LANGUAGE.search(self.html)
        told = self.truth.text or "\n".join(self.truth.wanted)
        language, _ = language_of(told, declared[1].lower() if declared else None)
        return _SAME.get(language or "?", language or "?")


def each(annotated: Iterable[AnnotatedPage]) -> Iterator[Page]:
    """Yield the pages one by one, so that no more of them are in memory than the caller keeps."""
    return map(Page, annotated)
