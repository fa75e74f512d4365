"""Pushes the demo site through the real pipeline, as a user's program would, and keeps the ledger."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.live import Live
from rich.text import Text

from wiredesk.client.client import Wiredesk
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, REJECTED, STORED
from wiredesk_local.demo.flatten import Flattened, flatten
from wiredesk_local.demo.ledger import Ledger, Summary
from wiredesk_local.demo.reader import Found, read_site
from wiredesk_local.demo.site import DemoSite
from wiredesk_local.demo.summary import progress

# How long after the last end the records of earlier stages may take to be read as well.
STRAGGLERS_SECONDS = 3.0


async def run_demo(wire: Wiredesk, site: DemoSite, console: Console, *, timeout: float = 120.0) -> Summary:  # noqa: ASYNC109 - it ends with a summary, not an exception
    """Submit all that the site and the text archive have, wait for every end, then the correction; return the ledger.

    Shows one progress line on `console`. Takes at most about `timeout` seconds, whatever the pipeline does: what has
    not ended by then is in `Summary.lost`.

    Raises:
        InfrastructureError: Kafka or the site cannot be reached.
    """
    started = time.monotonic()
    deadline = started + timeout
    ledger = Ledger()
    watching = asyncio.create_task(_watch(wire, ledger, since=datetime.now(UTC)))
    try:
        async with _shown(console, lambda: progress(ledger.counts(), time.monotonic() - started)):
            for submit in (_first_editions, _correction):
                await submit(wire, site, ledger)
                await _settle(ledger, watching, deadline)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return ledger.close(time.monotonic() - started)


async def _first_editions(wire: Wiredesk, site: DemoSite, ledger: Ledger) -> None:
    """Every page of the site by its address, and every story once more as text without one."""
    try:
        found = await read_site(site.url)
    except OSError as error:
        raise InfrastructureError(f"the demo site does not answer: {type(error).__name__}") from error
    # That one comes by itself, from the site as a source.
    found = [page for page in found if page.url != site.late_url]
    stories = site.articles
    await asyncio.gather(
        *(_submit(wire, ledger, page) for page in found),
        *(_submit(wire, ledger, flatten(story, stories[number - 1])) for number, story in enumerate(stories)),
    )


async def _correction(wire: Wiredesk, site: DemoSite, ledger: Ledger) -> None:
    """The same address once more, after the site has corrected the story."""
    await _submit(wire, ledger, Found(site.revise()))


async def _submit(wire: Wiredesk, ledger: Ledger, item: Found | Flattened) -> None:
    # In the ledger before it is on the wire: its records may be read before `publish` returns.
    correlation_id = str(uuid.uuid4())
    if isinstance(item, Found):
        ledger.submit(correlation_id, item.url)
        await wire.publish(url=item.url, published_hint=item.published, source="demo", correlation_id=correlation_id)
    else:
        ledger.submit(correlation_id, f"text: {item.headline}")
        await wire.publish(text=item.text, source="demo", correlation_id=correlation_id)


async def _watch(wire: Wiredesk, ledger: Ledger, since: datetime) -> None:
    topics = (FETCHED, CLEANED, ENRICHED, STORED, REJECTED)
    # A little earlier than now: the clock of the broker's machine may differ. Older records are not in the ledger.
    entries = wire.watch(topics, since=since - timedelta(seconds=5), dead_letters=True)
    async with aclosing(entries):
        async for entry in entries:
            ledger.see(entry.correlation_id, entry.event, stage=entry.stage, reason=entry.reason)


async def _settle(ledger: Ledger, watching: asyncio.Task[None], deadline: float) -> None:
    """Return when everything has ended and been seen on every topic, or at `deadline`."""
    ended_at: float | None = None
    while not ledger.settled and (now := time.monotonic()) < deadline:
        if watching.done():
            watching.result()
        if ledger.ended:
            ended_at = ended_at or now
            if now - ended_at > STRAGGLERS_SECONDS:
                return
        await asyncio.sleep(0.05)


@asynccontextmanager
async def _shown(console: Console, line: Callable[[], str]) -> AsyncIterator[None]:
    """Show `line()` while the block runs: rewritten in place on a terminal, else one line every two seconds."""

    async def tick() -> None:
        if not console.is_terminal:
            while True:
                console.print(Text(line()), soft_wrap=True)
                await asyncio.sleep(2)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(Text(line()), refresh=True)
                await asyncio.sleep(0.2)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
    console.print(Text(line()), soft_wrap=True)
