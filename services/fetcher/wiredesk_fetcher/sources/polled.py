"""What one poll of a source saw, and how long its server asks to wait for the next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

# Media Cloud's rss-fetcher once was sent a Retry-After of 88 hours, and takes at most a day of it.
LONGEST_ASKED = timedelta(hours=24)


class Saw(StrEnum):
    """What came back: the first three are answers, the others failures."""

    LISTING = "listing"  # 200, and a listing that could be parsed
    NOT_MODIFIED = "not_modified"  # 304
    SAME_BODY = "same_body"  # 200, with the bytes of the last time
    SOFT_ERROR = "soft_error"  # may pass by itself: timeout, no connection, 5xx, 429
    HARD_ERROR = "hard_error"  # other 4xx, no feed, too large, a name that is not known
    GONE = "gone"  # 410
    BLOCKED = "blocked"  # robots.txt, 401, 403

    @property
    def answered(self) -> bool:
        """Whether the source works: a 304 is an answer as good as a listing."""
        return self in (Saw.LISTING, Saw.NOT_MODIFIED, Saw.SAME_BODY)


@dataclass(frozen=True, slots=True)
class Poll:
    """One GET of a source's address: when, and what came of it.

    `at` and the times in `published` are aware and in UTC. `reason` is the short code of a failure ("http_503",
    "timeout", "not_a_feed"). `listed` counts the items of the listing, `new` those never seen before, `published`
    holds when they were published, for those that say so. `hint` is what `hint_of` found, `retry_after` what the
    header of that name says, `moved_to` the target of a permanent redirect (301, 308).
    """

    at: datetime
    saw: Saw
    reason: str = ""
    listed: int = 0
    new: int = 0
    published: tuple[datetime, ...] = ()
    hint: timedelta | None = None
    retry_after: timedelta | None = None
    moved_to: str = ""


def hint_of(headers: Mapping[str, str], ttl: timedelta | None, now: datetime) -> timedelta | None:
    """Return the longest that server or feed ask to wait, above zero and at most `LONGEST_ASKED`; None: nothing asked.

    `headers` has lower-case names, `ttl` is what the feed itself says. Counted are the TTL, max-age of Cache-Control
    less Age, and Expires less Date (`now` where there is none). What cannot be read counts as not said. Expires is not
    looked at where Cache-Control decides (RFC 9111, section 5.3): a server often adds an Expires of a month to a
    max-age of minutes. s-maxage is meant for caches that many share.
    """
    fresh = _cache_control(headers)
    if fresh is None:
        fresh = _expires(headers, now)
    longest = max(ttl or timedelta(), fresh)
    return min(longest, LONGEST_ASKED) if longest > timedelta() else None


def _cache_control(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long Cache-Control lets the answer live from now, zero for not at all; None: it does not say."""
    directives: dict[str, str] = {}
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.partition("=")
        directives.setdefault(name.strip(), value.strip().strip('"'))
    if directives.keys() & {"no-cache", "no-store"}:
        return timedelta()
    lifetime = _seconds(directives.get("max-age", ""))
    if lifetime is None:
        return None
    return lifetime - (_seconds(headers.get("age", "").strip()) or timedelta())


def _expires(headers: Mapping[str, str], now: datetime) -> timedelta:
    expires = _date(headers.get("expires", ""))
    # "0" and "-1" are usual for: it has expired.
    return expires - (_date(headers.get("date", "")) or now) if expires else timedelta()


def _seconds(text: str) -> timedelta | None:
    # RFC 9111 has a count of seconds end at 2**31.
    return timedelta(seconds=min(int(text), 2**31)) if re.fullmatch("[0-9]{1,18}", text) else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
