"""The SQL holds nothing that was typed; filters become keys; cursors are those of their search."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import enriched
from wiredesk.contracts.events import Entity, Mention
from wiredesk_storage.search import counting, cursor, statements
from wiredesk_storage.search.asking import Filters, Order
from wiredesk_storage.search.cursor import Cursor, StaleCursorError
from wiredesk_storage.search.indexing import SEPARATOR, host_of, indexed
from wiredesk_storage.search.statements import Arguments
from wiredesk_storage.search.words import ALL_CONFIGS, Reading

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
PLACE = Cursor(NOON, 0.25, NOON, UUID(int=7))
HITS = [{"article_id": UUID(int=7), "dated": NOON, "reading": 1}]
READINGS = [
    Reading(is_empty=True),
    Reading((("'a'", ALL_CONFIGS),)),
    Reading((("'a'", ("english",)), ("'b'", ("german", "simple"))), ("french",), "the"),
]


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("after", [None, PLACE])
def test_every_value_of_a_statement_is_used_and_none_is_in_it(reading, order, after):
    filters = Filters(
        entity="x'; drop table", entity_type="PERSON", host="a.example", since=NOON, until=NOON, without_copies=True
    )
    bound = statements.stored_by(NOON) if after is None else statements.behind(after)
    arguments = Arguments()
    found = statements.hits(reading, filters, arguments, at_most=7, bound=bound(arguments), floor=0.5)
    recent = Arguments()
    for statement, values in (
        (found, arguments.values),
        (statements.recent(filters, recent, size=7, bound=bound(recent)), recent.values),
        statements.read_in_part(reading, filters, bound),
        statements.matching(HITS, reading),
        statements.page(HITS, reading, order, began=NOON, half_life_days=30, after=after, limit=11),
        counting.spread([PLACE.article_id]),
        counting.top_entities(NOON, NOON, "x'; drop table", 7),
    ):
        assert "drop" not in statement
        for number in range(1, len(values) + 1):
            assert f"${number}::" in statement
        assert f"${len(values) + 1}" not in statement


def test_filters_become_keys():
    filters = Filters(
        entity="Málaga", entity_type="GPE", source="Feed", host="WWW.News.example", section="Wörld", language="DE"
    )
    assert set(filters.required_keys()) == {
        "entity:malaga",
        "type:gpe",
        "source:feed",
        "host:news.example",
        "section:world",
        "language:de",
    }
    assert Filters(entity="wikidata:Q90").required_keys() == ["id:wikidata:q90"]
    assert Filters(entity="iso3166:RU", country="ru", quality="GOOD").required_keys() == [
        "id:iso3166:ru",
        "country:ru",
        "quality:good",
    ]
    assert set(filters.required_keys(typed=True)) == {
        "as:gpe:malaga",
        "source:feed",
        "host:news.example",
        "section:world",
        "language:de",
    }
    by_id = Filters(entity="wikidata:Q90", entity_type="GPE")
    assert by_id.required_keys(typed=True) == ["id:wikidata:q90", "type:gpe"]
    assert Filters(entity="Mission: Impossible").required_keys() == ["entity:mission: impossible"]
    assert not Filters()
    assert Filters(without_copies=True)
    assert Filters(since=NOON)


def test_a_host_is_found_as_it_is_written_in_any_case():
    event = enriched("Ada").model_copy(update={"url": "https://www.MÜNCHEN.de/a"})
    keys = indexed(event, "german").keys.split(SEPARATOR)
    assert Filters(host="www.München.DE").required_keys() == ["host:münchen.de"]
    assert "host:münchen.de" in keys
    assert "host:munchen.de" not in keys


@given(st.text(st.characters(codec=None, categories=None), max_size=60))
def test_any_filter_can_be_sent(text):
    for key in Filters(entity=text, host=text, source=text).required_keys():
        assert "\0" not in key
        key.encode()


def test_an_article_has_a_key_for_all_that_it_can_be_filtered_by():
    mention = Mention(field="text", start=0, end=6, surface="Málaga")
    place = Entity(name="Málaga", type="GPE", mentions=(mention,), ids={"geonames": "2514256"}, in_country="ES")
    country = Entity(name="Spain", type="GPE", mentions=(mention,), ids={"iso3166": "ES"})
    event = enriched("Málaga").model_copy(
        update={"url": "https://www.News.example:8080/a", "article_section": "World", "entities": (place, country)}
    )
    found = indexed(event, "spanish")
    assert (found.headline, found.text, found.host) == (None, "Malaga", "news.example")
    assert found.keys.split(SEPARATOR) == [
        "as:gpe:malaga",
        "as:gpe:spain",
        "config:spanish",
        "country:es",
        "entity:malaga",
        "entity:spain",
        "host:example",
        "host:news.example",
        "id:geonames:2514256",
        "id:iso3166:es",
        "keys:typed",
        "quality:good",
        "section:world",
        "type:gpe",
    ]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:pw@WWW.a.example:1/x", "a.example"),
        ("http://[::1]:8/", "[::1]"),
        ("", None),
        ("mailto:x", None),
        ("https://wwww.example?x", "wwww.example"),
    ],
)
def test_the_host_of_a_url(url, host):
    assert host_of(url) == host


def test_a_cursor_comes_back_as_it_was_and_only_in_its_search():
    mine = cursor.search_id("ferry", Filters(), Order.DATE, 30)
    word = cursor.written(PLACE, mine)
    assert cursor.read(f" {word}\n", mine) == PLACE
    others = [("ferries", Filters(), Order.DATE, 30), ("ferry", Filters(host="x"), Order.DATE, 30)]
    for other in others:
        with pytest.raises(StaleCursorError, match="another search"):
            cursor.read(word, cursor.search_id(*other))


@pytest.mark.parametrize("wrong", [{"score": 10**400}, {"began": "0001-01-01T00:00:00+23:00"}, {"dated": "2026-11-02"}])
def test_a_cursor_with_a_number_or_a_time_that_cannot_be_is_none(wrong):
    parts = {
        "made_for": "x",
        "began": NOON.isoformat(),
        "score": 0.5,
        "dated": NOON.isoformat(),
        "id": str(UUID(int=7)),
    }
    word = base64.urlsafe_b64encode(json.dumps([*(parts | wrong).values()]).encode()).decode()
    with pytest.raises(StaleCursorError, match="no cursor"):
        cursor.read(word, "x")


@given(st.one_of(st.text(max_size=80), st.binary(max_size=80).map(lambda raw: base64.b64encode(raw).decode())))
def test_what_is_no_cursor_is_told(word):
    with pytest.raises(StaleCursorError):
        cursor.read(word, "x")
