"""`tokens add`, `list`, `revoke`."""

import re
from datetime import timedelta

from wiredesk_desk.output import emit, for_people, say, table
from wiredesk_desk.own_tables import own_tables
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Scope

_NAME = re.compile(r"[\w.@-]{1,100}")
_NONE = "no tokens: a desk on loopback needs none. For one that is served elsewhere: wiredesk tokens add NAME"


async def add(name: str, *, scope: str, days: int | None, as_json: bool) -> Exit:
    """Make a token and print it, once."""
    if not _NAME.fullmatch(name):
        raise Problem(
            f"{name!r} is no name for a token", "Letters, digits and . _ @ - : wiredesk tokens add ada", code=Exit.USAGE
        )
    if scope not in list(Scope):
        raise Problem(f"there is no scope {scope!r}", f"Take one of: {' '.join(Scope)}.", code=Exit.USAGE)
    async with own_tables() as (_, pool):
        token = await keeping.add(pool, name, Scope(scope), timedelta(days=days) if days is not None else None)
    if token is None:
        raise Problem(f"there is a token called {name} already", f"wiredesk tokens revoke {name}", code=Exit.USAGE)
    if for_people(as_json=as_json):
        print(token)
        say("This is the only time it is shown. Send it as `Authorization: Bearer …`, or type it on the desk's page.")
    else:
        emit({"name": name, "scope": scope, "token": token})
    return Exit.OK


async def list_tokens(*, as_json: bool) -> Exit:
    """List the tokens by name; what opens the desk is kept nowhere."""
    async with own_tables() as (_, pool):
        rows = [
            {"name": one.name, "scope": one.scope, "created": one.created_at, "expires": one.expires_at or ""}
            for one in await keeping.every(pool)
        ]
    table(rows, as_json=as_json, empty=_NONE)
    return Exit.OK


async def revoke(name: str) -> Exit:
    """Forget a token."""
    async with own_tables() as (_, pool):
        if not await keeping.revoke(pool, name):
            raise Problem(f"there is no token called {name}", "wiredesk tokens list", code=Exit.USAGE)
    say(f"revoked: {name}. A desk that knew it a moment ago takes it for 10 seconds more.")
    return Exit.OK
