"""How many may be connected at once, and how slow each may be: uvicorn alone waits for a request's head for ever.

Who is slow holds up nobody: where there is no room, whoever has waited longest without asking for anything goes.
"""

import asyncio
import math
import resource
import time
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from wiredesk_desk.web.admission import household

# The head of a request, from the connection or the answer before on; and its body, 12 MiB at most.
HEAD_SECONDS, BODY_SECONDS = 10.0, 60.0
# Who takes less than this, of an answer that waits for him, is gone, whatever his connection says.
STALLED_SECONDS, STALLED_BYTES = 30.0, 1024
# Besides the streams. A browser opens six, and they are closed after five idle seconds.
BESIDES = 256
# What is accepted at once, before it is counted.
BACKLOG = 128
# Connections to Kafka and PostgreSQL, and webhooks.
_OTHER_FILES = 200
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\n"
    b"cache-control: no-store\r\nconnection: close\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """`total` connections, and `per_address` of one address (None: any number), which does not hold for `proxies`."""

    total: int
    per_address: int | None = None
    proxies: Collection[IPv4Network | IPv6Network] = ()


def room(wanted: int) -> int:
    """Return how many of the `wanted` connections there may be; have this process open as many files, if it may."""
    needed = wanted + BACKLOG + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):
        # Some kernels have another limit, besides.
        most = soft
    return max(1, wanted - (needed - most))


class Connection(H11Protocol):
    """A connection that is counted, and cut where it is slow: `check` has to be called each second or so."""

    def __init__(self, *arguments: Any, limits: Limits, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits = limits
        self.household = ""
        # What it is doing, since when; of its answer, what it has not taken, and when it took some.
        self._doing: tuple[object, object] = (self.conn.their_state, None)
        self.since = self._took_at = time.monotonic()
        self._untaken = 0

    @property
    def is_waiting(self) -> bool:
        """Whether it asks for nothing, or gets nothing more."""
        return self.transport.is_closing() or self.conn.their_state is h11.IDLE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Admit it, in the place of another where there is no room; or answer 503."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        self.household = household(address)
        everybody: list[Any] = list(self.connections)
        crowds = [(everybody, self._limits.total)]
        if self._limits.per_address is not None and not self._is_of_a_proxy(address):
            mine = [one for one in everybody if one.household == self.household]
            crowds.insert(0, (mine, self._limits.per_address))
        for crowd, most in crowds:
            if len(crowd) > most and not self._has_taken_the_place_of_one(crowd):
                transport.write(_FULL)
                transport.close()
                return

    def _is_of_a_proxy(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self._limits.proxies) if self.household else False

    def _has_taken_the_place_of_one(self, crowd: "list[Connection]") -> bool:
        waiting = [one for one in crowd if one is not self and one.is_waiting]
        if not waiting:
            return False
        longest = min(waiting, key=lambda one: one.since)
        # Its end is noticed later, and it counts no more.
        self.connections.discard(longest)
        longest.transport.abort()
        return True

    def check(self, now: float) -> None:
        """Cut it where its head, its body or its taking of an answer is too slow; `now`: seconds, monotonic."""
        state = self.conn.their_state
        if self._doing != (state, self.cycle):
            self._doing, self.since = (state, self.cycle), now
        untaken = self.transport.get_write_buffer_size()
        if untaken <= max(0, self._untaken - STALLED_BYTES):
            self._took_at = now
        self._untaken = untaken
        patience = {h11.IDLE: HEAD_SECONDS, h11.SEND_BODY: BODY_SECONDS}.get(state, math.inf)
        if now - self.since > patience or now - self._took_at > STALLED_SECONDS:
            self.transport.abort()


async def cut_the_slow(connections: Collection[Any]) -> None:
    """Cut every connection of a server that is too slow."""
    now = time.monotonic()
    for one in list(connections):
        one.check(now)
