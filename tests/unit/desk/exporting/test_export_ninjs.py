"""What ninjs 3.1 asks for: names, types and formats as its schema has them; and what an article says in its terms."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.unit.desk.exporting.hostile import HOSTILE, article, nasty
from wiredesk.contracts.events import Entity, GeoCoordinates, Image, Mention, Quality, Rights
from wiredesk_desk.exporting import ninjs

TEXT, WHEN, URI = {"type": "string"}, {"type": "string", "format": "date-time"}, {"type": "string", "format": "uri"}


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def many(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def texts(**more: Any) -> dict[str, Any]:
    return many(closed(("value",), role=TEXT, contentType=TEXT, value=TEXT, **more))


CONCEPT: dict[str, Any] = {"name": TEXT, "rel": TEXT, "uri": URI, "literal": TEXT}
POINT = closed(("type", "coordinates"), type={"const": "Point"}, coordinates=many({"type": "number"}))
RELEVANCE = {"type": "integer", "minimum": 0, "maximum": 100}
SHARED: dict[str, Any] = {
    "uri": URI,
    "type": {"enum": ["text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"]},
    "representationType": {"enum": ["full", "partial"]},
    "version": TEXT,
    "versionCreated": WHEN,
    "contentCreated": WHEN,
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    "language": TEXT,
    "descriptions": texts(),
    "bodies": texts(charCount={"type": "integer"}, wordCount={"type": "integer"}),
    "headlines": texts(),
    "people": many(closed(**CONCEPT)),
    "organisations": many(closed(**CONCEPT)),
    "places": many(closed(**CONCEPT, geoJSON=POINT)),
    "subjects": many(closed(**CONCEPT, creator=TEXT, relevance=RELEVANCE, confidence=RELEVANCE)),
    "events": many(closed(**CONCEPT, id=TEXT)),
    "infoSources": many(closed(name=TEXT, role=TEXT, uri=URI, literal=TEXT)),
    "by": TEXT,
    "located": TEXT,
    "renditions": many(closed(("name",), name=TEXT, href=URI, contentType=TEXT)),
    "standard": closed(name=TEXT, version=TEXT, schema=URI),
    "rightsInfo": closed(linkedRights=URI),
}
# The part of the IPTC's schema that is about what an article has; of the rest nothing may be there.
SCHEMA = closed(("uri",), **SHARED, associations=many(closed(("name", "uri"), **SHARED, name=TEXT, rel=TEXT)))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_checks_of_formats_are_there():
    assert not VALIDATOR.is_valid({"uri": "no uri"})
    assert not VALIDATOR.is_valid({"uri": "urn:a:b", "versionCreated": "yesterday"})
    assert VALIDATOR.is_valid({"uri": "urn:a:b"})


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_an_article_holds_its_item_is_valid(name: str):
    event = HOSTILE[name]()
    line = ninjs.item(event, 3)
    assert line.count(b"\n") == 1
    said = json.loads(line)
    VALIDATOR.validate(said)
    assert said["uri"] == f"urn:uuid:{event.article_id}"
    assert said["version"] == "3"
    assert said["standard"]["version"] == "3.1"
    assert ("contentCreated" in said) == (event.date_published is not None)


def test_an_article_is_told_in_the_terms_of_ninjs():
    def named(name: str, type_: str, **more: Any) -> Entity:
        return Entity(name=name, type=type_, mentions=(Mention(field="text", start=0, end=1, surface="T"),), **more)

    event = article(
        headline="Treaty signed",
        alternative_headline="At last",
        text="The treaty.",
        word_count=2,
        in_language="en",
        authors=("Ada Marsh", "Sam Reed"),
        dateline="GRANDVIEW",
        agency="Grand Wire",
        keywords=("rivers",),
        article_section="World",
        quality=Quality.PARTIAL,
        rights=Rights(licence="https://example.org/licence.xml"),
        images=(
            Image(url="https://example.org/a.jpg", caption="The river", credit="Lee Ford"),
            Image(url="no address"),
        ),
        entities=(
            named("Ada Marsh", "PERSON", ids={"desk": "17", "wikidata": "Q42"}),
            named("Harbour Authority", "ORG"),
            named("Moscow", "GPE", ids={"geonames": "524901"}, geo=GeoCoordinates(latitude=55.75, longitude=37.62)),
            named("Norway", "GPE", ids={"iso3166": "NO"}),
            named("Norwegian", "NORP", salience=0.256),
            named("Monday", "DATE"),
        ),
    )
    said = ninjs.news(event, 1)
    assert said["headlines"] == [
        {"role": "main", "contentType": "text/plain", "value": "Treaty signed"},
        {"role": "subheadline", "contentType": "text/plain", "value": "At last"},
    ]
    (body,) = said["bodies"]
    assert body == {
        "role": "main",
        "contentType": "text/plain",
        "value": "The treaty.",
        "charCount": 11,
        "wordCount": 2,
    }
    assert said["people"] == [
        {
            "name": "Ada Marsh",
            "rel": "mentions",
            "literal": "wikidata:Q42",
            "uri": "http://www.wikidata.org/entity/Q42",
        }
    ]
    assert said["organisations"] == [{"name": "Harbour Authority", "rel": "mentions"}]
    assert [one["uri"] for one in said["places"]] == [
        "https://sws.geonames.org/524901/",
        "http://cvx.iptc.org/iso3166-1a2/no",
    ]
    assert said["places"][0]["geoJSON"] == {"type": "Point", "coordinates": [37.62, 55.75]}
    assert said["subjects"] == [
        {"name": "rivers", "rel": "keyword"},
        {"name": "World", "rel": "section"},
        {"name": "Norwegian", "rel": "mentions", "relevance": 26},
    ]
    assert said["by"] == "Ada Marsh, Sam Reed"
    assert said["located"] == "GRANDVIEW"
    assert said["infoSources"] == [{"name": "Grand Wire", "role": "agency"}]
    assert said["representationType"] == "partial"
    assert said["rightsInfo"] == {"linkedRights": "https://example.org/licence.xml"}
    assert [one["uri"] for one in said["associations"]] == ["https://example.org/a.jpg"]
    assert said["versionCreated"] == "2026-11-02T12:00:00Z"
    VALIDATOR.validate(json.loads(ninjs.item(event, 1)))


def test_an_id_that_no_address_can_have_is_escaped():
    (place,) = ninjs.news(nasty(), 1)["places"]
    assert place["uri"] == "http://www.wikidata.org/entity/Q1%20%5D%5D%3E"
    assert place["literal"] == "wikidata:Q1 ]]>"
