"""What comes from an article, made fit to be shown. Pure.

The templates escape every value. What escaping does not help against is taken care of here: control characters,
characters that turn the direction of writing round, addresses that are scripts, and fields of a megabyte.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

# Unicode's embeddings, overrides and isolates: one of them in a headline would turn what stands after it.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_LINE_ENDS = "\n\t"
LONGEST = 100_000
_HEADLINE = 400
_STEPS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


def plain(text: object, most: int = LONGEST) -> str:
    """Return a text without what could do anything but be read; of more than `most` characters the beginning."""
    value = "" if text is None else str(text)
    cut = value[:most] + ("…" if len(value) > most else "")
    if cut.isprintable():
        return cut
    return "".join("�" if _acts(char) else char for char in cut)


def headline(text: object) -> str:
    """Return a headline fit to be shown; an article may have none."""
    return plain(" ".join(plain(text, _HEADLINE).split())) or "(no headline)"


def web_address(url: str | None) -> str | None:
    """Return an address that may be a link; None: it is none, or does something else than open a page."""
    if not url or len(url) > 8192 or any(_acts(char) or char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.hostname else None


def entity_address(name: str, kind: str | None = None) -> str:
    """Return the address of an entity's page."""
    return f"/entities/{quote(name, safe='')}" + (f"?{urlencode({'type': kind})}" if kind else "")


def address(path: str, asked: Mapping[str, object], **changed: object) -> str:
    """Return `path` with a question, of which some is changed; what is None is left out."""
    every = {name: value for name, value in {**asked, **changed}.items() if value not in (None, "")}
    return f"{path}?{urlencode(every)}" if every else path


def ago(at: datetime, now: datetime | None = None) -> str:
    """Return how long ago a time is, in one unit; of more than a week the day."""
    past = (now or datetime.now(UTC)) - at
    if past > timedelta(days=7) or past < -timedelta(minutes=1):
        return day(at)
    for unit, name in _STEPS:
        if past >= unit:
            return f"{past // unit} {name} ago"
    return "just now"


def day(at: datetime) -> str:
    """Return a day as a newspaper writes it."""
    return f"{at.day} {at:%B %Y}"


def clock(at: datetime) -> str:
    """Return a time to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: float | None) -> str:
    """Return a time span in the unit in which it is read."""
    if seconds is None:
        return "-"
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def many(number: int, one: str, more: str | None = None) -> str:
    """Return a number of things in words: 1 article, 2 articles."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names in a row, of many the first."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(plain(name, 200) for name in names[:most]) + more


def _acts(char: str) -> bool:
    return char not in _LINE_ENDS and (ord(char) in _TURNING or unicodedata.category(char) in ("Cc", "Cs", "Co"))
