# ruff: noqa: T201 - a command talks
"""How good is the cleaner? Scores it on a development set beside the other extractors that are installed.

    python -m bench.cleaner ../shared/extraction-dev            all pages, all peers: some minutes
    python -m bench.cleaner ../shared/extraction-dev --limit 50 --peers none

`html` and `plain` run the cleaner's pure core on one page, for any outside measure: content and URL in; text, title,
authors and date out.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid5

from bench.metric import is_date, page_score, same_authors, same_day, same_title
from bench.pages import NoDataError, Page, load
from bench.peers import PLAIN, Answer, Extractor, installed
from bench.report import OURS, Result, Run, report, write
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, Content
from wiredesk_cleaner.core import clean
from wiredesk_cleaner.html.page import read_page
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.pool_worker import start
from wiredesk_cleaner.zones.views import found_in
from wiredesk_cleaner.zones.zone_map import zone_map
from wiredesk_fetcher.charset import decode

_QUALITY = Path(__file__).parents[1] / "docs" / "quality.md"
_EVERY = 100


def html(page: str | bytes, url: str | None = None) -> Answer:
    """Clean one HTML page: `text` (None when it is refused as no article), `title`, `authors`, `date`."""
    source = decode(page, "") if isinstance(page, bytes) else page
    cleaned = clean(_fetched(source, Content.HTML, url))
    if isinstance(cleaned, ArticleCleaned):
        return _answer(cleaned)
    stated = read_page(source, url)
    if stated is None:
        return {"text": None, "title": None, "authors": [], "date": None}
    found = stated.metadata
    return {"text": None, "title": found.headline, "authors": list(found.authors), "date": found.date_published}


def plain(text: str | bytes, url: str | None = None) -> Answer:
    """Clean one flattened text; the same keys as `html`."""
    source = decode(text, "") if isinstance(text, bytes) else text
    cleaned = clean(_fetched(source, Content.TEXT, url))
    if isinstance(cleaned, ArticleCleaned):
        return _answer(cleaned)
    found = found_in(zone_map(tidy(source)))
    return {"text": None, "title": found.headline, "authors": found.authors, "date": found.published}


def _answer(cleaned: ArticleCleaned) -> Answer:
    return {
        "text": cleaned.text,
        "title": cleaned.headline,
        "authors": list(cleaned.authors),
        "date": cleaned.date_published,
    }


def _fetched(content: str, kind: Content, url: str | None) -> ArticleFetched:
    url = url or None
    article = ids.article_id(url, content or " ")
    # To hash a page is the fetcher's work and no cost of the cleaner, which only builds ids of refusals on it.
    content_hash = article.hex
    return ArticleFetched(
        event_id=uuid5(article, content_hash),
        article_id=article,
        url=url,
        kind=kind,
        content=content,
        content_hash=content_hash,
        fetched_at=datetime.now(UTC),
    )


def measure(name: str, run: Extractor, pages: Sequence[Page], source: Callable[[Page], str]) -> Run:
    """Run one extractor over all pages. A crash of it is an empty answer, and counted."""
    results: list[Result] = []
    _warm_up(run)
    for number, page in enumerate(pages, 1):
        given = source(page)
        began = time.process_time()
        try:
            answer, crashed = run(given, page.url) or {}, False
        except Exception:  # noqa: BLE001 - a peer may raise anything
            answer, crashed = {}, True
        results.append(_result(page, answer, 1000 * (time.process_time() - began), crashed=crashed))
        if number % _EVERY == 0 or number == len(pages):
            end = "\r" if number < len(pages) and sys.stderr.isatty() else "\n"
            print(f"{name:<28} {number:>4} of {len(pages)}", end=end, file=sys.stderr, flush=True)
    return Run(name, results)


def _warm_up(run: Extractor) -> None:
    """Imports and models are loaded once per process: they are no page's cost."""
    words = "Some words of an article that nobody wrote. " * 40
    try:
        run(f"<html><head><title>t</title></head><body><article><p>{words}</p></article></body></html>", None)
    except Exception:  # noqa: BLE001 - it will be counted on the pages
        return


def _result(page: Page, answer: Answer, milliseconds: float, *, crashed: bool) -> Result:
    truth = page.truth
    return Result(
        held_out=page.held_out,
        body=page_score(truth.text, answer.get("text")),
        title=same_title(truth.title, answer.get("title")) if truth.title else None,
        authors=same_authors(truth.authors, answer.get("authors")) if truth.authors else None,
        date=same_day(truth.date, answer.get("date")) if is_date(truth.date) else None,
        milliseconds=milliseconds,
        empty=not (answer.get("text") or "").strip(),
        crashed=crashed,
        states_metadata="title" in answer,
    )


def _peers(wanted: str) -> Mapping[str, Extractor]:
    here = installed()
    if wanted in {"all", "none"}:
        return here if wanted == "all" else {}
    names = [name.strip() for name in wanted.split(",")]
    unknown = [name for name in names if name not in here]
    if unknown:
        raise SystemExit(f"not installed or not known: {', '.join(unknown)}. There are: {', '.join(here)}")
    return {name: here[name] for name in names}


def main() -> int:
    """Run the bench. Returns the exit code: 0 done, 2 no data."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder with dev/ground-truth and dev/html (WCXB)")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N pages: a quick look")
    parser.add_argument(
        "--peers", default="all", metavar="NAMES", help="all (those installed), none, or names by comma"
    )
    parser.add_argument("--rounds", type=int, default=1000, help="resamples of the paired comparison (1000)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/quality.md")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    peers = _peers(asked.peers)
    # As a worker does before its first page; it spares the peers as much time.
    start()
    try:
        pages = load(asked.data, asked.limit)
    except NoDataError as error:
        print(f"No development set: {error}. Say where it is: make bench-cleaner DATA=FOLDER", file=sys.stderr)
        return 2
    print(f"{len(pages)} pages, {sum(page.held_out for page in pages)} of them held out", file=sys.stderr)
    html_runs = [measure(name, run, pages, lambda page: page.html) for name, run in {OURS: html, **peers}.items()]
    plain_runs = [measure(name, run, pages, lambda page: page.plain) for name, run in {OURS: plain, **PLAIN}.items()]
    tables = report(html_runs, plain_runs, rounds=asked.rounds)
    print(tables)
    if asked.write:
        write(_QUALITY, tables)
        print(f"written into {_QUALITY}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
