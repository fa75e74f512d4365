"""`up`: Kafka, PostgreSQL and the services on this machine, and the demo."""

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

from rich.console import Console

from wiredesk.client.client import Wiredesk
from wiredesk.contracts.events import ServiceName
from wiredesk_desk.commands.background import in_background
from wiredesk_desk.commands.browser import open_in_browser
from wiredesk_desk.commands.starting import Starting, until_ready
from wiredesk_desk.config import local_control, local_settings, settings_classes
from wiredesk_desk.demo_source import watch_source
from wiredesk_desk.demo_store import show_stored
from wiredesk_desk.output import duration_of, program, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.settings import DESK, DeskSettings
from wiredesk_local.demo.feed import run_demo
from wiredesk_local.demo.site import DemoSite
from wiredesk_local.demo.summary import show
from wiredesk_local.ports import Ports
from wiredesk_local.processes.child import check_port
from wiredesk_local.settings import LocalSettings
from wiredesk_local.state import StateDir
from wiredesk_local.supervisor import StoppedError, Supervisor

_ALLOW = "WIREDESK_FETCHER__ALLOW_ADDRESSES"
# There when the demo site has published them: it would take them back at its next start.
_CORRECTED, _LATE = "demo-corrected", "demo-late"
_DELAYS = "WIREDESK_FETCHER__DELAYS"
_PORT = "WIREDESK_DESK__PORT"


async def up(*, demo: bool, scale: list[str], detach: bool = False) -> Exit:
    """Run everything until Ctrl-C, SIGTERM or `wiredesk down`; with `demo` feed the demo site through first.

    With `detach` it runs in the background, and this returns once it is ready.
    """
    counts = counts_of(scale)
    settings = local_settings()
    # A service that cannot read its settings would end again and again.
    for cls in settings_classes():
        cls.load()
    if await local_control() is not None:
        say("It is running already in this folder: see `wiredesk status`. `wiredesk down` stops it.")
        for service, count in counts.items() if scale else ():
            say(f"For {count} {service}: `wiredesk scale {service} {count}`")
        return Exit.OK
    if detach:
        return await in_background(settings, demo=demo, scale=scale)
    return await _run(settings, counts, demo=demo)


async def _run(settings: LocalSettings, counts: Mapping[str, int], *, demo: bool) -> Exit:
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(_site(settings)) if demo else None
        port = _desk_port(settings, is_served=counts[DESK] > 0)
        supervisor = Supervisor(settings, scale=counts, environment=_environment(demo=demo, port=port), say=say)
        supervisor.desk = f"http://127.0.0.1:{port}/"
        began = time.monotonic()
        try:
            with Starting() as tell:
                tell("starting Kafka and PostgreSQL")
                await supervisor.start()
                stack.push_async_callback(supervisor.stop)
                await until_ready(supervisor, counts, tell)
        except StoppedError:
            return Exit.INTERRUPTED
        workers = ", ".join(f"{count} {service}" for service, count in counts.items())
        took = duration_of(time.monotonic() - began)
        say(f"up after {took}: Kafka {', '.join(supervisor.bootstrap_servers)}, {supervisor.database}, {workers}")
        code = Exit.OK
        if counts[DESK]:
            say(f"The desk, in a browser: {supervisor.desk}")
            if demo:
                open_in_browser(supervisor.desk)
        if site is not None:
            code = await _until_asked(supervisor, settings, site)
            for name, is_published in {_CORRECTED: site.revised, _LATE: site.has_late}.items():
                if code is Exit.OK and is_published:
                    (settings.local.state_dir / name).touch()
        if counts[DESK] and site is not None:
            say(f"Look at it: {supervisor.desk}")
        say("Ctrl-C stops everything. In another terminal, in this folder: `wiredesk status`")
        await supervisor.wait()
    return code


def _desk_port(settings: LocalSettings, *, is_served: bool) -> int:
    """Return the port that the desk has while this system runs, however often it comes and goes."""
    options = DeskSettings.load().desk
    return _port(settings, "the desk", options.port, is_set="port" in options.model_fields_set, must_be_free=is_served)


def _port(settings: LocalSettings, name: str, usual: int, *, is_set: bool, must_be_free: bool = True) -> int:
    port = Ports(StateDir(settings.local.state_dir), say).choose(name, usual, is_set=is_set)
    if is_set and must_be_free:
        check_port(port, name)
    return port


def _site(settings: LocalSettings) -> DemoSite:
    options = settings.local
    port = _port(settings, "the demo site", options.demo_port, is_set="demo_port" in options.model_fields_set)
    return DemoSite(
        port, revised=(options.state_dir / _CORRECTED).exists(), has_late=(options.state_dir / _LATE).exists()
    )


async def _until_asked(supervisor: Supervisor, settings: LocalSettings, site: DemoSite) -> Exit:
    """Feed the demo site through; give up when somebody asks to stop."""
    feeding = asyncio.create_task(_feed(supervisor, settings.lane, site))
    asked = asyncio.create_task(supervisor.wait())
    await asyncio.wait({feeding, asked}, return_when=asyncio.FIRST_COMPLETED)
    for task in (feeding, asked):
        task.cancel()
    await asyncio.gather(feeding, asked, return_exceptions=True)
    return Exit.OK if feeding.cancelled() else feeding.result()


async def _feed(supervisor: Supervisor, lane: str, site: DemoSite) -> Exit:
    console = Console(highlight=False)
    async with Wiredesk(supervisor.kafka, lane=lane) as wire:
        summary = await run_demo(wire, site, console)
        if not lane:
            await watch_source(wire, site, supervisor.dsn, console)
            await show_stored(wire, site, supervisor.dsn, console)
    show(summary, console, example=site.top_story, program=program())
    return Exit.OK if summary.ok else Exit.FAILED


def counts_of(scale: list[str]) -> dict[str, int]:
    """Return how many processes each service gets: one, or what `SERVICE=N` says.

    Raises:
        Problem: no such service, or no number.
    """
    counts = {**{service.value: 1 for service in ServiceName}, DESK: 1}
    for part in scale:
        service, _, number = part.partition("=")
        if service not in counts or not number.isdecimal():
            raise Problem(
                f"--scale {part}: write SERVICE=N with one of {', '.join(counts)}",
                "wiredesk up --scale tagger=3",
                code=Exit.USAGE,
            )
        counts[service] = int(number)
    if counts[DESK] > 1:
        raise Problem("--scale desk: one serves the pages, or none", "wiredesk up --scale desk=0", code=Exit.USAGE)
    return counts


def _environment(*, demo: bool, port: int) -> Mapping[str, Mapping[str, str]]:
    """The demo site is on loopback, which the fetcher refuses otherwise, and is ours: it need not be spared."""
    allowed = {_ALLOW: _with(_ALLOW, "127.0.0.1/32"), _DELAYS: _with(_DELAYS, "127.0.0.1=0")}
    return {"fetcher": allowed if demo else {}, DESK: {_PORT: str(port)}}


def _with(variable: str, part: str) -> str:
    return ",".join([*filter(None, os.environ.get(variable, "").split(",")), part])
