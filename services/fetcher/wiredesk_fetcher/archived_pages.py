"""Pages read back from a WARC file, this fetcher's or anybody's: what each would be if its site had just answered so.

One record at a time is in memory, and of that no more than a page may have. Blocking: for a thread.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleSubmitted, Content
from wiredesk.contracts.submission import Refusal, check_url
from wiredesk_fetcher import core
from wiredesk_fetcher.core import Response

_CHUNK = 64 * 1024
_CUT = "it ends within a record, or is no WARC file"


class BrokenArchiveError(Exception):
    """A WARC file that cannot be read any further: cut off, damaged, or packed as a whole. `at`: from which byte on."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A record of the file, which begins at byte `at`; the next one begins at `after`.

    `html` or `text` is what its site answered. Neither: it holds no page (a picture, a redirect, a request), or one
    that is not admitted: then `refusal` says why.
    """

    at: int
    after: int
    url: str = ""
    html: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    fetched_at: datetime | None = None
    refusal: Refusal | None = None


def pages(path: Path, start: int = 0) -> Iterator[ArchivedPage]:
    """Yield every record of a WARC file, gzipped or not, from that which begins at byte `start`, in its order.

    Raises:
        OSError: the file cannot be read.
        BrokenArchiveError: nor can what follows; all that went before was yielded.
    """
    with path.open("rb") as file:
        file.seek(start)
        records = ArchiveIterator(file)
        at = start
        while True:
            try:
                record = next(records, None)
                if record is None:
                    if at < path.stat().st_size:
                        raise BrokenArchiveError(_CUT, at)
                    return
                found = _answer(record)
                # Whatever of it was not read is passed over, and then it is known where it ends.
                records.read_to_end()
            # The last: what warcio has for a head that is cut off in the middle.
            except (ArchiveLoadFailed, EOFError, ValueError, OverflowError, AttributeError) as error:
                said = "" if isinstance(error, AttributeError) else str(error).strip()
                raise BrokenArchiveError((said or _CUT).splitlines()[0][:200], at) from None
            # A head that is cut off says no length.
            if record.format != "warc" or getattr(record.raw_stream, "limit", 1) > 0:
                raise BrokenArchiveError(_CUT, at)
            if records.next_line and records.reader.decompressor:
                # Nobody could begin in the middle of it.
                raise BrokenArchiveError("it is packed as a whole and not record by record", at)
            yield _page(at, records.offset, found)
            at = records.offset


def _answer(record: Any) -> tuple[Response, datetime | None] | None:
    """Return the answer that a record holds and when it came; None when it can be no page."""
    if record.rec_type != "response" or not record.http_headers:
        return None
    status = record.http_headers.get_statuscode()
    kind = record.http_headers.get_header("Content-Type") or ""
    if not status.isdecimal() or core.refused_head(int(status), kind) is not None:
        return None
    return Response(
        url=(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>"),
        status=int(status),
        content_type=kind,
        body=_body(record.content_stream(), core.limit(kind)),
        headers=tuple(record.http_headers.headers),
    ), _time(record.rec_headers.get_header("WARC-Date"))


def _body(stream: Any, limit: int) -> bytes:
    """Return the body, or a byte more than is admitted of one that is larger."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := stream.read(min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _page(at: int, after: int, found: tuple[Response, datetime | None] | None) -> ArchivedPage:
    if found is None:
        return ArchivedPage(at, after)
    answer, fetched_at = found
    if refusal := check_url(answer.url):
        return ArchivedPage(at, after, answer.url, refusal=refusal)
    limit = core.limit(answer.content_type)
    if len(answer.body) > limit:
        return ArchivedPage(at, after, answer.url, refusal=core.too_large(limit + 1, limit))
    when = fetched_at or datetime.now(UTC)
    try:
        event = core.answered(ArticleSubmitted(url=answer.url), answer, at=when, now=when)
    except TransientError:
        return ArchivedPage(at, after, answer.url)
    if isinstance(event, ArticleFetched):
        html, text = (event.content, None) if event.kind is Content.HTML else (None, event.content)
        return ArchivedPage(at, after, answer.url, html, text, fetched_at)
    refusal = Refusal(event.reason, event.detail) if isinstance(event, ArticleRejected) else None
    return ArchivedPage(at, after, answer.url, refusal=refusal)


def _time(date: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(date or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
