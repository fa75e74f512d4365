"""When a host may be asked next: one clock for everything that asks it, polls and articles alike. Pure.

A host is a registrable domain. Whoever wants to ask it claims a turn, asks, and gives the turn back with what the
answer says; the state in between is kept where all workers see it (`hosts`).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# In its own time a claim waits so long in place: to go to the retry topic and back takes longer.
NAP = timedelta(seconds=1)
# While a request is under way nobody knows when it ends.
_BUSY_NAP = timedelta(milliseconds=100)
# RFC 6585 and 9110 leave it open what to do without a Retry-After; each further one in a row doubles it.
FIRST_PENALTY = timedelta(seconds=30)
LONGEST_PENALTY = timedelta(hours=1)
# A host that does not answer at all: Media Cloud's story-indexer remembers it for ten minutes; the first times it may
# be a hiccup.
FIRST_DOWN = timedelta(seconds=10)
LONGEST_DOWN = timedelta(minutes=10)
_DOUBLINGS = 12
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Answered(StrEnum):
    """How a request ended, as far as the host's clock is concerned."""

    WELL = "well"
    BUSY = "busy"
    """it answered 429 or 503"""
    DOWN = "down"
    """no connection, no answer in time, no such name"""


@dataclass(frozen=True, slots=True)
class Host:
    """What is remembered of a host. All times UTC.

    `planned_until` is the end of the queue of those that were told a time; `busy_until` is set while a request is
    under way, and is when it counts as lost with its worker. `turn` numbers the requests.
    """

    next_request: datetime = LONG_AGO
    planned_until: datetime = LONG_AGO
    busy_until: datetime | None = None
    turn: int = 0
    busy_answers: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Granted:
    """Ask now; `turn` is the number to give back."""

    turn: int


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: claim again at `at`."""

    at: datetime


def claim(
    host: Host, now: datetime, delay: timedelta, lease: timedelta, *, has_waited: bool
) -> tuple[Host, Granted | Later]:
    """Return the host's new state and whether it may be asked now.

    Args:
        host: its state.
        now: the time.
        delay: between the starts of two requests.
        lease: how long a request can take at most.
        has_waited: it was told a time before. Who comes new goes behind those, and is told a time of its own; who has
            waited and comes a moment too early or too late keeps its place.
    """
    has_queue = host.planned_until > max(host.next_request, now)
    is_busy = host.busy_until is not None and host.busy_until > now
    if not is_busy and now >= host.next_request and (has_waited or not has_queue):
        after = now + delay
        claimed = Host(
            next_request=after,
            planned_until=max(host.planned_until, after),
            busy_until=now + lease,
            turn=host.turn + 1,
            busy_answers=host.busy_answers,
            failures=host.failures,
        )
        return claimed, Granted(claimed.turn)
    free = max(host.next_request, now + _BUSY_NAP if is_busy else now)
    if has_waited or (free - now <= NAP and not has_queue):
        return host, Later(free)
    at = max(host.planned_until, free)
    return replace(host, planned_until=at + delay), Later(at)


def give_back(
    host: Host,
    turn: int,
    now: datetime,
    answered: Answered,
    *,
    delay: timedelta,
    retry_after: timedelta | None = None,
) -> Host:
    """Return the state after the request of `turn` ended; what a lost worker gives back late changes nothing.

    `delay` counts from here: when the request reached the host, only the answer tells. `retry_after` is what the host
    asked for, whatever it answered. A host that was busy or down is remembered: the pauses double from one to the
    next, and each good answer takes one step back.
    """
    if turn != host.turn:
        return host
    busy, failures = host.busy_answers, host.failures
    pause = max(delay, retry_after or timedelta())
    if answered is Answered.WELL:
        busy, failures = max(0, busy - 1), 0
    elif answered is Answered.BUSY:
        pause = max(pause, min(FIRST_PENALTY * 2 ** min(busy, _DOUBLINGS), LONGEST_PENALTY))
        busy, failures = busy + 1, 0
    else:
        pause = max(pause, min(FIRST_DOWN * 2 ** min(failures, _DOUBLINGS), LONGEST_DOWN))
        failures += 1
    return replace(
        held(host, now + pause),
        busy_until=None,
        busy_answers=busy,
        failures=failures,
    )


def held(host: Host, until: datetime) -> Host:
    """Return the state of a host that may not be asked before `until`."""
    free = max(host.next_request, until)
    return replace(host, next_request=free, planned_until=max(host.planned_until, free))
