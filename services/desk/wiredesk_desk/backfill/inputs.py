"""What a backfill is given: URLs, lists of URLs and submissions, WARC files, pages, texts, and folders of those."""

import gzip
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from wiredesk_desk.running import Exit, Problem

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_WARC = (".warc", ".warc.gz")
_PAGES, _TEXTS = (".html", ".htm", ".xhtml"), (".txt", ".md")
_LISTS = (".jsonl", ".ndjson", ".urls")
# A text that begins with so many lines of a list is one.
_LOOKED_AT = 20
_HEAD_BYTES = 64 * 1024
# What lies before the place where reading goes on is known again by so much of it.
_TAIL_BYTES = 4 * 1024


class Kind(StrEnum):
    """How an input is read."""

    URL = "URL"
    LIST = "list"
    WARC = "WARC"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to feed. `name` is its whole path, or its URL; `size` in bytes as they lie on the disk, 1 of a URL."""

    name: str
    kind: Kind
    size: int

    @property
    def has_known_length(self) -> bool:
        """Whether positions count in the bytes that `size` does: those of a packed list count in what it holds."""
        return self.kind is not Kind.LIST or not self.name.endswith(".gz")


def inputs_of(names: list[str]) -> list[Input]:
    """Return what the arguments name, folders file by file in the order of their names; none twice.

    Raises:
        Problem: there is no such file, it cannot be read, or a folder has none to feed.
    """
    found = dict[str, Input]()
    for name in names:
        for one in _named(name):
            found.setdefault(one.name, one)
    return list(found.values())


def opened(path: Path) -> BinaryIO:
    """Open a list, unpacked where its name ends with `.gz`."""
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def before(one: Input, position: int) -> str:
    """Return a digest of the bytes that end at `position`; empty at the beginning, and of a URL.

    Of an article it is of all bytes; of a packed list of the first, as the others would have to be unpacked for it.

    Raises:
        OSError: it cannot be read.
    """
    if not position or one.kind is Kind.URL:
        return ""
    end = position if one.has_known_length else _TAIL_BYTES
    start = 0 if one.kind is Kind.ARTICLE else max(0, end - _TAIL_BYTES)
    with Path(one.name).open("rb") as file:
        file.seek(start)
        return hashlib.sha256(file.read(end - start)).hexdigest()[:32]


def _named(name: str) -> Iterator[Input]:
    if name == "-":
        raise Problem(
            "a backfill goes on where it stopped, which standard input cannot",
            "Write it to a file, or type: wiredesk publish --lines -",
            code=Exit.USAGE,
        )
    if _URL.fullmatch(name):
        yield Input(name, Kind.URL, 1)
        return
    path = Path(os.path.abspath(name))  # noqa: PTH100 - a link may be turned to another folder between two runs
    if not path.is_dir():
        yield _file(path, name)
        return
    endings = (*_WARC, *_PAGES, *_TEXTS, *_LISTS, *(f"{ending}.gz" for ending in _LISTS))
    files = sorted(one for one in path.rglob("*") if one.name.lower().endswith(endings) and one.is_file())
    if not files:
        raise Problem(f"{name} has no file to feed", f"One ends with {' '.join(endings)}.", code=Exit.USAGE)
    for one in files:
        yield _file(one, str(one))


def _file(path: Path, name: str) -> Input:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        return Input(str(path), _kind(path, head), path.stat().st_size)
    except FileNotFoundError:
        raise Problem(
            f"there is no file {name}", "A web page needs its whole address: https://…", code=Exit.USAGE
        ) from None
    except (OSError, EOFError) as error:
        raise Problem(f"{name} cannot be read: {getattr(error, 'strerror', error)}", code=Exit.USAGE) from None


def _kind(path: Path, head: bytes) -> Kind:
    name = path.name.lower()
    if name.endswith(_WARC) or head.startswith(b"WARC/"):
        return Kind.WARC
    if name.endswith(_PAGES):
        return Kind.ARTICLE
    if not name.endswith(_TEXTS):
        return Kind.LIST
    lines = [line.strip() for line in head.decode("utf-8", "replace").splitlines()]
    told = [line for line in lines if line and not line.startswith("#")][:_LOOKED_AT]
    return Kind.LIST if told and all(map(_is_of_a_list, told)) else Kind.ARTICLE


def _is_of_a_list(line: str) -> bool:
    return bool(_URL.fullmatch(line)) or line.startswith('{"')
