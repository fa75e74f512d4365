"""Settings of storage: `WIREDESK_STORAGE__…`."""

from wiredesk.postgres.options import PostgresOptions
from wiredesk.runtime.settings import ServiceSettings


class StorageOptions(PostgresOptions):
    """Where the store is, and how it is used."""


class StorageSettings(ServiceSettings):
    """All settings of a storage process."""

    storage: StorageOptions = StorageOptions()
