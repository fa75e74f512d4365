"""A database with the roles that docs/operating.md makes, and nothing in it: each service gets on with its own."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"
STORING = ("storage", "fetcher", "desk")


def documented() -> str:
    """The statements of the page that make the roles."""
    (block,) = re.findall(r"```sql\n(create role .*?)```", PAGE.read_text(), flags=re.DOTALL)
    return str(block)


@asynccontextmanager
async def database_of_roles(dsn: str) -> AsyncIterator[dict[str, str]]:
    """Yield how each service gets into the database, which is dropped afterwards with its roles."""
    run, password, parts = uuid.uuid4().hex, uuid.uuid4().hex, urlsplit(dsn)
    server = parts.netloc.rpartition("@")[2]
    statements = documented().replace("'…'", f"'{password}'").replace("database wiredesk ", f"database d_{run} ")
    roles = {service: f"{service}_{run}" for service in STORING}
    for service, role in roles.items():
        statements = statements.replace(f"wiredesk_{service}", role)
    operator = await asyncpg.connect(dsn)
    await operator.execute(f"create database d_{run}")
    inside = await asyncpg.connect(parts._replace(path=f"/d_{run}").geturl())
    try:
        await inside.execute(statements)
        yield {service: f"postgresql://{role}:{password}@{server}/d_{run}" for service, role in roles.items()}
    finally:
        await inside.close()
        await operator.execute(f"drop database d_{run} with (force)")
        await operator.execute("drop role " + ", ".join(roles.values()))
        await operator.close()
