"""The verbs of `wiredesk sources`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk_desk.config import System, local_control, outage_of, system
from wiredesk_desk.output import Row, emit, for_people, heading, say, table, typed
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.sources import showing
from wiredesk_desk.sources.adding import Addition, candidates, file_of, from_opml
from wiredesk_desk.views.sources import NAME_CONTACT
from wiredesk_fetcher.feeds import opml
from wiredesk_fetcher.feeds.opml import Outline
from wiredesk_fetcher.migrations import bring_up
from wiredesk_fetcher.settings import FetcherSettings
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import Counts, SourceStore

_NONE = "no sources yet: `wiredesk sources add ADDRESS` looks for feeds there"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How sources are to be collected: labels for every article, revisits, and how much of what is there already."""

    labels: Mapping[str, str]
    revisits: bool = True
    backlog: int | None = None


async def add(what: str, wishes: Wishes, *, sure: bool, as_json: bool) -> Exit:
    """Look at an address, or read a list of feeds (OPML), and add what is found there."""
    path = file_of(what)
    async with open_store() as store:
        if path is not None:
            return await _import(store, path, wishes, as_json=as_json)
        found = await candidates(what, store, sure=sure, as_json=as_json)
        return await _add(store, found, wishes, as_json=as_json)


async def import_list(path: Path, wishes: Wishes, *, as_json: bool) -> Exit:
    """Add every feed of an OPML file."""
    async with open_store() as store:
        return await _import(store, path, wishes, as_json=as_json)


async def export() -> Exit:
    """Write every source as OPML to stdout."""
    async with open_store() as store:
        sources = await store.all()
    outlines = (Outline(one.url, one.title, tuple(one.labels.items())) for one in sources)
    print(opml.write(outlines, "Wiredesk sources").decode(), end="")
    return Exit.OK


async def list_sources(*, as_json: bool) -> Exit:
    """List the sources, how each is, and when it is polled next."""
    async with open_store() as store:
        sources = await store.all()
    if for_people(as_json=as_json):
        table([showing.row(one) for one in sources], as_json=False, empty=_NONE, right=("listed",))
    else:
        for one in sources:
            emit(_data(one))
    return Exit.OK


async def show(which: str, *, as_json: bool) -> Exit:
    """Show one source: how it is and why, when it is polled next and why then, what became of its articles."""
    async with open_store() as store:
        source = await _one(store, which)
        counts = await store.counts(source.source_id)
    if for_people(as_json=as_json):
        heading(source.title or source.url)
        showing.show(source, counts)
    else:
        emit(_data(source, counts))
    return Exit.OK


async def check(*, as_json: bool) -> Exit:
    """Say of every source that is not well why nothing is collected; exit code 1 when there is one."""
    async with open_store() as store:
        sources = await store.all()
        ill = [one for one in sources if one.health.state.value not in ("healthy", "new")]
        for source in ill:
            counts = await store.counts(source.source_id)
            if for_people(as_json=as_json):
                heading(source.title or source.url)
                showing.show(source, counts)
                print()
            else:
                emit(_data(source, counts))
    if not sources:
        say(_NONE)
    elif not ill:
        say(f"all {len(sources)} sources are well")
    return Exit.FAILED if ill else Exit.OK


async def poll(which: str) -> Exit:
    """Poll a source now."""
    async with open_store() as store:
        source = await _one(store, which)
        await poll_now(store, source)
    say(f"{source.name} is polled as soon as its host may be asked")
    return Exit.OK


async def pause(which: str) -> Exit:
    """Poll a source no more until it is resumed."""
    async with open_store() as store:
        source = await _one(store, which)
        await store.pause(source)
    say(f"paused: {source.name}. `wiredesk sources resume {str(source.source_id)[:8]}` goes on.")
    return Exit.OK


async def resume(which: str) -> Exit:
    """Poll a source again, whatever stopped it."""
    async with open_store() as store:
        source = await _one(store, which)
        await store.resume(source, datetime.now(UTC))
    say(f"resumed: {source.name} is polled now")
    return Exit.OK


