"""Names of hosts to addresses: whoever's name servers are slow makes nobody wait but himself."""

import asyncio
import socket
import weakref

from aiohttp.abc import AbstractResolver, ResolveResult

from wiredesk.contracts.ids import registrable_host

# Names of one registrable domain that are looked up at a time: its name servers answer for all of them.
AT_ONCE = 2
_LONGEST_WAIT = 30.0


class Names(AbstractResolver):
    """Looks names up with `resolver`, two of a registrable domain at a time.

    A look-up cannot be ended: one that nobody waits for any more keeps its place until it has an answer. Who finds no
    place within 30 s hears that the name servers do not answer. Addresses come as `resolver` gives them; which of them
    may be connected to is decided where the connection is made.
    """

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver
        self._places: weakref.WeakValueDictionary[str, asyncio.Semaphore] = weakref.WeakValueDictionary()
        self._looking: set[asyncio.Task[list[ResolveResult]]] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`; OSError when there are none or it is not known."""
        places = self._places.setdefault(_zone(host), asyncio.Semaphore(AT_ONCE))
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                await places.acquire()
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "its name servers are slow") from None
        looking = asyncio.create_task(self._resolver.resolve(host, port, family))
        self._looking.add(looking)
        looking.add_done_callback(self._looking.discard)
        looking.add_done_callback(lambda _: places.release())
        return await asyncio.shield(looking)

    async def close(self) -> None:
        """Close what names are looked up with, and wait for no name any more."""
        for looking in self._looking:
            looking.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await self._resolver.close()


def _zone(host: str) -> str:
    domain = registrable_host(f"http://{host}/")
    # Of a suffix that is on no list, as of names within a company, nothing says where a domain begins.
    return domain if domain != host else ".".join(host.rstrip(".").split(".")[-2:])
