"""The system that local mode runs in the present folder, for a client whose environment names no other."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from wiredesk.client.hosts import is_loopback
from wiredesk.client.settings import ApiSettings, KafkaSettings, given

_SERVERS, _URL = "WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "WIREDESK_API__URL"
_FOLDER = "WIREDESK_LOCAL__STATE_DIR"


def found_here(kafka: KafkaSettings) -> KafkaSettings:
    """Return `kafka` with the address and login of the system that runs in this folder.

    As it is where the environment names a Kafka, where nothing runs, or where what says so belongs to another user.
    """
    if _SERVERS in given(os.environ):
        return kafka
    state = _state()
    try:
        found = {"bootstrap_servers": state["bootstrap_servers"], **state.get("kafka_login", {})}
        return KafkaSettings.model_validate({**kafka.model_dump(), **found})
    except (KeyError, TypeError, ValidationError):
        return kafka


def desk_here(api: ApiSettings) -> ApiSettings:
    """Return `api` with the address of the desk of the system that runs in this folder; as it is where `found_here` is.

    Such a desk is on this machine: a file that names another would have our token sent there.
    """
    if _URL in given(os.environ):
        return api
    try:
        found = ApiSettings(url=_state()["desk"], token=api.token)
    except (KeyError, ValidationError):
        return api
    return found if is_loopback(urlsplit(found.url).hostname or "") else api


def _state() -> dict[str, Any]:
    """What `state.json` says, when it is ours and the process that wrote it lives."""
    path = Path(os.environ.get(_FOLDER) or ".wiredesk") / "state.json"
    try:
        if path.stat().st_uid != os.getuid():
            return {}
        state = json.loads(path.read_text("utf-8"))
        os.kill(state["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(state)
