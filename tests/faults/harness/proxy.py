"""A TCP proxy before one server whose network can be made slow, unreliable or silent while connections are open."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wiredesk_local.processes.child import free_port

_CHUNK = 64 * 1024
# Closing with a linger time of nought sends RST instead of FIN.
_NO_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards `port` to a server on loopback. Change the attributes at any time; `heal` puts them all back.

    `to_server` and `to_client` are seconds that every byte of a direction takes longer; the order stays.
    `reset_chance` is the chance per second that an open connection is reset (RST on the client's side).
    While `silent`, connections are accepted and nothing passes; what was sent meanwhile arrives after it.
    """

    def __init__(self, server_port: int, *, seed: int) -> None:
        self.port = free_port()
        self.server_port = server_port
        self.to_server = self.to_client = 0.0
        self.reset_chance = 0.0
        self.resets = 0
        self._passes = asyncio.Event()
        self._passes.set()
        self._random = random.Random(seed)
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def silent(self) -> bool:
        """Whether nothing passes."""
        return not self._passes.is_set()

    @silent.setter
    def silent(self, value: bool) -> None:
        (self._passes.clear if value else self._passes.set)()

    def heal(self) -> None:
        """Let everything pass at once."""
        self.to_server = self.to_client = self.reset_chance = 0.0
        self.silent = False

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=_CHUNK)

    async def stop(self) -> None:
        """Stop listening and cut what is open."""
        assert self._server is not None, "start it first"
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connection(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._passes.wait()
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.server_port, limit=_CHUNK)
        except OSError:
            # Nobody listens behind the proxy: the client is to see that as it would without one.
            _reset(writer)
            return
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        pumps = {
            asyncio.create_task(self._pump(reader, server_writer, outwards=True)),
            asyncio.create_task(self._pump(server_reader, writer, outwards=False)),
        }
        doom = asyncio.create_task(self._doom())
        try:
            done, _ = await asyncio.wait({*pumps, doom}, return_when=asyncio.FIRST_COMPLETED)
            if doom in done:
                self.resets += 1
                _reset(writer)
            # A FIN of one side ends the connection once what was on its way has arrived.
        finally:
            for task in (*pumps, doom):
                task.cancel()
            await asyncio.gather(*pumps, doom, return_exceptions=True)
            for one in (writer, server_writer):
                one.transport.abort()

    async def _doom(self) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(0.5, 1.5))
            if self._random.random() < self.reset_chance:
                return

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outwards: bool) -> None:
        """Forward one direction. A queue between reading and writing keeps latency from becoming a limit of rate."""
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)

        async def read() -> None:
            while True:
                with contextlib.suppress(OSError):
                    data = await reader.read(_CHUNK)
                    await chunks.put((loop.time() + (self.to_server if outwards else self.to_client), data))
                    if data:
                        continue
                await chunks.put((loop.time(), b""))
                return

        reading = asyncio.create_task(read())
        try:
            while True:
                due, data = await chunks.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                await self._passes.wait()
                if not data:
                    return
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()


@asynccontextmanager
async def proxied(server_port: int, *, seed: int) -> AsyncIterator[Proxy]:
    """A proxy before `server_port`, stopped at the end."""
    proxy = Proxy(server_port, seed=seed)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
