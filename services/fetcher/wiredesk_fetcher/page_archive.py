"""Raw pages, kept as WARC files, so that cleaning can be done again without the web. Blocking: for a thread.

A record is whole or absent, whatever ends the process or fills the disk.
"""

import base64
import errno
import fcntl
import hashlib
import os
import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from string import printable
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.limitreader import LimitReader  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from wiredesk_fetcher.charset import fit

ROTATE_BYTES = 1024**3
# Pages a process remembers, so as not to store them again.
MAX_REMEMBERED = 10_000

_CHUNK = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PRINTABLE = "".join(char for char in printable if char.isprintable())
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
# Of the body as it was sent.
_DROPPED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_INFO = (
    "software: wiredesk-fetcher\r\n"
    "format: WARC File Format 1.1\r\n"
    "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
    "description: bodies are stored decompressed, and the HTTP headers say so\r\n"
)


class PageArchive:
    """Appends pages to WARC files in `folder`, `<name>-<UTC time>-<serial>.warc.gz`. Safe to use from many threads.

    `name` tells processes apart: letters, digits, `.`, `_`, `-`. The newest file of the same name is read through,
    cut after its last whole record and continued; one that another process has open is left alone. A file is begun
    before it would exceed `rotate_bytes`: only a single larger record exceeds it.

    Raises:
        ValueError: `name` is no such name.
        OSError: the folder cannot be made or the newest file not be read.
    """

    def __init__(self, folder: Path, *, name: str, rotate_bytes: int = ROTATE_BYTES) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError("an archive's name has 1 to 100 letters, digits, dots, hyphens and underscores")
        self._folder = folder
        self._name = name
        self._rotate_bytes = rotate_bytes
        self._lock = threading.Lock()
        self._closed = False
        # When a URL first had a body of this digest, by both.
        self._remembered: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._file: _File | None = None
        folder.mkdir(parents=True, exist_ok=True)
        own = re.compile(re.escape(name) + r"-[0-9]{14}-([0-9]{5,})\.warc\.gz")
        files = [(int(found[1]), path) for path in folder.iterdir() if (found := own.fullmatch(path.name))]
        self._serial, newest = max(files, default=(0, None))
        if newest:
            with suppress(BlockingIOError):
                self._file = _File(newest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def keep(
        self, *, url: str, status: int, headers: Sequence[tuple[str, str]], body: bytes, fetched_at: datetime
    ) -> None:
        """Append an answer: on return it is on the disk. `url` is http(s), `fetched_at` has a time zone.

        `body` is decompressed, so Content-Encoding and Transfer-Encoding are not stored and Content-Length is that of
        `body`. What is no header by RFC 9110 is left out, and what is not printable ASCII in a value is
        percent-encoded. When the URL had the same body before, as far as this process remembers, a `revisit` record
        refers to it.

        Raises:
            OSError: it could not be written, for example because the disk is full. Nothing of it is in the file.
            ValueError: the archive is closed.
        """
        url = quote(fit(url), safe=_PRINTABLE.replace(" ", ""))
        date = fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        digest = "sha256:" + base64.b32encode(hashlib.sha256(body).digest()).decode()
        head = _head(status, headers, len(body))
        with self._lock:
            if self._closed:
                raise ValueError("the archive is closed")
            earlier = self._remembered.get((url, digest))
            record = _revisit(url, date, digest, head, earlier) if earlier else _response(url, date, digest, head, body)
            self._append(record, fetched_at.astimezone(UTC), date)
            self._remembered[url, digest] = earlier or date
            self._remembered.move_to_end((url, digest))
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)

    def close(self) -> None:
        """Close the file; once is enough, more does no harm."""
        with self._lock:
            self._closed = True
            if self._file:
                self._file.close()
                self._file = None

    def _append(self, record: bytes, at: datetime, date: str) -> None:
        if self._file and self._file.length and self._file.length + len(record) > self._rotate_bytes:
            self._file.close()
            self._file = None
        if self._file is None:
            self._file = self._begin(at)
        # In one write with the first record: a file holds pages or nothing.
        info = b"" if self._file.length else _warcinfo(self._file.name, date)
        self._file.append(info + record)

    def _begin(self, at: datetime) -> "_File":
        while True:
            self._serial += 1
            path = self._folder / f"{self._name}-{at:%Y%m%d%H%M%S}-{self._serial:05}.warc.gz"
            # Another process of the same name may be as far, or may have taken up this file as the newest.
            with suppress(FileExistsError, BlockingIOError):
                file = _File(path, os.O_CREAT | os.O_EXCL)
                _sync_folder(self._folder)
                return file


