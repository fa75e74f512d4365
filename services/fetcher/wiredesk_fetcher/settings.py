"""Settings of the fetcher: `WIREDESK_FETCHER__…`."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from wiredesk.client.settings import split
from wiredesk.postgres.options import Dsn
from wiredesk.runtime.settings import ServiceSettings

Port = Annotated[int, Field(ge=1, le=65535)]
Ports = Annotated[tuple[Port, ...], NoDecode, BeforeValidator(split)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(split)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.strip("{}").split(",") if part.strip()]
    if wrong := [part for part in parts if "=" not in part]:
        raise ValueError(f"{wrong[0]} is not written as host=seconds")
    return dict(part.split("=", 1) for part in parts)


Delays = Annotated[dict[str, Seconds], NoDecode, BeforeValidator(_pairs)]


class FetcherOptions(BaseModel):
    """What the fetcher may reach, how politely, and how long it takes."""

    model_config = ConfigDict(hide_input_in_errors=True)

    contact: str = Field(
        "",
        max_length=200,
        pattern=r"^[\x20-\x7e]*$",
        description="URL or e-mail address that sites may complain to; without it nothing public is fetched",
    )
    dsn: Dsn | None = Field(
        None,
        description="postgresql://user:password@host/database: sources, and one clock per host for all fetchers; "
        "without it each process keeps its own clock, and there are no sources",
    )
    ports: Ports = Field((80, 443), description="comma-separated ports that may be fetched from")
    allow_addresses: Networks = Field(
        (), description="comma-separated CIDRs that may be fetched from though not public, on any port"
    )
    delay_seconds: Seconds = Field(5, description="between two requests to one host")
    delays: Delays = Field({}, description="the same for hosts by name: example.org=1,127.0.0.1=0")
    deadline_seconds: float = Field(30, gt=0, le=120, description="for one article, redirects and body included")
    per_host: int = Field(2, ge=1, le=8, description="articles fetched at a time from a host whose delay is 0")
    queue_seconds: float = Field(
        60, gt=0, le=120, description="how long an article waits for such a host before the retry topic takes it"
    )
    polls: int = Field(8, ge=0, le=100, description="sources polled at a time; 0: this process polls none")
    backlog: int = Field(100, ge=0, le=2000, description="articles of a new source that are taken, the newest")
    archive_dir: Path | None = Field(None, description="folder in which every page is kept as it came (WARC)")


class FetcherSettings(ServiceSettings):
    """All settings of a fetcher process."""

    fetcher: FetcherOptions = FetcherOptions()
