# ruff: noqa: T201 - a command talks
"""What does the fetcher cost? Its work on pages of a site that answers at once; a bare aiohttp loop as the floor.

    python -m bench.fetcher                                   five rounds of 600 pages: ten seconds
    python -m bench.fetcher --limit 200 --rounds 1            a quick look

The site is a process of its own on loopback under 20 names, which a resolver made here gives 127.0.0.1. Politeness is
off: no delay between requests, and each name's robots.txt, a 404, is read before anything is measured.
"""

import argparse
import asyncio
import gc
import itertools
import multiprocessing
import os
import platform
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from socket import AF_INET, AddressFamily
from statistics import median
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp import web as server
from aiohttp.abc import AbstractResolver, ResolveResult

from bench.engine.articles import prose
from bench.engine.report import Row, cell, ratio
from bench.markdown import put, table
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleSubmitted, Rejection
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.outcomes import Outcome, Received
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.settings import FetcherOptions

_PERFORMANCE = Path(__file__).parents[1] / "docs" / "performance.md"
_BEGIN, _END = "<!-- fetcher: made by `make bench-fetcher` -->", "<!-- end of fetcher -->"
_CHARACTERS = 57_200  # of words, for a page of 60 KB
NAMES = tuple(f"www.paper-{number}.example" for number in range(1, 21))
_AT_ONCE = 50  # as a fetcher has in hand
_HOSTILE, _DEADLINE = 20, 2.0  # bombs, and drips; seconds for a drip
# What the fetcher is held to: its pages a second as a share of the bare loop's, MB of memory, seconds.
TARGET_RATIO, TARGET_MB, TARGET_SECONDS = 0.70, 20.0, 1.0
_SPAWN = multiprocessing.get_context("spawn")
_SPEED, _CPU = Row("pages a second", "pages", decimals=0), Row("µs of CPU per page", "cpu", decimals=0)
_now = partial(datetime.now, UTC)
_MET = {True: "yes", False: "no", None: "not known"}

# What each round gave, by name: "pages" a second, microseconds of "cpu" per page.
Samples = Mapping[str, Sequence[float]]
Fetch = Callable[[ArticleSubmitted], Awaitable[Outcome]]


class BenchError(Exception):
    """A run did not do its work; the message says what came instead."""


def page(number: int) -> bytes:
    """Return a page of its own, 60 KB of HTML in UTF-8."""
    return _markup().replace("Story", f"Story {number}").encode()


@cache
def _markup() -> str:
    """Return invented paragraphs among markup.

    There are 56 words between white space to a KB (the median page of the extraction development set has 58) and some
    characters beyond Latin 1 (94 % of its pages have): the fetcher's work on a page grows with both.
    """
    words, made = prose(_CHARACTERS), ['<!DOCTYPE html><html><head><meta charset="utf-8"><title>Story</title></head>']
    for at in range(0, _CHARACTERS, 1300):
        said, data = words[at : at + 250], "-".join(words[at + 250 : at + 1300].split())
        made.append(f'<p class="text">{said} \u2019</p>\n      <aside data-track="{data}"></aside>\n')
    return "".join([*made, "</body></html>"])


def _run(work: Callable[[Any], Any], argument: object) -> Any:
    return asyncio.run(work(argument))


async def _site(port: Connection) -> None:
    """Serve stories, bombs and drips on loopback until terminated; send the port when ready."""
    zipped = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(zipped.compress(bytes(1024 * 1024)) for _ in range(1024)), zipped.flush()])

    async def answer(request: server.Request) -> server.StreamResponse:
        kind, number = request.match_info["kind"], int(request.match_info["number"])
        if kind == "story":
            return server.Response(body=page(number), content_type="text/html")
        if kind == "bomb":
            return server.Response(body=bomb, content_type="text/html", headers={"Content-Encoding": "gzip"})
        drip = server.StreamResponse(headers={"Content-Type": "text/html"})
        await drip.prepare(request)
        while request.transport and not request.transport.is_closing():
            await drip.write(b"a")
            await asyncio.sleep(0.05)
        return drip

    site = server.Application()
    # All else, robots.txt too, is a 404.
    site.router.add_get("/{kind}/{number}", answer)
    runner = server.AppRunner(site, access_log=None)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    port.send(runner.addresses[0][1])
    await asyncio.Event().wait()


