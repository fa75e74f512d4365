"""Date lines and dates in text. Pure; no clock: "3 hours ago" is recognised and gives no date."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wiredesk_cleaner.lexicon.furniture import lexicon

_TOKEN = re.compile(r"[^\W\d_]+(?:\.[^\W\d_])?|\d+")
_TOKENS = 18
_SHAPE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}[:.h]\d{2}\b")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})(?::\d{2})?\s*([ap])?\.?(?:m\b)?", re.IGNORECASE)
_ZONE = re.compile(r"\b(?:utc|gmt|z)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|h)\b", re.IGNORECASE)


def is_date_line(line: str) -> bool:
    """Whether `line` holds a date or time, or a reading time, and nothing else."""
    if len(line) > 120 or not any(map(str.isdigit, line)):
        return False
    words = lexicon().words
    folded = " ".join(_ORDINAL.sub("", line.casefold()).split())
    if any(phrase in folded for phrase in words["reading"]) and len(folded.split()) <= 6:
        return True
    tokens = _TOKEN.findall(folded)
    if not tokens or len(tokens) > _TOKENS:
        return False
    months, lead = lexicon().months, words["date_lead"]
    allowed = (months, lead, words["date_words"], words["weekdays"])
    if not all(token.isdigit() or any(token in known for known in allowed) for token in tokens):
        return False
    dated = _SHAPE.search(folded) is not None or any(token in lead for token in tokens) or "ago" in tokens
    return dated or any(token in months for token in tokens)


def date_in(line: str) -> datetime | None:
    """Return the date a date line states, in UTC; a time counts only with UTC or GMT beside it, or no zone at all.

    Numeric dates count only in ISO order: 03/04/2026 is two different days in two countries.
    """
    folded = _ORDINAL.sub("", line.casefold())
    iso = _ISO.search(folded)
    if iso:
        parts: tuple[int, int, int] | None = (int(iso[1]), int(iso[2]), int(iso[3]))
    else:
        parts = _named_date(_TOKEN.findall(folded))
    if parts is None:
        return None
    hour, minute = _clock(folded)
    try:
        return datetime(parts[0], parts[1], parts[2], hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _named_date(tokens: list[str]) -> tuple[int, int, int] | None:
    months = lexicon().months
    for index, token in enumerate(tokens):
        if token not in months:
            continue
        numbers = [int(near) for near in tokens[max(0, index - 2) : index + 3] if near.isdigit() and len(near) <= 4]
        years = [number for number in numbers if 1900 <= number <= 2100]
        days = [number for number in numbers if 1 <= number <= 31]
        if years and days:
            return years[0], months[token], days[0]
    return None


def _clock(folded: str) -> tuple[int, int]:
    found = _CLOCK.search(folded)
    after = folded[found.end() :].split() if found else []
    if not found or (after and after[0][0].isalpha() and not _ZONE.match(after[0])):
        return 0, 0
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return hour, minute


def parse_date(value: object) -> datetime | None:
    """Return a metadata date (ISO 8601 or RFC 2822) with its time zone, or UTC; None when it is no date."""
    if not isinstance(value, str) or not 8 <= len(value.strip()) <= 64:
        return None
    text = value.strip()
    for parse in (datetime.fromisoformat, parsedate_to_datetime, date_in):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment is not None and 1900 <= moment.year <= 2100:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
