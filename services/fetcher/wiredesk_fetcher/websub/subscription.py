"""A subscription at a hub: what it is asked with, how long it holds, whether it can be relied on. Pure."""

import hmac
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

# Asked for; a hub grants what it likes.
LEASE = timedelta(days=10)
LONGEST_LEASE = timedelta(days=30)
# Of a lease: the two days that are left of ten are enough for five tries.
RENEWED_AT = 0.8
# However short a lease is.
RENEWED_AFTER = timedelta(minutes=5)
# After the first try that no verification followed, the second, and so on; the last for all others.
RETRIES = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), *(timedelta(days=1),) * 2, timedelta(days=7))
DENIED_FOR = timedelta(days=7)
# Between two polls that deliveries bring forward.
EARLY_EVERY = timedelta(minutes=1)
# So many times in a row a hub must have told of what a poll then found.
PROVEN = 3
# Section 7.1; the digests are hexadecimal. Most hubs sign with SHA-1, which is sound within an HMAC (RFC 6194).
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})


class State(StrEnum):
    """Where a subscription stands."""

    ASKED = "asked"  # or about to be; the hub has not verified it yet
    ACTIVE = "active"
    DENIED = "denied"
    LEAVING = "leaving"  # its source is gone or paused, or names no hub any more


@dataclass(frozen=True, slots=True)
class Subscription:
    """The subscription of a source. Times are in UTC.

    `token` is the last part of the callback's path, `secret` the key of signatures: neither may reach a log.
    `active_since` is when the hub first verified it, `news_since` when the last poll that found something new began.
    `proven` counts the polls in a row whose news the hub had told of.
    """

    source_id: UUID
    hub: str
    topic: str
    base: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    state: State
    active_since: datetime | None = None
    lease_expires_at: datetime | None = None
    last_delivery: datetime | None = None
    news_since: datetime | None = None
    proven: int = 0


def request(subscription: Subscription) -> dict[str, str]:
    """Return the form that asks for the subscription, renews it, or when it is `LEAVING` ends it (section 5.1)."""
    form = {
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic,
        # The same at a renewal: a hub renews a topic and callback in place, and would deliver twice to a new one.
        "hub.callback": f"{subscription.base}/{subscription.token}",
    }
    if subscription.state is State.LEAVING:
        return {**form, "hub.mode": "unsubscribe"}
    return {**form, "hub.lease_seconds": str(int(LEASE.total_seconds())), "hub.secret": subscription.secret}


def lease_of(seconds: str) -> timedelta:
    """Return the lease that a hub names, at most `LONGEST_LEASE`; what was asked for where it names none."""
    if not re.fullmatch("[0-9]{1,18}", seconds) or not int(seconds):
        return LEASE
    return min(timedelta(seconds=min(int(seconds), 2**31)), LONGEST_LEASE)


def renewal(lease: timedelta) -> timedelta:
    """Return how long after its verification a subscription is renewed."""
    return max(lease * RENEWED_AT, RENEWED_AFTER)


def judged(subscription: Subscription, *, new: int, began: datetime) -> Subscription:
    """Return the subscription after a poll that found so many new items and began then.

    A hub that did not tell of them starts again at nothing. A poll without news tells nothing.
    """
    if not new or subscription.active_since is None:
        return subscription
    since, delivered = subscription.news_since or subscription.active_since, subscription.last_delivery
    proven = subscription.proven + 1 if delivered is not None and delivered > since else 0
    return replace(subscription, proven=proven, news_since=began)


def told_for(subscription: Subscription, *, new: int, last_success: datetime | None, now: datetime) -> timedelta:
    """Return for how long from now the hub can be relied on to tell of what is new; zero: it cannot.

    `subscription` is that after a poll with so many new items, `last_success` when the one before it answered. A poll
    that a delivery called and that found nothing may have come before the cache of a site knew: the next one is as if
    there were no hub.
    """
    ends, told = subscription.lease_expires_at, subscription.last_delivery
    if subscription.state is not State.ACTIVE or subscription.proven < PROVEN or ends is None:
        return timedelta()
    if not new and told is not None and (last_success is None or told > last_success):
        return timedelta()
    return max(ends - now, timedelta())


class Signature:
    """What an X-Hub-Signature header claims of a body, which is given piece by piece: it need not be held."""

    def __init__(self, header: str, secret: str) -> None:
        method, _, self._claimed = header.strip().partition("=")
        known = method.lower() in _METHODS
        self._mac = hmac.new(secret.encode(), digestmod=method.lower()) if known else None

    def update(self, body: bytes) -> None:
        """Take the next piece of the body, as it came."""
        if self._mac is not None:
            self._mac.update(body)

    def holds(self) -> bool:
        """Tell whether it is right for the pieces; compared in the same time whatever it claims."""
        if self._mac is None:
            return False
        claimed = self._claimed.lower().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(self._mac.hexdigest().encode(), claimed)
