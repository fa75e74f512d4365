"""`.env.example` is complete and true, and docker-compose.yml hands every service its own settings."""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wiredesk.client.settings import variables
from wiredesk.runtime.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("fetcher", "cleaner", "tagger", "storage", "desk")
# What it needs of another's.
READS = {"desk": {"WIREDESK_STORAGE__DSN", "WIREDESK_STORAGE__DSN_FILE"}}
# Their default depends on the machine, so the example leaves it out.
BY_MACHINE = frozenset({"WIREDESK_TAGGER__WORKERS"})


def settings_classes() -> list[type[ServiceSettings]]:
    """Every settings class of the project; those of the services first, because local mode repeats one of theirs."""
    modules = [importlib.import_module(f"wiredesk_{name}.settings") for name in (*SERVICES, "local")]
    found = [value for module in modules for value in vars(module).values() if inspect.isclass(value)]
    return [ServiceSettings, *(cls for cls in found if issubclass(cls, ServiceSettings) and cls is not ServiceSettings)]


def written(info: FieldInfo) -> str:
    """The default as it is written in the environment; empty for none."""
    default: Any = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default is PydanticUndefined:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, list | tuple):
        return ",".join(map(str, default))
    return str(default)


def known() -> dict[str, str]:
    found: dict[str, str] = {}
    for cls in settings_classes():
        for name, info in variables(cls):
            found.setdefault(name, "" if name in BY_MACHINE else written(info))
    return found


def in_example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#(WIREDESK_\w+)=(.*)$", text, flags=re.MULTILINE))


def test_the_example_names_every_setting_with_its_default():
    assert in_example() == known()


def test_copying_the_example_changes_nothing():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


@pytest.mark.parametrize("cls", settings_classes(), ids=lambda cls: cls.__name__)
def test_a_default_of_the_example_is_read_as_that_default(cls: type[ServiceSettings], monkeypatch: pytest.MonkeyPatch):
    for name in known():
        monkeypatch.delenv(name, raising=False)
    defaults = values(cls.load())
    example = in_example()
    for name, info in variables(cls):
        # Naming a server tells local mode to start none, so there the address has no default.
        if example[name] and written(info):
            monkeypatch.setenv(name, example[name])
    assert values(cls.load()) == defaults


def values(model: BaseModel) -> dict[str, Any]:
    return {name: values(value) if isinstance(value, BaseModel) else value for name, value in model}


@pytest.mark.parametrize("service", SERVICES)
def test_compose_hands_a_service_every_setting_of_its_own(service: str):
    text = (ROOT / "docker-compose.yml").read_text()
    block = re.search(rf"^  {service}:\n((?:    .*\n|\n)+)", text, flags=re.MULTILINE)
    assert block is not None
    handed = set(re.findall(r"^      (WIREDESK_\w+):", block.group(1), flags=re.MULTILINE))
    own = {name for name in known() if name.startswith(f"WIREDESK_{service.upper()}__")}
    assert handed == own | READS.get(service, set())
