"""`search`: the stored articles."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from wiredesk.contracts.parts import Quality
from wiredesk_desk.commands.stored import archive
from wiredesk_desk.dead_letters.core import since as time_of
from wiredesk_desk.output import emit, for_people, say
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views import hits as view
from wiredesk_storage.search.asking import HALF_LIFE_DAYS, Filters, Order
from wiredesk_storage.search.cursor import StaleCursorError

LIMIT = 10
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_IN_PART = (
    "the order of words, and words that every text has, are in no index: the newest articles alone were read for them. "
    "Others: add --to, --host or another filter"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was typed; `narrowed` are the filters that are text, by their name in `Filters`."""

    query: str
    narrowed: Mapping[str, str | None]
    since: str | None = None
    until: str | None = None
    without_copies: bool = False
    sort: str = Order.RELEVANCE
    half_life_days: float = HALF_LIFE_DAYS
    limit: int = LIMIT

    def filters(self, now: datetime, *, may_be_all: bool = False) -> Filters:
        """Return the filters.

        Raises:
            Problem: one of them cannot be, or nothing is asked for at all, unless that `may_be_all` that is stored.
        """
        country, quality = self.narrowed.get("country"), self.narrowed.get("quality")
        if country is not None and not _COUNTRY.fullmatch(country):
            raise Problem(f"{country!r} is no country code", "Take ISO 3166-1: --country NO", code=Exit.USAGE)
        if quality is not None and quality.lower() not in list(Quality):
            raise Problem(f"there is no quality {quality!r}", f"Take one of: {' '.join(Quality)}.", code=Exit.USAGE)
        if (story := self.narrowed.get("story")) is not None and not _is_id(story):
            raise Problem(f"{story!r} is no id of a story", "Find it: wiredesk stories", code=Exit.USAGE)
        filters = Filters(
            **self.narrowed,
            since=_time(self.since, "--from", now),
            until=_time(self.until, "--to", now),
            without_copies=self.without_copies,
        )
        if not self.query.strip() and not filters and not may_be_all:
            todo = "wiredesk search 'river treaty', or with a filter alone: wiredesk search --from 1d"
            raise Problem("the query is empty", todo, code=Exit.USAGE)
        return filters

    def order(self) -> Order:
        """Return the order.

        Raises:
            Problem: there is no such order.
        """
        if self.sort not in list(Order):
            raise Problem(f"cannot sort by {self.sort!r}", f"Take one of: {' '.join(Order)}.", code=Exit.USAGE)
        return Order(self.sort)

    def command(self, after: str, filters: Filters) -> str:
        """Return what is typed for the page after `after`, given the filters of this one.

        With its times, not with the ages that were typed: those are of another time when the next page is asked for.
        """
        options = {
            "sort": None if self.sort == Order.RELEVANCE else self.sort,
            "half-life": None if self.half_life_days == HALF_LIFE_DAYS else repr(self.half_life_days),
            "limit": None if self.limit == LIMIT else str(self.limit),
        }
        return shlex.join(["wiredesk", "search", *self.typed(_window(filters), {**options, "after": after})])

    def typed(self, window: Mapping[str, str | None], options: Mapping[str, str | None]) -> list[str]:
        """Return the words of the question, with the `window` given and more `options`."""
        named = {{"entity_type": "type"}.get(name, name): value for name, value in self.narrowed.items()}
        every = {**named, **window, **options}
        words = [part for name, value in every.items() if value is not None for part in (f"--{name}", value)]
        words += ["--no-copies"] if self.without_copies else []
        # What begins with a dash would be taken for an option.
        return words + (["--", self.query] if self.query.startswith("-") else [self.query] * bool(self.query))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def search(asked: Asked, *, after: str | None, as_json: bool) -> Exit:
    """Print a page of hits; for people with the command for the next one, as JSON with its cursor in the last row."""
    filters, order = asked.filters(datetime.now(UTC)), asked.order()
    try:
        async with archive() as store:
            page = await store.search(
                asked.query,
                filters,
                order=order,
                limit=asked.limit,
                after=after,
                half_life_days=asked.half_life_days,
            )
    except StaleCursorError as error:
        raise Problem(
            f"--after: {error}", "Type the command that the page before ends with, all of it.", code=Exit.USAGE
        ) from None
    if not for_people(as_json=as_json):
        for hit in page.hits:
            emit({"kind": "hit", **asdict(hit)})
        cut = {"is_cut": page.is_cut, "is_read_in_part": page.is_read_in_part}
        emit({"kind": "page", "hits": len(page.hits), **cut, "after": page.after, **_window(filters)})
        return Exit.OK
    for hit in page.hits:
        view.show(hit)
    if not page.hits:
        end = "nothing found" if after is None else "that was all"
        say("nothing in the articles that were read for this page" if page.after else end)
    if page.is_cut:
        say("more have these words than can be ranked: these are the best of the newest. All of them: --sort date")
    if page.is_read_in_part:
        say(_IN_PART)
    if page.after:
        say(f"More: {asked.command(page.after, filters)}")
    return Exit.OK


async def facets(asked: Asked, *, as_json: bool) -> Exit:
    """Print how the hits are spread."""
    filters = asked.filters(datetime.now(UTC))
    async with archive() as store:
        found = await store.facets(asked.query, filters)
    if not for_people(as_json=as_json):
        for facet, counts in found.counts.items():
            for value, count in counts:
                emit({"kind": "facet", "facet": facet, "value": value, "hits": count})
        cut = {"is_cut": found.is_cut, "is_read_in_part": found.is_read_in_part, "sampled": found.sampled}
        emit({"kind": "facets", "hits": found.hits, **cut})
        return Exit.OK
    if not found.hits:
        say("nothing found")
    else:
        view.show_facets(found)
    if found.is_read_in_part:
        say(_IN_PART)
    return Exit.OK


def _window(filters: Filters) -> dict[str, str | None]:
    """Return from when to when, by the names of the options."""
    times = {"from": filters.since, "to": filters.until}
    return {name: at.isoformat() if at else None for name, at in times.items()}


def _time(text: str | None, option: str, now: datetime) -> datetime | None:
    """Return the time of an option; a day as the end of a window is the next midnight."""
    if text is None:
        return None
    try:
        at = time_of(text, now)
        is_whole_day = option == "--to" and _DAY.fullmatch(text.strip())
        return at + timedelta(days=1) if is_whole_day else at
    except (ValueError, OverflowError):
        raise Problem(
            f"{option} {text!r} is no time", f"Take an age or a time: {option} 7d, {option} 2026-11-20", code=Exit.USAGE
        ) from None
