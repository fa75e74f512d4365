# ruff: noqa: T201 - a command talks
"""How good is the cleaner? Scores it on annotated pages beside the other extractors that are installed.

    python -m bench.cleaner ../shared/extraction-dev --pages ../shared/news-pages     everything
    python -m bench.cleaner --pages ../shared/news-pages --limit 20 --peers none      a quick look at some of it

`html` and `plain` run the cleaner's pure core on one page, for any outside measure: content and URL in; text, title,
authors, date and grade out.
"""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.cleaning import furniture, report
from bench.cleaning.marks import Marked, MarksError, marked
from bench.cleaning.ours import OURS, event, html, plain
from bench.cleaning.runs import measure
from bench.cleaning.zones import body, zones
from bench.pages import each
from bench.peers import BASELINE, PLAIN, WITH_METADATA, Extractor, installed
from wiredesk.contracts.events import Content
from wiredesk_cleaner.pool_worker import start
from wiredesk_cleaner.training.pages import AnnotatedPage, NoPagesError, annotated
from wiredesk_tagger import nlp

__all__ = ["html", "plain"]

_QUALITY = Path(__file__).parents[1] / "docs" / "quality.md"


def _peers(wanted: str) -> Mapping[str, Extractor]:
    here = installed()
    if wanted in {"all", "none"}:
        return here if wanted == "all" else {}
    names = [name.strip() for name in wanted.split(",")]
    unknown = [name for name in names if name not in here]
    if unknown:
        raise SystemExit(f"not installed or not known: {', '.join(unknown)}. There are: {', '.join(here)}")
    return {name: here[name] for name in names}


def _zones(pages: Sequence[Marked], peers: Mapping[str, Extractor]) -> list[str]:
    shown = {OURS: html} | {name: run for name, run in peers.items() if name == BASELINE}
    found = {name: [body(run, page) for page in pages] for name, run in shown.items()}
    tallies = {
        held_out: zones(
            lambda text, url: event(text, Content.TEXT, url),
            [page for page in pages if page.page.truth.held_out is held_out],
        )
        for held_out in (True, False)
    }
    return [report.bodies(found), report.zones(tallies)]


def _furniture(pages: Sequence[AnnotatedPage], marks: Sequence[Marked], peers: Mapping[str, Extractor]) -> str:
    english = furniture.english(pages)
    if not english:
        return ""
    tagger = nlp.load()
    shown = {name: run for name, run in peers.items() if name == WITH_METADATA}
    found = furniture.measure(tagger.find, english, marks, furniture.readings(shown))
    return report.furniture(found, f"{tagger.made_by.pipeline} {tagger.made_by.version}")


def _report(asked: argparse.Namespace, peers: Mapping[str, Extractor]) -> str:
    pages = annotated(asked.data, asked.pages, asked.limit)
    # First, so that marks which do not fit are known before the minutes of the runs.
    marks = marked(pages)
    held_out = sum(page.held_out for page in pages)
    print(f"{len(pages)} pages, {held_out} of them held out, {len(marks)} marked by hand", file=sys.stderr)
    runs = measure(each(pages), {OURS: html, **peers}, {OURS: plain, **PLAIN})
    parts = [report.extractors(runs, rounds=asked.rounds)]
    print("entities from furniture, and the marked pages", file=sys.stderr, flush=True)
    return report.joined([*parts, _furniture(pages, marks, peers), *_zones(marks, peers)])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", metavar="DATA", help="WCXB: dev/ground-truth and dev/html")
    parser.add_argument("--pages", type=Path, help="folder with publishers and snippets, each of truth.json and html")
    parser.add_argument("--limit", type=int, metavar="N", help="only N pages of each set: a quick look")
    parser.add_argument(
        "--peers", default="all", metavar="NAMES", help="all (those installed), none, or names by comma"
    )
    parser.add_argument("--rounds", type=int, default=1000, help="resamples of the paired comparison (1000)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/quality.md")
    return parser.parse_args()


def main() -> int:
    """Run the bench. Returns the exit code: 0 done, 2 no data, or not all of it where the tables are to be kept."""
    asked = _arguments()
    logging.disable(logging.CRITICAL)
    missing = [word for word, folder in (("DATA", asked.data), ("PAGES", asked.pages)) if folder is None]
    for word in missing:
        print(
            f"No {word}, so its pages are not measured. Say where they are: make bench-cleaner {word}=FOLDER",
            file=sys.stderr,
        )
    if missing and asked.write:
        print("The tables are kept (--write, WRITE=1) only when all of them are made.", file=sys.stderr)
    if len(missing) == 2 or (missing and asked.write):
        return 2
    peers = _peers(asked.peers)
    # As a worker does before its first page; it spares the peers as much time.
    start()
    try:
        tables = _report(asked, peers)
    except (NoPagesError, MarksError) as error:
        print(f"{error}. Say where the pages are: make bench-cleaner DATA=FOLDER PAGES=FOLDER", file=sys.stderr)
        return 2
    print(tables)
    if asked.write:
        report.write(_QUALITY, tables)
        print(f"written into {_QUALITY}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
