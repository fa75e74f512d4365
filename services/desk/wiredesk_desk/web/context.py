"""What every answer is made from: the store, Kafka and the settings. Made once a process, closed when it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from wiredesk.postgres.connections import Connections, open_pool
from wiredesk_desk.config import System
from wiredesk_desk.distributions import is_installed
from wiredesk_desk.settings import DeskSettings
from wiredesk_desk.web.kept.collected import FETCHER, Collected
from wiredesk_desk.web.kept.letters import Letters
from wiredesk_desk.web.kept.named import MostNamed
from wiredesk_desk.web.kept.state import State
from wiredesk_desk.web.live.hub import Hub
from wiredesk_desk.web.subscriptions.keeping import Subscriptions
from wiredesk_desk.web.subscriptions.posting import Poster
from wiredesk_desk.web.subscriptions.running import Subscribed
from wiredesk_desk.web.subscriptions.session import open_session
from wiredesk_desk.web.wire import Wire
from wiredesk_storage.archive import Archive
from wiredesk_storage.settings import StorageOptions

# Nobody looks at a page for longer than this before he asks again.
STATEMENT_SECONDS = 10.0
# Each has connections to Kafka of its own.
_TURNS = 8
_WAITS = 32


@dataclass(frozen=True, slots=True)
class Desk:
    """Where answers come from.

    `wire` publishes; `hub` hears what was stored; `letters` reads the dead letters, `collected` the sources, `state`
    how the pipeline is, `subscriptions` who is told of what, `named` what the news names most. `turns` is held by what
    reads whole topics, `waits` by who waits for an article's end: so many do at once.
    """

    settings: DeskSettings
    here: System
    pool: Connections
    archive: Archive
    wire: Wire
    hub: Hub
    letters: Letters
    collected: Collected
    state: State
    subscriptions: Subscriptions
    named: MostNamed
    turns: asyncio.Semaphore
    waits: asyncio.Semaphore


@asynccontextmanager
async def open_desk(settings: DeskSettings, here: System) -> AsyncIterator[Desk]:
    """Yield what answers are made from. Nothing is connected yet: a server that is away is an answer's failure."""
    options = StorageOptions(
        dsn=here.dsn,
        # One more: whoever runs the subscriptions holds one.
        connections=settings.desk.connections + 1,
        statement_cache_size=settings.storage.statement_cache_size,
        statement_timeout_seconds=STATEMENT_SECONDS,
    )
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_pool(options))
        archive = Archive(pool)
        letters = await stack.enter_async_context(Letters(here).running())
        hub = Hub(here, archive, limit=settings.desk.streams)
        await stack.enter_async_context(hub.running())
        named = await stack.enter_async_context(MostNamed(archive).running())
        wire = await stack.enter_async_context(Wire(here).open())
        subscriptions = Subscriptions(pool, here.lane.name)
        poster = None
        # Its rules say what a webhook may be.
        if is_installed(FETCHER):
            post = await stack.enter_async_context(open_session(settings.desk))
            poster = Poster(subscriptions, archive, post)
        await stack.enter_async_context(Subscribed(pool, subscriptions, hub, wire, poster).running())
        yield Desk(
            settings=settings,
            here=here,
            pool=pool,
            archive=archive,
            wire=wire,
            hub=hub,
            letters=letters,
            collected=await stack.enter_async_context(Collected(here).open()),
            state=await stack.enter_async_context(State(here, pool, archive, letters).running()),
            subscriptions=subscriptions,
            named=named,
            turns=asyncio.Semaphore(_TURNS),
            waits=asyncio.Semaphore(_WAITS),
        )


def desk_of(request: Request) -> Desk:
    """Return the desk that answers a request."""
    found: Desk = request.app.state.desk
    return found


TheDesk = Annotated[Desk, Depends(desk_of)]
