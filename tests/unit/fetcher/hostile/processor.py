"""How long this thread has waited for a processor, which tells nothing of what it does when it has one."""

from contextlib import suppress
from pathlib import Path


def waited() -> float:
    """Return for how many seconds in all this thread could have run and others did; 0 where the system does not say."""
    with suppress(OSError):
        return int(Path("/proc/thread-self/schedstat").read_text("ascii").split()[1]) / 1e9
    return 0.0
