"""The folder `.wiredesk/`: everything that local mode keeps, and how a second terminal finds what is running.

- `state.json`: who runs here and how to reach it; holds passwords and a token, so mode 0600
- `ports.json`: which ports the servers had, and keep
- `contact`: whom sites may write to, as `wiredesk sources contact` was told; every fetcher that runs here gets it
- `lanes`: names of the lanes beside the live one that have work left, one a line
- `lock`: held by the supervisor for as long as it lives
- `pids/`: one file per child, read at the next start after a crash
- `logs/`: one file per process
- `kafka/`: data of the broker, and its password where it has one
- `postgres/`: data and password of the database
"""

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wiredesk_local.processes.child import is_running

_STATE, _CONTACT, _LANES = "state.json", "contact", "lanes"


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
        self._replace(_STATE, json.dumps(state, indent=2))

    def clear(self) -> None:
        """Say that nothing runs here."""
        (self.root / _STATE).unlink(missing_ok=True)

    def contact(self) -> str:
        """Return whom sites may write to, as it was told here; empty when it was not."""
        try:
            return (self.root / _CONTACT).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def keep_contact(self, contact: str) -> None:
        """Remember `contact` until another is told, or the folder is deleted; makes the folder when it is not there.

        Raises:
            OSError: the folder cannot be written.
        """
        self.create()
        self._replace(_CONTACT, f"{contact}\n")

    def lanes(self) -> list[str]:
        """Return the lanes whose workers are to run besides."""
        try:
            return (self.root / _LANES).read_text("utf-8").split()
        except (OSError, UnicodeDecodeError):
            return []

    def keep_lanes(self, names: Iterable[str]) -> None:
        """Remember them for the next start.

        Raises:
            OSError: the folder cannot be written.
        """
        self._replace(_LANES, "".join(f"{name}\n" for name in names))

    def running(self) -> dict[str, Any] | None:
        """What `state.json` says, when its supervisor is still alive."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            state: dict[str, Any] = json.loads((self.root / _STATE).read_text())
            if is_running(state["pid"], state["started"]):
                return state
        return None

    def _replace(self, name: str, text: str) -> None:
        part = self.root / f"{name}.part"
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(self.root / name)