@contextmanager
def _running_site() -> Iterator[int]:
    """Yield the port of a site in a process of its own."""
    here, there = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_run, args=(_site, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


class _Loopback(AbstractResolver):
    """Gives every name 127.0.0.1."""

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None: ...


@asynccontextmanager
async def _fetcher(port: int, options: FetcherOptions) -> AsyncIterator[Fetch]:
    """Yield what a fetcher does with a submission; it has got a page from each name, and thus its robots.txt."""
    with patch.object(aiohttp.connector, "DefaultResolver", lambda **_: _Loopback()):
        async with open_web(options) as web:
            crawler = Crawler(web, HostsHere(), options, _now)

            async def work(submission: ArticleSubmitted) -> Outcome:
                received = Received(submission, at=_now(), topic=SUBMITTED.name, partition=0, offset=0)
                return await fetch(received, crawler=crawler, clock=_now)

            for number in range(len(NAMES)):
                await _get_whole(work, ArticleSubmitted(url=_url(port, "story", number)))
            yield work


async def _get_whole(work: Fetch, submission: ArticleSubmitted) -> None:
    event = await work(submission)
    if not (isinstance(event, ArticleFetched) and event.content.endswith("</html>") and event.event_id.int):
        raise BenchError(f"a story gave no whole ArticleFetched: {event!r:.300}")


def _options(**fields: Any) -> FetcherOptions:
    return FetcherOptions.model_validate({"allow_addresses": "127.0.0.1/32", "delay_seconds": 0, **fields})


def _url(port: int, kind: str, number: int) -> str:
    return f"http://{NAMES[number % len(NAMES)]}:{port}/{kind}/{number}"


async def _round(get: Callable[[Any], Awaitable[None]], pages: Sequence[Any]) -> dict[str, float]:
    """Get all `pages`, 50 at a time; return pages a second and microseconds of this process's CPU for each."""
    left = iter(pages)

    async def one_by_one() -> None:
        for each in left:
            await get(each)

    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_by_one() for _ in range(_AT_ONCE)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"pages": len(pages) / wall, "cpu": 1e6 * cpu / len(pages)}


async def speed(port: int, pages: int, rounds: int) -> tuple[Samples, Samples]:
    """Return what each round gave for the fetcher and for the bare loop, which take turns at going first."""
    options, numbers = _options(), itertools.count(len(NAMES))
    took: dict[bool, dict[str, list[float]]] = {is_ours: {"pages": [], "cpu": []} for is_ours in (True, False)}
    connector = aiohttp.TCPConnector(limit=_AT_ONCE, limit_per_host=options.per_host, resolver=_Loopback())
    async with _fetcher(port, options) as work, aiohttp.ClientSession(connector=connector) as session:

        async def get_bare(submission: ArticleSubmitted) -> None:
            if not (await (await session.get(str(submission.url))).read()).decode().endswith("</html>"):
                raise BenchError("the bare loop got no whole story")

        # The first round finds the pace and fills caches.
        for number in range(rounds + 1):
            for is_ours in (True, False) if number % 2 else (False, True):
                given = [ArticleSubmitted(url=_url(port, "story", next(numbers))) for _ in range(pages)]
                found = await _round(partial(_get_whole, work) if is_ours else get_bare, given)
                for name, value in found.items() if number else ():
                    took[is_ours][name].append(value)
    return took[True], took[False]


