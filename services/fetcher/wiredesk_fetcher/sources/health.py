"""How a source is, as its polls tell: the state, and why in words for people."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from wiredesk.contracts.sources import SourceState
from wiredesk_fetcher.sources.polled import Poll, Saw

State: TypeAlias = SourceState

# Media Cloud's rss-fetcher: "a surprising number of feeds come back from what looks like death"; its MAX_FAILURES went
# from 4 to 10 to 30. It counts 0.5 for a soft failure and 0.25 for a passing one, as what may pass by itself counts
# here: one that lasts is dead as well, only later.
DEAD_AFTER = 30.0
SOFT_FAILURE = 0.25
HARD_FAILURE = 1.0

QUIET_AFTER = timedelta(days=7)
QUIET_GAPS = 5
# Of the usual gap, for each new item: about the last ten count.
GAP_WEIGHT = 0.1

_CODES = {
    "timeout": "the site did not answer in time",
    "connection": "no connection to the site could be made",
    "dns": "the name of the site is not known",
    "not_a_feed": "what came is no feed",
    "too_large": "what came is too large",
    "robots": "the site's robots.txt forbids it",
}
_UNSAID = {
    Saw.SOFT_ERROR: "the site failed",
    Saw.HARD_ERROR: "the site has no feed there",
    Saw.BLOCKED: "the site forbids it",
}


@dataclass(frozen=True, slots=True)
class Health:
    """What is remembered of a source's polls; `Health()` is a source never polled. Times are in UTC.

    `failures` weighs what failed since the last success: a hard error counts 1, a soft one 0.25; `failed` counts those
    polls. `last_new` is when something new was last found; at the first success, when the newest item was published,
    or else that poll. `usual_gap` is the mean time between two items, the last ones most. `gone`: the site said 410.
    """

    state: State = State.NEW
    failures: float = 0.0
    failed: int = 0
    last_success: datetime | None = None
    last_poll: datetime | None = None
    last_new: datetime | None = None
    usual_gap: timedelta | None = None
    gone: bool = False
    reason: str = "not polled yet; its first poll comes next"

    @property
    def is_final(self) -> bool:
        """Whether it is never polled again unless a person resumes it."""
        return self.gone


def after(health: Health, poll: Poll) -> Health:
    """Return the health after a poll.

    Any answer makes a source healthy, or quiet, again. It fails until its failures reach `DEAD_AFTER`; a 410 makes it
    dead at once and for good. One that is blocked stays so until it answers or is dead. A poll that was under way when
    a person paused the source leaves it paused.
    """
    changed = _answered(health, poll) if poll.saw.answered else _failed(health, poll)
    if health.state is State.PAUSED:
        return replace(changed, state=State.PAUSED, reason=health.reason)
    return changed


def paused(health: Health) -> Health:
    """Return the health of a source that a person stops; what its polls told is kept."""
    return replace(health, state=State.PAUSED, reason="paused by a person; not polled until one resumes it")


def resumed(health: Health) -> Health:
    """Return the health of a source that a person starts again, whatever stopped it: as new, its failures forgotten."""
    reason = "resumed by a person; polled next as a new source is"
    return replace(health, state=State.NEW, failures=0.0, failed=0, gone=False, reason=reason)


def _answered(health: Health, poll: Poll) -> Health:
    last_new, usual_gap = _rhythm(health, poll)
    is_quiet = poll.at - last_new > max(QUIET_AFTER, QUIET_GAPS * (usual_gap or timedelta()))
    reason = (
        f"it answers, but nothing new has come since {_time(last_new)}; polled on, less and less often"
        if is_quiet
        else f"it answers, and had something new last on {_time(last_new)}; polled as often as it publishes"
    )
    return replace(
        health,
        state=State.QUIET if is_quiet else State.HEALTHY,
        failures=0.0,
        failed=0,
        last_success=poll.at,
        last_poll=poll.at,
        last_new=last_new,
        usual_gap=usual_gap,
        gone=False,
        reason=reason,
    )


def _rhythm(health: Health, poll: Poll) -> tuple[datetime, timedelta | None]:
    """Return when something new last came, and the usual gap between items."""
    if health.last_new is None:
        # A feed that was left years ago is quiet at first sight.
        times = [time for time in poll.published if time <= poll.at]
        newest = max(times, default=poll.at)
        return newest, (newest - min(times)) / (len(times) - 1) if len(times) > 1 else None
    if not poll.new:
        return health.last_new, health.usual_gap
    gap = max(poll.at - health.last_new, timedelta()) / poll.new
    if health.usual_gap is not None:
        gap = health.usual_gap + (gap - health.usual_gap) * (1 - (1 - GAP_WEIGHT) ** poll.new)
    return poll.at, gap


def _failed(health: Health, poll: Poll) -> Health:
    failed = replace(health, failed=health.failed + 1, last_poll=poll.at)
    if poll.saw is Saw.GONE:
        reason = "the site says that it is gone for good (410); not polled again unless a person resumes it"
        return replace(failed, state=State.DEAD, failures=health.failures + HARD_FAILURE, gone=True, reason=reason)
    if poll.saw is Saw.BLOCKED:
        # The site is there and has decided: that is no failure of it.
        return replace(failed, state=State.BLOCKED, reason=_why(failed, poll, State.BLOCKED))
    failures = health.failures + (SOFT_FAILURE if poll.saw is Saw.SOFT_ERROR else HARD_FAILURE)
    if failures >= DEAD_AFTER or health.state is State.DEAD:
        state = State.DEAD
    else:
        # A site that forbids polls and is then out of order is not to be polled more often for it.
        state = State.BLOCKED if health.state is State.BLOCKED else State.FAILING
    return replace(failed, state=state, failures=failures, reason=_why(failed, poll, state))


def _why(health: Health, poll: Poll, state: State) -> str:
    polls = "the last poll has failed" if health.failed == 1 else f"the last {health.failed} polls have failed"
    since = f"since one worked on {_time(health.last_success)}" if health.last_success else "and none ever worked"
    following = {
        State.FAILING: f"tried again after ever longer waits; it counts as dead at {DEAD_AFTER:.0f} failures",
        State.BLOCKED: "looked at once a day, in case that changes",
        State.DEAD: "looked at once a week, and back with its first answer",
    }
    return f"{_said(poll)}: {polls} {since}; {following[state]}"


def _said(poll: Poll) -> str:
    status = poll.reason.removeprefix("http_")
    if status != poll.reason:
        return f"the site answered {status}"
    return _CODES.get(poll.reason) or poll.reason.replace("_", " ") or _UNSAID[poll.saw]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
