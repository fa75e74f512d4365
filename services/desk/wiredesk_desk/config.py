"""Which system the desk talks to, and `config show`. An unknown `WIREDESK_*` variable stops every verb."""

import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from wiredesk.client.settings import FILE, KafkaSettings, check_names, given, is_secret, variables
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import Lane
from wiredesk.runtime.settings import WITH_SETTINGS, ServiceSettings
from wiredesk_desk.distributions import is_installed
from wiredesk_desk.output import Row, say, table
from wiredesk_desk.running import Exit
from wiredesk_storage.settings import StorageSettings

if TYPE_CHECKING:
    from wiredesk_local.control import Control
    from wiredesk_local.settings import LocalSettings

SERVERS = "WIREDESK_KAFKA__BOOTSTRAP_SERVERS"
DSN = "WIREDESK_STORAGE__DSN"
CONTACT = "WIREDESK_FETCHER__CONTACT"


@dataclass(frozen=True, slots=True)
class System:
    """The Kafka and PostgreSQL that a verb works on. `origin` says how they were found."""

    kafka: KafkaSettings
    lane: Lane
    dsn: SecretStr
    origin: str
    control: "Control | None" = None

    @property
    def uses_local_kafka(self) -> bool:
        """Whether the Kafka is the one of the system that runs here, and not another that the environment names."""
        return self.control is not None and self.kafka.bootstrap_servers == self.control.bootstrap_servers


def settings_classes() -> list[type[ServiceSettings]]:
    """Return every class of settings: the common one, one of each service that is installed, local mode's.

    Raises:
        ConfigurationError: a `WIREDESK_*` variable belongs to none of them.
    """
    found: list[type[ServiceSettings]] = [ServiceSettings]
    elsewhere = []
    for name in WITH_SETTINGS:
        if is_installed(f"wiredesk_{name}"):
            members = vars(importlib.import_module(f"wiredesk_{name}.settings")).values()
            ours = (one for one in members if isinstance(one, type) and issubclass(one, ServiceSettings))
            found += [one for one in ours if one is not ServiceSettings]
        else:
            # What is set for a service that runs elsewhere cannot be checked here.
            elsewhere.append(name.upper())
    check_names(found, elsewhere=elsewhere)
    return found


def local_settings() -> "LocalSettings":
    """Return local mode's settings.

    Raises:
        ConfigurationError: a value is wrong, or a variable unknown.
    """
    settings_classes()
    from wiredesk_local.settings import LocalSettings  # noqa: PLC0415 - may not be installed

    return LocalSettings.load()


async def local_control() -> "Control | None":
    """Return the system that runs in this folder, or None."""
    if not is_installed("wiredesk_local"):
        return None
    from wiredesk_local.control import Control  # noqa: PLC0415 - as above

    return await Control.find(local_settings().local.state_dir)


async def system() -> System:
    """Return the servers of the environment; where it names none, those of the system that runs in this folder.

    Raises:
        ConfigurationError: a setting is wrong or unknown.
    """
    settings_classes()
    settings = StorageSettings.load()
    kafka, dsn = settings.kafka, settings.storage.dsn
    named = given(os.environ) & {SERVERS, DSN}
    control = await local_control() if named != {SERVERS, DSN} else None
    if control is None:
        return System(kafka, Lane(settings.lane), dsn, "environment" if SERVERS in named else "default")
    if SERVERS not in named:
        kafka = kafka.model_copy(update={"bootstrap_servers": control.bootstrap_servers, **control.kafka_login})
    if DSN not in named:
        dsn = SecretStr(control.dsn)
    return System(kafka, Lane(settings.lane), dsn, "the system running in this folder", control)


async def show(*, as_json: bool) -> Exit:
    """Print every setting with its value and origin."""
    here = await system()
    found: dict[str, Any] = {}
    if here.control:
        of_kafka = {"bootstrap_servers", *here.control.kafka_login} if here.uses_local_kafka else set()
        found = {f"WIREDESK_KAFKA__{name.upper()}": getattr(here.kafka, name) for name in of_kafka} | {DSN: here.dsn}
    rows = {row["setting"]: row for cls in settings_classes() for row in settings_rows(cls, found)}
    if CONTACT in rows and not rows[CONTACT]["value"] and (contact := _told_contact()):
        rows[CONTACT] = {**rows[CONTACT], "value": contact, "origin": "wiredesk sources contact"}
    table(list(rows.values()), as_json=as_json, empty="")
    say(f"Kafka and PostgreSQL: {here.origin}.")
    return Exit.OK


def _told_contact() -> str:
    if not is_installed("wiredesk_local"):
        return ""
    from wiredesk_local.state import StateDir  # noqa: PLC0415 - may not be installed

    return StateDir(local_settings().local.state_dir).contact()


def settings_rows(cls: type[ServiceSettings], found: dict[str, Any]) -> Iterator[Row]:
    """Yield setting, value and origin of `cls`; `found` are values of the running system. Secrets are masked."""
    settings = cls.load()
    named, files = {name.upper(): value for name, value in os.environ.items()}, set[str]()
    for name, info in variables(cls):
        value: Any = settings
        if name in files:
            value = named.get(name)
        else:
            for part in name.removeprefix("WIREDESK_").lower().split("__"):
                value = getattr(value, part)
        origin = "environment" if name in named else "default"
        if is_secret(info):
            files.add(name + FILE)
            origin = "file" if named.get(name + FILE) else origin
        if name in found and name not in given(os.environ):
            value, origin = found[name], "running system"
        yield {"setting": name, "value": shown(value), "origin": origin, "meaning": info.description or ""}


@contextmanager
def outage_of(dsn: SecretStr) -> Iterator[None]:
    """Have an outage say which PostgreSQL it is of; one of Kafka passes as it is."""
    try:
        yield
    except InfrastructureError as error:
        if error.reason == "kafka":
            raise
        raise InfrastructureError(f"{error} ({shown(dsn)})", reason="postgres") from None


def shown(value: object) -> str:
    """Return a setting as text without its secrets; of an address with a password the rest is kept."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value() if "://" in value.get_secret_value() else "*****"
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(map(shown, value))
    # Up to the last @: an unescaped / or # belongs to the password. A name alone in a web address is a token.
    text = re.sub(r"(\w+)://(?:([^:@\s]*):)?\S*@", _masked, "" if value is None else str(value))
    return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1*****", text)


def _masked(found: re.Match[str]) -> str:
    scheme, user = found.groups()
    if user is not None:
        return f"{scheme}://{user}:*****@"
    return f"{scheme}://*****@" if scheme.startswith("http") else found[0]
