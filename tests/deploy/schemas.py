"""JSON schemas for kubeconform, made from Kubernetes' own description and from CustomResourceDefinitions.

An unknown field is an error, as a server refuses it (`fieldValidation=Strict`).
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

Schema = dict[str, Any]
# As kubeconform fills it in: deployment-apps-v1.json.
LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"


def write(folder: Path, swagger: Path, definitions: Path, kinds: Iterable[str]) -> None:
    """Write the schema of each of Kubernetes' `kinds`, and of everything that `definitions` (a folder) defines."""
    described = json.loads(swagger.read_text(encoding="utf-8"))["definitions"]
    wanted = set(kinds)
    for schema in described.values():
        for one in schema.get("x-kubernetes-group-version-kind", ()):
            if one["kind"] in wanted:
                _write(folder, one["kind"], one["group"], one["version"], _whole(schema, described))
    for kind, group, version, schema in _custom(definitions):
        _write(folder, kind, group, version, _strict(schema))


def kinds(definitions: Path) -> set[str]:
    """Return the kinds that a folder's CustomResourceDefinitions define."""
    return {kind for kind, *_ in _custom(definitions)}


def _write(folder: Path, kind: str, group: str, version: str, schema: Schema) -> None:
    suffix = "-".join(part for part in (group.partition(".")[0], version) if part)
    (folder / f"{kind.lower()}-{suffix}.json").write_text(json.dumps(schema))


def _custom(folder: Path) -> Iterator[tuple[str, str, str, Schema]]:
    for path in sorted(folder.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if document and document["kind"] == "CustomResourceDefinition":
                spec = document["spec"]
                for version in spec["versions"]:
                    yield spec["names"]["kind"], spec["group"], version["name"], version["schema"]["openAPIV3Schema"]


def _whole(schema: Schema, described: Schema) -> Schema:
    """Return `schema` with what it refers to in its place."""
    if "$ref" in schema:
        # What is described of a quantity and of "number or name" is a text, and the server takes both.
        name = schema["$ref"].rpartition("/")[2]
        if name.endswith((".Quantity", ".IntOrString")):
            return {"type": ["string", "number", "null"]}
        return _whole(described[name], described)
    found = dict(schema)
    if "properties" in schema:
        found["properties"] = {name: _whole(one, described) for name, one in schema["properties"].items()}
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            found[part] = _whole(schema[part], described)
    return _strict(found, deep=False)


def _strict(schema: Schema, *, deep: bool = True) -> Schema:
    """Return `schema` admitting no field that it does not name, where it names any and keeps no others."""
    found = {name: one for name, one in schema.items() if not name.startswith("x-kubernetes") and name != "format"}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["string", "integer"]}
    if "properties" in found:
        if deep:
            found["properties"] = {name: _strict(one) for name, one in found["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            found.setdefault("additionalProperties", False)
    if deep:
        for part in ("items", "additionalProperties"):
            if isinstance(found.get(part), dict):
                found[part] = _strict(found[part])
    return found
