"""Settings of storage: `WIREDESK_STORAGE__…`."""

from pydantic import BaseModel, Field, SecretStr

from wiredesk.runtime.settings import ServiceSettings


class StorageOptions(BaseModel):
    """Where PostgreSQL is, and how it is used."""

    dsn: SecretStr = Field(
        SecretStr("postgresql://postgres@127.0.0.1:5432/wiredesk"),
        description="postgresql://user:password@host/database",
    )
    connections: int = Field(4, ge=1, le=100, description="size of the connection pool")
    statement_cache_size: int = Field(
        100, ge=0, description="prepared statements a connection; 0 behind PgBouncer in transaction mode"
    )
    statement_timeout_seconds: float = Field(
        30, gt=0, le=120, description="for one statement, waiting for locks included"
    )
    start_timeout_seconds: float = Field(60, gt=0, description="how long a service waits for PostgreSQL at start")


class StorageSettings(ServiceSettings):
    """All settings of a storage process."""

    storage: StorageOptions = StorageOptions()
