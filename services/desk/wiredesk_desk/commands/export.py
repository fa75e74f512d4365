"""`export`: stored articles as files for other programs."""

import asyncio
import json
import shlex
import sys
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.commands.search import Asked
from wiredesk_desk.commands.stored import archive
from wiredesk_desk.exporting import targets
from wiredesk_desk.exporting.formats import ENTRIES, Format, Question, layout
from wiredesk_desk.exporting.progress import Begun, Progress, opened
from wiredesk_desk.exporting.targets import Target
from wiredesk_desk.output import progress as bar
from wiredesk_desk.output import say
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.archive import Archive
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.search.exporting import Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written: what is asked, as what, and of how many articles at most; None: all."""

    asked: Asked
    format: Format
    limit: int | None

    def said(self) -> dict[str, Any]:
        """Return what tells this export from another to the same place."""
        return {**self._question(), "limit": self.limit, "format": self.format.value}

    def command(self, path: Path) -> str:
        """Return what is typed for it."""
        options = {"format": self.format.value, "limit": str(self.limit) if self.limit else None, "out": str(path)}
        return shlex.join(["wiredesk", "export", *self.asked.typed(self._window(), options)])

    def feed(self, began: datetime) -> Question:
        """Return what a feed of it is of."""
        words = self.asked.typed(self._window(), {})
        identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(["wiredesk", self._question()], sort_keys=True))
        return Question(f"Wiredesk: {shlex.join(words) or 'all articles'}", identity.urn, began)

    def _question(self) -> dict[str, Any]:
        """Return what is asked, and nothing of what is not: a filter that a later version has changes no question."""
        said = {**self.asked.narrowed, **self._window(), "no_copies": self.asked.without_copies or None}
        return {"query": self.asked.query, **{name: value for name, value in said.items() if value is not None}}

    def _window(self) -> dict[str, str | None]:
        return {"from": self.asked.since, "to": self.asked.until}


@dataclass(frozen=True, slots=True)
class Reading:
    """The articles to write: those of `filters` that were stored by `began`."""

    store: Archive
    wanted: Wanted
    filters: Filters
    began: datetime

    async def into(self, target: Target, after: Place | None, advance: Callable[[], None]) -> None:
        """Write to `target` the articles behind `after`, and its end."""
        query, limit = self.wanted.asked.query, self.wanted.limit
        async with aclosing(self.store.export(query, self.filters, began=self.began, after=after)) as articles:
            while limit is None or target.articles < limit:
                article = await anext(articles, None)
                if article is None:
                    break
                target.add(article)
                advance()
        target.finish()

    async def total(self) -> int | None:
        """Return how many articles there will be, where somebody looks at a bar; None: nobody does, or very many."""
        if not sys.stderr.isatty():
            return None
        found = await self.store.count_export(self.wanted.asked.query, self.filters, began=self.began)
        return found if self.wanted.limit is None or found is None else min(found, self.wanted.limit)


async def export(asked: Asked, *, format_: str, out: Path | None, limit: int | None, force: bool) -> Exit:
    """Write the articles that `asked` finds, the newest first, to standard output or to `out`."""
    if format_ not in list(Format):
        raise Problem(f"there is no format {format_!r}", f"Take one of: {' '.join(Format)}.", code=Exit.USAGE)
    wanted = Wanted(asked, Format(format_), limit or ENTRIES.get(Format(format_)))
    filters = asked.filters(datetime.now(UTC), may_be_all=True)
    if wanted.format is Format.PARQUET:
        if out is None:
            todo = "wiredesk export --format parquet --out articles"
            raise Problem("Parquet is a folder with a file a day: it needs --out", todo, code=Exit.USAGE)
        # Where it is missing that is said before anything is made.
        from wiredesk_desk.exporting import parquet  # noqa: F401, PLC0415
    async with archive() as store:
        if out is None:
            await _to_output(store, wanted, filters)
        else:
            await _to_path(store, wanted, filters, out, force=force)
    return Exit.OK


async def _to_output(store: Archive, wanted: Wanted, filters: Filters) -> None:
    if sys.stdout is None:
        raise Problem("there is no standard output", "Name a file: --out PATH", code=Exit.USAGE)
    reading = Reading(store, wanted, filters, await store.now())
    target = targets.Output(layout(wanted.format, wanted.feed(reading.began)))
    # Among the articles a bar would be in their way.
    with nullcontext(lambda: None) if sys.stdout.isatty() else bar("exported", await reading.total()) as advance:
        await reading.into(target, None, advance)


async def _to_path(store: Archive, wanted: Wanted, filters: Filters, out: Path, *, force: bool) -> None:
    path = targets.admitted(out, a_file_a_day=wanted.format is Format.PARQUET, force=force)
    with opened(targets.progress_of(path)) as progress:
        begun = progress.resume(wanted.said(), force=force)
        resumes = begun is not None
        if begun is None:
            begun = Begun(await store.now(), filters.since, filters.until)
        else:
            say(f"going on with what was begun at {begun.began:%Y-%m-%d %H:%M} UTC: {progress.done.articles:,} done")
        # Ages mean the times that they meant when it was begun.
        reading = Reading(store, wanted, replace(filters, since=begun.since, until=begun.until), begun.began)
        with _target(wanted, begun, path, progress, resumes=resumes, force=force) as target:
            if not resumes:
                progress.begin(wanted.said(), wanted.command(path), begun)
            try:
                with bar("exported", await reading.total()) as advance:
                    advance(target.articles)
                    await reading.into(target, progress.done.after, advance)
            except (asyncio.CancelledError, InfrastructureError):
                say(f"stopped after {target.articles:,} articles; the same command goes on")
                raise
    say(f"exported {target.articles:,} articles to {path}")


def _target(
    wanted: Wanted, begun: Begun, path: Path, progress: Progress, *, resumes: bool, force: bool
) -> AbstractContextManager[Target]:
    if wanted.format is Format.PARQUET:
        return targets.days(path, progress, resumes=resumes)
    shape = layout(wanted.format, wanted.feed(begun.began))
    return targets.one_file(path, shape, progress, resumes=resumes, force=force)
