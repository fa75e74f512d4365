"""Settings of the fetcher: `WIREDESK_FETCHER__…`."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from wiredesk.client.settings import split
from wiredesk.runtime.settings import ServiceSettings

Port = Annotated[int, Field(ge=1, le=65535)]
Ports = Annotated[tuple[Port, ...], NoDecode, BeforeValidator(split)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(split)]


class FetcherOptions(BaseModel):
    """What the fetcher may reach, and how long it takes."""

    contact: str = Field(
        "", max_length=200, pattern=r"^[\x20-\x7e]*$", description="URL or e-mail address that sites may complain to"
    )
    ports: Ports = Field((80, 443), description="comma-separated ports that may be fetched from")
    allow_addresses: Networks = Field(
        (), description="comma-separated CIDRs that may be fetched from though not public, on any port"
    )
    deadline_seconds: float = Field(30, gt=0, le=120, description="for one article, redirects and body included")
    per_host: int = Field(2, ge=1, le=8, description="articles fetched from one host at a time")
    queue_seconds: float = Field(
        60, gt=0, le=120, description="how long an article waits for its host's turn before the retry topic takes it"
    )


class FetcherSettings(ServiceSettings):
    """All settings of a fetcher process."""

    fetcher: FetcherOptions = FetcherOptions()
