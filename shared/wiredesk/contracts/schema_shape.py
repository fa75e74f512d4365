"""What pydantic's JSON Schemas do not say of our records, and generators of code need. Pure.

pydantic describes what a model accepts. A reader wants to know what is written: no field is ever null on the wire (an
absent one is left out), and all others are always there. Enumerations are open: a later version may say more.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

_CONTENTS = ("html", "text")


def written(schema: Schema) -> Schema:
    """Return the schema of an event that we write: what is always there is required, nothing is null."""
    return _mapped(_untitled(schema), _as_written)


def submitted(schema: Schema) -> Schema:
    """Return the schema of a submission, as strict as the service: one content, and addresses of the web."""
    schema = _untitled(schema)
    null, given = {"type": "null"}, {"type": "string"}
    url = schema["properties"]["url"]
    web = {**url["anyOf"][0], "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"}
    url["anyOf"] = [web, null]
    alone = {"properties": {"url": given, **dict.fromkeys(_CONTENTS, null)}, "required": ["url"]}
    contents = [
        {"properties": {one: given, **{other: null for other in _CONTENTS if other != one}}, "required": [one]}
        for one in _CONTENTS
    ]
    return {**schema, "oneOf": [alone, *contents]}


def open_values(node: Mapping[str, Any]) -> list[Any] | None:
    """Return the known values of an open enumeration, or None when `node` is something else."""
    variants = node.get("anyOf", ())
    named = [variant["enum"] for variant in variants if "enum" in variant]
    return list(named[0]) if len(variants) == 2 and named and {"type": "string"} in variants else None


def opened(values: list[Any]) -> Schema:
    """Return the schema of a text of which `values` are those that are known."""
    return {"anyOf": [{"enum": values, "type": "string"}, {"type": "string"}]}


def _untitled(schema: Schema) -> Schema:
    """Without pydantic's titles, of which generators make types ("Url1"); definitions have their names as keys."""
    return _mapped(schema, lambda node: {name: value for name, value in node.items() if name != "title"})


def _as_written(node: Schema) -> Schema:
    if "enum" in node and open_values(node) is None:
        rest = {name: value for name, value in node.items() if name not in ("enum", "type")}
        return {**rest, **opened(node["enum"])}
    if "properties" not in node:
        return node
    properties = {name: _present(field) for name, field in node["properties"].items()}
    required = [name for name, field in node["properties"].items() if not _may_be_null(field)]
    return {**node, "properties": properties, "required": required}


def _may_be_null(field: Mapping[str, Any]) -> bool:
    return {"type": "null"} in field.get("anyOf", ())


def _present(field: Schema) -> Schema:
    """A field as it is where it is there."""
    field = {name: value for name, value in field.items() if (name, value) != ("default", None)}
    if not _may_be_null(field):
        return field
    variants = [variant for variant in field["anyOf"] if variant != {"type": "null"}]
    rest = {name: value for name, value in field.items() if name != "anyOf"}
    return {**variants[0], **rest} if len(variants) == 1 else {**rest, "anyOf": variants}


def _mapped(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Apply `change` to `schema` and every schema in it, the innermost first; names of properties are no keywords."""
    return change(dict(_children(schema, change)))


def _children(node: Schema, change: Callable[[Schema], Schema]) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        if name in ("properties", "$defs") and isinstance(value, dict):
            yield name, {key: _mapped(one, change) for key, one in value.items()}
        elif name in ("enum", "default", "const", "examples", "required"):
            yield name, value
        elif isinstance(value, list):
            yield name, [_mapped(one, change) if isinstance(one, dict) else one for one in value]
        else:
            yield name, _mapped(value, change) if isinstance(value, dict) else value
