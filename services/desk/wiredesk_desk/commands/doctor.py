"""`doctor`: look at everything the system needs, and say how to mend what is wrong."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from wiredesk.client import admin, offsets
from wiredesk.client.options import EXPOSED_TODO, exposed
from wiredesk.client.refusals import why
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, WiredeskError
from wiredesk_desk.config import System, settings_classes, shown, system
from wiredesk_desk.distributions import is_installed
from wiredesk_desk.output import Row, emit, for_people, say, typed
from wiredesk_desk.running import Exit
from wiredesk_desk.withdrawing import commands as withdrawing

GIB = 1024**3
# Kafka and PostgreSQL of local mode keep at most 512 MB a topic, and need about 1 GB of memory with the workers.
LEAST_DISK = 2 * GIB
LEAST_MEMORY = 1 * GIB


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `todo` is what to do when it is not `ok`, or when it works and yet is a `risk`."""

    name: str
    ok: bool
    found: str
    todo: str = ""
    code: Exit = Exit.FAILED
    risk: bool = False


async def doctor(*, as_json: bool) -> Exit:
    """Print every check; the exit code is that of the first failure."""
    checks = [python(), disk(), memory()]
    try:
        for cls in settings_classes():
            cls.load()
        here = await system()
    except ConfigurationError as error:
        checks.append(
            Check("settings", ok=False, found=str(error), todo="wiredesk config show", code=Exit.CONFIGURATION)
        )
    else:
        checks.append(Check("settings", ok=True, found=f"servers from: {here.origin}"))
        checks += [await _safely(look, here) for look in (kafka, login, topics, workers, postgres, withdrawals, tagger)]
    for check in checks:
        if for_people(as_json=as_json):
            print(line(check))
        else:
            emit(told(check))
    failed = [check for check in checks if not check.ok]
    say(f"{len(failed)} of {len(checks)} checks failed" if failed else "all is well")
    return failed[0].code if failed else Exit.OK


def told(check: Check) -> Row:
    """Return a check as a row: what to do and an exit code only where something is to be done."""
    todo = typed(check.todo) if check.risk or not check.ok else ""
    return {**asdict(check), "todo": todo, "code": int(Exit.OK if check.ok else check.code)}


def line(check: Check) -> str:
    """Return a check as people read it, with what to do on a line of its own."""
    mark = "✘" if not check.ok else "!" if check.risk else "✔"
    todo = f"\n  → {typed(check.todo)}" if check.risk or not check.ok else ""
    return f"{mark} {check.name}: {check.found}{todo}"


async def _safely(look: Callable[[System], Awaitable[Check]], here: System) -> Check:
    try:
        return await look(here)
    except InfrastructureError as error:
        todo = "Start the system with `wiredesk up`, or set the address of a server of your own."
        if look is kafka:
            todo = await why(here.kafka) or todo
        return Check(look.__name__, ok=False, found=str(error), todo=todo, code=Exit.UNREACHABLE)
    except WiredeskError as error:
        return Check(look.__name__, ok=False, found=str(error), todo="wiredesk config show")


def python() -> Check:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", (3, 11) <= sys.version_info[:2] < (3, 14), version, "Install Python 3.11, 3.12 or 3.13.")


def disk() -> Check:
    """Room for local mode's data in this folder."""
    free = shutil.disk_usage(Path.cwd()).free
    return Check("disk", free >= LEAST_DISK, f"{free / GIB:.1f} GiB free here", "Make room: local mode wants 2 GiB.")


def memory() -> Check:
    """Memory for Kafka, PostgreSQL and the workers."""
    free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    found = f"{total / GIB:.1f} GiB, {free / GIB:.1f} GiB unused"
    return Check("memory", total >= LEAST_MEMORY, found, "Local mode wants 1 GiB: use servers on another machine.")


