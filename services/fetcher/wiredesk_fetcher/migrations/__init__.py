"""The fetcher's schema: numbered .sql files beside this one."""

from wiredesk.postgres import migrations
from wiredesk.postgres.options import PostgresOptions

SCHEMA = "wiredesk_fetcher"
SETTING = "WIREDESK_FETCHER__DSN"


async def bring_up(options: PostgresOptions) -> list[str]:
    """Wait for PostgreSQL, apply what is missing, and return the names applied. Raises what its namesake raises."""
    return await migrations.bring_up(options, migrations.shipped(__name__), setting=SETTING, schema=SCHEMA)
