"""The promises of the contracts: golden events parse for ever, offsets resolve, the committed documents are current."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from pydantic import ValidationError

from wiredesk.contracts import schema, topics, wire
from wiredesk.contracts.events import (
    ArticleEnriched,
    ChangeKind,
    Content,
    CopyDifference,
    Event,
    Rejection,
    ServiceName,
    StoreStatus,
    ZoneKind,
)
from wiredesk.contracts.sources import SourceState
from wiredesk.contracts.withdrawals import Withdrawal

GOLDEN = Path(__file__).with_name("golden")
CONTRACTS = Path(__file__).parents[2] / "docs" / "contracts"
EVENTS = {schema.slug(topic): topic.event for topic in (*topics.PUBLIC, *topics.BESIDE)}
FILES = sorted(GOLDEN.glob("*/*/*.json"))


def identify(path: Path) -> str:
    return str(path.relative_to(GOLDEN))


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def event_of(path: Path) -> type[Event]:
    return EVENTS[path.parts[-3]]


def test_every_event_has_golden_examples_of_its_version_and_a_schema():
    for topic in topics.PUBLIC:
        version = topic.event.model_fields["schema_version"].default
        assert len(list((GOLDEN / schema.slug(topic) / version).glob("*.json"))) >= 2, topic.name
        assert (CONTRACTS / schema.schema_file(topic)).is_file(), topic.name
    assert {path.parts[-3] for path in FILES} == set(EVENTS)


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_golden_event_parses_and_keeps_all_it_says(path: Path):
    document = read(path)
    event = wire.decode(path.read_bytes(), event_of(path))
    kept = event.model_dump(mode="json")
    assert set(document) <= set(kept)
    again = event_of(path).model_validate_json(event.model_dump_json(exclude_none=True))
    assert again == event


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_unknown_fields_are_ignored_at_every_level(path: Path):
    def widen(node: Any) -> Any:
        if isinstance(node, dict):
            # Open maps of the contract: a foreign key there is data.
            kept = {key: value if key in ("ids", "source_labels") else widen(value) for key, value in node.items()}
            return kept | {"from_2031": {"a": 1}}
        return [widen(item) for item in node] if isinstance(node, list) else node

    event = event_of(path)
    assert event.model_validate(widen(read(path))) == event.model_validate(read(path))


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_golden_event_lacks_nothing_that_is_required(path: Path):
    required = set(event_of(path).model_json_schema().get("required", ()))
    for name in required:
        document = read(path)
        del document[name]
        with pytest.raises(ValidationError):
            event_of(path).model_validate(document)


def test_the_golden_events_use_every_value_of_every_enumeration():
    documents = [read(path) for path in FILES]

    def values(key: str) -> set[str]:
        return {document[key] for document in documents if key in document}

    assert {zone["kind"] for document in documents for zone in document.get("zones", ())} == set(ZoneKind)
    assert values("kind") == {*Content, *Withdrawal}
    assert values("status") == set(StoreStatus)
    assert {kind for document in documents for kind in document.get("changes", ())} == set(ChangeKind)
    assert {kind for document in documents for kind in document.get("differences", ())} == set(CopyDifference)
    assert {one["reason"] for one in documents if "stage" in one} == set(Rejection)
    assert values("state") == set(SourceState)
    assert values("stage") == set(ServiceName)


def test_offsets_count_code_points_and_not_utf16_units():
    document = read(GOLDEN / "article-enriched/1.0/offsets-after-emoji-and-combining-marks.json")
    tokyo = document["entities"][0]["mentions"][0]
    in_utf16 = document["text"].encode("utf-16-le")
    assert document["text"][tokyo["start"] : tokyo["end"]] == "東京"
    assert in_utf16[2 * tokyo["start"] : 2 * tokyo["end"]].decode("utf-16-le", "replace") != "東京"


@pytest.mark.parametrize(
    "change",
    [{"start": 1}, {"end": 999}, {"surface": "Nobody"}, {"field": "headline"}, {"field": "dateline"}, {"start": -1}],
    ids=str,
)
def test_an_enriched_article_with_a_mention_that_does_not_resolve_is_refused(change: dict[str, Any]):
    document = read(GOLDEN / "article-enriched/1.0/full.json")
    document["entities"][0]["mentions"][0] |= change
    with pytest.raises(ValidationError):
        ArticleEnriched.model_validate(document)


def test_an_error_of_a_contract_never_shows_what_was_in_the_article():
    document = read(GOLDEN / "article-enriched/1.0/full.json") | {"text": "a secret draft"}
    with pytest.raises(ValidationError) as caught:
        ArticleEnriched.model_validate(document)
    assert "secret" not in str(caught.value)


def test_the_committed_documents_are_what_the_models_and_topics_say():
    assert schema.compare(CONTRACTS) == [], "run `make schema` and commit docs/contracts"


def test_the_documents_are_the_same_each_time_they_are_made():
    assert schema.documents() == schema.documents()


def test_the_asyncapi_document_is_valid_and_names_every_topic():
    document = schema.asyncapi()
    ApplicationSchema.model_validate(document)
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {topic.name for topic in topics.every_topic()}


def test_every_reference_in_the_asyncapi_document_resolves():
    document = schema.asyncapi()
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    assert len(references) > 20
    for reference in references:
        node = document
        for step in reference.split("/"):
            node = node[step]


def test_a_dead_letter_topic_admits_more_than_the_topic_it_stands_for():
    letters = topics.dead_letters()
    assert {letter.name for letter in letters} == {
        f"{topic.name}.{service}.dlq" for topic in topics.PUBLIC for service in topic.consumers
    }
    for topic in (*letters, *topics.RETRY_TOPICS):
        assert topic.max_bytes > topics.MAX_RECORD_BYTES
        assert topic.retention >= max(
            source.retention for source in topics.PUBLIC if topic.name.startswith(source.name)
        )


@pytest.mark.parametrize("lane", [topics.Lane(), topics.Lane("backfill-2026")], ids=["live", "backfill"])
def test_topic_names_are_legal_and_cannot_collide_in_metrics(lane: topics.Lane):
    names = [lane.topic(topic) for topic in topics.every_topic()]
    assert len(set(names)) == len(names)
    for name in names:
        # An underscore and a dot are one character in Kafka's metric names.
        assert re.fullmatch(r"[a-z0-9.-]{1,249}", name), name
