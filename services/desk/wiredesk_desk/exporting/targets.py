"""Where an export goes: standard output, a file, a folder with a file a day. What is half written has another name."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from wiredesk_desk.exporting.formats import Layout, event
from wiredesk_desk.exporting.progress import Done, Progress
from wiredesk_desk.output import plain
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.search.exporting import Exported, Place

# Articles after which what is written is made durable and noted.
NOTED_EVERY = 200
_FIRST_ID = UUID(int=0)
_PART = "part-0.parquet"
# Readers of folders pass over names that begin so.
_UNFINISHED = "_unfinished.parquet"


class Target(Protocol):
    """Takes articles in order, then is finished. `articles` counts those before, too, where an export goes on."""

    articles: int

    def add(self, article: Exported) -> None:
        """Write an article."""

    def finish(self) -> None:
        """Write the end; now the export has its name."""


class Output:
    """Standard output; on a terminal nothing in it can steer that."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.articles = 0

    def add(self, article: Exported) -> None:
        """Write an article."""
        if not self.articles:
            self._write(self._layout.head(article))
        self._write(self._layout.item(article))
        self.articles += 1

    def finish(self) -> None:
        """Write the end."""
        if not self.articles:
            self._write(self._layout.head(None))
        self._write(self._layout.foot)
        sys.stdout.flush()

    @staticmethod
    def _write(said: bytes) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(plain(said.decode().replace("\r\n", "\n")))
        else:
            sys.stdout.buffer.write(said)


class OneFile:
    """A file that is `PATH.part` until it is complete."""

    def __init__(self, file: BinaryIO, path: Path, layout: Layout, progress: Progress) -> None:
        self._file, self._path, self._layout, self._progress = file, path, layout, progress
        self.articles = progress.done.articles

    def add(self, article: Exported) -> None:
        """Write an article; every so many are made durable and noted."""
        if not self.articles:
            self._file.write(self._layout.head(article))
        self._file.write(self._layout.item(article))
        self.articles += 1
        if self.articles % NOTED_EVERY == 0:
            _sync(self._file)
            self._progress.note(Done(self.articles, self._file.tell(), article.place))

    def finish(self) -> None:
        """Write the end, and give the file its name; both are durable when it returns."""
        if not self.articles:
            self._file.write(self._layout.head(None))
        self._file.write(self._layout.foot)
        _sync(self._file)
        _named(part_of(self._path), self._path)
        self._progress.forget()


class Days:
    """A folder with a Parquet file for each day; the newest first, each complete when it has its name."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        # Late, because it needs pyarrow.
        from wiredesk_desk.exporting.parquet import Rows  # noqa: PLC0415

        self._rows_of, self._folder, self._progress = Rows, folder, progress
        self._day: date | None = None
        self._file: BinaryIO | None = None
        self._rows: Any = None
        self.articles = progress.done.articles

    def add(self, article: Exported) -> None:
        """Write an article; the first of another day ends the file of the day before."""
        if article.day != self._day:
            self._end_day()
            self._day = article.day
            self._file = (self._folder / _UNFINISHED).open("wb")
            self._rows = self._rows_of(self._file)
        self._rows.add(event(article), article.revision)
        self.articles += 1

    def finish(self) -> None:
        """End the last day."""
        self._end_day()
        self._progress.forget()

    def abandon(self) -> None:
        """Close what is open; the day is written anew by who goes on."""
        if self._file is not None:
            self._rows.abandon()
            self._file.close()

    def _end_day(self) -> None:
        if self._day is None or self._file is None:
            return
        self._rows.close()
        _sync(self._file)
        self._file.close()
        folder = self._folder / f"date={self._day.isoformat()}"
        folder.mkdir(exist_ok=True)
        _named(self._folder / _UNFINISHED, folder / _PART)
        # Behind all of that day, also what would come to it meanwhile: its file is never written twice.
        start = f"{self._day.isoformat()} 00:00:00+00"
        self._progress.note(Done(self.articles, 0, Place(start, _FIRST_ID)))


def part_of(path: Path) -> Path:
    """Return the name of what is not complete yet."""
    return path.with_name(f"{path.name}.part")


def progress_of(path: Path) -> Path:
    """Return where the progress of an export is kept."""
    return path.with_name(f"{path.name}.part.state")


def admitted(out: Path, *, a_file_a_day: bool, force: bool) -> Path:
    """Return the path that an export is written to: of a link what it leads to.

    Raises:
        Problem: something finished is there and no `force`, or nothing can be there.
    """
    path = Path(os.path.realpath(out))
    if not path.parent.is_dir():
        todo = f"Make it: mkdir -p {shlex.quote(str(path.parent))}"
        raise Problem(f"there is no folder {path.parent}", todo, code=Exit.USAGE)
    if path.exists() and a_file_a_day != path.is_dir():
        what = "a folder, with a file a day in it" if a_file_a_day else "a file"
        raise Problem(f"{path} is something else than {what}", "Name another --out.", code=Exit.USAGE)
    if path.exists() and not a_file_a_day and not path.is_file():
        raise Problem(f"{path} is no ordinary file", "Leave --out away for standard output.", code=Exit.USAGE)
    is_there = path.exists()
    if is_there and a_file_a_day:
        # The days of an export that was begun may be; so may an empty folder.
        is_there = any(path.iterdir()) and not progress_of(path).exists()
    if is_there and not force:
        raise Problem(f"{path} is there already", "Replace it with --force, or name another --out.", code=Exit.USAGE)
    return path


@contextmanager
def one_file(path: Path, layout: Layout, progress: Progress, *, resumes: bool, force: bool) -> Iterator[OneFile]:
    """Yield a file to write to, cut to what is known to be on disk.

    Raises:
        Problem: what is there is none of ours, or shorter than noted.
    """
    part = part_of(path)
    anew = f"Begin anew: rm {shlex.quote(str(part))} {shlex.quote(str(progress_of(path)))}, and the same command again."
    length = progress.done.length if resumes else 0
    found = part.stat().st_size if part.exists() else 0
    if found < length:
        raise Problem(f"{part} is shorter than it was", anew, code=Exit.USAGE)
    if found and not resumes and not force:
        raise Problem(f"{part} is there, and nothing says what it is of", anew, code=Exit.USAGE)
    with part.open("r+b" if part.exists() else "w+b") as file:
        file.truncate(length)
        file.seek(length)
        yield OneFile(file, path, layout, progress)


@contextmanager
def days(folder: Path, progress: Progress, *, resumes: bool) -> Iterator[Days]:
    """Yield a folder to write to. What an earlier export wrote there goes, unless this one goes on with it."""
    folder.mkdir(exist_ok=True)
    if not resumes:
        for old in folder.glob(f"date=*/{_PART}"):
            old.unlink()
            if not any(old.parent.iterdir()):
                old.parent.rmdir()
    writing = Days(folder, progress)
    try:
        yield writing
    finally:
        writing.abandon()
        (folder / _UNFINISHED).unlink(missing_ok=True)


def _named(part: Path, path: Path) -> None:
    """Give a complete file its name, durably."""
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
