# ruff: noqa: T201 - a command talks
"""How good is the tagger? Scores it on a corpus's development files, beside the spaCy pipelines that are installed.

    python -m bench.tagger ../shared/ner-corpus                                 F1, headlines, things, places, memory
    python -m bench.tagger ../shared/ner-corpus --limit 50 --peer wire_rules    a quick look, beside the rules alone
    python -m bench.tagger ../shared/ner-corpus --pages ../shared/news-pages    and dates, speed, other processors
    ... --before ../before                                                      and the speed beside another checkout
    ... --world ../shared/ner-corpus-world                                      and the names in other languages

`spans` runs everything on a list of texts, for any outside measure.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

import spacy.util

from bench import ner_measure, ner_report, ner_sets
from bench.cleaning.furniture import english
from bench.markdown import put
from bench.ner_measure import Finder, Ours, Peer
from bench.tagging import articles, dates, marked, sameness, speed, world
from bench.tagging import report as tagging
from wiredesk.contracts.errors import ConfigurationError
from wiredesk_cleaner.training.pages import NoPagesError, annotated
from wiredesk_tagger.nlp import article_of
from wiredesk_tagger.pipeline.languages import BUILT_IN
from wiredesk_tagger.training.score import Span

_QUALITY = Path(__file__).parents[1] / "docs" / "quality.md"
_BEGIN, _END = "<!-- tagger: made by `make bench-tagger` -->", "<!-- end of tagger -->"
# Emulated, an article takes up to a minute.
_EMULATED = 5
_T = TypeVar("_T")


@cache
def _ours() -> Ours:
    return Ours()


def spans(texts: Sequence[str]) -> list[list[Span]]:
    """Return for each text its names as (start, end, type) in text order: English, the built-in pipeline, all steps on.

    Offsets count code points, half-open, in the text as given. Types are OntoNotes' names.
    """
    return _ours().spans(texts)


def _measured(finders: Sequence[Finder], what: str, measure: Callable[[Finder], _T]) -> dict[str, _T]:
    found = {}
    for finder in finders:
        print(f"{what}: {finder.name}", file=sys.stderr, flush=True)
        found[finder.name] = measure(finder)
    return found


def _peers(names: Sequence[str]) -> list[Finder]:
    wanted = names or sorted(spacy.util.get_installed_models())
    return [Ours(name) if name in BUILT_IN else Peer(name) for name in wanted]


def _report(asked: argparse.Namespace) -> str:
    corpus = ner_sets.corpus(asked.corpus, asked.limit)
    ours = _ours()
    finders: list[Finder] = [ours, *(peer for peer in _peers(asked.peer or []) if peer.name != ours.name)]
    print(f"{sum(map(len, corpus.values()))} texts, pipeline {ours.name} {ours.version}", file=sys.stderr)
    scored = _measured(finders, "F1", lambda one: ner_measure.f1(one, corpus))
    texts = [text for texts in corpus.values() for text in texts]
    tops = ner_sets.headlines(texts)
    with_body = [top for top in tops if top.body]
    alone = _measured(finders, "headlines", lambda one: ner_measure.headlines(one, tops, with_body=False))
    above = ner_measure.headlines(ours, with_body, with_body=True)
    return ner_report.joined(
        [
            ner_report.made_with(f"{ours.name} {ours.version}", scored[ours.name]),
            ner_report.sources(scored),
            ner_report.types(scored[ours.name]),
            "Headlines without a body:",
            ner_report.headlines(alone, len(tops)),
            "Headlines above their body, ours:",
            ner_report.headlines({ours.name: above}, len(with_body)),
            *_told("things, names and places", tagging.sections(ours.tagger, asked.corpus)),
            *_told("news pages", _of_pages(asked, ours) if asked.pages else ()),
            *_told("other languages", _of_the_world(asked, ours) if asked.world else ()),
            ner_report.memory(ner_measure.memory(ner_sets.stream(asked.corpus), asked.articles)),
        ]
    )


def _told(what: str, parts: Iterable[str]) -> Iterator[str]:
    print(what, file=sys.stderr, flush=True)
    yield from parts


def _of_pages(asked: argparse.Namespace, ours: Ours) -> Iterator[str]:
    pages = english(annotated(None, asked.pages))
    news = [article_of(event) for _, event in islice(articles.cleaned(pages), asked.limit)]
    yield from tagging.of_pages(ours.tagger, news)
    yield dates.report(asked.data, asked.pages, ours.tagger)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "articles.jsonl"
        some = news[:_EMULATED]
        speed.write(some, file)
        yield sameness.report(len(some), sameness.processors(file))
        words = speed.write(news, file)
        peers = [speed.PEER] if speed.PEER in spacy.util.get_installed_models() else []
        turns = speed.turns(speed.commands(file, asked.before, peers), asked.rounds)
    yield speed.report(words, len(news), turns)


def _of_the_world(asked: argparse.Namespace, ours: Ours) -> Iterator[str]:
    yield "Names in other languages:"
    marks = marked.passages(asked.world, asked.pages)
    corpus = ner_sets.corpus(asked.world, asked.limit) | {
        source: texts[: asked.limit] for source, texts in marks.texts.items()
    }
    yield world.report(world.measured(ours, dict(sorted(corpus.items()))))
    yield from marked.told(marks)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS", help="folder with dev/*.jsonl.gz")
    parser.add_argument(
        "--peer", action="append", metavar="NAME", help="a spaCy pipeline or wire_rules; default: all installed ones"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only N texts of each source: a quick look")
    parser.add_argument(
        "--pages", type=Path, metavar="FOLDER", help="news pages as published; needed for dates and speed"
    )
    parser.add_argument(
        "--before", type=Path, metavar="FOLDER", help="another checkout with a .venv, whose speed stands beside ours"
    )
    parser.add_argument("--world", type=Path, metavar="FOLDER", help="corpus of other languages, with dev/*.jsonl.gz")
    parser.add_argument("--rounds", type=int, default=5, help="turns of the speed measure (5)")
    parser.add_argument("--articles", type=int, default=2000, help="articles to watch the memory over (2000)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/quality.md")
    return parser.parse_args()


def main() -> int:
    """Run the bench. Returns the exit code: 0 done, 2 no corpus, or no such pages, checkout or peer."""
    asked = _arguments()
    logging.disable(logging.CRITICAL)
    if asked.before and not (asked.before / ".venv" / "bin" / "python").exists():
        print(f"no .venv in {asked.before}: type `make -C {asked.before} setup`", file=sys.stderr)
        return 2
    if not asked.pages:
        print("No PAGES, so dates, speed and other processors are not measured.", file=sys.stderr)
    try:
        tables = _report(asked)
    except ner_sets.NoCorpusError as error:
        print(f"No corpus: {error}. Say where it is: make bench-tagger CORPUS=FOLDER (WORLD=FOLDER)", file=sys.stderr)
        return 2
    except NoPagesError as error:
        print(f"No pages: {error}. Say where they are: make bench-tagger CORPUS=FOLDER PAGES=FOLDER", file=sys.stderr)
        return 2
    except (OSError, ConfigurationError) as error:
        print(str(error), file=sys.stderr)
        return 2
    print(tables)
    if asked.write:
        put(_QUALITY, _BEGIN, _END, tables)
        print(f"written into {_QUALITY}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
