"""What may change within a topic version, and what `wiredesk schema write` refuses."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, create_model

from wiredesk.contracts import schema


class Part(BaseModel):
    name: str
    size: int = Field(0, ge=0)


class Old(BaseModel):
    schema_version: Literal["1.0"] = "1.0"
    title: str = Field(max_length=100)
    note: str | None = None
    kind: Literal["a", "b"] = "a"
    parts: tuple[Part, ...] = ()
    ids: dict[str, str] = {}
    either: int | str = 0


def changed(**fields: Any) -> dict[str, Any]:
    """The schema of `Old` with some fields replaced; None removes one."""
    kept = {name: (info.annotation, info) for name, info in Old.model_fields.items()}
    merged = {name: value for name, value in (kept | fields).items() if value is not None}
    return dict(create_model("New", **merged).model_json_schema())


def breaks(**fields: Any) -> list[str]:
    return schema.breaks(Old.model_json_schema(), changed(**fields))


class PartWithoutSize(BaseModel):
    name: str


class PartWithMore(Part):
    note: str = ""


class PartWithNeed(Part):
    colour: str


def test_the_same_schema_breaks_nothing():
    assert breaks() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"extra": (str, "")},
        {"extra": (int | None, None)},
        {"parts": (tuple[PartWithMore, ...], ())},
        {"title": (str, Field(max_length=100, description="in other words", title="Other"))},
    ],
    ids=["optional field", "nullable field", "optional field of a part", "words for people"],
)
def test_an_added_optional_field_and_changed_words_are_minor(fields: dict[str, Any]):
    assert breaks(**fields) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"note": None}, "the event.note: removed or renamed"),
        ({"note": None, "remark": (str | None, None)}, "the event.note: removed or renamed"),
        ({"extra": (str, ...)}, "the event.extra: new and required, older records lack it"),
        ({"title": (str, Field("x", max_length=100))}, "the event.title: required changed from true to false"),
        ({"note": (str | None, ...)}, "the event.note: required changed from false to true"),
        ({"title": (int, ...)}, 'the event.title: type changed from "string" to "integer"'),
        ({"note": (str, "")}, "the event.note: null changed from true to false"),
        ({"title": (str | None, Field(max_length=100))}, "the event.title: null changed from false to true"),
        ({"title": (str, Field(max_length=50))}, "the event.title: maxLength changed from 100 to 50"),
        ({"title": (str, Field(max_length=200))}, "the event.title: maxLength changed from 100 to 200"),
        ({"title": (str, ...)}, "the event.title: maxLength changed from 100 to nothing"),
        ({"kind": (Literal["a"], "a")}, 'the event.kind: value "b" removed'),
        ({"kind": (Literal["a", "b", "c"], "a")}, 'the event.kind: value "c" added, which an older consumer refuses'),
        ({"kind": (str, "a")}, "the event.kind: any value is now allowed"),
        ({"note": (Literal["x"] | None, None)}, "the event.note: only certain values are now allowed"),
        ({"kind": (Literal["a", "b"], "b")}, 'the event.kind: default changed from "a" to "b"'),
        ({"parts": (tuple[PartWithoutSize, ...], ())}, "the event.parts[].size: removed or renamed"),
        (
            {"parts": (tuple[PartWithNeed, ...], ())},
            "the event.parts[].colour: new and required, older records lack it",
        ),
        ({"ids": (dict[str, int], {})}, 'the event.ids{}: type changed from "string" to "integer"'),
        ({"either": (int | bool, 0)}, 'the event.either|1: type changed from "string" to "boolean"'),
        ({"either": (int, 0)}, 'the event.either: type changed from "any" to "integer"'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_else_is_a_break_and_is_named(fields: dict[str, Any], expected: str):
    assert expected in breaks(**fields)


def test_refusing_unknown_fields_is_a_break():
    class Strict(Old, extra="forbid"):
        pass

    found = schema.breaks(Old.model_json_schema(), Strict.model_json_schema())
    assert found == ["the event: additionalProperties changed from nothing to false"]


def test_a_new_minor_version_is_no_break_of_the_default():
    old = {"properties": {"schema_version": {"type": "string", "default": "1.0"}}}
    new = {"properties": {"schema_version": {"type": "string", "default": "1.1"}}}
    assert schema.breaks(old, new) == []


def test_a_model_that_holds_itself_is_compared_to_an_end():
    class Tree(BaseModel):
        name: str
        children: "tuple[Tree, ...]" = ()

    document = Tree.model_json_schema()
    assert schema.breaks(document, document) == []
    other = json.loads(json.dumps(document).replace('"string"', '"integer"'))
    assert "the event.name: type changed" in schema.breaks(document, other)[0]


def test_a_topic_that_goes_or_changes_its_partitions_is_a_break():
    old = schema.asyncapi()
    new = schema.asyncapi()
    del new["channels"]["articles_rejected_v1"]
    new["channels"]["articles_stored_v1"]["bindings"]["kafka"]["partitions"] = 24
    new["channels"]["articles_more_v1"] = {}
    assert schema.topic_breaks(old, new) == [
        "articles.stored.v1: 12 partitions became 24, which breaks the order per key",
        "articles.rejected.v1: the topic is gone",
    ]


def test_writing_makes_all_documents_and_then_finds_no_difference(tmp_path: Path):
    assert {difference.file for difference in schema.write(tmp_path)} == set(schema.documents())
    assert schema.compare(tmp_path) == []


def test_writing_refuses_a_break_and_leaves_every_file_as_it_was(tmp_path: Path):
    schema.write(tmp_path)
    path = tmp_path / "article-stored.v1.schema.json"
    document = json.loads(path.read_text())
    document["properties"]["shelf"] = {"type": "string"}
    path.write_text(json.dumps(document))
    other = tmp_path / "article-rejected.v1.schema.json"
    other.write_text(other.read_text().replace("A refusal", "A no"))
    before = other.read_text()
    found = {difference.file: difference.breaks for difference in schema.write(tmp_path)}
    assert found == {path.name: ("the event.shelf: removed or renamed",), other.name: ()}
    assert other.read_text() == before


def test_a_schema_without_its_event_is_a_break(tmp_path: Path):
    schema.write(tmp_path)
    (tmp_path / "article-lost.v1.schema.json").write_text("{}")
    (found,) = schema.compare(tmp_path)
    assert found.breaks
