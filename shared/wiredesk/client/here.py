"""The system that local mode runs in the present folder, for a client whose environment names no Kafka."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wiredesk.client.settings import KafkaSettings, given

_SERVERS = "WIREDESK_KAFKA__BOOTSTRAP_SERVERS"
_FOLDER = "WIREDESK_LOCAL__STATE_DIR"


def found_here(kafka: KafkaSettings) -> KafkaSettings:
    """Return `kafka` with the address and login of the system that runs in this folder.

    As it is where the environment names a Kafka, where nothing runs, or where what says so belongs to another user.
    """
    if _SERVERS in given(os.environ):
        return kafka
    state = _state(Path(os.environ.get(_FOLDER) or ".wiredesk") / "state.json")
    try:
        found = {"bootstrap_servers": state["bootstrap_servers"], **state.get("kafka_login", {})}
        return KafkaSettings.model_validate({**kafka.model_dump(), **found})
    except (KeyError, TypeError, ValidationError):
        return kafka


def _state(path: Path) -> dict[str, Any]:
    """What `state.json` says, when it is ours and the process that wrote it lives."""
    try:
        if path.stat().st_uid != os.getuid():
            return {}
        state = json.loads(path.read_text("utf-8"))
        os.kill(state["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(state)
