"""What a hostile record may cost to decode: JSON of too many values is told from its bytes."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import STORY, cleaned, enriched
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleSubmitted,
    Entity,
    Mention,
    Rejection,
    ServiceName,
    Zone,
    ZoneKind,
)
from wiredesk.contracts.json_size import has_more_values
from wiredesk.contracts.topics import MiB

SCALARS = st.one_of(st.none(), st.integers(), st.text(st.sampled_from('a,[{}]:"\\\u00e9\n'), max_size=6))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=4)),
    max_leaves=30,
)


def counted(value):
    """Commas and opening brackets of `value` as JSON, by walking it."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return 1 + max(0, len(value) - 1) + sum(map(counted, value))
    return 0


@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_values_are_counted_as_a_parser_would(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    number = counted(value)
    assert not has_more_values(raw, number)
    if number:
        assert has_more_values(raw, number - 1)


EVENTS = {
    ArticleSubmitted: {"url": "https://news.example/1"},
    ArticleFetched: {
        "event_id": str(uuid4()),
        "article_id": str(uuid4()),
        "kind": "text",
        "content": "x",
        "content_hash": "x",
        "fetched_at": "2026-01-01T00:00:00Z",
    },
    ArticleCleaned: json.loads(cleaned().model_dump_json(exclude_none=True)),
    ArticleEnriched: json.loads(enriched().model_dump_json(exclude_none=True)),
}


@pytest.mark.parametrize("contract", EVENTS)
@pytest.mark.parametrize("unit", ["0", "{}", "[]", "[" * 100 + "]" * 100, '{"":0}', '""', '","'])
def test_a_record_full_of_what_nobody_asked_for_is_refused_unread(contract, unit):
    unknown = ",".join([unit] * (8 * MiB // (len(unit) + 1)))
    value = json.dumps(EVENTS[contract])[:-1].encode() + b',"unknown":[' + unknown.encode() + b"]}"
    with pytest.raises(InvalidRecordError) as caught:
        wire.decode(value, contract)
    assert caught.value.reason == "too_complex"


@pytest.mark.parametrize("text", [",", "[{", '"', "\\", '",', "a, b "])
@pytest.mark.parametrize("contract", EVENTS)
def test_marks_inside_strings_are_no_values(contract, text):
    field = "content" if contract is ArticleFetched else "text"
    event = EVENTS[contract] | {field: text * (3 * MiB // len(text)), "entities": []}
    event.pop("url", None)
    assert getattr(wire.decode(json.dumps(event).encode(), contract), field) == event[field]


@pytest.mark.parametrize("key", ["authors", "zones", "evidence"])
def test_of_many_errors_only_the_first_is_looked_for(key):
    value = json.dumps(EVENTS[ArticleCleaned] | {key: [0] * 400_000}).encode()
    with pytest.raises(InvalidRecordError, match=rf"^ArticleCleaned: {key}\.0: "):
        wire.decode(value, ArticleCleaned)


def test_more_errors_than_anybody_reads_are_only_counted():
    event = EVENTS[ArticleEnriched]
    entity = event["entities"][0] | {"ids": {str(number): 0 for number in range(5000)}}
    with pytest.raises(InvalidRecordError, match=r"^ArticleEnriched: 5,000 errors$") as caught:
        wire.decode(json.dumps(event | {"entities": [entity]}).encode(), ArticleEnriched)
    assert caught.value.reason == "invalid_schema"


def encoded(event):
    return wire.encode(event, source="tests", time=datetime(2026, 1, 1, tzinfo=UTC)).value


def test_the_most_lines_and_amounts_our_own_services_make_are_admitted():
    # 40,000 zones, and mentions up to the size of a record, each of the shortest form.
    zones = tuple(Zone(kind=ZoneKind.TAG, rule="t", start=2 * n, end=2 * n + 1, text="x") for n in range(40_000))
    mention = Mention(field="text", start=0, end=2, surface="$1")
    one = Entity(name="$1", type="MONEY", mentions=(mention,), value="1", currency="USD")
    for most in (
        {"zones": zones, "entities": (one,) * 30_000},
        {"entities": (one.model_copy(update={"mentions": (mention,) * 150_000}),)},
    ):
        event = enriched("$1 " * 1000).model_copy(update=most)
        value = encoded(event)
        assert 6 * MiB < len(value) < 8 * MiB
        assert wire.decode(value, ArticleEnriched) == event


def test_a_rejection_says_its_reason_beside_its_bytes():
    refused = ArticleRejected(
        event_id=uuid4(), article_id=uuid4(), stage=ServiceName.CLEANER, reason=Rejection.NOT_AN_ARTICLE
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert wire.encode(refused, source="cleaner", time=now).reason == "not_an_article"
    assert wire.encode(ArticleSubmitted(text=STORY), source="client", time=now).reason == ""
