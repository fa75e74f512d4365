"""Where PostgreSQL is, and how it is used."""

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _is_address(dsn: SecretStr) -> SecretStr:
    """Asyncpg would raise errors of many kinds, and quote the password."""
    scheme, _, rest = dsn.get_secret_value().partition("://")
    hosts = re.split("[/?#]", rest)[0].rpartition("@")[2].split(",")
    ports = [host.rpartition("]")[2].partition(":")[2] for host in hosts]
    are_ports = all(port.isdecimal() and int(port[:6]) <= 65535 for port in ports if port)
    if scheme not in ("postgresql", "postgres") or not are_ports:
        raise ValueError("it is no address of a PostgreSQL: postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return dsn


Dsn: TypeAlias = Annotated[SecretStr, AfterValidator(_is_address)]


class PostgresOptions(BaseModel):
    """Where PostgreSQL is, and how it is used."""

    model_config = ConfigDict(hide_input_in_errors=True)

    dsn: Dsn = Field(
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
