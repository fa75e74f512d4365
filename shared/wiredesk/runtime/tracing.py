"""Traces of a process, sent over OTLP where OpenTelemetry's own variables say so; without them nothing is imported.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318    where traces go (HTTP with protobuf); unset: nowhere
    OTEL_TRACES_SAMPLER, …_ARG, OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: as they are
    everywhere

A collector that is away delays nothing: spans are sent from a thread of their own, and what does not fit into its queue
is dropped.
"""

import logging
import os
import socket
import threading
from typing import TYPE_CHECKING

from wiredesk.contracts.errors import ConfigurationError
from wiredesk.engine.traces import Traces
from wiredesk.version import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_ONLY = "http/protobuf"
# Of the seconds that a service has for its end. What is not sent by then is lost.
GOODBYE_SECONDS = 1.5
# A collector that is away would write a line with a stack every few seconds.
_LOGGERS = ("opentelemetry.exporter", "opentelemetry.sdk", "urllib3")


class Tracing:
    """Whether and where spans go. `traces` is None where they go nowhere."""

    def __init__(self, stage: str) -> None:
        """Read the variables.

        Raises:
            ConfigurationError: they ask for what is not installed, or for a protocol that is not spoken.
        """
        self._provider = _provider(f"wiredesk-{stage}") if _is_wanted() else None
        self.traces = Traces(self._provider.get_tracer("wiredesk", __version__), stage) if self._provider else None

    def close(self) -> None:
        """Send what was not sent yet. Blocks, `GOODBYE_SECONDS` at most."""
        if self._provider is not None:
            # A collector that hangs must not hold the end of the process: a thread that nobody waits for.
            ending = threading.Thread(target=self._provider.shutdown, daemon=True)
            ending.start()
            ending.join(GOODBYE_SECONDS)


def _is_wanted() -> bool:
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    return any(os.environ.get(name, "").strip() for name in ENDPOINTS) and not is_off and exporter == "otlp"


def _provider(service: str) -> "TracerProvider":
    protocol = next(filter(None, (os.environ.get(name, "").strip() for name in _PROTOCOLS)), _ONLY)
    if protocol != _ONLY:
        raise ConfigurationError(f"traces are sent as {_ONLY} only: set {_PROTOCOLS[1]}={_ONLY}, and port 4318")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            f"{ENDPOINTS[1]} is set, and OpenTelemetry is not installed: pip install 'wiredesk[tracing]', or unset it"
        ) from None
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    about = {
        "service.name": os.environ.get("OTEL_SERVICE_NAME", "").strip() or service,
        "service.version": __version__,
        "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
    }
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
