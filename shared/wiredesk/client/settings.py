"""Settings: `WIREDESK_` prefix, `__` nesting, an unknown name is an error that names the nearest one.

Each service has one class built on `wiredesk.runtime.settings.ServiceSettings`; nothing is read on import. Secrets are
`SecretStr` and never printed; each may come from a file that the variable `NAME_FILE` names.
"""

import difflib
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from wiredesk.client.hosts import is_loopback
from wiredesk.contracts.errors import ConfigurationError

PREFIX = "WIREDESK_"
FILE = "_FILE"
_KAFKA = f"{PREFIX}KAFKA__"
_API = f"{PREFIX}API__"
_DESK = "http://127.0.0.1:8780"


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
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    sasl_oauth_token_file: str | None = Field(
        None, description="OAUTHBEARER: a file that something else keeps a fresh token in; read at each login"
    )
    sasl_oauth_token_url: str | None = Field(
        None, description="OAUTHBEARER: or the endpoint that gives tokens to clients (OAuth 2 client credentials)"
    )
    sasl_oauth_client_id: str | None = None
    sasl_oauth_client_secret: SecretStr | None = None
    sasl_oauth_scope: str | None = Field(None, description="space-separated; what the endpoint gives when empty")
    ssl_cafile: str | None = Field(None, description="CA bundle; the system's when empty")
    ssl_certfile: str | None = Field(None, description="client certificate with its chain (PEM), for mutual TLS")
    ssl_keyfile: str | None = Field(None, description="its private key (PEM)")
    ssl_key_password: SecretStr | None = Field(None, description="when the private key is encrypted")
    replication_factor: int = Field(1, ge=1, le=7, description="for the topics that `wiredesk topics apply` creates")
    partitions: int = Field(
        12, ge=1, description="for the topics that `wiredesk topics apply` creates; keep it for ever"
    )
    exit_compression: Literal["gzip", "zstd", "lz4", "snappy", "uncompressed", "producer"] = Field(
        "gzip", description="of the topics made for readers outside; every Kafka client reads gzip without an add-on"
    )
    session_timeout_seconds: float = Field(
        15, ge=6, le=300, description="how long the partitions of a worker that was killed wait for the next owner"
    )
    start_timeout_seconds: float = Field(60, gt=0, description="how long a service waits for Kafka at start")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if problems := [*_tls_half_given(self), *_login_half_given(self)]:
            raise ValueError("\n  ".join(problems))
        return self


def _is_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 0) >= 0
    except ValueError:
        is_whole = False
    if not is_whole or parts.query or parts.fragment:
        raise ValueError(f"it is no address such as https://desk.example or {_DESK}")
    if parts.username or parts.password:
        raise ValueError(f"{_API}URL is an address with a password: what opens a desk goes into {_API}TOKEN")
    return url.rstrip("/")


