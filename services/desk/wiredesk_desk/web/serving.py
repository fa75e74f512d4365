"""`wiredesk serve`: the process that answers."""

import asyncio
import logging
import signal
import sys
from dataclasses import replace
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from wiredesk.client.hosts import is_loopback
from wiredesk.runtime import logs
from wiredesk.runtime.health import Server
from wiredesk_desk.config import local_control, system
from wiredesk_desk.migrations import bring_up
from wiredesk_desk.output import say
from wiredesk_desk.running import Exit
from wiredesk_desk.settings import DeskOptions, DeskSettings
from wiredesk_desk.web.application import application
from wiredesk_desk.web.connections import BACKLOG, BESIDES, Connection, Limits, cut_the_slow, room
from wiredesk_desk.web.context import open_desk
from wiredesk_desk.web.health import Health
from wiredesk_desk.web.sockets import listen

log = logging.getLogger(__name__)

# Who reads a stream is cut off then; he comes back to the next process.
GOODBYE_SECONDS = 3
# An address of 8,192 characters, each of four bytes and every byte of them escaped, and the rest.
_MAX_HEAD_BYTES = 160 * 1024


async def serve(*, host: str | None = None, port: int | None = None) -> Exit:
    """Answer until SIGTERM or Ctrl-C.

    Raises:
        ConfigurationError: the port is taken, or PostgreSQL lets nobody in.
        InfrastructureError: PostgreSQL does not answer.
    """
    here = await system()
    # Whoever started this process named the servers; the system in this folder tells of its processes besides.
    here = here if here.control is not None else replace(here, control=await local_control())
    settings = DeskSettings.load()
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    desk_options = settings.desk.model_copy(update=given)
    settings = settings.model_copy(update={"desk": desk_options})
    logs.configure(settings.log, "desk")
    listening = listen(desk_options.host, desk_options.port, "WIREDESK_DESK__PORT")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await bring_up(settings.storage.model_copy(update={"dsn": here.dsn}))
    async with open_desk(settings, here) as desk:
        servers = [_server(application(desk), desk_options)]
        sockets = [listening]
        if "port" in settings.health.model_fields_set:
            servers.append(_server(Health(desk), DeskOptions(streams=1)))
            sockets.append(listen(settings.health.host, settings.health.port, "WIREDESK_HEALTH__PORT"))
        running = [
            asyncio.create_task(server.serve(sockets=[one])) for server, one in zip(servers, sockets, strict=True)
        ]
        _greet(desk_options.host, listening.getsockname()[1])
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, *running}, return_when=asyncio.FIRST_COMPLETED)
        for server in servers:
            server.end()
        ends = await asyncio.gather(*running, return_exceptions=True)
        ended.cancel()
    if failed := [end for end in ends if isinstance(end, Exception)]:
        log.critical("ending to be restarted: %s", type(failed[0]).__name__)
        return Exit.FAILED
    return Exit.OK


def _greet(host: str, port: int) -> None:
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    address = f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
    log.info("serving %s", address)
    if sys.stderr.isatty():
        say(f"The desk: {address}   (API: {address}openapi.json; Ctrl-C ends it)")
        if not is_loopback(host):
            say("It is open to others, who need a token: wiredesk tokens add NAME. Put TLS before it.")


def _server(app: ASGIApp, options: DeskOptions) -> Server:
    limits = Limits(
        room(options.streams + BESIDES),
        options.connections_per_address if options.needs_tokens else None,
        options.trusted_proxies,
    )
    config = uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(Connection, limits=limits)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        timeout_notify=1,
        # By itself uvicorn would believe whatever comes from loopback, or from where FORWARDED_ALLOW_IPS says.
        proxy_headers=bool(options.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in options.trusted_proxies],
    )
    server = Server(config)
    config.callback_notify = partial(cut_the_slow, server.server_state.connections)
    return server
