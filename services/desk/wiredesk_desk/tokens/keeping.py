"""The tokens in PostgreSQL: only their digests are kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from wiredesk.postgres.connections import Connections, outages

# 32 bytes by `secrets`; the beginning tells people, and what scans for leaked secrets, what it is.
PREFIX = "wiredesk_"
_BYTES = 32

_ADD = """
insert into wiredesk_desk.tokens (name, digest, scope, expires_at) values ($1, $2, $3, now() + $4)
on conflict (name) do nothing returning created_at
"""
_COLUMNS = "name, scope, created_at, expires_at"
_LIST = f"select {_COLUMNS} from wiredesk_desk.tokens order by name"  # noqa: S608 - nothing of it was typed
_ONE = f"select {_COLUMNS} from wiredesk_desk.tokens where digest = $1 and (expires_at is null or expires_at > now())"  # noqa: S608
_REVOKE = "delete from wiredesk_desk.tokens where name = $1 returning name"


class Scope(StrEnum):
    """What a token is good for: to read, or to write besides."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept. `expires_at` is None: it does not."""

    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None


def made() -> str:
    """Return a new token."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


async def add(pool: Connections, name: str, scope: Scope, lasts: timedelta | None) -> str | None:
    """Keep a new token under `name` and return it, the only time it is seen; None: the name is taken.

    Raises:
        InfrastructureError: PostgreSQL is away.
    """
    token = made()
    with outages():
        added = await pool.fetchval(_ADD, name, digest(token), scope.value, lasts)
    return token if added is not None else None


async def every(pool: Connections) -> list[Token]:
    """Return all tokens, by name."""
    with outages():
        return [_token(found) for found in await pool.fetch(_LIST)]


async def known(pool: Connections, token: str) -> Token | None:
    """Return whose token it is; None: nobody's, or it has expired."""
    with outages():
        found = await pool.fetchrow(_ONE, digest(token))
    return _token(found) if found is not None else None


async def revoke(pool: Connections, name: str) -> bool:
    """Forget a token; return whether there was one of that name. It opens nothing from 10 seconds on."""
    with outages():
        return await pool.fetchval(_REVOKE, name) is not None


def digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def _token(found: asyncpg.Record) -> Token:
    return Token(found["name"], Scope(found["scope"]), found["created_at"], found["expires_at"])
