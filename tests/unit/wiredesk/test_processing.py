"""From records in hand to durable outputs: what is published, how often, and what happens when it cannot be."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError, OutOfOrderSequenceNumber, ProducerFenced

from tests.factories import NOON, record
from tests.simulation.loop import simulate
from tests.unit.wiredesk.publishing import CLEANER, FETCHER, PARTITION, Bench, later
from wiredesk.contracts import wire
from wiredesk.contracts.errors import BrokenError, InfrastructureError, InvalidRecordError, PermanentError
from wiredesk.contracts.topics import CLEANED, FETCHED, SUBMITTED
from wiredesk.engine import metrics
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.in_hand.window import Item
from wiredesk.engine.processing import Unit, wall_clock
from wiredesk.engine.verdicts.verdict import placeholder
from wiredesk.engine.work import Work


@pytest.mark.parametrize(
    "error",
    [
        OutOfOrderSequenceNumber(),
        ProducerFenced(),
        MessageSizeTooLargeError(),
        BrokenError("the workers"),
        BaseExceptionGroup("tasks", [ExceptionGroup("more", [ProducerFenced()])]),
    ],
)
def test_after_an_error_that_no_try_can_pass_the_process_knows_that_it_has_to_end(error):
    async def run():
        bench = Bench(CLEANER, error, InfrastructureError("away"))
        assert await bench.finish(bench.item(b"a"))
        assert bench.processor.poisoned

    simulate(run())


@pytest.mark.parametrize("error", [InfrastructureError("away"), KafkaConnectionError(), TimeoutError()])
def test_an_outage_is_waited_out_and_what_was_answered_is_not_worked_again(error):
    async def run():
        bench = Bench(CLEANER, error, error, error)
        assert await bench.finish(bench.item(b"a"), bench.item(b"b", offset=1))
        assert (bench.handled, bench.values) == ([b"a", b"b"], [b"a", b"b"])
        assert not bench.processor.poisoned
        assert (bench.processor.backoff.seconds, bench.processor.backoff.since) == (0.0, None)
        # Four times to publish, and pauses of 0.1, 0.2 and 0.4 seconds.
        assert asyncio.get_running_loop().time() == pytest.approx(0.74)

    simulate(run())


def test_a_handler_that_meets_an_outage_is_asked_again():
    async def run():
        bench = Bench()
        tries = []

        async def handle(batch):
            tries.append(len(batch))
            if len(tries) < 3:
                raise InfrastructureError("the database is away")
            return await bench.handle(batch)

        assert await bench.processor.finish(Unit([bench.item(b"a")]), Work(handle), bench.interrupted)
        assert (tries, bench.values) == ([1, 1, 1], [b"a"])

    simulate(run())


def test_it_says_since_when_the_present_try_runs_and_that_none_does_in_a_pause():
    async def run():
        bench = Bench(CLEANER, InfrastructureError("away"))
        unit = Unit([bench.item(b"a")])
        task = asyncio.create_task(bench.processor.finish(unit, Work(bench.handle), bench.interrupted))
        seen: list[float | None] = []
        for _ in range(3):
            await asyncio.sleep(0.005 if not seen else 0.055)
            seen.append(unit.since)
        await task
        assert seen == [0.0, None, pytest.approx(0.11)]

    simulate(run())


def test_of_partitions_that_are_gone_nothing_is_published():
    async def run():
        bench = Bench()
        items = [bench.item(bytes([65 + n]), offset=n) for n in range(3)]
        items[1].progress.is_gone = True
        assert await bench.finish(*items)
        assert bench.values == [b"A", b"C"]

    simulate(run())


def test_when_all_are_gone_nothing_is_worked_nor_published_nor_called_done():
    async def run():
        bench = Bench()
        item = bench.item(b"a")
        item.progress.is_gone = True
        assert await bench.finish(item) is False
        assert (bench.handled, bench.published) == ([], [])

    simulate(run())


def test_what_goes_in_the_pause_of_an_outage_is_not_published_after_it():
    async def run():
        bench = Bench(CLEANER, InfrastructureError("away"))
        item = bench.item(b"a")
        asyncio.get_running_loop().call_later(0.05, setattr, item.progress, "is_gone", True)
        assert await bench.finish(item) is False
        assert bench.published == []

    simulate(run())


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_an_outage_that_is_interrupted_ends_at_once_and_nothing_is_done(seconds):
    async def run():
        bench = Bench(CLEANER, *[InfrastructureError("away")] * 9)
        asyncio.get_running_loop().call_later(seconds, bench.interrupted.set)
        assert await bench.finish(bench.item(b"a")) is False
        assert asyncio.get_running_loop().time() == pytest.approx(max(seconds, 0.01))
        assert (len(bench.errors), bench.published) == (8, [])

    simulate(run())


def test_an_interruption_alone_does_not_keep_what_passes_from_being_done():
    async def run():
        bench = Bench()
        bench.interrupted.set()
        assert await bench.finish(bench.item(b"a"))
        assert bench.values == [b"a"]

    simulate(run())


def test_what_is_not_due_is_written_back_as_it_is_and_what_is_due_is_worked():
    async def run():
        bench = Bench(FETCHER)
        waits = bench.item(b"waits", headers=later(5), from_retry=True)
        due = bench.item(b"due", offset=1, headers=later(0), from_retry=True)
        assert await bench.finish(waits, due)
        assert bench.handled == [b"due"]
        back, worked = bench.published
        assert (back.topic, back.key, back.value) == (SUBMITTED.retry("fetcher"), b"k", b"waits")
        assert {name: back.headers[name] for name, _ in later(5)} == {name: v.decode() for name, v in later(5)}
        assert (worked.topic, worked.value) == (CLEANED, b"due")

    simulate(run())


def test_a_record_that_only_waits_counts_neither_as_worked_nor_as_one_that_passed():
    async def run():
        bench = Bench(FETCHER)
        for _ in range(3):
            bench.breaker.count(is_fault=True, now=0.0)
        before = metrics.REGISTRY.get_sample_value("wiredesk_records_total", {"stage": "fetcher", "outcome": "waiting"})
        assert await bench.finish(bench.item(b"waits", headers=later(5), from_retry=True))
        assert bench.breaker.is_open
        after = metrics.REGISTRY.get_sample_value("wiredesk_records_total", {"stage": "fetcher", "outcome": "waiting"})
        assert before == after

    simulate(run())


def test_how_often_a_record_was_tried_goes_along_with_it():
    async def run():
        bench = Bench(FETCHER)
        bench.answers[b"a"] = PermanentError("no")
        assert await bench.finish(bench.item(b"a", headers=later(0), from_retry=True))
        (letter,) = bench.published
        assert (letter.headers[wire.ATTEMPT], letter.headers[wire.ORIGIN]) == ("1", "articles.submitted.v1/0/3")

    simulate(run())


def test_what_was_refused_at_the_door_is_a_dead_letter_and_no_handler_sees_it():
    async def run():
        bench = Bench()
        refused = Item(
            record(b"bad"), PARTITION, Progress(), refused=InvalidRecordError("no JSON", reason="invalid_json")
        )
        assert await bench.finish(bench.item(b"a"), refused, bench.item(b"b", offset=2))
        assert bench.handled == [b"a", b"b"]
        first, letter, last = bench.published
        assert (first.value, letter.headers[wire.REASON], last.value) == (b"a", "invalid_json", b"b")
        assert letter.headers[wire.ATTEMPT] == "0"

    simulate(run())


def test_a_stage_whose_records_all_die_opens_the_breaker_once_they_are_durable():
    async def run():
        bench = Bench(CLEANER, InfrastructureError("away"))
        bench.answers = {bytes([n]): PermanentError("no") for n in range(3)}
        items = [bench.item(bytes([n]), offset=n) for n in range(3)]
        task = asyncio.create_task(bench.finish(*items))
        await asyncio.sleep(0.05)
        assert not bench.breaker.is_open
        assert await task
        assert bench.breaker.is_open
        assert bench.breaker.admits(asyncio.get_running_loop().time() + 59) == 0
        assert metrics.REGISTRY.get_sample_value("wiredesk_circuit_open", {"stage": "cleaner"}) == 1

    simulate(run())


def test_every_end_of_a_record_is_counted_with_its_reason():
    def counted():
        value = metrics.REGISTRY.get_sample_value
        return (
            value("wiredesk_records_total", {"stage": "cleaner", "outcome": "event"}) or 0,
            value("wiredesk_records_total", {"stage": "cleaner", "outcome": "dead_letter"}) or 0,
            value("wiredesk_dead_letters_total", {"stage": "cleaner", "reason": "because"}) or 0,
        )

    async def run():
        bench = Bench()
        bench.answers[b"bad"] = PermanentError("no", reason="because")
        assert await bench.finish(bench.item(b"a"), bench.item(b"bad", offset=1), bench.item(b"b", offset=2))

    before = counted()
    simulate(run())
    assert tuple(after - then for after, then in zip(counted(), before, strict=True)) == (2, 1, 1)


def test_what_cannot_be_read_is_buried_with_the_span_of_its_offsets_and_counts():
    async def run():
        bench = Bench()
        error = InvalidRecordError("no", reason="unreadable")
        for first in (4, 40, 400):
            await bench.processor.bury(placeholder("articles.fetched.v1", 2, first), error, first + 2)
        letter = bench.published[0]
        assert letter.topic == FETCHED.dead_letter("cleaner")
        assert (letter.key, letter.value) == (None, b"")
        assert letter.headers[wire.ORIGIN] == "articles.fetched.v1/2/4"
        assert letter.headers[wire.ORIGIN_END] == "6"
        assert letter.headers[wire.REASON] == "unreadable"
        assert letter.headers[wire.FAILED_AT] == NOON.isoformat()
        assert bench.breaker.is_open

    simulate(run())


def test_a_dead_letter_that_cannot_be_buried_is_said():
    async def run():
        bench = Bench(CLEANER, InfrastructureError("away"))
        with pytest.raises(InfrastructureError):
            await bench.processor.bury(placeholder("t", 0, 4), InvalidRecordError("no"), 4)
        assert not bench.breaker.is_open

    simulate(run())


def test_the_seconds_of_a_batch_end_when_its_outputs_are_durable():
    def measured(what):
        return metrics.REGISTRY.get_sample_value(f"wiredesk_batch_{what}_sum", {"stage": "cleaner"}) or 0

    async def run():
        bench = Bench(CLEANER)
        seconds, records = measured("seconds"), measured("records")
        assert await bench.finish(bench.item(b"a"), bench.item(b"b", offset=1))
        assert measured("seconds") - seconds == pytest.approx(0.01)
        assert measured("records") - records == 2

    simulate(run())


def test_the_wall_clock_is_in_utc():
    now = wall_clock()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
