"""Parquet has the columns of the contract in their types, whatever an article holds."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories import NOON
from tests.unit.desk.exporting.hostile import HOSTILE, NASTY, article, huge, nasty
from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting.parquet import SCHEMA, Rows
from wiredesk_desk.exporting.values import utc


def written(*events: ArticleEnriched) -> bytes:
    file = io.BytesIO()
    rows = Rows(file)
    for revision, event in enumerate(events, start=1):
        rows.add(event, revision)
    rows.close()
    return file.getvalue()


def read(*events: ArticleEnriched) -> list[dict[str, Any]]:
    table = pq.read_table(io.BytesIO(written(*events)))
    assert table.schema.equals(SCHEMA)
    found: list[dict[str, Any]] = table.to_pylist()
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_row_says_what_the_article_says(name: str):
    event = HOSTILE[name]()
    (row,) = read(event)
    assert row["article_id"] == str(event.article_id)
    assert row["revision"] == 1
    assert row["fetched_at"] == NOON
    assert row["date_published"] == (utc(event.date_published) if event.date_published else None)
    assert row["word_count"] == event.word_count
    assert [len(one["mentions"]) for one in row["entities"]] == [len(one.mentions) for one in event.entities]
    if name != "half characters":
        assert row["text"] == event.text.replace("\0", "")
        assert row["keywords"] == [one.replace("\0", "") for one in event.keywords]


def test_an_entity_is_whole():
    (row,) = read(nasty())
    (entity,) = row["entities"]
    plain = NASTY.replace("\0", "")
    assert entity == {
        "name": plain,
        "type": "GPE",
        "salience": 0.25,
        "ids": [("wikidata", "Q1 ]]>"), (plain, plain)],
        "in_country": None,
        "geo": {"latitude": -33.5, "longitude": 151.25},
        "value": None,
        "currency": None,
        "mentions": [{"field": "text", "start": 0, "end": len(NASTY), "surface": plain, "confidence": None}],
    }


def test_times_are_times_and_what_is_absent_is_null():
    assert SCHEMA.field("date_published").type == pa.timestamp("us", tz="UTC")
    assert pa.types.is_struct(SCHEMA.field("entities").type.value_type)
    (row,) = read(article(url=None, is_accessible_for_free=False, date_published=datetime(1, 1, 1, tzinfo=UTC)))
    assert (row["url"], row["is_accessible_for_free"]) == (None, False)
    assert row["date_published"].date() == date(1, 1, 1)


def test_a_day_of_nothing_is_a_file():
    assert read() == []


def test_large_articles_are_not_all_in_memory_before_they_are_written():
    large = huge()
    file = pq.ParquetFile(io.BytesIO(written(*[large] * 5)))
    assert file.metadata.num_rows == 5
    assert file.metadata.num_row_groups > 1


def test_the_same_articles_make_the_same_bytes():
    events = [article(), nasty()]
    assert written(*events) == written(*events)
