"""Spans of what a stage works: one for each record, in the trace of its article, and one for what is worked together.

A record is worked under the trace context that it carries (`traceparent`, W3C), and all that comes of it carries the
context of its span: so one trace shows an article from its submission to its receipt, over all services, retries and
dead letters included. Where several records are worked together, their handler runs once: a span of its own tells of
it, linked with those of the records both ways. Names and attributes are those of OpenTelemetry's messaging conventions.

No URL, no text and no name stands in a span. `runtime.tracing` says whether there are spans at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wiredesk.contracts import wire
from wiredesk.engine.verdicts.carried import MAX_TRACE_CHARS
from wiredesk.engine.verdicts.verdict import RawRecord, Verdict

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_NANOSECONDS = 1_000_000_000
_MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Open:
    """The spans of records in work together, not yet ended."""

    spans: Sequence["Span"]
    together: "Span | None"

    def end(self, at: datetime, *, durable: bool) -> None:
        """End them. Not `durable`: the work was given back, and whoever gets the records works them again."""
        for span in (*self.spans, *([self.together] if self.together is not None else [])):
            if not durable:
                span.set_attribute("wiredesk.given_back", True)
            span.end(_since_1970(at))


class Traces:
    """Makes the spans of one stage."""

    def __init__(self, tracer: "Tracer", stage: str) -> None:
        # Imported here: a process that exports no traces does not pay for it.
        from opentelemetry import trace  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._tracer = tracer
        self._stage = stage
        self._api = trace
        self._headers = TraceContextTextMapPropagator()

    def begin(
        self, records: Sequence[RawRecord], verdicts: Sequence[Verdict], began: datetime
    ) -> tuple[list[Verdict], Open]:
        """Return the verdicts with outputs that carry the context of their record's span, and the spans."""
        carried = [wire.readable_headers(record.headers) for record in records]
        parents = [self._context(headers) for headers in carried]
        together = self._together(records[0], parents, began) if len(records) > 1 else None
        spans, told = [], []
        for record, verdict, given, parent in zip(records, verdicts, carried, parents, strict=True):
            span = self._tracer.start_span(
                f"{self._stage} process {record.topic}",
                context=parent,
                kind=self._api.SpanKind.CONSUMER,
                attributes=self._attributes(record, given) | _about(verdict, record, began),
                links=[self._api.Link(together.get_span_context())] if together is not None else [],
                start_time=_since_1970(began),
            )
            if verdict.outcome == "dead_letter":
                span.set_status(self._api.StatusCode.ERROR, ", ".join(verdict.reasons))
            headers: dict[str, str] = {}
            self._headers.inject(headers, self._api.set_span_in_context(span))
            spans.append(span)
            told.append(replace(verdict, outputs=[_with(output, headers) for output in verdict.outputs]))
        return told, Open(spans, together)

    def _together(self, record: RawRecord, parents: Sequence[Any], began: datetime) -> "Span":
        contexts = [self._api.get_current_span(parent).get_span_context() for parent in parents]
        return self._tracer.start_span(
            f"{self._stage} process batch",
            context=self._headers.extract({}),
            kind=self._api.SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": record.topic,
                "messaging.batch.message_count": len(parents),
                "wiredesk.stage": self._stage,
            },
            links=[self._api.Link(context) for context in contexts if context.is_valid],
            start_time=_since_1970(began),
        )

    def _context(self, headers: Mapping[str, str]) -> Any:
        given = {name: value for name in wire.TRACE if 0 < len(value := headers.get(name, "")) <= MAX_TRACE_CHARS}
        # What is no trace context begins a trace of its own.
        return self._headers.extract(given)

    def _attributes(self, record: RawRecord, headers: Mapping[str, str]) -> dict[str, Any]:
        found = {
            "messaging.message.id": headers.get("ce_id", ""),
            "messaging.message.conversation_id": headers.get(wire.CORRELATION, ""),
            "wiredesk.article_id": headers.get("ce_subject", ""),
        }
        told: dict[str, Any] = {name: value[: wire.MAX_CORRELATION_CHARS] for name, value in found.items() if value}
        return told | {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.destination.name": record.topic,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
            "wiredesk.stage": self._stage,
        }


def _about(verdict: Verdict, record: RawRecord, began: datetime) -> dict[str, Any]:
    """Return what became of the record, and how long it had waited when it was begun."""
    about: dict[str, Any] = {
        "wiredesk.outcome": verdict.outcome,
        "wiredesk.waited_seconds": max(0.0, began.timestamp() - record.timestamp / 1000),
    }
    if verdict.reasons:
        about["wiredesk.reasons"] = tuple(verdict.reasons[:_MOST_REASONS])
    return about


def _with(output: wire.Record, headers: Mapping[str, str]) -> wire.Record:
    kept = {name: value for name, value in output.headers.items() if name not in wire.TRACE}
    return replace(output, headers={**kept, **headers})


def _since_1970(at: datetime) -> int:
    return int(at.timestamp() * _NANOSECONDS)
