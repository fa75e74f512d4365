"""Which settings a chart's `settings:` may name, with types and bounds, for `values.schema.json`."""

from collections.abc import Iterator
from typing import Any

from wiredesk.client.settings import PREFIX, is_secret, variables
from wiredesk.runtime.settings import ServiceSettings
from wiredesk_cleaner.settings import CleanerSettings
from wiredesk_desk.settings import DeskSettings
from wiredesk_fetcher.settings import FetcherSettings
from wiredesk_storage.settings import StorageSettings
from wiredesk_tagger.settings import TaggerSettings

CLASSES: dict[str, type[ServiceSettings]] = {
    "fetcher": FetcherSettings,
    "cleaner": CleanerSettings,
    "tagger": TaggerSettings,
    "storage": StorageSettings,
    "desk": DeskSettings,
}
# What templates set themselves, from other values or because a pod needs it so.
_OF_THE_CHART = frozenset(
    f"{PREFIX}{name}" for name in ("LANE", "FETCHER__WEBSUB_HOST", "FETCHER__WEBSUB_PORT", "DESK__HOST", "DESK__PORT")
)
_SECTIONS_OF_THE_CHART = tuple(f"{PREFIX}{section}__" for section in ("API", "HEALTH", "KAFKA"))
_OF_KAFKA = frozenset(f"{PREFIX}KAFKA__{name}" for name in ("SESSION_TIMEOUT_SECONDS", "START_TIMEOUT_SECONDS"))
_PLAIN = ("integer", "number", "boolean", "string")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern", "maxLength", "minLength", "enum")


def definitions() -> dict[str, Any]:
    """Return `$defs` of the schema: `settings` of every service, and those of each (`fetcherSettings`, …)."""
    common = dict(_settings(ServiceSettings))
    return {"settings": _map(common)} | {
        f"{name}Settings": _map(common | dict(_settings(cls))) for name, cls in CLASSES.items()
    }


def _map(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": "environment variables of .env.example; secrets and what other values say are not among them",
        "type": "object",
        "additionalProperties": False,
        "properties": dict(sorted(properties.items())),
    }


def _settings(cls: type[ServiceSettings]) -> Iterator[tuple[str, Any]]:
    # Secrets come from files that Secrets are mounted as, and never from values.
    secrets = {name for name, info in variables(cls) if is_secret(info)}
    for name, schema in _leaves(cls.model_json_schema()):
        if name not in secrets | _OF_THE_CHART and (name in _OF_KAFKA or not name.startswith(_SECTIONS_OF_THE_CHART)):
            yield name, schema


def _leaves(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    described = schema.get("$defs", {})

    def under(part: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, field in part["properties"].items():
            variable = f"{prefix}{name.upper()}"
            if "$ref" in field:
                yield from under(described[field["$ref"].rpartition("/")[2]], f"{variable}__")
            else:
                yield variable, _plain(field)

    yield from under(schema, PREFIX)


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field as it is written into an environment: what is no plain value is a text."""
    either = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    kept = {**field, **(either[0] if len(either) == 1 else {})}
    told = {"description": field["description"]} if "description" in field else {}
    if kept.get("type") not in _PLAIN or "format" in kept:
        return {"type": "string", **told}
    return {"type": kept["type"], **told, **{name: kept[name] for name in _BOUNDS if name in kept}}
