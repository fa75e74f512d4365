"""The real fetcher, for which every name below .example is this machine and no other name is known.

`python -m tests.faults.programs.loopback_fetcher`; all else comes from the environment, as for the service. A source
whose fetcher died is free again after `LEASE` instead of ten minutes.
"""

import socket
from datetime import timedelta

from aiohttp import connector
from aiohttp.abc import AbstractResolver, ResolveResult

from wiredesk_fetcher.__main__ import main
from wiredesk_fetcher.sources import poller

# Longer than any poll of a loopback host takes.
LEASE = timedelta(seconds=45)


class Names(AbstractResolver):
    """What aiohttp asks for addresses."""

    def __init__(self, **_options: object) -> None:
        """Take what aiohttp gives its own."""

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - there is one kind
    ) -> list[ResolveResult]:
        if not host.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "no such name here")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """There is nothing to close."""


if __name__ == "__main__":
    setattr(connector, "DefaultResolver", Names)  # noqa: B010 - mypy allows no type to be replaced
    poller.LEASE = LEASE
    main()