class ApiSettings(BaseModel):
    """Where a desk's API is, and the token that opens it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_is_address)] = Field(
        _DESK, description="of a desk, for programs that ask its API; the one that runs in the folder when not set"
    )
    token: SecretStr | None = Field(None, description="of `wiredesk tokens add`, where the desk asks for one")

    @field_validator("token")
    @classmethod
    def _is_a_word(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[!-~]*", token.get_secret_value()):
            raise ValueError("a token is one word of ASCII characters, as `wiredesk tokens add` printed it")
        return token or None


def _tls_half_given(kafka: KafkaSettings) -> Iterator[str]:
    """Say what is missing: a client would only fail to connect, and not say why."""
    if bool(kafka.ssl_certfile) != bool(kafka.ssl_keyfile):
        yield f"{_KAFKA}SSL_CERTFILE and {_KAFKA}SSL_KEYFILE belong together: set both (one file may hold both)"
    elif kafka.ssl_key_password and not kafka.ssl_keyfile:
        yield f"{_KAFKA}SSL_KEY_PASSWORD opens no key: set {_KAFKA}SSL_KEYFILE"
    elif kafka.ssl_certfile and not kafka.security_protocol.endswith("SSL"):
        yield f"{_KAFKA}SSL_CERTFILE is never shown: set {_KAFKA}SECURITY_PROTOCOL to SSL or SASL_SSL"


def _login_half_given(kafka: KafkaSettings) -> Iterator[str]:
    """As above, of the name and password or token that SASL needs."""
    if not kafka.security_protocol.startswith("SASL_"):
        return
    if kafka.sasl_mechanism == "OAUTHBEARER":
        if bool(kafka.sasl_oauth_token_file) == bool(kafka.sasl_oauth_token_url):
            yield f"OAUTHBEARER needs either {_KAFKA}SASL_OAUTH_TOKEN_FILE or {_KAFKA}SASL_OAUTH_TOKEN_URL"
        elif kafka.sasl_oauth_token_url:
            yield from _endpoint_half_given(kafka, urlsplit(kafka.sasl_oauth_token_url))
    elif not (kafka.sasl_username and kafka.sasl_password):
        wanted = f"{_KAFKA}SASL_USERNAME and {_KAFKA}SASL_PASSWORD (or {_KAFKA}SASL_PASSWORD{FILE})"
        yield f"{_KAFKA}SECURITY_PROTOCOL={kafka.security_protocol} needs {wanted}"


def _endpoint_half_given(kafka: KafkaSettings, url: SplitResult) -> Iterator[str]:
    if not (kafka.sasl_oauth_client_id and kafka.sasl_oauth_client_secret):
        wanted = f"{_KAFKA}SASL_OAUTH_CLIENT_ID and {_KAFKA}SASL_OAUTH_CLIENT_SECRET (or …{FILE})"
        yield f"{_KAFKA}SASL_OAUTH_TOKEN_URL needs {wanted}"
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname or "")):
        yield f"{_KAFKA}SASL_OAUTH_TOKEN_URL must be https: the client's secret goes there"


class Settings(BaseSettings):
    """What everybody needs who talks to Kafka: the client as it is, a service with what it adds in a subclass."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    kafka: KafkaSettings = KafkaSettings()
    api: ApiSettings = ApiSettings()
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
            raise ConfigurationError("\n  ".join(["wrong settings:", *map(_told, error.errors())])) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, and the files that it names for secrets."""
        # Before the environment: a variable that is set and empty leaves the word to the file.
        return init_settings, InitSettingsSource(settings_cls, _secrets(cls, os.environ)), env_settings


def _told(error: ErrorDetails) -> str:
    said = str(error["ctx"]["error"]) if error["type"] == "value_error" else error["msg"]
    return said if PREFIX in said else f"{PREFIX}{'__'.join(map(str, error['loc'])).upper()}: {said}"


def variables(model: type[BaseModel], prefix: str = PREFIX) -> Iterator[tuple[str, Any]]:
    """Yield (environment variable, field info) for every leaf setting of `model`, and for the file of each secret."""
    for name, info in model.model_fields.items():
        annotation = info.annotation
        variable = f"{prefix}{name.upper()}"
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from variables(annotation, f"{variable}__")
        else:
            yield variable, info
            if is_secret(info):
                yield variable + FILE, FieldInfo(default=None, description="or a file that holds it; read at start")


def is_secret(info: FieldInfo) -> bool:
    """Tell whether a setting must never be shown."""
    return _holds_secret(info.annotation)


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def given(environ: Mapping[str, str]) -> set[str]:
    """Return the settings that the environment gives, itself or by the name of a file."""
    return {name.upper().removesuffix(FILE) for name, value in environ.items() if value or not _names_file(name)}


def _names_file(name: str) -> bool:
    return name.upper().startswith(PREFIX) and name.upper().endswith(FILE)


def _secrets(model: type[BaseModel], environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the files that hold secrets of `model`, as nested values.

    Raises:
        ConfigurationError: a file cannot be read, or its secret is given twice.
    """
    named = {name.upper(): value for name, value in environ.items()}
    found: dict[str, Any] = {}
    for name, info in variables(model):
        path = named.get(name + FILE)
        if not path or not is_secret(info):
            continue
        if named.get(name):
            raise ConfigurationError(f"{name} and {name}{FILE} are both set: keep one of them")
        *sections, leaf = name.removeprefix(PREFIX).lower().split("__")
        place = found
        for section in sections:
            place = place.setdefault(section, {})
        place[leaf] = _read(name + FILE, Path(path))
    return found


def _read(variable: str, path: Path) -> str:
    try:
        # Who writes such a file with an editor or `echo` leaves a line's end.
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigurationError(f"{variable}: {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{variable}: {path} is not UTF-8 text") from None
    if not secret:
        raise ConfigurationError(f"{variable}: {path} is empty")
    return secret


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
        # Without what all of them begin with: that alone makes no two alike.
        known_ends = {one.removeprefix(PREFIX) for one in names}
        near = difflib.get_close_matches(upper.removeprefix(PREFIX), known_ends, n=1, cutoff=0.6)
        problems.append(f"unknown setting {name}" + (f": did you mean {PREFIX}{near[0]}?" if near else ""))
    if problems:
        hint = "Run `wiredesk config show` for all settings."
        raise ConfigurationError("\n".join([*problems, hint]))
