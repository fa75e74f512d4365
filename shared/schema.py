"""The contracts for machines: a JSON Schema per event and one AsyncAPI 3.0 document, made from the models and topics.

`documents` is deterministic, so the committed files in docs/contracts are compared byte for byte. `breaks` knows what
may change within a topic version: an optional field may be added. Anything else breaks somebody: what is tightened
refuses records that are already on the topic, what is loosened is refused by a consumer of the older contract.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

from pydantic.json_schema import models_json_schema

from shared import wire
from shared.topics import PUBLIC, Topic, every_topic

Json: TypeAlias = Mapping[str, Any]

ASYNCAPI = "asyncapi.json"
# What says something to people only.
_ANNOTATIONS = {"title", "description", "examples", "deprecated", "$comment", "$id", "$schema", "$defs"}
_STRUCTURE = {"properties", "required", "items", "additionalProperties", "anyOf", "enum", "const", "type", "format"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One committed document that is not what the models say; `breaks` is empty for a minor change."""

    file: str
    breaks: tuple[str, ...]


def slug(topic: Topic) -> str:
    """Return the name of a topic's event in file names and ids: ArticleEnriched is "article-enriched"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", topic.event.__name__).lower()


def schema_file(topic: Topic) -> str:
    """Return the schema file of a topic's event; the number is the topic's version, so a minor version replaces it."""
    return f"{slug(topic)}.{topic.name.rpartition('.')[2]}.schema.json"


def event_schema(topic: Topic) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the values on `topic`."""
    version = topic.event.model_fields["schema_version"].default
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:wiredesk:schema:{slug(topic)}:{version}",
        **topic.event.model_json_schema(),
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the whole pipeline: every topic, who sends and who receives."""
    _, models = models_json_schema(
        [(topic.event, "validation") for topic in PUBLIC], ref_template="#/components/schemas/{model}"
    )
    topics = every_topic()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wiredesk",
            "version": "1",
            "description": "News articles in, clean entity-tagged events out. A lane prefixes every address.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_identifier(topic): _channel(topic) for topic in topics},
        "operations": dict(operation for topic in topics for operation in _operations(topic)),
        "components": {
            "messages": {topic.event.__name__: _message(topic) for topic in PUBLIC},
            "messageTraits": {"cloudEvent": {"headers": _headers()}},
            "schemas": models["$defs"],
        },
    }


def _identifier(topic: Topic) -> str:
    return topic.name.replace(".", "_")


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {topic.event.__name__: {"$ref": f"#/components/messages/{topic.event.__name__}"}},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": topic.retention // timedelta(milliseconds=1),
                    "max.message.bytes": topic.max_bytes,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations(topic: Topic) -> Iterator[tuple[str, dict[str, Any]]]:
    for action, services in (("send", topic.producers), ("receive", topic.consumers)):
        for service in services:
            yield (
                f"{service}_{action}s_{_identifier(topic)}",
                {"action": action, "channel": {"$ref": f"#/channels/{_identifier(topic)}"}, "title": service},
            )


def _message(topic: Topic) -> dict[str, Any]:
    name = topic.event.__name__
    return {
        "name": name,
        "title": (topic.event.__doc__ or name).splitlines()[0],
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}},
    }


def _headers() -> dict[str, Any]:
    described = {
        "ce_specversion": "CloudEvents version, 1.0",
        "ce_id": "event_id; the same on every redelivery",
        "ce_type": "wiredesk.<topic>",
        "ce_source": "/wiredesk/<service>",
        "ce_time": "when the record was made, ISO 8601",
        "ce_subject": "article_id",
        wire.CORRELATION: "handed on from the submission to all that is made of it",
        wire.TRACE[0]: "W3C trace context, handed on",
        wire.REASON: "dead letters and delay lanes: a stable code",
        wire.ERROR: "dead letters: what happened, for people",
        wire.ERROR_TYPE: "dead letters: the class of the error",
        wire.STAGE: "dead letters: the service that gave up",
        wire.ORIGIN: "dead letters and delay lanes: topic/partition/offset of the original record",
        wire.FAILED_AT: "dead letters: when, ISO 8601",
        wire.ATTEMPT: "dead letters and delay lanes: which try it was",
        wire.NOT_BEFORE: "delay lanes: when the record is due, milliseconds since 1970",
    }
    return {"type": "object", "properties": {n: {"type": "string", "description": d} for n, d in described.items()}}


def documents() -> dict[str, str]:
    """Return every committed document by file name, as text."""
    made: dict[str, Json] = {schema_file(topic): event_schema(topic) for topic in PUBLIC}
    made[ASYNCAPI] = asyncapi()
    return {name: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for name, document in made.items()}


def compare(directory: Path) -> list[Difference]:
    """Return what in `directory` is not as the models say, new and left-over files included; empty when all is."""
    made = documents()
    names = sorted({*made, *(path.name for path in directory.glob("*.schema.json"))})
    differences = []
    for name in names:
        path = directory / name
        if not path.exists():
            differences.append(Difference(name, ()))
        elif name not in made:
            differences.append(Difference(name, ("the event is gone, but records of it are still on its topic",)))
        elif (committed := path.read_text(encoding="utf-8")) != made[name]:
            judge = topic_breaks if name == ASYNCAPI else breaks
            differences.append(Difference(name, tuple(judge(json.loads(committed), json.loads(made[name])))))
    return differences


def write(directory: Path) -> list[Difference]:
    """Write all documents unless one of them breaks its committed form; return what differed before."""
    differences = compare(directory)
    if not any(difference.breaks for difference in differences):
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in documents().items():
            (directory / name).write_text(text, encoding="utf-8")
    return differences


def topic_breaks(old: Json, new: Json) -> list[str]:
    """Name what between two AsyncAPI documents breaks users of the topics."""
    found = []
    for name, channel in old["channels"].items():
        address, now = channel["address"], new["channels"].get(name)
        if now is None:
            found.append(f"{address}: the topic is gone")
            continue
        before, after = (c["bindings"]["kafka"]["partitions"] for c in (channel, now))
        if before != after:
            found.append(f"{address}: {before} partitions became {after}, which breaks the order per key")
    return found


def breaks(old: Json, new: Json) -> list[str]:
    """Name everything between two JSON Schemas of one event that breaks a producer, a consumer or a stored record."""
    return list(_node_breaks(old, new, old, new, "", ()))


def _node_breaks(
    old: Json, new: Json, old_root: Json, new_root: Json, path: str, seen: tuple[tuple[str, str], ...]
) -> Iterator[str]:
    refs = (old.get("$ref", ""), new.get("$ref", ""))
    if any(refs) and refs in seen:
        return
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    where = path or "the event"
    old, old_null = _without_null(old, old_root)
    new, new_null = _without_null(new, new_root)
    if old_null != new_null:
        yield f"{where}: {'null is no longer allowed' if old_null else 'may now be null'}"
    if _kind(old) != _kind(new):
        yield f"{where}: type changed from {_kind(old)} to {_kind(new)}"
        return
    yield from _enum_breaks(old, new, where)
    for keyword in sorted((set(old) | set(new)) - _STRUCTURE - _ANNOTATIONS):
        # The default of schema_version is the minor version, which may rise.
        if keyword == "default" and path == "schema_version":
            continue
        if old.get(keyword) != new.get(keyword):
            yield f"{where}: {keyword} changed from {_text(old, keyword)} to {_text(new, keyword)}"
    yield from _property_breaks(old, new, old_root, new_root, path, (*seen, refs))
    for keyword, mark in (("items", "[]"), ("additionalProperties", "{}")):
        before, after = old.get(keyword), new.get(keyword)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _node_breaks(before, after, old_root, new_root, path + mark, (*seen, refs))
        elif before != after:
            yield f"{where}: {keyword} changed"
    for before, after in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False):
        yield from _node_breaks(before, after, old_root, new_root, path, (*seen, refs))


def _property_breaks(
    old: Json, new: Json, old_root: Json, new_root: Json, path: str, seen: tuple[tuple[str, str], ...]
) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    prefix = f"{path}." if path else ""
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"{prefix}{name}: removed or renamed"
        elif name not in before:
            if name in needs:
                yield f"{prefix}{name}: new and required, older records lack it"
        else:
            if (name in needed) != (name in needs):
                yield f"{prefix}{name}: {'is now optional' if name in needed else 'is now required'}"
            yield from _node_breaks(before[name], after[name], old_root, new_root, prefix + name, seen)


def _enum_breaks(old: Json, new: Json, where: str) -> Iterator[str]:
    before, after = _values(old), _values(new)
    if before is None or after is None:
        if before is not after:
            yield f"{where}: {'any value is now allowed' if before else 'only certain values are now allowed'}"
        return
    for value in sorted(before - after):
        yield f"{where}: value {value} removed"
    for value in sorted(after - before):
        yield f"{where}: value {value} added, which an older consumer refuses"


def _values(node: Json) -> set[str] | None:
    if "const" in node:
        return {json.dumps(node["const"])}
    return {json.dumps(value) for value in node["enum"]} if "enum" in node else None


def _resolve(node: Json, root: Json) -> Json:
    while "$ref" in node:
        target = root["$defs"][node["$ref"].rpartition("/")[2]]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _without_null(node: Json, root: Json) -> tuple[Json, bool]:
    """Split `anyOf: [X, null]` into X and True, keeping the keywords beside it."""
    variants = [_resolve(variant, root) for variant in node.get("anyOf", ())]
    rest = [variant for variant in variants if variant.get("type") != "null"]
    if len(rest) == len(variants):
        return node, False
    beside = {key: value for key, value in node.items() if key != "anyOf"}
    return {**(rest[0] if len(rest) == 1 else {"anyOf": rest}), **beside}, True


def _kind(node: Json) -> str:
    if "anyOf" in node:
        return " or ".join(_kind(variant) if "$ref" not in variant else variant["$ref"] for variant in node["anyOf"])
    return " ".join(filter(None, (str(node.get("type", "any")), node.get("format", ""))))


def _text(node: Json, keyword: str) -> str:
    return json.dumps(node[keyword]) if keyword in node else "nothing"