async def kafka(here: System) -> Check:
    """Whether Kafka answers."""
    async with admin.connect(here.kafka) as client:
        cluster = await client.describe_cluster()
    found = f"{', '.join(here.kafka.bootstrap_servers)}, brokers: {len(cluster['brokers'])}"
    return Check("kafka", ok=True, found=found)


async def login(here: System) -> Check:
    """Whether others can read the login, or come in without one."""
    if found := exposed(here.kafka):
        return Check("login", ok=True, found=found, todo=EXPOSED_TODO, risk=True)
    control = here.control if here.uses_local_kafka else None
    if control is not None and control.starts_kafka and not control.kafka_login:
        found = "none: every user of this machine can read and write what is on this Kafka"
        todo = "Not alone on it? Stop the system, set WIREDESK_LOCAL__KAFKA_LOGIN=true, start it again."
        return Check("login", ok=True, found=found, todo=todo, risk=True)
    protocol = here.kafka.security_protocol
    by = f"{protocol}, {here.kafka.sasl_mechanism}" if protocol.startswith("SASL_") else protocol
    return Check("login", ok=True, found=by)


async def topics(here: System) -> Check:
    """Whether the topics are as `wiredesk.contracts.topics` says."""
    drifts = await admin.diff_topics(here.kafka, here.lane)
    missing = sum(drift.found == "missing" for drift in drifts)
    if missing:
        return Check("topics", ok=False, found=f"{missing} are missing", todo="wiredesk topics apply")
    if drifts:
        return Check("topics", ok=False, found=f"{len(drifts)} settings differ", todo="wiredesk topics diff")
    return Check("topics", ok=True, found="as they should be")


async def workers(here: System) -> Check:
    """Whether every stage has a worker that owns partitions."""
    stages = await offsets.lag(here.kafka, here.lane)
    idle = sorted({stage.service for stage in stages if not any(member.partitions for member in stage.members)})
    waiting = sum(stage.lag for stage in stages)
    if idle:
        todo = "wiredesk up" if here.control is None else f"wiredesk scale {idle[0]} 1"
        return Check("workers", ok=False, found=f"nobody works as {', '.join(idle)}", todo=todo)
    return Check("workers", ok=True, found=f"every stage has one; {waiting} records wait")


async def postgres(here: System) -> Check:
    """Whether PostgreSQL answers."""
    try:
        connection = await asyncpg.connect(here.dsn.get_secret_value(), timeout=5)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        what = f"{shown(here.dsn)} does not answer: {type(error).__name__}"
        raise InfrastructureError(what, reason="postgres") from None
    try:
        version = await connection.fetchval("show server_version")
    finally:
        await connection.close()
    return Check("postgres", ok=True, found=f"version {version}")


async def withdrawals(here: System) -> Check:
    """Whether the topics tell of every article that was withdrawn, erased or reinstated."""
    waiting = await withdrawing.unannounced(here)
    if not waiting:
        return Check("withdrawals", ok=True, found="the topics tell of all")
    first = waiting[0]
    since = f"{first.kind.value} since {first.at:%Y-%m-%d %H:%M} UTC"
    found = f"{len(waiting)} not told on the topics; the first is {since}"
    return Check("withdrawals", ok=False, found=found, todo=withdrawing.command(first))


async def tagger(_here: System) -> Check:
    """Whether the tagger's pipelines load, where it is installed."""
    if not is_installed("wiredesk_tagger"):
        return Check("tagger", ok=True, found="not installed here")
    from wiredesk_tagger import nlp  # noqa: PLC0415 - may not be installed
    from wiredesk_tagger.settings import TaggerSettings  # noqa: PLC0415 - as above

    options = TaggerSettings.load().tagger
    try:
        made_by = (await asyncio.to_thread(nlp.load, options.pipelines, options.knowledge)).made_by
    except ConfigurationError as error:
        return Check("tagger", ok=False, found=str(error), todo="mend what the message names", code=Exit.CONFIGURATION)
    return Check("tagger", ok=True, found=f"{made_by.pipeline} {made_by.version}")
