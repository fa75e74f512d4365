"""Settings of the fetcher: `WIREDESK_FETCHER__…`."""

import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from wiredesk.client.settings import FILE, split
from wiredesk.postgres.options import Dsn
from wiredesk.runtime.settings import ServiceSettings

Port = Annotated[int, Field(ge=1, le=65535)]
Ports = Annotated[tuple[Port, ...], NoDecode, BeforeValidator(split)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(split)]
Seconds = Annotated[float, Field(ge=0, le=3600)]

_BOT_KEY = "WIREDESK_FETCHER__BOT_KEY"
_BOT_DIRECTORY = "WIREDESK_FETCHER__BOT_DIRECTORY"
_ORIGIN = re.compile(r"https://[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?/?", re.IGNORECASE)


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.strip("{}").split(",") if part.strip()]
    if wrong := [part for part in parts if "=" not in part]:
        raise ValueError(f"{wrong[0]} is not written as host=seconds")
    return dict(part.split("=", 1) for part in parts)


def _holds_key(pem: SecretStr) -> SecretStr:
    """As the start of the service, not the first request, should tell it."""
    from wiredesk_fetcher.private_key import of_pem  # noqa: PLC0415 - only who signs waits for cryptography

    if pem:
        try:
            of_pem(pem.get_secret_value())
        except ValueError as error:
            raise ValueError(f"{_BOT_KEY} or {_BOT_KEY}{FILE}: {error}; `wiredesk sources bot-key` makes one") from None
    return pem


def _is_origin(url: str) -> str:
    if url and not _ORIGIN.fullmatch(url):
        raise ValueError("it is no https://host alone: a verifier adds the rest of the address")
    return url.lower().rstrip("/")


def _is_base(url: str) -> str:
    if not url:
        return url
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("it is no public address of ours, such as https://wire.example.org/websub")
    if not re.fullmatch(r"[\x21-\x7e]+", url) or parts.query or parts.fragment:
        raise ValueError("a part is added to its path, so it has no ? and no #, and nothing that is not ASCII")
    return url.rstrip("/")


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
    backlog_lane: str = Field(
        "",
        pattern=r"^[a-z0-9-]{0,40}$",
        description="lane that they go to, so that news does not wait behind them; its services have to run",
    )
    archive_dir: Path | None = Field(None, description="folder in which every page is kept as it came (WARC)")
    bot_key: Annotated[SecretStr, AfterValidator(_holds_key)] | None = Field(
        None, description="private key (Ed25519, PEM) that every request is signed with: Web Bot Auth"
    )
    bot_directory: Annotated[str, AfterValidator(_is_origin)] = Field(
        "", description="https://host at which its public half is published; the two belong together"
    )
    bot_agent_form: Literal["dictionary", "string"] = Field(
        "dictionary", description="of Signature-Agent: as the draft has it now, or as it was and some verifiers want it"
    )

    websub_url: Annotated[str, AfterValidator(_is_base)] = Field(
        "",
        max_length=1000,
        description="public address below which hubs reach websub_port, so that they tell of what is new in a source; "
        "without it sources are polled only",
    )
    websub_host: str = Field("127.0.0.1", min_length=1, description="where it listens for hubs; 0.0.0.0: everywhere")
    websub_port: Port = Field(8780, description="fetchers on one machine share it")

    @model_validator(mode="after")
    def _remembers_what_it_subscribes_to(self) -> Self:
        if self.websub_url and self.dsn is None:
            raise ValueError("WIREDESK_FETCHER__WEBSUB_URL needs WIREDESK_FETCHER__DSN: subscriptions are kept there")
        return self

    @model_validator(mode="after")
    def _is_known_where_it_signs(self) -> Self:
        if bool(self.bot_key) != bool(self.bot_directory):
            raise ValueError(f"{_BOT_KEY}{FILE} and {_BOT_DIRECTORY} belong together: set both, or none")
        return self


class FetcherSettings(ServiceSettings):
    """All settings of a fetcher process."""

    fetcher: FetcherOptions = FetcherOptions()
