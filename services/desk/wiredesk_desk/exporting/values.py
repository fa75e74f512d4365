"""What the formats share: text that all of them can hold, times, addresses. Pure."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from wiredesk.contracts.events import ArticleEnriched

_SURROGATES = re.compile("[\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# A host in brackets is an IPv6 address; nowhere else may brackets be.
_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@\[\]]*@)?)(\[[0-9A-Fa-f:.]+\])(.*)", re.DOTALL)
_AS_IT_IS = ":/?@!$&'()*+,;=%"


def text(value: str) -> str:
    """Return `value` without NULs, which few programs read, and with U+FFFD for half characters: UTF-8 has none."""
    return _SURROGATES.sub("\ufffd", value.replace("\0", ""))


def line(value: Any) -> bytes:
    """Return `value` as JSON on a line of its own."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATES.sub("\ufffd", said).encode() + b"\n"


def utc(at: datetime) -> datetime:
    """Return a time in UTC; without a zone it is UTC. What lies beyond the calendar there is the wall clock's time."""
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """Return a time as RFC 3339 has it: 2026-11-30T12:00:00Z."""
    return utc(at).replace(tzinfo=None).isoformat() + "Z"


def dated(article: ArticleEnriched) -> datetime:
    """Return when an article was published, but never later than it was fetched: as searches date it."""
    fetched = utc(article.fetched_at)
    return fetched if article.date_published is None else min(utc(article.date_published), fetched)


def uri(address: str | None) -> str | None:
    """Return an address as RFC 3986 writes it: other characters are escaped. None: it is none, or has no scheme."""
    address = text(address or "").strip()
    if not _SCHEME.match(address):
        return None
    found = _HOST.fullmatch(address)
    start, host, rest = found.groups() if found else ("", "", address)
    before, hashed, fragment = rest.partition("#")
    return f"{_escaped(start)}{host}{_escaped(before)}{hashed}{_escaped(fragment)}"


def _escaped(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_AS_IT_IS)
