"""The JSON Schemas say what is written and what is admitted: they are asked, with every format checked."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.contracts.test_contracts import FILES, event_of, identify, read
from tests.factories import cleaned, enriched, fetched
from wiredesk.contracts import schema, topics, wire
from wiredesk.contracts.events import ArticleRejected, Event, Rejection
from wiredesk.contracts.topics import SUBMITTED

TOPIC_OF = {topic.event: topic for topic in (*topics.PUBLIC, *topics.BESIDE)}
WRITTEN = [topic for topic in topics.PUBLIC if topic is not SUBMITTED]


def validator(event: type[Event]) -> Draft202012Validator:
    document = schema.event_schema(TOPIC_OF[event])
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


def on_the_wire(event: Event) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(event.model_dump_json(exclude_none=True))
    return document


@pytest.mark.parametrize("path", [path for path in FILES if "submitted" not in str(path)], ids=identify)
def test_a_golden_event_as_we_write_it_is_valid(path: Path):
    contract = event_of(path)
    validator(contract).validate(on_the_wire(wire.decode(path.read_bytes(), contract)))


@pytest.mark.parametrize("event", [fetched("A story."), cleaned("A story."), enriched("A story.")])
def test_an_event_of_ours_has_all_that_is_required_and_nothing_is_null(event: Event):
    validator(type(event)).validate(on_the_wire(event))
    assert "null" not in json.dumps(schema.event_schema(TOPIC_OF[type(event)]))


@pytest.mark.parametrize("topic", WRITTEN, ids=lambda topic: topic.name)
def test_what_is_always_there_is_required_and_what_may_be_absent_is_not(topic: topics.Topic):
    document = schema.event_schema(topic)
    optional = {name for name, info in topic.event.model_fields.items() if info.default is None}
    assert set(document["properties"]) - set(document["required"]) == optional
    assert {"schema_version", "event_id", "article_id"} <= set(document["required"])


@pytest.mark.parametrize("path", [path for path in FILES if "submitted" in str(path)], ids=identify)
def test_a_golden_submission_is_valid(path: Path):
    # Formats are remarks: the service takes addresses with letters outside ASCII too, which are no `uri`.
    Draft202012Validator(schema.event_schema(TOPIC_OF[event_of(path)])).validate(read(path))


@pytest.mark.parametrize(
    ("document", "admitted"),
    [
        ({"url": "https://example.org/a"}, True),
        ({"url": "HTTP://example.org/a"}, True),
        ({"text": "x", "url": "https://example.org/a"}, True),
        ({"html": "x", "text": None, "url": None}, True),
        ({}, False),
        ({"url": None}, False),
        ({"html": "x", "text": "y"}, False),
        ({"url": "ftp://example.org/a"}, False),
        ({"url": "example.org/a"}, False),
        ({"url": "https://exa mple.org/a"}, False),
        ({"text": 5}, False),
        ({"url": "https://example.org/a", "published_hint": "yesterday"}, False),
        ({"url": "https://example.org/a", "from_2031": 1}, True),
    ],
)
def test_a_submission_is_valid_when_the_service_takes_it(document: dict[str, Any], *, admitted: bool):
    assert validator(SUBMITTED.event).is_valid(document) is admitted


def test_no_title_becomes_the_name_of_a_type_and_a_field_may_still_be_called_title():
    def titles(node: Any, where: str = "") -> list[str]:
        if isinstance(node, dict):
            own = [where] if isinstance(node.get("title"), str) else []
            return own + [found for name, child in node.items() for found in titles(child, f"{where}/{name}")]
        return [found for child in node for found in titles(child, where)] if isinstance(node, list) else []

    for name, text in schema.documents().items():
        found = titles(json.loads(text))
        allowed = ("/operations/", "/info", "/components/messages/")
        assert [one for one in found if one and not one.startswith(allowed)] == [], name


def test_an_enumeration_is_open_a_later_value_is_read_and_kept():
    document = on_the_wire(
        ArticleRejected(
            event_id="6f1d3f0a-3a7e-5d0c-9a55-6d0f7c2b9f10",
            article_id="6f1d3f0a-3a7e-5d0c-9a55-6d0f7c2b9f10",
            stage="cleaner",
            reason=Rejection.GONE,
        )
    ) | {"reason": "moved_to_mars"}
    validator(ArticleRejected).validate(document)
    event = ArticleRejected.model_validate(document)
    assert event.reason == "moved_to_mars"
    assert isinstance(event.reason, Rejection)
    assert on_the_wire(event) == document
    # What is known stays what it is.
    assert "moved_to_mars" not in list(Rejection)
    with pytest.raises(ValueError, match="5 is not a valid Rejection"):
        Rejection(5)  # type: ignore[arg-type]


def test_the_types_of_entities_are_named_and_others_are_admitted():
    entity = schema.event_schema(TOPIC_OF[type(enriched("x"))])["$defs"]["Entity"]["properties"]["type"]
    named, any_other = entity["anyOf"]
    assert {"PERSON", "ORG", "GPE", "DATE", "MONEY"} <= set(named["enum"])
    assert any_other == {"type": "string"}


def test_every_record_names_the_schema_of_its_value():
    event = enriched("A story.")
    record = wire.encode(event, source="test", time=event.fetched_at)
    assert record.headers["ce_dataschema"] == schema.event_schema(TOPIC_OF[type(event)])["$id"]
