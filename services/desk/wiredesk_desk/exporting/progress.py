"""A small file beside an export: what was asked, and how much of the answer is on disk. The same command reads it."""

import fcntl
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.search.exporting import Place


@dataclass(frozen=True, slots=True)
class Begun:
    """What an export is of: `began` on PostgreSQL's clock, and the window that its ages meant then."""

    began: datetime
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Done:
    """How much is on disk: articles, bytes of the file (0 where it is a file a day), and the place to go on behind."""

    articles: int = 0
    length: int = 0
    after: Place | None = None


class Progress:
    """What is done of an export; the file is locked as long as it is open.

    Its first line says what was asked, each other one is a `Done`. A line torn by a kill or a full disk counts for
    nothing.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self.done = Done()

    def begin(self, asked: Mapping[str, Any], command: str, begun: Begun) -> None:
        """Forget what the file says; write down a new export: what is `asked`, and the `command` for it."""
        self._file.truncate(0)
        self.done = Done()
        times = {name: at and at.isoformat() for name, at in asdict(begun).items()}
        self._write({"asked": asked, "command": command, **times})

    def note(self, done: Done) -> None:
        """Write down what is done. Call it when that is on disk; durable when it returns."""
        self.done = done
        place = done.after and [done.after.dated, str(done.after.article_id)]
        self._write({"articles": done.articles, "length": done.length, "after": place})

    def forget(self) -> None:
        """Remove the file: the export is complete."""
        self._path.unlink(missing_ok=True)

    def resume(self, asked: Mapping[str, Any], *, force: bool) -> Begun | None:
        """Read how far the export of `asked` is; None: there is none, or that of another question may go.

        Raises:
            Problem: there is one of another question and no `force`, or the file is none of ours.
        """
        self._file.seek(0)
        whole, _, torn = self._file.read().rpartition(b"\n")
        if torn:
            self._file.truncate(len(whole) + 1 if whole else 0)
        if not whole:
            return None
        first, *others = whole.split(b"\n")
        try:
            question = json.loads(first)
            begun, done = _begun(question), _done(json.loads(others[-1])) if others else Done()
            is_same, command = question["asked"] == asked, question["command"]
        except (ValueError, KeyError, TypeError, IndexError):
            todo = f"Begin anew: rm {shlex.quote(str(self._path))}, and the same command again."
            raise Problem(f"{self._path} does not say what export it is of", todo, code=Exit.USAGE) from None
        if is_same:
            self.done = done
            return begun
        if not force:
            todo = "Go on with that command, begin anew with --force, or name another --out."
            raise Problem(f"an export of something else was begun there: {command}", todo, code=Exit.USAGE)
        return None

    def _write(self, row: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(row).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def opened(path: Path) -> Iterator[Progress]:
    """Yield the progress kept at `path`, which is made. One that nothing was noted in is removed.

    Raises:
        Problem: another process has it open.
    """
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_gone = os.fstat(file.fileno()).st_nlink == 0
        except BlockingIOError:
            is_gone = True
        if is_gone:
            raise Problem("another export is being written there", "Wait for it, or name another --out.")
        try:
            yield Progress(path, file)
        finally:
            if path.exists() and not path.stat().st_size:
                path.unlink()


def _begun(first: Mapping[str, Any]) -> Begun:
    since, until = (first[name] and datetime.fromisoformat(first[name]) for name in ("since", "until"))
    return Begun(datetime.fromisoformat(first["began"]), since, until)


def _done(line: Mapping[str, Any]) -> Done:
    after = Place(line["after"][0], UUID(line["after"][1])) if line["after"] else None
    return Done(int(line["articles"]), int(line["length"]), after)
