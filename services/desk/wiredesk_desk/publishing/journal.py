"""A file of what has been published of a list, so that the same command goes on where it stopped."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TextIO

from wiredesk_desk.running import Exit, Problem


class Journal:
    """One JSON object a line: the digest of a line of the list, and its outcome. Without a `path` nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._done: set[str] = set()

    def __enter__(self) -> Self:
        """Read what is done.

        Raises:
            Problem: the file cannot be read or written, or is something else.
        """
        if self._path is None:
            return self
        torn = ""
        try:
            if self._path.exists():
                # The last one is empty, or was torn when the disk was full.
                *whole, torn = self._path.read_text("utf-8").split("\n")
                self._done = {json.loads(line)["line"] for line in whole if line}
            self._file = self._path.open("a", encoding="utf-8")
            if torn:
                self._file.truncate(self._path.stat().st_size - len(torn.encode()))
        except OSError as error:
            raise Problem(f"{self._path}: {error.strerror}", code=Exit.USAGE) from None
        except (ValueError, KeyError, TypeError):
            raise Problem(
                f"{self._path} is no journal of `wiredesk publish`", "Name another file.", code=Exit.USAGE
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def has(self, line: str) -> bool:
        """Whether the outcome of that line is known."""
        return _digest(line) in self._done

    def note(self, line: str, row: Mapping[str, Any]) -> None:
        """Keep the outcome of a line; durable enough for the process to be killed after it."""
        if self._file is not None:
            self._file.write(json.dumps({"line": _digest(line), **row}, default=str) + "\n")
            self._file.flush()


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:32]
