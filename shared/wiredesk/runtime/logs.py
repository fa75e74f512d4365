"""Structured logs on stderr: one event, one line; JSON unless a person is looking.

Positions and ids are logged, bodies never: fields are cut to 512 characters, and the names under which an article's
content travels are replaced by its length. The Kafka loggers are rate-limited, because an outage makes them write
28,000 lines a minute otherwise.
"""

import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog

from wiredesk.runtime.settings import LogSettings

MAX_FIELD = 512
MAX_TRACE = 8192
BODY_FIELDS = frozenset({"html", "text", "content", "body", "value", "payload", "data"})
NOISY = ("aiokafka", "wiredesk.faststream")
NOISY_LINES_PER_MINUTE = 20


def _without_bodies(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in BODY_FIELDS and isinstance(value, str | bytes):
            event[key] = f"<{len(value)} withheld>"
        elif isinstance(value, str) and len(value) > (limit := MAX_TRACE if key == "exception" else MAX_FIELD):
            event[key] = value[:limit] + "…"
    return event


class RateLimit(logging.Filter):
    """Let `per_minute` records of a logger through each minute and say how many were held back."""

    def __init__(self, per_minute: int) -> None:
        super().__init__()
        self.per_minute = per_minute
        self._window = 0.0
        self._seen = 0

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._window >= 60:
            held = self._seen - self.per_minute
            self._window, self._seen = now, 0
            if held > 0:
                record.msg = f"{record.getMessage()} ({held} lines like this held back)"
                record.args = ()
        self._seen += 1
        return self._seen <= self.per_minute


def configure(settings: LogSettings, service: str) -> None:
    """Set up logging for this process; safe to call twice."""
    as_json = settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_bodies,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level)
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    # Below ERROR the framework reports each assignment twice and warns of what is meant to be.
    logging.getLogger("wiredesk.faststream").setLevel(logging.ERROR)
    # A filter on a logger does not see its children, so each that exists gets its own.
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(NOISY):
            logging.getLogger(name).filters = [RateLimit(NOISY_LINES_PER_MINUTE)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
