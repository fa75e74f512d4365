"""Logs: one event one line, and never a body."""

import io
import json
import logging

import pytest
import structlog

from wiredesk.runtime import logs
from wiredesk.runtime.settings import LogSettings


@pytest.fixture
def lines(monkeypatch):
    """What was logged since the last call, parsed."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    level = root.level
    logs.configure(LogSettings(format="json"), "tester")
    ours = root.handlers[0]

    def read():
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in text.splitlines()]

    yield read
    # pytest comes and goes with handlers of its own: only ours is taken away.
    root.removeHandler(ours)
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_with_service_level_and_time(lines):
    logging.getLogger("x").info("hello %s", "there")
    (line,) = lines()
    assert (line["event"], line["service"], line["level"]) == ("hello there", "tester", "info")
    assert line["timestamp"].endswith("Z")


def test_line_breaks_in_a_value_do_not_make_a_second_line(lines):
    logging.getLogger("x").warning("url %s", 'a\n{"event": "forged"}')
    assert len(lines()) == 1


def test_a_body_is_withheld(lines):
    structlog.get_logger("x").info("got it", text="the whole story", url="https://example.org")
    (line,) = lines()
    assert line["text"] == "<15 withheld>"
    assert line["url"] == "https://example.org"


def test_a_long_field_is_cut(lines):
    structlog.get_logger("x").info("got it", detail="x" * 5000)
    assert len(lines()[0]["detail"]) == logs.MAX_FIELD + 1


def test_a_noisy_logger_is_held_back_and_says_how_much(lines, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("wiredesk.runtime.logs.time.monotonic", lambda: now[0])
    limit = logs.RateLimit(5)
    logger = logging.getLogger("noisy-test")
    logger.addFilter(limit)
    for _ in range(100):
        logger.error("broker away")
    assert len(lines()) == 5
    now[0] += 61
    logger.error("broker away")
    (line,) = lines()
    assert "95 lines like this held back" in line["event"]
