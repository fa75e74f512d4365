"""What a peer's process is told, in its environment: `BENCH_SERVERS` and so on."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

_PREFIX = "BENCH_"
# What a producer may send at once; a page has up to 400 KB.
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Task:
    """Read `source` in `group`, write to `target`; process `number` of those at `addresses` (host:port, one each)."""

    servers: str
    group: str
    source: str
    target: str
    number: str
    addresses: str
    folder: str

    @classmethod
    def given(cls) -> Self:
        """Read the environment.

        Raises:
            KeyError: a part is missing.
        """
        return cls(**{one.name: os.environ[_PREFIX + one.name.upper()] for one in fields(cls)})

    @property
    def environment(self) -> dict[str, str]:
        """The variables that say it."""
        return {_PREFIX + one.name.upper(): getattr(self, one.name) for one in fields(self)}

    @property
    def state(self) -> Path:
        """A folder for what the library keeps."""
        return Path(self.folder)
