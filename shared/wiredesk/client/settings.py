"""Settings: `WIREDESK_` prefix, `__` nesting, an unknown name is an error that names the nearest one.

Each service has one class built on `wiredesk.runtime.settings.ServiceSettings`; nothing is read on import. Secrets are
`SecretStr` and never printed.
"""

import difflib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from wiredesk.contracts.errors import ConfigurationError

PREFIX = "WIREDESK_"


def split(value: object) -> object:
    """Return the parts of a comma-separated text; anything else as it is. For lists in environment variables."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _has_ports(servers: list[str]) -> list[str]:
    for server in servers:
        if not server.rpartition(":")[2].isdigit():
            raise ValueError(f"{server!r} is not host:port")
    return servers


# A plain `str` would be taken as one server by FastStream, so the comma-separated list is split here, once.
Servers = Annotated[list[str], NoDecode, BeforeValidator(split), AfterValidator(_has_ports)]


class KafkaSettings(BaseModel):
    """Where Kafka is and how to log in."""

    bootstrap_servers: Servers = Field(["127.0.0.1:9092"], min_length=1, description="comma-separated host:port list")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: str | None = Field(None, description="CA bundle; the system's when empty")
    replication_factor: int = Field(1, ge=1, le=7, description="for the topics that `wiredesk topics apply` creates")
    partitions: int = Field(
        12, ge=1, description="for the topics that `wiredesk topics apply` creates; keep it for ever"
    )
    session_timeout_seconds: float = Field(
        15, ge=6, le=300, description="how long the partitions of a worker that was killed wait for the next owner"
    )
    start_timeout_seconds: float = Field(60, gt=0, description="how long a service waits for Kafka at start")


class Settings(BaseSettings):
    """What everybody needs who talks to Kafka: the client as it is, a service with what it adds in a subclass."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    kafka: KafkaSettings = KafkaSettings()
    lane: str = Field("", pattern=r"^[a-z0-9-]*$", description='topic prefix, e.g. "backfill"; empty is the live lane')

    @classmethod
    def load(cls) -> Self:
        """Read the environment.

        Raises:
            ConfigurationError: a value is wrong; the message lists each with its variable name.
        """
        try:
            return cls()
        except ValidationError as error:
            lines = [f"  {PREFIX}{'__'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
            raise ConfigurationError("wrong settings:\n" + "\n".join(lines)) from None


def variables(model: type[BaseModel], prefix: str = PREFIX) -> Iterator[tuple[str, Any]]:
    """Yield (environment variable, field info) for every leaf setting of `model`."""
    for name, info in model.model_fields.items():
        annotation = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from variables(annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", info


def check_names(
    known: Sequence[type[Settings]], environ: Mapping[str, str] = os.environ, *, elsewhere: Collection[str] = ()
) -> None:
    """Refuse any `WIREDESK_*` variable that no settings class knows.

    pydantic-settings ignores a misspelt variable, whatever `extra` says, and a typo that does nothing costs hours.
    `elsewhere` are sections (`TAGGER` of `WIREDESK_TAGGER__…`) whose classes are not here, and which are left alone.

    Raises:
        ConfigurationError: names each unknown variable and the nearest known one.
    """
    names = {name for model in known for name, _ in variables(model)}
    problems = []
    for name in sorted(environ):
        upper = name.upper()
        section = upper.removeprefix(PREFIX).partition("__")[0]
        if not upper.startswith(PREFIX) or upper in names or section in elsewhere:
            continue
        near = difflib.get_close_matches(upper, names, n=1, cutoff=0.5)
        problems.append(f"unknown setting {name}" + (f": did you mean {near[0]}?" if near else ""))
    if problems:
        hint = "Run `wiredesk config show` for all settings."
        raise ConfigurationError("\n".join([*problems, hint]))
