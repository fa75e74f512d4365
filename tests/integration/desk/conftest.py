"""What the desk finds around it: the environment of a person who works on this test's lane, and its output as rows."""

import json
from collections.abc import Callable
from typing import Any

import pytest

# Here, because a warning at its import (of a SOCKS library nobody needs) would be an error inside a test.
import wiredesk_cleaner.core  # noqa: F401
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_desk.config import DSN, SERVERS

NO_STORE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def surroundings(kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a person who works on this lane; no PostgreSQL is running there."""
    monkeypatch.setenv(SERVERS, ",".join(kafka.bootstrap_servers))
    monkeypatch.setenv(DSN, NO_STORE)
    monkeypatch.setenv("WIREDESK_LANE", lane.name)


@pytest.fixture
def rows(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """What was printed since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
