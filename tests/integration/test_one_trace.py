"""One trace shows an article from its submission to its receipt: real services, and a collector that takes OTLP."""

import asyncio
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.faults.harness.pipeline import SERVICES, processes, story
from tests.wires import eventually, produce, read_all
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import STORED, SUBMITTED

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Yield the address of a collector, and the spans that it got, each with the name of its service."""
    got: list[tuple[str, Any]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            for one in ExportTraceServiceRequest.FromString(body).resource_spans:
                about = {pair.key: pair.value.string_value for pair in one.resource.attributes}
                got.extend((about["service.name"], span) for scope in one.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name in the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


async def test_an_article_is_one_trace_over_all_services_and_its_receipt_carries_it(
    kafka, dsn, lane, tmp_path, monkeypatch
):
    trace, publisher = secrets.token_hex(16), secrets.token_hex(8)
    submission = ArticleSubmitted(text=story(1, lane.name), source="traced").model_dump_json().encode()
    with collector() as (address, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        async with processes(kafka, dsn, lane, tmp_path) as running:
            headers: list[tuple[str, bytes | None]] = [("traceparent", f"00-{trace}-{publisher}-01".encode())]
            await produce(kafka, lane.topic(SUBMITTED), [(b"k", submission, headers)])

            async def seen() -> bool:
                return {service for service, span in got if span.trace_id.hex() == trace} >= {
                    f"wiredesk-{one}" for one in SERVICES
                }

            await eventually(seen, within=120)
            (receipt,) = await read_all(kafka, lane.topic(STORED))
            assert await asyncio.wait_for(running.stop(), 60) == [0, 0, 0, 0]
    (first, second, third, last) = (
        next(span for service, span in got if service == f"wiredesk-{one}" and span.trace_id.hex() == trace)
        for one in SERVICES
    )
    assert first.parent_span_id.hex() == publisher
    assert [one.parent_span_id for one in (second, third, last)] == [one.span_id for one in (first, second, third)]
    assert dict(receipt.headers)["traceparent"].decode() == f"00-{trace}-{last.span_id.hex()}-01"
