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

from wiredesk.contracts import schema_shape, wire
from wiredesk.contracts.events import ArticleSubmitted, Event
from wiredesk.contracts.topics import BESIDE, PUBLIC, SETTLED, Topic, every_topic

Json: TypeAlias = Mapping[str, Any]

ASYNCAPI = "asyncapi.json"
# What says something to people only.
_ANNOTATIONS = {"title", "description", "examples", "deprecated", "$comment", "$id", "$schema", "$defs"}
_NESTED = {"items": "[]", "additionalProperties": "{}"}
_STRUCTURE = {"properties", "prefixItems", "required", "anyOf", "enum", "const", "type", "format", *_NESTED}


@dataclass(frozen=True, slots=True)
class Difference:
    """One committed document that is not what the models say; `breaks` is empty for a minor change."""

    file: str
    breaks: tuple[str, ...]


def slug(topic: Topic) -> str:
    """Return the name of a topic's event in file names and ids: ArticleEnriched is "article-enriched"."""
    return topic.schema_id.split(":")[3]


def schema_file(topic: Topic) -> str:
    """Return the schema file of a topic's event; the number is the topic's version, so a minor version replaces it."""
    return f"{slug(topic)}.{topic.name.rpartition('.')[2]}.schema.json"


def event_schema(topic: Topic) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the values on `topic`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": topic.schema_id,
        "title": topic.event.__name__,
        **_shaped(topic.event, topic.event.model_json_schema()),
    }


def _shaped(event: type[Event], schema: dict[str, Any]) -> dict[str, Any]:
    return schema_shape.submitted(schema) if event is ArticleSubmitted else schema_shape.written(schema)


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the whole pipeline: every topic, who sends and who receives."""
    _, models = models_json_schema(
        [(topic.event, "validation") for topic in (*PUBLIC, *BESIDE, SETTLED)],
        ref_template="#/components/schemas/{model}",
    )
    topics = every_topic()
    events = {topic.event.__name__: topic.event for topic in topics}
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
            "messages": {topic.event.__name__: _message(topic) for topic in (*PUBLIC, *BESIDE, SETTLED)},
            "messageTraits": {"cloudEvent": {"headers": _headers()}},
            "schemas": {name: _shaped(events.get(name, Event), schema) for name, schema in models["$defs"].items()},
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
                    "cleanup.policy": ["compact" if topic.is_table else "delete"],
                    "delete.retention.ms" if topic.is_table else "retention.ms": topic.retention
                    // timedelta(milliseconds=1),
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
        "ce_id": "event_id; equal for the same event said again, and for no other",
        "ce_type": "wiredesk.<topic>",
        "ce_source": "/wiredesk/<service>",
        "ce_time": "when the record was made, ISO 8601",
        "ce_subject": "article_id",
        "ce_dataschema": "the $id of the value's JSON Schema",
        wire.CORRELATION: "handed on from the submission to all that is made of it",
        wire.TRACE[0]: "W3C trace context, handed on",
        wire.REASON: "dead letters and retry topics: a stable code",
        wire.ERROR: "dead letters: what happened, for people",
        wire.ERROR_TYPE: "dead letters: the class of the error",
        wire.STAGE: "dead letters: the service that gave up",
        wire.ORIGIN: "dead letters and retry topics: topic/partition/offset of the original record",
        wire.FAILED_AT: "dead letters: when, ISO 8601",
        wire.ATTEMPT: "dead letters and retry topics: which try it was",
        wire.REPLAY_OF: "replayed records: topic/partition/offset of the dead letter",
        wire.NOT_BEFORE: "retry topics: when the record is due, milliseconds since 1970",
    }
    return {"type": "object", "properties": {n: {"type": "string", "description": d} for n, d in described.items()}}


def documents() -> dict[str, str]:
    """Return every committed document by file name, as text."""
    made: dict[str, Json] = {schema_file(topic): event_schema(topic) for topic in (*PUBLIC, *BESIDE)}
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
    before, after = (dict(_facts(schema, schema, "the event", required=True)) for schema in (old, new))
    found = []
    for path, facts in before.items():
        if path in after:
            found += [f"{path}: {change}" for change in _changes(facts, after[path], path)]
        elif _parent(path) in after:
            found.append(f"{path}: removed or renamed")
    found += [
        f"{path}: new and required, older records lack it"
        for path, facts in after.items()
        if path not in before and _parent(path) in before and facts["required"]
    ]
    return found


def _facts(
    node: Json, root: Json, path: str, *, required: bool, within: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Flatten a schema: what holds at each path, references resolved, words for people left out."""
    reference = node.get("$ref", "")
    if reference and reference in within:
        yield path, {"required": required, "type": f"recursive {reference}", "null": False, "values": None}
        return
    within = (*within, reference)
    node = _resolve(node, root)
    if schema_shape.open_values(node) is not None:
        # Any text may come there: a value more or less breaks nobody.
        node = {"type": "string"}
    variants = [variant for variant in node.get("anyOf", ()) if variant.get("type") != "null"]
    null = len(variants) < len(node.get("anyOf", ()))
    if len(variants) == 1:
        node = {**_resolve(variants[0], root), **{key: value for key, value in node.items() if key != "anyOf"}}
        variants = []
    facts = {key: value for key, value in node.items() if key not in _ANNOTATIONS | _STRUCTURE}
    facts |= {key: node[key] for key in _NESTED if isinstance(node.get(key), bool)}
    kind = " ".join(filter(None, (str(node.get("type", "any")), node.get("format", ""))))
    yield path, facts | {"required": required, "type": kind, "null": null, "values": _values(node)}
    children = {
        **{f"{path}.{name}": child for name, child in node.get("properties", {}).items()},
        **{f"{path}[{i}]": child for i, child in enumerate(node.get("prefixItems", ()))},
        **{f"{path}|{i}": child for i, child in enumerate(variants)},
        **{path + mark: node[key] for key, mark in _NESTED.items() if isinstance(node.get(key), Mapping)},
    }
    needed = {f"{path}.{name}" for name in node.get("required", ())}
    for name, child in children.items():
        yield from _facts(child, root, name, required=name in needed, within=within)


def _resolve(node: Json, root: Json) -> Json:
    while "$ref" in node:
        target = root["$defs"][node["$ref"].rpartition("/")[2]]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _values(node: Json) -> set[str] | None:
    if "const" in node:
        return {json.dumps(node["const"])}
    return {json.dumps(value) for value in node["enum"]} if "enum" in node else None


def _parent(path: str) -> str:
    return re.sub(r"(\.[^.\[\]{}|]+|\[\d*\]|\{\}|\|\d+)$", "", path)


def _changes(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[str]:
    for key in sorted({*before, *after} - {"values"}):
        # The default of schema_version is the minor version, which may rise.
        if before.get(key) != after.get(key) and not (key == "default" and path.endswith(".schema_version")):
            yield f"{key} changed from {_text(before, key)} to {_text(after, key)}"
    olds, news = before["values"], after["values"]
    if olds is None or news is None:
        if olds is not news:
            yield "any value is now allowed" if olds else "only certain values are now allowed"
        return
    yield from (f"value {value} removed" for value in sorted(olds - news))
    yield from (f"value {value} added, which an older consumer refuses" for value in sorted(news - olds))


def _text(facts: dict[str, Any], key: str) -> str:
    return json.dumps(facts[key]) if key in facts else "nothing"
