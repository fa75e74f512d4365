"""Where a process sends its traces, by OpenTelemetry's own variables; and what it does when nobody takes them."""

import socket
import subprocess
import sys
import time

import pytest

from tests.factories import NOON, record
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.engine.verdicts.verdict import Verdict
from wiredesk.runtime.tracing import GOODBYE_SECONDS, Tracing


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL"),
        *("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"),
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_traces_go_nowhere_unless_a_place_is_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    tracing = Tracing("cleaner")
    assert tracing.traces is None
    tracing.close()


def test_a_process_without_traces_does_not_import_what_makes_them():
    program = (
        "import sys\nfrom wiredesk.runtime.service import run\nfrom wiredesk.runtime.tracing import Tracing\n"
        "Tracing('cleaner').close()\n"
        "sys.exit('opentelemetry.trace' in sys.modules or 'opentelemetry.sdk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_a_protocol_that_is_not_spoken_is_refused_with_what_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(ConfigurationError, match=r"set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"):
        Tracing("cleaner")


def test_a_collector_that_never_answers_does_not_hold_the_end_of_a_process(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        tracing = Tracing("cleaner")
        assert tracing.traces is not None
        _, spans = tracing.traces.begin([record(b"text")], [Verdict("event", [])], NOON)
        spans.end(NOON, durable=True)
        began = time.monotonic()
        tracing.close()
        # A bound on what would be minutes, not a measure.
        assert time.monotonic() - began < GOODBYE_SECONDS + 10
