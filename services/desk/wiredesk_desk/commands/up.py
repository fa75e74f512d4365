"""`up`: Kafka, PostgreSQL and the services on this machine, and the demo."""

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

from rich.console import Console

from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ServiceName
from wiredesk_desk.config import local_control, local_settings
from wiredesk_desk.output import duration_of, program, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_local.demo.feed import run_demo
from wiredesk_local.demo.site import DemoSite
from wiredesk_local.demo.summary import show
from wiredesk_local.settings import LocalSettings
from wiredesk_local.supervisor import StoppedError, Supervisor

_ALLOW = "WIREDESK_FETCHER__ALLOW_ADDRESSES"


async def up(*, demo: bool, scale: list[str]) -> Exit:
    """Run everything until Ctrl-C, SIGTERM or `wiredesk down`; with `demo` feed the demo site through first."""
    counts = counts_of(scale)
    settings = local_settings()
    if await local_control() is not None:
        say("It is running already in this folder: see `wiredesk status`. `wiredesk down` stops it.")
        for service, count in counts.items() if scale else ():
            say(f"For {count} {service}: `wiredesk scale {service} {count}`")
        return Exit.OK
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(DemoSite()) if demo else None
        supervisor = Supervisor(settings, scale=counts, environment=_environment(demo=demo), say=say)
        started = time.monotonic()
        try:
            await supervisor.start()
        except StoppedError:
            return Exit.INTERRUPTED
        stack.push_async_callback(supervisor.stop)
        workers = ", ".join(f"{count} {service}" for service, count in counts.items())
        took = duration_of(time.monotonic() - started)
        say(f"up after {took}: Kafka {', '.join(supervisor.bootstrap_servers)}, {workers}")
        code = Exit.OK
        if site is not None:
            code = await _until_asked(supervisor, settings, site)
        say("Ctrl-C stops everything. In another terminal, in this folder: `wiredesk status`")
        await supervisor.wait()
    return code


async def _until_asked(supervisor: Supervisor, settings: LocalSettings, site: DemoSite) -> Exit:
    """Feed the demo site through; give up when somebody asks to stop."""
    feeding = asyncio.create_task(_feed(supervisor.kafka, settings.lane, site))
    asked = asyncio.create_task(supervisor.wait())
    await asyncio.wait({feeding, asked}, return_when=asyncio.FIRST_COMPLETED)
    for task in (feeding, asked):
        task.cancel()
    await asyncio.gather(feeding, asked, return_exceptions=True)
    return Exit.OK if feeding.cancelled() else feeding.result()


async def _feed(kafka: KafkaSettings, lane: str, site: DemoSite) -> Exit:
    console = Console(highlight=False)
    async with Wiredesk(kafka, lane=lane) as wire:
        summary = await run_demo(wire, site, console)
    show(summary, console, example=site.top_story, program=program())
    return Exit.OK if summary.ok else Exit.FAILED


def counts_of(scale: list[str]) -> dict[str, int]:
    """Return how many processes each service gets: one, or what `SERVICE=N` says.

    Raises:
        Problem: no such service, or no number.
    """
    counts = {service.value: 1 for service in ServiceName}
    for part in scale:
        service, _, number = part.partition("=")
        if service not in counts or not number.isdecimal():
            raise Problem(
                f"--scale {part}: write SERVICE=N with one of {', '.join(counts)}",
                "wiredesk up --scale tagger=3",
                code=Exit.USAGE,
            )
        counts[service] = int(number)
    return counts


def _environment(*, demo: bool) -> Mapping[str, Mapping[str, str]]:
    """The demo site is on loopback, which the fetcher refuses otherwise."""
    allowed = [part for part in os.environ.get(_ALLOW, "").split(",") if part]
    return {"fetcher": {_ALLOW: ",".join([*allowed, "127.0.0.1/32"])}} if demo else {}
