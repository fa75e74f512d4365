"""The demo's last part: its site becomes a source, and a story that appears on it is on the screen seconds later."""

import asyncio
import time
from contextlib import aclosing
from datetime import UTC, datetime

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from wiredesk.client.client import Wiredesk
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import ENRICHED
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import SourceStore
from wiredesk_local.demo.site import DemoSite

# A poll begins within two seconds, and an article takes less than one; a busy machine takes longer.
_SECONDS = 30.0
_LOOK_SECONDS = 0.2


async def watch_source(wire: Wiredesk, site: DemoSite, dsn: str, console: Console) -> None:
    """Add the site's feed and news sitemap as sources, let a story appear there, and show it when it comes out.

    Says so when it does not within half a minute; the demo goes on. At a later start nothing new appears.

    Raises:
        InfrastructureError: PostgreSQL or Kafka cannot be reached.
    """
    console.print()
    if site.has_late:
        console.print(Text("The site is a source since an earlier start: `wiredesk sources list`"))
        return
    console.print(Text("Now by itself: the site is a source, and a new story appears on it", style="bold underline"))
    async with open_pool(PostgresOptions(dsn=SecretStr(dsn), connections=1)) as pool:
        store = SourceStore(pool)
        try:
            async with asyncio.timeout(_SECONDS):
                sources = [
                    await _added(store, f"{site.url}/{path}", title)
                    for path, title in (("feed.xml", ""), ("news-sitemap.xml", "The Quayside Courier, news sitemap"))
                ]
                since, began = datetime.now(UTC), time.monotonic()
                url = site.publish_late()
                for source in sources:
                    await store.poll_now(source, since)
                article = await _out(wire, url, since)
        except TimeoutError:
            console.print(Text(f"  nothing came within {_SECONDS:.0f} s: `wiredesk sources check` tells why"))
            return
    names = ", ".join(entity.name for entity in article.entities if entity.type in ("PERSON", "ORG", "GPE"))
    console.print(Text(f"  {time.monotonic() - began:.1f} s later  {article.headline}", style="bold"), soft_wrap=True)
    console.print(Text(f"               found in the feed of {article.source}; names {names}"), soft_wrap=True)


async def _added(store: SourceStore, url: str, title: str) -> Source:
    """Return the source at `url` once it has been polled; of what it lists by then nothing is taken again."""
    source = Source(source_id(url), url, title, "", "", {}, datetime.now(UTC), backlog=0)
    await store.add(source)
    while True:
        found = next(one for one in await store.all() if one.source_id == source.source_id)
        if found.polls:
            return found
        await asyncio.sleep(_LOOK_SECONDS)


async def _out(wire: Wiredesk, url: str, since: datetime) -> ArticleEnriched:
    async with aclosing(wire.watch([ENRICHED], since=since)) as entries:
        async for entry in entries:
            if isinstance(entry.event, ArticleEnriched) and entry.event.url == url:
                return entry.event
    raise AssertionError("unreachable: watching never ends")
