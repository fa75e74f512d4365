"""The desk's own tables, in a schema of their own, brought up to date when it begins to serve."""

from wiredesk.postgres import migrations
from wiredesk.postgres.options import PostgresOptions

SCHEMA = "wiredesk_desk"


async def bring_up(options: PostgresOptions) -> list[str]:
    """Wait for PostgreSQL, apply what is missing, and return the names applied.

    Raises:
        InfrastructureError: PostgreSQL did not answer for `start_timeout_seconds`.
        ConfigurationError: it does not let us in.
    """
    return await migrations.bring_up(
        options, migrations.shipped(__name__), setting="WIREDESK_STORAGE__DSN", schema=SCHEMA
    )
