"""The folder `.wiredesk/`: everything that local mode keeps, and how a second terminal finds what is running.

- `state.json`: who runs here and how to reach it; holds passwords and a token, so mode 0600
- `ports.json`: which ports the servers had, and keep
- `lock`: held by the supervisor for as long as it lives
- `pids/`: one file per child, read at the next start after a crash
- `logs/`: one file per process
- `kafka/`: data of the broker, and its password where it has one
- `postgres/`: data and password of the database
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from wiredesk_local.processes.child import is_running

_STATE = "state.json"


class StateDir:
    """Paths below one state folder, and its `state.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.logs = self.root / "logs"
        self.pids = self.root / "pids"
        self.kafka = self.root / "kafka"
        self.postgres = self.root / "postgres"

    def create(self) -> None:
        """Make the folder, closed to other users, and keep it out of any git checkout around it."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        (self.root / ".gitignore").write_text("*\n")
        for folder in (self.logs, self.pids):
            folder.mkdir(exist_ok=True)

    def write(self, state: dict[str, Any]) -> None:
        """Replace `state.json` in one step, readable by its owner only."""
        part = self.root / f"{_STATE}.part"
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(state, file, indent=2)
        part.replace(self.root / _STATE)

    def clear(self) -> None:
        """Say that nothing runs here."""
        (self.root / _STATE).unlink(missing_ok=True)

    def running(self) -> dict[str, Any] | None:
        """What `state.json` says, when its supervisor is still alive."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            state: dict[str, Any] = json.loads((self.root / _STATE).read_text())
            if is_running(state["pid"], state["started"]):
                return state
        return None