async def memory(port: int) -> float | None:
    """Return by how many MB the peak of this process's resident memory grows over the bombs; None without /proc.

    20 of one name are submitted at once; as many are got at a time as the fetcher takes from one host.
    """
    async with _fetcher(port, _options()) as work:
        before = _peak(anew=True)
        urls = [_url(port, "bomb", number * len(NAMES)) for number in range(_HOSTILE)]
        outcomes = await asyncio.gather(*(work(ArticleSubmitted(url=url)) for url in urls))
        after = _peak()
    if not all(isinstance(one, ArticleRejected) and one.reason is Rejection.TOO_LARGE for one in outcomes):
        raise BenchError("a bomb was not refused as too large")
    return None if before is None or after is None else after - before


def _peak(*, anew: bool = False) -> float | None:
    # Of this program alone: what getrusage says begins with its parent's. With a 5 Linux counts it `anew`.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5" if anew else "", "ascii")
    with suppress(OSError):
        return int(Path("/proc/self/status").read_text("utf-8").partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return None


async def overdue(port: int) -> float:
    """Return by how many seconds the slowest of 20 submissions outlives the deadline of 2 s.

    Each is of another name, and its site sends a byte of the body every 50 ms without end.
    """
    async with _fetcher(port, _options(deadline_seconds=_DEADLINE)) as work:

        async def seconds(number: int) -> float:
            began = time.perf_counter()
            try:
                await work(ArticleSubmitted(url=_url(port, "drip", number)))
            except TransientError as error:
                if error.reason == "timeout":
                    return time.perf_counter() - began - _DEADLINE
            raise BenchError("a drip did not end at the deadline")

        return max(await asyncio.gather(*map(seconds, range(_HOSTILE))))


def report(pages: int, ours: Samples, bare: Samples, grown: float | None, late: float) -> str:
    """Return the tables: both sides, and what the fetcher is held to. `grown` in MB (None: not known), `late` in s."""
    made = (
        f"Made on {_now():%d %B %Y} from {len(ours['pages'])} rounds of {pages:,} pages of "
        f"{len(page(pages)):,} bytes, median (least to most), aiohttp {version('aiohttp')}, "
        f"Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} cores."
    )
    speeds = [[row.says, cell(row, ours), cell(row, bare), ratio(row, ours, bare)] for row in (_SPEED, _CPU)]
    share, size = median(ours["pages"]) / median(bare["pages"]), "\u2013" if grown is None else f"{grown:.1f}"
    is_small, is_free = grown if grown is None else grown < TARGET_MB, late <= TARGET_SECONDS
    held = [
        ["pages a second, fetcher / bare", f"{share:.2f}", f"at least {TARGET_RATIO:.2f}", _MET[share >= TARGET_RATIO]],
        [f"MB more at the peak for {_HOSTILE} bombs", size, f"less than {TARGET_MB:.0f}", _MET[is_small]],
        [f"s until {_HOSTILE} slots are free", f"{late:.3f}", f"at most {TARGET_SECONDS:.0f}", _MET[is_free]],
    ]
    sides, bounds = ["", "fetcher", "bare aiohttp", "fetcher / bare"], ["held to", "found", "target", "met"]
    return "\n\n".join([made, table([sides, *speeds]), table([bounds, *held])])


def main(given: Sequence[str] | None = None) -> int:
    """Run the bench. Returns the exit code: 0 done, whether or not the targets are met; 1 a run failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=600, metavar="N", help="pages a round (600)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    asked = parser.parse_args(given)
    if asked.limit < 2 * _AT_ONCE or asked.rounds < 1:
        parser.error(f"--limit (LIMIT=) must be {2 * _AT_ONCE} or more, --rounds (ROUNDS=) 1 or more")
    try:
        with _running_site() as port, ProcessPoolExecutor(max_workers=1, mp_context=_SPAWN) as fresh:
            ours, bare = asyncio.run(speed(port, asked.limit, asked.rounds))
            grown, late = fresh.submit(_run, memory, port).result(), asyncio.run(overdue(port))
    except (BenchError, TransientError) as error:
        parser.exit(1, f"{error}\n")
    tables = report(asked.limit, ours, bare, grown, late)
    print(tables)
    if asked.write:
        put(_PERFORMANCE, _BEGIN, _END, tables)
        print(f"written into {_PERFORMANCE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
