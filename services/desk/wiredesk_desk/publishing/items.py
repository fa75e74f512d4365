"""What is to be published: addresses, files, standard input, and lists of them line by line."""

import asyncio
import json
import os
import re
import stat
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError

from wiredesk.contracts.events import ArticleSubmitted, FeedItem
from wiredesk.contracts.submission import Refusal, check, check_url, without_credentials
from wiredesk_desk.running import Exit, Problem

_HTML = re.compile(r"\s*(<!doctype html|<\?xml[^>]*>\s*<(!doctype )?html|<html|<head|<body|<article)", re.IGNORECASE)
# Of a pipe: twice the largest page, written as JSON.
LONGEST_LINE_BYTES = 16 * 1024 * 1024
# What a line of JSON may hold: the fields of a submission.
_FIELDS = frozenset(ArticleSubmitted.model_fields) - {"schema_version"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to publish: a URL, or a page or text that may have one. `wrong` says why a line is none."""

    name: str
    url: str | None = None
    html: str | None = None
    text: str | None = None
    source: str | None = None
    published_hint: datetime | None = None
    source_labels: Mapping[str, str] | None = field(default=None, hash=False)
    feed_item: FeedItem | None = None
    fetched_at: datetime | None = None
    wrong: str = ""

    def submission(self, source: str) -> ArticleSubmitted:
        """Return what is sent for it; `source` counts where it names none itself."""
        return ArticleSubmitted(
            url=self.url,
            html=self.html,
            text=self.text,
            source=self.source or source,
            source_labels=dict(self.source_labels) if self.source_labels else None,
            published_hint=self.published_hint,
            feed_item=self.feed_item,
            fetched_at=self.fetched_at,
        )


def refusal(item: Item) -> Refusal | None:
    """Return why an item is refused before it is sent, or None."""
    found = check_url(item.url) if item.url is not None else None
    return found or check(ArticleSubmitted(url=item.url, html=item.html, text=item.text))


def item_of(name: str) -> Item:
    """Return what an argument names; `-` is standard input.

    Raises:
        Problem: no such file, a directory, or what cannot be read as text.
    """
    if name == "-":
        if sys.stdin is None:
            raise Problem("standard input is closed", "wiredesk publish FILE", code=Exit.USAGE)
        return content("-", sys.stdin.buffer.read())
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", name):
        return Item(without_credentials(name), url=name)
    path = Path(name)
    if path.is_dir():
        raise Problem(f"{name} is a directory", f"wiredesk publish {name.rstrip('/')}/*.txt", code=Exit.USAGE)
    try:
        return content(name, path.read_bytes())
    except FileNotFoundError:
        # A name with a file's ending is a file that is not there; other dots are more likely a host's.
        address = path.suffix.lower() not in {".txt", ".html", ".htm", ".xhtml", ".md", ".json"} and "." in name
        host = re.sub(r"^https?:/*", "", name)
        todo = f"For a web page type its whole address: wiredesk publish https://{host}" if address else "Type: ls"
        raise Problem(f"there is no file {name}", todo, code=Exit.USAGE) from None
    except OSError as error:
        raise Problem(f"{name} cannot be read: {error.strerror}", code=Exit.USAGE) from None


def content(name: str, data: bytes) -> Item:
    """Return a file's content as page or text, by its name, for standard input by its beginning.

    Raises:
        Problem: it is not UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise Problem(
                f"{name} is no text: it holds NUL bytes", "Take its text out first.", code=Exit.USAGE
            ) from None
        todo = f"If it is Latin-1: iconv -f LATIN1 -t UTF-8 {name} | wiredesk publish -"
        raise Problem(f"{name} is not UTF-8 text (byte {error.start})", todo, code=Exit.USAGE) from None
    suffix = Path(name).suffix.lower()
    if suffix in (".html", ".htm", ".xhtml") or (name == "-" and _HTML.match(text)):
        return Item(name, html=text)
    return Item(name, text=text)


def of_page(item: Item, url: str | None, published_hint: datetime | None) -> Item:
    """Return a page or text as what `url` gave, published at `published_hint`.

    Raises:
        Problem: `url` is given for what is one itself.
    """
    if url is not None and item.url is not None:
        raise Problem("--url names where a saved page or text came from", f"wiredesk publish {url}", code=Exit.USAGE)
    return replace(item, url=url or item.url, published_hint=published_hint or item.published_hint)


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """Yield the list in the file called `name`, `-` for standard input.

    Raises:
        Problem: it cannot be read as text.
    """
    if name == "-" and sys.stdin is None:
        raise Problem("standard input is closed", "wiredesk publish --lines FILE", code=Exit.USAGE)
    try:
        with nullcontext(sys.stdin) if name == "-" else Path(name).open(encoding="utf-8-sig") as file:
            yield file
    except UnicodeDecodeError:
        raise Problem(f"{name} is not UTF-8 text", code=Exit.USAGE) from None
    except OSError as error:
        if error.filename != str(Path(name)):
            raise
        raise Problem(f"{name} cannot be read: {error.strerror}", code=Exit.USAGE) from None


async def as_they_come(file: TextIO) -> AsyncIterator[tuple[str, Item]]:
    """Yield what `in_lines` does of an open list, without holding anything up while its next line is written."""
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        for found in in_lines(file):
            yield found
        return
    # A thread that waits for a line could not be stopped by Ctrl-C.
    reader = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    try:
        number = 0
        while line := await reader.readline():
            number += 1
            for found in in_lines([line.decode("utf-8")], first=number):
                yield found
    finally:
        transport.close()


def how_many(name: str) -> int | None:
    """Return about how many items the list in a file has; None for what can be read only once."""
    if name == "-" or not Path(name).is_file():
        # What is written into a pipe is there once.
        return None
    with Path(name).open("rb") as file:
        return sum(bool(line.strip()) and not line.startswith(b"#") for line in file)


def in_lines(lines: Iterable[str], *, first: int = 1) -> Iterator[tuple[str, Item]]:
    """Yield each line with its item: a URL, or a submission as a JSON object. Blank lines and `# …` are passed over."""
    for number, whole in enumerate(lines, start=first):
        line = whole.strip().removeprefix("\ufeff")
        if (item := in_line(line, f"line {number}")) is not None:
            yield line, item


def in_line(line: str, name: str) -> Item | None:
    """Return the item of one line without the white space around it, called `name` where it has no URL; None: none."""
    if not line or line.startswith("#"):
        return None
    if not line.startswith("{"):
        return Item(without_credentials(line), url=line)
    try:
        return _submission(name, json.loads(line))
    except (ValueError, TypeError) as error:
        return Item(name, wrong=f"no submission: {_first(error)}")


def _submission(name: str, fields: dict[str, object]) -> Item:
    if unknown := sorted(fields.keys() - _FIELDS - {"schema_version"}):
        raise ValueError(f"unknown field {', '.join(unknown)}; there is {', '.join(sorted(_FIELDS))}")
    event = ArticleSubmitted.model_validate_json(json.dumps(fields))
    name = without_credentials(event.url) if event.url else name
    return Item(
        name,
        event.url,
        event.html,
        event.text,
        event.source,
        event.published_hint,
        event.source_labels,
        event.feed_item,
        event.fetched_at,
    )


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return ": ".join(filter(None, (".".join(map(str, found["loc"])), found["msg"])))
    return f"not JSON ({error})" if isinstance(error, json.JSONDecodeError) else str(error)
