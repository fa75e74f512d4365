"""Settings of storage: `WIREDESK_STORAGE__…`."""

from pydantic import Field

from wiredesk.postgres.options import PostgresOptions
from wiredesk.runtime.settings import ServiceSettings


class StorageOptions(PostgresOptions):
    """Where the store is, and how it is used."""

    copy_window_days: float = Field(7, gt=0, le=366, description="an article is a copy of what was stored so long ago")


class StorageSettings(ServiceSettings):
    """All settings of a storage process."""

    storage: StorageOptions = StorageOptions()