class _File:
    """A file of whole gzip members, locked for this process; BlockingIOError when another has it."""

    def __init__(self, path: Path, flags: int = 0) -> None:
        self.name = path.name
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | flags, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.length = _whole_length(self._descriptor)
            os.ftruncate(self._descriptor, self.length)
        except BaseException:
            os.close(self._descriptor)
            raise

    def append(self, data: bytes) -> None:
        # Another failure may have kept the last one from being taken back.
        os.ftruncate(self._descriptor, self.length)
        with ExitStack() as failed:
            failed.callback(self._take_back)
            if os.write(self._descriptor, data) < len(data):
                raise OSError(errno.ENOSPC, "no room for a whole record", self.name)
            os.fsync(self._descriptor)
            failed.pop_all()
        self.length += len(data)

    def _take_back(self) -> None:
        with suppress(OSError):
            os.ftruncate(self._descriptor, self.length)

    def close(self) -> None:
        os.close(self._descriptor)


def read_pages(path: Path) -> Iterator[tuple[str, bytes, str]]:
    """Yield the URL, the body and the Content-Type (empty: none) of each page in a WARC file, in its order.

    Pages that are only referred to (`revisit`) are left out. Ends before the first record that is not whole, so a file
    can be read while it is written.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        for record in ArchiveIterator(LimitReader(file, _whole_length(file.fileno()))):
            if record.rec_type == "response" and record.http_headers:
                url = record.rec_headers.get_header("WARC-Target-URI")
                yield url, record.content_stream().read(), record.http_headers.get_header("Content-Type") or ""


def _whole_length(descriptor: int) -> int:
    """Return how many bytes the gzip members at the beginning of a file have that are whole, checksums included."""
    whole = at = 0
    member = zlib.decompressobj(wbits=31)
    while chunk := os.pread(descriptor, _CHUNK, at):
        at += len(chunk)
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return whole
            if not member.eof:
                break
            chunk = member.unused_data
            whole = at - len(chunk)
            member = zlib.decompressobj(wbits=31)
    return whole


def _head(status: int, headers: Sequence[tuple[str, str]], length: int) -> Any:
    kept = [
        (name, quote(fit(value), safe=_PRINTABLE))
        for name, value in headers
        if _HEADER_NAME.fullmatch(name) and name.lower() not in _DROPPED
    ]
    kept.append(("Content-Length", str(length)))
    return StatusAndHeaders(f"{status} {_PHRASES.get(status, '')}", kept, protocol="HTTP/1.1")


def _response(url: str, date: str, digest: str, head: Any, body: bytes) -> bytes:
    out, writer = _writer()
    stated = {"WARC-Date": date, "WARC-Payload-Digest": digest}
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=BytesIO(body), length=len(body), warc_headers_dict=stated, http_headers=head
        )
    )
    return out.getvalue()


def _revisit(url: str, date: str, digest: str, head: Any, earlier: str) -> bytes:
    out, writer = _writer()
    stated = {"WARC-Date": date}
    writer.write_record(
        writer.create_revisit_record(url, digest, url, earlier, http_headers=head, warc_headers_dict=stated)
    )
    return out.getvalue()


def _warcinfo(name: str, date: str) -> bytes:
    out, writer = _writer()
    stated = {"WARC-Date": date, "WARC-Filename": name}
    info = _INFO.encode()
    writer.write_record(
        writer.create_warc_record("", "warcinfo", payload=BytesIO(info), length=len(info), warc_headers_dict=stated)
    )
    return out.getvalue()


def _writer() -> tuple[BytesIO, Any]:
    out = BytesIO()
    return out, WARCWriter(out, gzip=True, warc_version="1.1")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
