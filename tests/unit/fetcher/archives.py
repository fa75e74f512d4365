"""Archives of pages, written and read for tests."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

AT = datetime(2026, 3, 1, 12, 30, 5, 123456, tzinfo=UTC)
URL = "https://news.example/a"
HTML = [("Content-Type", "text/html; charset=utf-8")]


def keep(archive, url=URL, body=b"<p>Mayor resigns</p>", *, status=200, headers=HTML, at=AT):
    archive.keep(url=url, status=status, headers=headers, body=body, fetched_at=at)


def records(path: Path) -> list[SimpleNamespace]:
    """Every record, read whole and checked against its digests."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            body = record.content_stream().read()
            found.append(
                SimpleNamespace(kind=record.rec_type, head=record.rec_headers, http=record.http_headers, body=body)
            )
    return found


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))
