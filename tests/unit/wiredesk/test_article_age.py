"""How old an article is when a stage has made it durable: told once, of what is an article's content, never below 0."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import NOON, cleaned, enriched, fetched
from tests.simulation.loop import simulate
from tests.unit.wiredesk.publishing import CLEANER, Bench
from wiredesk.contracts import topics, wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleRejected, ArticleSubmitted, Rejection, ServiceName
from wiredesk.contracts.identity import UNIDENTIFIED
from wiredesk.engine import metrics


def told(part: str, **labels: str) -> float:
    name = f"wiredesk_article_age_seconds_{part}"
    return metrics.REGISTRY.get_sample_value(name, {"stage": "cleaner", **labels}) or 0.0


def ages_of(*answers: Any, errors: tuple[Exception, ...] = ()) -> tuple[float, float]:
    """Return how many articles a cleaner told the age of that answered so at noon, and the sum of their ages."""
    before = told("count"), told("sum")

    async def run() -> None:
        bench = Bench(CLEANER, *errors)
        values = [bytes([65 + number]) for number in range(len(answers))]
        bench.answers = dict(zip(values, answers, strict=True))
        assert await bench.finish(*(bench.item(value, offset=offset) for offset, value in enumerate(values)))

    simulate(run())
    return told("count") - before[0], round(told("sum") - before[1], 3)


def test_an_article_is_as_old_as_its_page():
    assert ages_of(cleaned(at=NOON - timedelta(minutes=4)), cleaned(at=NOON - timedelta(seconds=2.5))) == (2, 242.5)


def test_an_article_that_was_late_is_told_from_one_that_was_not():
    before = told("bucket", le="300.0"), told("bucket", le="600.0")
    ages_of(cleaned(at=NOON - timedelta(seconds=300)), cleaned(at=NOON - timedelta(seconds=301)))
    assert (told("bucket", le="300.0") - before[0], told("bucket", le="600.0") - before[1]) == (1, 2)


def test_a_record_that_was_encoded_elsewhere_knows_it_too():
    record = wire.encode(cleaned(at=NOON - timedelta(minutes=1)), source="cleaner", time=NOON)
    assert ages_of(record) == (1, 60)


def test_an_outage_makes_it_older_once():
    count, seconds = ages_of(cleaned(at=NOON - timedelta(minutes=1)), errors=(InfrastructureError("away"),))
    assert (count, seconds) == (1, 60)


def test_a_page_from_a_clock_that_is_ahead_is_new():
    assert ages_of(cleaned(at=NOON + timedelta(seconds=3))) == (1, 0)


def test_a_page_out_of_an_archive_says_nothing_of_how_fast_we_are():
    assert ages_of(cleaned(at=NOON - timedelta(days=7, seconds=1))) == (0, 0)
    assert ages_of(cleaned(at=NOON - timedelta(days=7))) == (1, 604_800)


def test_what_is_no_article_has_no_age():
    refused = ArticleRejected(
        event_id=UNIDENTIFIED,
        article_id=cleaned().article_id,
        stage=ServiceName.CLEANER,
        reason=Rejection.NOT_AN_ARTICLE,
    )
    assert ages_of(refused, wire.Record(topics.CLEANED, b"k", b"{}")) == (0, 0)


@pytest.mark.parametrize("make", [fetched, cleaned, enriched])
def test_a_record_knows_when_its_page_was_got_and_is_equal_without(make: Any):
    at = NOON - timedelta(hours=1)
    record = wire.encode(make(at=at), source="test", time=NOON)
    assert record.fetched_at == at
    assert record == wire.Record(record.topic, record.key, record.value, record.headers)


def test_a_time_without_a_zone_is_in_utc():
    naive = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - what a producer elsewhere may write
    record = wire.encode(cleaned(at=naive), source="test", time=NOON)
    assert record.fetched_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_submission_has_none():
    assert wire.encode(ArticleSubmitted(text="A ferry"), source="test", time=NOON).fetched_at is None
