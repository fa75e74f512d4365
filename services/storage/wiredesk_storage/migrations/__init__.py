"""The schema: numbered .sql files beside this one."""

from wiredesk.postgres import migrations
from wiredesk.postgres.migrations import Migration
from wiredesk_storage.settings import StorageOptions

SETTING = "WIREDESK_STORAGE__DSN"


def shipped() -> list[Migration]:
    """Return the migrations in this package, in order."""
    return migrations.shipped(__name__)


async def bring_up(options: StorageOptions) -> list[str]:
    """Wait for PostgreSQL, apply what is missing, and return the names applied. Raises what its namesake raises."""
    return await migrations.bring_up(options, shipped(), setting=SETTING)
