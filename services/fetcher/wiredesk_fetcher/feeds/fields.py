"""What a field of a listing may hold: an address, plain text, a moment; each bounded, none ever an error."""

import hashlib
import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urljoin

from wiredesk.contracts.submission import check_url
from wiredesk_fetcher.charset import fit

# Per listing: items, or sitemaps of an index.
MAX_ITEMS = 2000
# In characters, or in values where the name says so.
MAX_TITLE = 500
MAX_SUMMARY = 2000
MAX_NAME = 200
MAX_AUTHORS = 20
MAX_CATEGORIES = 50
MAX_ENCLOSURES = 20
MAX_LANGUAGE = 35
MAX_DATE = 60

_MAX_GUID = 1000
# For each, the form of an address that decides identity is gone through to its end; nobody's has more than a few.
_MAX_BRACES = 100
# Markup is several times longer than its text; what is beyond this can hardly be in the text that is kept.
_MARKUP_PER_CHARACTER = 8
# Every part ends at the end of the text at the latest: an unclosed one must not be looked for again and again.
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
# Within a word they leave no gap.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\t\r\n]+")
_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")

_Dated = TypeVar("_Dated")


def address(base: str, value: object) -> str:
    """Return `value` resolved against the URL `base`, or nothing unless it is an http(s) URL that may be fetched."""
    if not isinstance(value, str) or not value.strip():
        return ""
    # Browsers do the same: line ends are dropped, blanks encoded.
    reference = _LINE_ENDS.sub("", value.strip()).replace(" ", "%20")
    try:
        url = urljoin(base, reference)
    except ValueError:
        return ""
    return "" if check_url(url) or url.count("{") > _MAX_BRACES else url


def folded(value: object, limit: int) -> str:
    """Return plain text with its white space folded, at most `limit` characters; nothing if `value` is no text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    # The first cut is for speed alone: folding only shortens.
    return fit(" ".join(value[: limit * _MARKUP_PER_CHARACTER].split())[:limit].rstrip())


def plain(value: object, limit: int) -> str:
    """Return HTML as plain text: tags stripped, references resolved, white space folded, at most `limit` characters."""
    if not isinstance(value, str):
        return folded(value, limit)
    text = _UNSEEN.sub(" ", value[: limit * _MARKUP_PER_CHARACTER])
    text = _TAG.sub(" ", _INLINE.sub("", text))
    return folded(html.unescape(text), limit)


def texts(values: Iterable[object], limit: int) -> tuple[str, ...]:
    """Return names as plain text without empty and repeated ones: at most `limit`, each at most MAX_NAME characters."""
    found: dict[str, None] = {}
    # Beyond that they are empty or repeated, and somebody made them so.
    for value in islice(values, limit * 10):
        if len(found) == limit:
            break
        if name := plain(value, MAX_NAME):
            found[name] = None
    return tuple(found)


def guid(value: object) -> str:
    """Return an identifier as it is, or as "sha256:" and the digest if it is too long to be kept."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    text = fit(value.strip())
    return text if len(text) <= _MAX_GUID else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 or e-mail date in UTC, or None if it is neither. Without an offset it is taken for UTC.

    A year or month alone means its beginning.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_DATE:
        return None
    try:
        if month := _MONTH.fullmatch(text):
            return datetime(int(month[1]), int(month[2] or 1), 1, tzinfo=UTC)
        found = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def newest(dated: Sequence[tuple[datetime | None, _Dated]]) -> tuple[_Dated, ...]:
    """Return at most MAX_ITEMS, newest first; those without a date follow in the order they came in."""
    latest = sorted(dated, key=lambda pair: pair[0].timestamp() if pair[0] else float("-inf"), reverse=True)
    return tuple(value for _, value in latest[:MAX_ITEMS])
