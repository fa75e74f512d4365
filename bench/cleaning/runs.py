# ruff: noqa: T201 - it takes minutes, and says how far it is
"""Every extractor on every page, and what each made of it."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.metric import Body, is_date, page_score, same_authors, same_day, same_title, snippet_score
from bench.pages import Page
from bench.peers import Answer, Extractor
from wiredesk_cleaner.training.pages import SNIPPETS

_EVERY = 25


@dataclass(frozen=True, slots=True)
class Result:
    """What one extractor made of one page. A field is None where nobody says what is right."""

    set: str
    held_out: bool
    language: str
    body: Body
    title: bool | None
    authors: bool | None
    date: bool | None
    milliseconds: float
    """CPU time"""
    empty: bool
    crashed: bool
    states_metadata: bool
    quality: str | None
    """the grade that the extractor gives its own answer, if it gives one"""


@dataclass(frozen=True, slots=True)
class Run:
    """One extractor on all pages, in the order of the pages."""

    name: str
    results: list[Result] = field(default_factory=list)

    def of(self, of_set: str | None = None, *, held_out: bool | None = None) -> "Run":
        """The same run on the pages of one set, on one side of the split; None: of all, on both."""
        kept = [
            one for one in self.results if of_set in {None, one.set} and (held_out is None or one.held_out is held_out)
        ]
        return Run(self.name, kept)


class Runs(NamedTuple):
    """The runs over the same pages as HTML and as flattened text, ours the first of each."""

    html: Sequence[Run]
    plain: Sequence[Run]


def measure(pages: Iterable[Page], html: Mapping[str, Extractor], plain: Mapping[str, Extractor]) -> Runs:
    """Run the extractors on each page. A crash of one is an empty answer, and counted.

    They take turns page by page, each time another one first, so that neither a slow minute of the machine nor a warm
    cache falls to one of them.
    """
    runs = Runs([Run(name) for name in html], [Run(name) for name in plain])
    for run in [*html.values(), *plain.values()]:
        _warm_up(run)
    number = 0
    for number, page in enumerate(pages, 1):
        for extractors, found, source in ((html, runs.html, page.html), (plain, runs.plain, page.plain)):
            first = number % len(found)
            for one in [*found[first:], *found[:first]]:
                one.results.append(_timed(extractors[one.name], page, source))
        if number % _EVERY == 0:
            print(f"{number} pages", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
    print(f"{number} pages, done", file=sys.stderr, flush=True)
    return runs


def _warm_up(run: Extractor) -> None:
    """Imports and models are loaded once per process: they are no page's cost."""
    words = "Some words of an article that nobody wrote. " * 40
    try:
        run(f"<html><head><title>t</title></head><body><article><p>{words}</p></article></body></html>", None)
    except Exception:  # noqa: BLE001 - it will be counted on the pages
        return


def _timed(run: Extractor, page: Page, source: str) -> Result:
    began = time.process_time()
    try:
        answer, crashed = run(source, page.truth.url) or {}, False
    except Exception:  # noqa: BLE001 - a peer may raise anything
        answer, crashed = {}, True
    return _result(page, answer, 1000 * (time.process_time() - began), crashed=crashed)


def _result(page: Page, answer: Answer, milliseconds: float, *, crashed: bool) -> Result:
    truth, text = page.truth, answer.get("text")
    if truth.set == SNIPPETS:
        body: Body = snippet_score(truth.wanted, truth.unwanted, text)
    else:
        body = page_score(truth.text, text)
    return Result(
        set=truth.set,
        held_out=truth.held_out,
        language=page.language,
        body=body,
        title=same_title(truth.title, answer.get("title")) if truth.title else None,
        authors=same_authors(truth.authors, answer.get("authors")) if truth.authors else None,
        date=same_day(truth.date, answer.get("date")) if is_date(truth.date) else None,
        milliseconds=milliseconds,
        empty=not (text or "").strip(),
        crashed=crashed,
        states_metadata="title" in answer,
        quality=answer.get("quality"),
    )