async def remove(which: str) -> Exit:
    """Forget a source; its articles stay."""
    async with open_store() as store:
        source = await _one(store, which)
        await store.remove(source.source_id)
    say(f"removed: {source.name}. Its articles stay.")
    return Exit.OK


async def poll_now(store: SourceStore, source: Source) -> None:
    """Have a source polled as soon as its host may be asked.

    Raises:
        Problem: it is paused or gone, and stays so.
    """
    await store.poll_now(source, datetime.now(UTC))
    if source.next_poll is None:
        raise Problem(f"{source.name} is not polled: {source.health.reason}", "wiredesk sources resume SOURCE")


async def added(store: SourceStore, one: Addition, wishes: Wishes) -> tuple[Source, bool]:
    """Add a source; return it, and whether it is new: one that is there stays as it is."""
    source = Source(
        source_id=source_id(one.url),
        url=one.url,
        title=one.title,
        kind=one.kind,
        site_url=one.site_url,
        labels={**({"language": one.language} if one.language else {}), **dict(one.labels), **wishes.labels},
        added_at=datetime.now(UTC),
        revisits=wishes.revisits,
        backlog=wishes.backlog,
    )
    return source, await store.add(source)


async def _add(store: SourceStore, found: list[Addition], wishes: Wishes, *, as_json: bool) -> Exit:
    for one in found:
        source, is_new = await added(store, one, wishes)
        if not for_people(as_json=as_json):
            emit({**_data(source), "added": is_new})
        elif not is_new:
            say(f"there already: {source.name}. `wiredesk sources show {str(source.source_id)[:8]}` tells how it is.")
        elif len(found) == 1:
            say(f"added: {source.name}. It is polled now; `wiredesk tail` shows its articles as they come.")
    return Exit.OK if found else Exit.FAILED


async def _import(store: SourceStore, path: Path, wishes: Wishes, *, as_json: bool) -> Exit:
    found = from_opml(path)
    before = len(await store.all())
    code = await _add(store, found, wishes, as_json=as_json)
    new = len(await store.all()) - before
    say(f"{new} sources added, {len(found) - new} were there already. `wiredesk sources list` shows them.")
    if new and (control := await local_control()) and not (await control.status())["contact"]:
        say(f"Nothing of the public web is collected until it is known whom sites may write to. Type: {NAME_CONTACT}")
    return code


async def _one(store: SourceStore, which: str) -> Source:
    """Return the source that is meant: by the beginning of its id, its address or its title."""
    sources = await store.all()
    wanted = which.casefold()
    exact = [one for one in sources if wanted in (one.url.casefold(), one.title.casefold(), str(one.source_id))]
    found = exact or [
        one
        for one in sources
        if str(one.source_id).startswith(wanted) or wanted in f"{one.title}\n{one.url}".casefold()
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problem(f"no source is called {which}", "wiredesk sources list", code=Exit.USAGE)
    names = ", ".join(f"{str(one.source_id)[:8]} ({one.name})" for one in found[:5])
    raise Problem(f"{which} can mean {len(found)} sources: {names}", "Name one by its id.", code=Exit.USAGE)


def _data(source: Source, counts: Counts | None = None) -> Row:
    known = showing.data(source, counts)
    return {**known, "todo": typed(known["todo"])}


@asynccontextmanager
async def open_store(here: System | None = None, *, connections: int = 2) -> AsyncIterator[SourceStore]:
    """Yield the sources of the system that is meant, by default the one here; their tables are brought up to date.

    Raises:
        InfrastructureError: PostgreSQL cannot be reached.
        ConfigurationError: it does not let us in.
    """
    here = here or await system()
    dsn = FetcherSettings.load().fetcher.dsn or here.dsn
    options = PostgresOptions(dsn=dsn, connections=connections, start_timeout_seconds=2)
    with outage_of(dsn):
        await bring_up(options)
        async with open_pool(options) as pool:
            yield SourceStore(pool)
