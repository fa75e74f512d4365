"""Which spans records in work have, in whose trace, and what goes along on what comes of them."""

from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from tests.factories import NOON, record
from tests.simulation.loop import simulate
from tests.unit.wiredesk.publishing import CLEANER, Bench
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import CLEANED
from wiredesk.engine.processing import Unit
from wiredesk.engine.traces import Traces
from wiredesk.engine.verdicts.verdict import Verdict
from wiredesk.engine.work import Work

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CARRIED = (
    ("traceparent", f"00-{TRACE}-{PARENT}-01".encode()),
    ("tracestate", b"ours=1"),
    ("ce_subject", b"an article"),
)


class Collected:
    """A stage's traces, and what was exported of them."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.traces = Traces(provider.get_tracer("test"), "cleaner")

    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())


def passed(value: bytes = b"made", headers: dict[str, str] | None = None) -> Verdict:
    return Verdict("event", [wire.Record(CLEANED, b"k", value, headers or {})])


def trace_of(verdict: Verdict) -> tuple[str, str]:
    """Return the ids of trace and span that the first output carries."""
    _, trace, span, _ = verdict.outputs[0].headers["traceparent"].split("-")
    return trace, span


def ids(span: ReadableSpan) -> tuple[str, str]:
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


def test_a_record_is_worked_in_the_trace_that_it_carries_and_hands_its_own_span_on():
    collected = Collected()
    (told,), spans = collected.traces.begin(
        [record(b"text", headers=CARRIED)], [passed(headers={"traceparent": "before", "ce_id": "7"})], NOON
    )
    spans.end(NOON + timedelta(seconds=2), durable=True)
    (span,) = collected.spans()
    assert span.parent is not None
    assert (f"{span.parent.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    assert trace_of(told) == ids(span)
    assert (told.outputs[0].headers["tracestate"], told.outputs[0].headers["ce_id"]) == ("ours=1", "7")
    assert told.outputs[0].value == b"made"
    assert (span.start_time, span.end_time) == (NOON.timestamp() * 1e9, NOON.timestamp() * 1e9 + 2e9)
    said = dict(span.attributes or {})
    assert (said["messaging.destination.name"], said["messaging.kafka.offset"]) == ("articles.fetched.v1", 0)
    assert (said["wiredesk.article_id"], said["wiredesk.outcome"]) == ("an article", "event")


@pytest.mark.parametrize("header", [b"", b"\xff\xfe", b"00-0-0-00", b"00-" + b"f" * 700])
def test_what_is_no_trace_context_begins_a_trace_of_its_own(header: bytes):
    collected = Collected()
    _, spans = collected.traces.begin([record(b"text", headers=(("traceparent", header),))], [passed()], NOON)
    spans.end(NOON, durable=True)
    (span,) = collected.spans()
    assert span.parent is None


def test_records_worked_together_keep_their_traces_and_are_linked_with_one_span_of_the_batch():
    collected = Collected()
    records = [record(b"one", headers=CARRIED), record(b"two", offset=1)]
    told, spans = collected.traces.begin(records, [passed(), passed()], NOON)
    spans.end(NOON, durable=True)
    first, second, batch = collected.spans()
    assert [trace_of(verdict) for verdict in told] == [ids(first), ids(second)]
    assert len({ids(span)[0] for span in (first, second, batch)}) == 3
    assert [link.context for link in (*first.links, *second.links)] == [batch.context, batch.context]
    assert [f"{link.context.span_id:016x}" for link in batch.links] == [PARENT]
    assert dict(batch.attributes or {})["messaging.batch.message_count"] == 2


def test_a_dead_letter_s_span_is_an_error_with_its_reason_and_no_word_of_the_article():
    collected = Collected()
    letter = Verdict("dead_letter", [wire.Record(CLEANED, b"k", b"secret", {})], ["invalid_json"])
    (told,), spans = collected.traces.begin([record(b"secret words", headers=CARRIED)], [letter], NOON)
    spans.end(NOON, durable=True)
    (span,) = collected.spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "invalid_json")
    assert trace_of(told)[0] == TRACE
    assert "secret" not in span.to_json()


def test_work_that_is_given_back_says_so():
    collected = Collected()
    _, spans = collected.traces.begin([record(b"text")], [passed()], NOON)
    spans.end(NOON, durable=False)
    (span,) = collected.spans()
    assert dict(span.attributes or {})["wiredesk.given_back"] is True


def test_an_outage_of_the_publishing_makes_no_second_span():
    collected = Collected()

    async def run():
        bench = Bench(CLEANER, InfrastructureError("away"), traces=collected.traces)
        assert await bench.finish(bench.item(b"a"))
        (output,) = bench.published
        assert output.headers["traceparent"].split("-")[2] == ids(collected.spans()[0])[1]

    simulate(run())
    assert len(collected.spans()) == 1


def test_work_whose_partition_went_ends_its_span_as_given_back():
    collected = Collected()

    async def run():
        bench = Bench(CLEANER, traces=collected.traces)
        item = bench.item(b"a")

        async def goes(batch):
            item.progress.is_gone = True
            return await bench.handle(batch)

        assert not await bench.processor.finish(Unit([item]), Work(goes), bench.interrupted)

    simulate(run())
    (span,) = collected.spans()
    assert dict(span.attributes or {})["wiredesk.given_back"] is True
