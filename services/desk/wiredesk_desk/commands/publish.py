"""`publish`: URLs, files and standard input onto the wire, and what became of each."""

import asyncio
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from wiredesk.client.client import Wiredesk
from wiredesk.client.records import Entry, Submission
from wiredesk.contracts.events import ArticleStored, ArticleSubmitted
from wiredesk.contracts.submission import check, check_url, without_credentials
from wiredesk_desk.config import system
from wiredesk_desk.output import Row, emit, for_people, heading, say, table
from wiredesk_desk.running import Exit, Problem

_HTML = re.compile(r"\s*(<!doctype html|<\?xml[^>]*>\s*<(!doctype )?html|<html|<head|<body|<article)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to publish: exactly one of the three."""

    name: str
    url: str | None = None
    html: str | None = None
    text: str | None = None


async def publish(what: list[str], *, source: str, wait: bool, timeout: float, as_json: bool) -> Exit:  # noqa: ASYNC109 - the user's option
    """Publish all, then wait for all receipts; print a row each. What would be rejected is not sent at all."""
    items = [item_of(name) for name in what]
    rows: dict[Item, Row] = {item: refused for item in items if (refused := refusal(item))}
    admitted = [item for item in items if item not in rows]
    if admitted:
        here = await system()
        async with Wiredesk(here.kafka, lane=here.lane.name) as wire:
            sent = [
                (item, await wire.publish(url=item.url, html=item.html, text=item.text, source=source))
                for item in admitted
            ]
            if wait:
                found = await asyncio.gather(*(_result(wire, item, s, timeout) for item, s in sent))
                rows |= zip(admitted, found, strict=True)
            else:
                rows |= {item: {"what": item.name, **_ids(s), "status": "submitted"} for item, s in sent}
    in_order = [rows[item] for item in items]
    _print(in_order, as_json=as_json)
    return verdict(in_order)


def refusal(item: Item) -> Row | None:
    """Return the row of an item that is refused before it is sent, or None."""
    found = check_url(item.url) if item.url is not None else None
    if found is None:
        found = check(ArticleSubmitted(url=item.url, html=item.html, text=item.text))
    if found is None:
        return None
    return {"what": item.name, "status": "refused", "reason": found.reason.value, "detail": found.message}


def verdict(rows: list[Row]) -> Exit:
    """Return the exit code: the worst that happened to any item."""
    statuses = {row["status"] for row in rows}
    if statuses & {"refused", "rejected", "dead letter"}:
        return Exit.REJECTED
    return Exit.TIMEOUT if "no answer in time" in statuses else Exit.OK


def item_of(name: str) -> Item:
    """Return what an argument names; `-` is standard input.

    Raises:
        Problem: no such file, a directory, or what cannot be read as text.
    """
    if name == "-":
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
        todo = f"For a web page type its whole address: wiredesk publish https://{name}" if address else "Type: ls"
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


async def _result(wire: Wiredesk, item: Item, submission: Submission, timeout: float) -> Row:  # noqa: ASYNC109 - as above
    try:
        return {"what": item.name, **_ids(submission), **receipt(await wire.result(submission, timeout=timeout))}
    except TimeoutError:
        return {"what": item.name, **_ids(submission), "status": "no answer in time"}


def receipt(entry: Entry) -> Row:
    """Return what the end of a submission's way says."""
    if isinstance(entry.event, ArticleStored):
        event = entry.event
        more = {"duplicate_of": str(event.duplicate_of)} if event.duplicate_of else {}
        return {"status": event.status.value, "revision": event.revision, "headline": event.headline, **more}
    status = "rejected" if entry.event is not None else "dead letter"
    detail = getattr(entry.event, "detail", "")
    return {
        "status": status,
        "stage": entry.stage,
        "reason": entry.reason,
        "detail": detail,
        "position": entry.position,
    }


def _ids(submission: Submission) -> Row:
    return {"article_id": str(submission.article_id), "correlation_id": submission.correlation_id}


def _print(rows: list[Row], *, as_json: bool) -> None:
    if not for_people(as_json=as_json):
        for row in rows:
            emit(row)
    elif len(rows) == 1:
        heading(f"{rows[0]['what']}: {rows[0]['status']}")
        for name, value in rows[0].items():
            if value and name not in ("what", "status", "correlation_id"):
                print(f"  {name.replace('_', ' ')}: {value}")
    else:
        names = ("what", "status", "reason", "headline", "article_id")
        table([{name: row.get(name) for name in names} for row in rows], as_json=False, empty="")
    for row in rows:
        if row["status"] == "refused" and (len(rows) > 1 or not for_people(as_json=as_json)):
            say(f"{row['what']} was not sent: {row['detail']}")
        elif row["status"] == "no answer in time":
            say(f"{row['what']}: no receipt yet. Type: wiredesk explain {row['article_id']}")
        elif row["status"] == "dead letter":
            say(f"{row['what']} is a dead letter. Type: wiredesk dlq show {row['position']}")
