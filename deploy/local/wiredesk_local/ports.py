"""The ports of local mode stay from one start to the next, so that a client outside finds again what it found."""

import json
from collections.abc import Callable

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_local.processes.child import check_port, free_port
from wiredesk_local.state import StateDir

_FILE = "ports.json"


class Ports:
    """The ports of one state folder. `say` is told when something has another port than its own."""

    def __init__(self, state: StateDir, say: Callable[[str], None]) -> None:
        self._file = state.root / _FILE
        self._say = say

    def choose(self, name: str, usual: int, *, is_set: bool) -> int:
        """Return the port for the server called `name`, and remember it.

        What the operator has set (`is_set`) is taken as it is, 0 for any that is free. Otherwise it is the port of the
        last start, else the usual one, else, with a word about it, another that is free.
        """
        if is_set:
            return usual or free_port()
        known = self._known()
        wanted = known.get(name, usual)
        for port in dict.fromkeys((wanted, usual)):
            try:
                check_port(port, name)
            except ConfigurationError as taken:
                told = str(taken)
            else:
                break
        else:
            port = free_port()
            self._say(f"{told}: it takes {port} instead, and keeps it")
        if known.get(name) != port:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps({**known, name: port}))
        return port

    def _known(self) -> dict[str, int]:
        try:
            found = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        valid = isinstance(found, dict) and all(isinstance(p, int) and 0 < p < 65536 for p in found.values())
        return dict(found) if valid else {}
