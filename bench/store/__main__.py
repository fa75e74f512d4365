# ruff: noqa: T201 - a command talks
"""What does the store take? Articles made here go through it into a PostgreSQL of its own, and are searched there.

python -m bench.store                                     100,000 articles: ten minutes
python -m bench.store --articles 5000                     a quick look
python -m bench.store --corpus ../shared/story-corpus     copies of real texts, too: those of ECB+
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.markdown import put
from bench.store import syndication
from bench.store.asking import ask
from bench.store.database import database
from bench.store.generator import articles
from bench.store.report import Found, report
from bench.store.sizes import parts
from bench.store.syndication import Judged, Text, judged
from bench.store.writing import BATCH, BenchError, Writer
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError

_PERFORMANCE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_BEGIN, _END = "<!-- store: made by `make bench-store` -->", "<!-- end of store -->"
_ARTICLES, _SEARCHES, _LEAST = 100_000, 60, 200
# Of each window that is timed, at most; and how often is said how far it is.
_TIMED, _SAID = 5_000, 2_000
_EXPLAINED = 5
_SYNDICATED = 1_000
_COUNTS = """
select (select count(distinct group_id) from copies) as "groups of copies", (select count(*) from copies) as copies,
    (select count(*) from stories where articles > 1) as "stories of several articles"
"""


async def _measured(folder: Path, count: int, searches: int, texts: Sequence[Text]) -> Found:
    timed = min(_TIMED, max(BATCH, count // 4))
    async with database(folder) as pool:
        writer = Writer(pool, count + timed)
        _say(f"storing the first {timed:,}")
        empty = await writer.write(timed)
        while writer.stored < count:
            await writer.write(min(_SAID, count - writer.stored))
            _say(f"{writer.stored:,} of {count:,} stored")
        _say("reading what they take")
        sizes, in_all = await parts(pool), writer.stored
        _say(f"storing {timed:,} more")
        full = await writer.write(timed)
        _say(f"{searches} questions of each kind")
        asked = await ask(pool, searches, _EXPLAINED)
        (counts,) = map(dict, await pool.fetch(_COUNTS))
    _say("syndications")
    # Copies are one story with their first text, which they have the headline of.
    made = [Text(one.text, one.headline) for one in articles(min(count, _SYNDICATED))]
    found: dict[str, Judged] = {"made texts": judged(made)}
    if texts:
        found["ECB+"] = judged(texts)
    return Found(empty, full, count, counts, asked, sizes, in_all, found)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=_ARTICLES, metavar="N", help=f"to store ({_ARTICLES:,})")
    parser.add_argument("--searches", type=int, default=_SEARCHES, metavar="N", help=f"of each kind ({_SEARCHES})")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="with ecbplus.jsonl.gz: texts to make copies of")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    asked = parser.parse_args(given)
    if asked.articles < _LEAST or asked.searches < 1:
        parser.error(f"--articles (ARTICLES=) must be {_LEAST} or more, --searches (SEARCHES=) 1 or more")
    return asked


def main(given: Sequence[str] | None = None) -> int:
    """Run the bench. Returns the exit code: 0 done, met or not; 1 a run failed; 2 no corpus; 130 broken off."""
    asked = _arguments(given)
    try:
        texts = syndication.corpus(asked.corpus) if asked.corpus else []
    except OSError as error:
        print(f"No corpus: {error}. Say where it is: make bench-store CORPUS=FOLDER", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder:
            found = asyncio.run(_measured(Path(folder), asked.articles, asked.searches, texts))
    except (BenchError, ConfigurationError, InfrastructureError) as error:
        print(str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("broken off: nothing is left behind", file=sys.stderr)
        return 130
    tables = report(found)
    print(tables)
    if asked.write:
        put(_PERFORMANCE, _BEGIN, _END, tables)
        _say(f"written into {_PERFORMANCE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
