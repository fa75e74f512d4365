"""One address behind which desks come and go, as a reader sees one that is started anew."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Door:
    """Leads to the desk at `leads_to`; nobody opens while it is empty."""

    def __init__(self) -> None:
        self.address = ""
        self.leads_to = ""
        self._through: set[asyncio.Task[None]] = set()

    async def enter(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if self.leads_to:
                where = urlsplit(self.leads_to)
                behind, back = await asyncio.open_connection(where.hostname, where.port)
                both = [asyncio.create_task(_carry(*pair)) for pair in ((incoming, back), (behind, outgoing))]
                self._through.update(both)
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)
                self._through.difference_update(both)
                back.close()
        outgoing.close()

    def slam(self) -> None:
        """Break off whatever goes through it, and lead nowhere."""
        self.leads_to = ""
        for task in self._through:
            task.cancel()


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while some := await source.read(65_536):
        sink.write(some)
        await sink.drain()


@asynccontextmanager
async def opened_door() -> AsyncIterator[Door]:
    """Have one on loopback."""
    door = Door()
    server = await asyncio.start_server(door.enter, "127.0.0.1", 0)
    door.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield door
    finally:
        server.close()
        door.slam()
        await server.wait_closed()
