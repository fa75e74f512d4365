"""How often one may ask, and whose token it is."""

import time
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from wiredesk.postgres.connections import Connections
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Token, digest

Known: TypeAlias = Callable[[str], Awaitable[Token | None]]

# As many seconds' worth may come at once.
_BURST_SECONDS = 5.0
REMEMBERED_SECONDS = 10.0
_REMEMBERED = 1_000


def household(address: str) -> str:
    """Return whom an address stands for: of IPv6 the network, as each has 2^64 addresses; what is none is nobody's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    return str(found) if isinstance(found, IPv4Address) else str(ip_network((found, 64), strict=False))


class Bucket:
    """So many requests a second in the long run, five seconds' worth of them at once."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second * _BURST_SECONDS)
        self._left = self._most
        self._at: float | None = None

    def take(self, now: float) -> float:
        """Take one at `now` (seconds, monotonic); return 0, or in how many seconds there is one."""
        if self._at is not None:
            self._left = min(self._most, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._per_second
        self._left -= 1
        return 0.0


class Remembering:
    """Whose token it is, asked of PostgreSQL once in ten seconds at most; of those not known not at all remembered."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool
        self._found: dict[bytes, tuple[Token, float]] = {}

    async def __call__(self, token: str) -> Token | None:
        """Return whose token it is; None: nobody's.

        Raises:
            InfrastructureError: PostgreSQL is away.
        """
        key, now = digest(token), time.monotonic()
        if (found := self._found.get(key)) is not None and now - found[1] < REMEMBERED_SECONDS:
            return found[0]
        self._found.pop(key, None)
        if (known := await keeping.known(self._pool, token)) is not None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[key] = (known, now)
        return known
