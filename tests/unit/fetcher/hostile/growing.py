"""By how much memory a fetcher grows over answers: measured in a process of its own, which does nothing else."""

import asyncio
import gc
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar
from unittest.mock import patch

import aiohttp

from tests.unit.fetcher.hostile.fetchers import Names
from tests.unit.fetcher.hostile.memory import peak
from tests.unit.fetcher.sites import options
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.http import PAGE, open_web
from wiredesk_fetcher.sources.poller import LISTING

T = TypeVar("T")


async def apart(work: Callable[[], T]) -> T:
    """Return what `work` gives in a process that has done nothing before; it and what it gives must pickle."""
    context = multiprocessing.get_context("forkserver")
    # A process that is forked from one with all imported is there at once.
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(1, mp_context=context) as fresh:
        return await asyncio.get_running_loop().run_in_executor(fresh, work)


def grown(urls: Sequence[str], usual: str, *, is_listing: bool) -> tuple[float | None, list[str]]:
    """Return by how many MB the peak grows while all of `urls` are asked at once, and what came of each.

    `usual` is asked before, so that nothing is imported or opened first meanwhile.
    """
    return asyncio.run(_grown(urls, usual, is_listing=is_listing))


async def _grown(urls: Sequence[str], usual: str, *, is_listing: bool) -> tuple[float | None, list[str]]:
    given = options(allow_addresses="127.0.0.2/32", deadline_seconds=30, per_host=8)
    with patch.object(aiohttp.connector, "DefaultResolver", lambda **_: Names()):
        async with open_web(given) as web:
            crawler = Crawler(web, HostsHere(), given, lambda: datetime.now(UTC))

            async def ask(url: str) -> str:
                try:
                    answer = await crawler.get(url, LISTING if is_listing else PAGE)
                except TransientError as error:
                    return error.reason
                return answer.reason.value if isinstance(answer, Refusal) else f"{answer.status} {len(answer.body):,}"

            assert isinstance(await crawler.get(usual), Response)
            gc.collect()
            before = peak(anew=True)
            ends = await asyncio.gather(*map(ask, urls))
            after = peak()
    return (None if before is None or after is None else after - before), ends
