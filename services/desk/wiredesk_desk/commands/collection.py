"""What `status` says of the sources: how many are how, when the next is polled, and why nothing comes of the worst."""

import asyncio
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
from pydantic import SecretStr

from wiredesk.client.settings import given
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk_desk.config import DSN, System, shown
from wiredesk_desk.distributions import is_installed
from wiredesk_desk.output import Row, emit, paragraph, say, table, typed
from wiredesk_desk.views import sources as view

if TYPE_CHECKING:
    from wiredesk_fetcher.sources.source import Source

_SECONDS = 5.0
# The others are behind one command.
_MOST_TOLD = 3


async def read(here: System) -> "list[Source] | str | None":
    """Return the sources, why they cannot be read, or None where none are collected. Takes seconds at most.

    They are collected on the live lane, with a database. Nothing is written: tables that nobody has made hold none.
    """
    dsn = None if here.lane.name else _database(here)
    if dsn is None:
        return None
    from wiredesk_fetcher.sources.store import SourceStore  # noqa: PLC0415 - may not be installed

    try:
        async with asyncio.timeout(_SECONDS), open_pool(PostgresOptions(dsn=dsn, connections=1)) as pool:
            return await SourceStore(pool).all()
    except InfrastructureError as error:
        if isinstance(error.__cause__, asyncpg.UndefinedTableError):
            return []
        return f"{error} ({shown(dsn)})"
    except TimeoutError:
        return f"PostgreSQL does not answer within {_SECONDS:g} s ({shown(dsn)})"
    except ValueError:
        return f"another release has written them ({shown(dsn)})"


def _database(here: System) -> SecretStr | None:
    """Return where the sources would be; None where nobody has named a database for them."""
    if not is_installed("wiredesk_fetcher"):
        return None
    from wiredesk_fetcher.settings import FetcherSettings  # noqa: PLC0415 - may not be installed

    is_named = here.control is not None or DSN in given(os.environ)
    return FetcherSettings.load().fetcher.dsn or (here.dsn if is_named else None)


def tell(found: "list[Source] | str") -> None:
    """Write it for people."""
    if isinstance(found, str):
        say(f"the sources cannot be read: {found}. `wiredesk doctor` looks closer.")
        return
    if not found:
        say("no sources yet: `wiredesk sources add URL` looks for feeds there")
        return
    table(view.rows(found, datetime.now(UTC)), as_json=False, empty="", right=("number",))
    ill = view.worst_first(found)
    waiting = [one for one in ill if view.waits_for_contact(one)]
    others = [one for one in ill if one not in waiting]
    if waiting:
        _tell(f"{_many(len(waiting))} blocked: nobody has said whom sites may write to", view.todo(waiting[0]))
    for one in others[:_MOST_TOLD]:
        look = f"wiredesk sources show {str(one.source_id)[:8]}"
        _tell(f"{one.title or one.url} is {one.health.state.value}: {one.health.reason}", view.todo(one) or look)
    if others[_MOST_TOLD:]:
        _tell(f"{_many(len(others[_MOST_TOLD:]))} not well besides", "wiredesk sources check")


def emit_rows(found: "list[Source] | str") -> None:
    """Write it as NDJSON: one row that counts them by state, then one for each that is dead, failing or blocked.

    Where they cannot be read it is one row with the `error`.
    """
    if isinstance(found, str):
        emit({"kind": "sources", "error": found})
        return
    emit({"kind": "sources", **counted(found)})
    for row in ill_rows(found):
        emit({"kind": "source", **row, "todo": typed(row["todo"])})


def counted(found: "list[Source]") -> Row:
    """Return how many there are, how many in each state, and when the next is polled."""
    return {"total": len(found), **view.count(found), "next_poll": view.next_poll(found)}


def ill_rows(found: "list[Source]") -> list[Row]:
    """Return a row for each that is dead, failing or blocked, the worst first; `todo` is a command, or nothing."""
    return [
        {
            "source_id": str(one.source_id),
            "title": one.title,
            "url": one.url,
            "state": one.health.state.value,
            "reason": one.health.reason,
            "next_poll": one.next_poll,
            "todo": view.todo(one),
        }
        for one in view.worst_first(found)
    ]


def _tell(what: str, next_command: str) -> None:
    paragraph(f"✘ {what}")
    paragraph(f"→ {typed(next_command)}", indent="  ")


def _many(number: int) -> str:
    return "1 source is" if number == 1 else f"{number:,} sources are"
