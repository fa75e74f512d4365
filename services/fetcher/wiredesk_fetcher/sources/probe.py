"""Finding what can be collected at an address: a feed or sitemap itself, or those that a page or its host names.

Each address is asked once, politely. What is found first is best: the feeds that the page itself names come before
the sitemaps of robots.txt and the usual addresses.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher.charset import decode
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.crawler import Crawler, NotYetError
from wiredesk_fetcher.feeds import discovery
from wiredesk_fetcher.feeds.listing import Listing, NotAListingError
from wiredesk_fetcher.feeds.reading import read
from wiredesk_fetcher.sources.poller import LISTING, PARSE_SECONDS

# Of the feeds a page names, so many are looked at; sections and comments follow the main one.
_MOST_NAMED = 5
_MOST_ASKED = 12
# Somebody waits; a site that wants more time between two requests is not probed for long.
_PATIENCE = timedelta(seconds=30)
_PAGE = "a page, no feed"


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that can be a source: where it is, what it lists, and the answer it came with."""

    url: str
    listing: Listing
    answer: Response


@dataclass(frozen=True, slots=True)
class Missed:
    """An address that was asked, and why it is no source."""

    url: str
    why: str


async def probe(
    crawler: Crawler, url: str, tell: Callable[[str], None]
) -> tuple[tuple[Found, ...], tuple[Missed, ...]]:
    """Return the listings found at or by `url`, and what else was asked; `tell` hears of each address before it is.

    A listing at `url` is the only one found. Of a page's feeds the first few are read; only where it names none are
    the sitemaps of robots.txt and the usual addresses asked, until one is found.
    """
    first = await _ask(crawler, url, tell)
    if isinstance(first, Found):
        return (first,), ()
    if isinstance(first, Missed):
        return (), (first,)
    named = discovery.linked(decode(first.body, first.content_type), first.url)
    asked = [Missed(url, _PAGE)]
    found: list[Found] = []
    for address in named[:_MOST_NAMED]:
        _sorted(await _ask(crawler, address, tell), address, found, asked)
    for address in () if found else await _unnamed(crawler, first.url, named):
        if not found:
            _sorted(await _ask(crawler, address, tell), address, found, asked)
    return tuple(found), tuple(asked)


def _sorted(one: "Found | Missed | Response", address: str, found: list[Found], missed: list[Missed]) -> None:
    if isinstance(one, Found):
        found.append(one)
    else:
        missed.append(one if isinstance(one, Missed) else Missed(address, _PAGE))


async def _unnamed(crawler: Crawler, url: str, asked: Iterable[str]) -> list[str]:
    parts = urlsplit(url)
    sitemaps = await crawler.sitemaps(f"{parts.scheme}://{parts.netloc}/")
    done = {url, *asked}
    return [one for one in dict.fromkeys([*sitemaps, *discovery.well_known(url)]) if one not in done][:_MOST_ASKED]


async def _ask(crawler: Crawler, url: str, tell: Callable[[str], None]) -> Found | Missed | Response:
    tell(url)
    try:
        answer = await crawler.get(url, LISTING, patience=_PATIENCE)
    except NotYetError as later:
        return Missed(url, f"its host may be asked again at {later.at:%H:%M:%S} UTC")
    except TransientError as error:
        return Missed(url, str(error))
    if isinstance(answer, Refusal):
        return Missed(url, answer.message)
    if not 200 <= answer.status < 300:
        return Missed(url, f"the site answered {answer.status}")
    return await _read(url, answer)


async def _read(url: str, answer: Response) -> Found | Missed | Response:
    try:
        async with asyncio.timeout(PARSE_SECONDS):
            listing = await asyncio.to_thread(read, answer.body, answer.content_type, answer.url)
    except NotAListingError as error:
        return answer if "html" in answer.content_type.lower() else Missed(url, str(error))
    except TimeoutError:
        return Missed(url, f"it could not be read within {PARSE_SECONDS:g} s")
    return Found(url, listing, answer)
