"""The sources that are collected: in the fetcher's tables, which may be elsewhere, or nowhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Self

from wiredesk_desk.config import System
from wiredesk_desk.distributions import advice, is_installed
from wiredesk_desk.web.problems import Refused

if TYPE_CHECKING:
    from wiredesk_fetcher.sources.store import SourceStore

FETCHER = "wiredesk_fetcher"
_CONNECTIONS = 4
# Looking at an address asks a site a dozen times, and keeps what it answers in memory meanwhile.
_LOOKS_AT_ONCE = 4


class Collected:
    """The store of sources: connected when somebody asks first, and kept. `looking` is held while a site is asked."""

    def __init__(self, here: System) -> None:
        self._here = here
        self._stack = AsyncExitStack()
        self._store: SourceStore | None = None
        self._one_at_a_time = asyncio.Lock()
        self.looking = asyncio.Semaphore(_LOOKS_AT_ONCE)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Yield it, and close its connections at the end."""
        async with self._stack:
            yield self

    async def store(self) -> "SourceStore":
        """Return the store, whose tables are brought up to date.

        Raises:
            Refused: the fetcher is not installed beside the desk.
            InfrastructureError: PostgreSQL is away.
            ConfigurationError: it does not let us in.
        """
        if not is_installed(FETCHER):
            what, todo = advice(ModuleNotFoundError(name=FETCHER))
            raise Refused(501, "not-installed", what, todo=todo)
        async with self._one_at_a_time:
            if self._store is None:
                # Only here: it is not installed everywhere.
                from wiredesk_desk.sources.commands import open_store  # noqa: PLC0415

                self._store = await self._stack.enter_async_context(open_store(self._here, connections=_CONNECTIONS))
            return self._store
