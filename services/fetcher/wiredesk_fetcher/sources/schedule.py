"""When a source is polled next: as often as it publishes, as seldom as it asks, ever less while it fails."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from wiredesk_fetcher.sources.health import Health, State
from wiredesk_fetcher.sources.polled import LONGEST_ASKED, Poll, Saw

# Before jitter. As Miniflux's entry_frequency scheduler has it, by default: 5 minutes to 24 hours.
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
# Of a source of which nothing is known; Miniflux's polling interval.
FIRST = timedelta(minutes=60)
DEAD_EVERY = timedelta(days=7)
BLOCKED_EVERY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)

# Some servers repeat their ETag when the feed has changed, for which Media Cloud's rss-fetcher has conditional requests
# switched off. A tenth keeps most of what they save, and bounds what a lie costs.
EVERY_NTH = 10

# Of one poll to the next: what a single odd listing says must not count at once.
LONGER_AT_MOST = 2
SHORTER_AT_MOST = 4
# And after a 304, which may be a lie: nine in a row, each doubling the wait of an hour, would hide a feed for a week.
LONGER_AFTER_304 = 1.25
JITTER = 0.1

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
# So many items a day make the last day count as much as the last week.
_TELLING_DAY = 10


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is remembered of how often a source publishes; `Rhythm()` is a source never polled. Times are in UTC.

    `day` and `week` are counts of items in which one of age t weighs exp(-t / day) or exp(-t / week): the first adapts
    within a day up and down, and a night without news takes but a third of it; the second knows slow sources. They are
    counted from `since` to `at`, the last answer. `every` is the wait that this comes to. `hint` is what was last asked
    for. `overran`: the last listing had new items only, so there may have been more. `conditional` counts the answered
    polls since the last that was unconditional.
    """

    since: datetime | None = None
    at: datetime | None = None
    day: float = 0.0
    week: float = 0.0
    every: timedelta | None = None
    hint: timedelta | None = None
    overran: bool = False
    conditional: int = EVERY_NTH - 1


def is_conditional(rhythm: Rhythm) -> bool:
    """Return whether the next poll may send If-None-Match and If-Modified-Since: all but the first and every 10th."""
    return rhythm.conditional < EVERY_NTH - 1


def interval(per_day: float) -> timedelta:
    """Return how often to poll a source that publishes so many items a day: a week / its weekly items, within bounds.

    The bounds are `SHORTEST` and `LONGEST`.
    """
    fewest = _DAY / LONGEST
    return max(_DAY / max(per_day, fewest), SHORTEST)


def per_day(rhythm: Rhythm) -> float | None:
    """Return about how many items a day the source publishes of late, or None when nothing tells."""
    if rhythm.since is None or rhythm.at is None or rhythm.since >= rhythm.at:
        return None
    watched = rhythm.at - rhythm.since
    last_day = rhythm.day / -math.expm1(-watched / _DAY)
    last_week = rhythm.week / (-math.expm1(-watched / _WEEK) * (_WEEK / _DAY))
    # Of a source with two items a day the last day tells hardly anything; with a hundred, nearly all.
    most = max(last_day, last_week)
    weight = most**2 / (most**2 + _TELLING_DAY**2)
    return weight * last_day + (1 - weight) * last_week


def rhythm_after(rhythm: Rhythm, poll: Poll) -> Rhythm:
    """Return the rhythm after a poll; one that failed tells nothing and changes nothing.

    The first listing is judged by when its items were published, the later ones by how many are new: sites date their
    items as they like. From one poll to the next an interval at most doubles, or after a 304 grows by a quarter, and at
    most becomes a quarter.
    """
    if not poll.saw.answered:
        return rhythm
    learned = replace(
        _first(poll) if rhythm.at is None else _counted(rhythm, rhythm.at, poll),
        # A 304 carries no feed that could ask for anything: what the last one asked for still holds.
        hint=poll.hint if poll.saw is Saw.LISTING else max(filter(None, (rhythm.hint, poll.hint)), default=None),
        conditional=rhythm.conditional + 1 if is_conditional(rhythm) else 0,
    )
    rate = per_day(learned)
    if rate is None:
        return learned
    every = interval(rate)
    if rhythm.at is not None:
        last = rhythm.every or FIRST
        longer = LONGER_AFTER_304 if poll.saw is Saw.NOT_MODIFIED else LONGER_AT_MOST
        every = min(max(every, last / SHORTER_AT_MOST), last * longer)
    return replace(learned, every=every)


def next_poll(
    health: Health, rhythm: Rhythm, poll: Poll, *, jitter: float, told_for: timedelta = timedelta()
) -> tuple[datetime, str]:
    """Return when to poll next, and why in words for people.

    `health` and `rhythm` are those after `poll`; `jitter` is a random number from 0 up to 1, which moves what we choose
    by up to a tenth either way and adds up to a tenth to what the site asks for: a thousand sources do not move in
    step, and no Retry-After and no hint is ever undercut. Both count up to `LONGEST_ASKED`. The time is after
    `poll.at`; it is `NEVER` for a source that is paused or gone. For so long as `told_for` its hub tells of what is
    new: meanwhile one that works is polled every `LONGEST` only.
    """
    if health.state is State.PAUSED:
        return NEVER, "paused: not polled until a person resumes it"
    if health.is_final:
        return NEVER, "gone: not polled again unless a person resumes it"
    # What failed says nothing of the copy that an earlier hint was about.
    hints = (poll.retry_after, poll.hint, rhythm.hint if poll.saw.answered else None)
    asked = min(max(filter(None, hints), default=timedelta()), LONGEST_ASKED)
    chosen, why = _chosen(health, rhythm)
    spared = min(told_for, LONGEST)
    if poll.saw.answered and not rhythm.overran and spared > chosen:
        chosen, why = spared, f"its hub tells of what is new, so looked at only every {spoken(spared)}"
    wait, asked_wait = chosen * (1 + JITTER * (2 * jitter - 1)), asked * (1 + JITTER * jitter)
    if asked_wait > wait:
        return poll.at + asked_wait, f"the site asks for {spoken(asked)}"
    return poll.at + wait, why


def spoken(duration: timedelta) -> str:
    """Return a duration in words, to the minute: "40 min", "1 h 30 min", "7 days"."""
    minutes = max(round(duration / timedelta(minutes=1)), 1)
    if minutes >= 2 * 24 * 60:
        return f"{round(duration / _DAY)} days"
    hours, minutes = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


def _first(poll: Poll) -> Rhythm:
    """Return what a first listing tells: from its oldest item on, that one not counted, its items are all there are."""
    times = sorted(time for time in poll.published if time <= poll.at)
    # Items that all say the same time say when the listing was made.
    if not times or times[0] == times[-1]:
        return Rhythm(since=poll.at, at=poll.at)
    ages = [poll.at - time for time in times[1:]]
    day = math.fsum(math.exp(-age / _DAY) for age in ages)
    return Rhythm(since=times[0], at=poll.at, day=day, week=math.fsum(math.exp(-age / _WEEK) for age in ages))


def _counted(rhythm: Rhythm, last: datetime, poll: Poll) -> Rhythm:
    # A clock that was set back must not make old items count more.
    at = max(poll.at, last)
    passed = at - last
    return replace(
        rhythm,
        at=at,
        day=rhythm.day * math.exp(-passed / _DAY) + poll.new * _mean_weight(passed / _DAY),
        week=rhythm.week * math.exp(-passed / _WEEK) + poll.new * _mean_weight(passed / _WEEK),
        # Of a listing with room for one item, every new one would be an alarm.
        overran=poll.listed > 1 and poll.new >= poll.listed,
    )


def _mean_weight(passed: float) -> float:
    """Return the mean of exp(-t) for t from 0 to `passed`: what an item weighs that came at any time since."""
    return -math.expm1(-passed) / passed if passed else 1.0


def _chosen(health: Health, rhythm: Rhythm) -> tuple[timedelta, str]:
    """Return the wait of our own choice, before jitter."""
    every, rate = rhythm.every or FIRST, per_day(rhythm)
    if health.state is State.DEAD:
        return DEAD_EVERY, "dead: looked at once a week"
    if health.state is State.BLOCKED:
        return BLOCKED_EVERY, "blocked: looked at once a day"
    if health.failures:
        # 2**9 makes the shortest wait longer than the longest: more would only overflow.
        wait = min(every * 2 ** min(int(health.failures), 9), LONGEST)
        return wait, f"failed {_times(health.failed)}: waiting {spoken(wait)}"
    if rate is None:
        return every, f"new, and not known yet how often it publishes: every {spoken(every)}"
    if rhythm.overran:
        wait = max(every / 2, SHORTEST)
        return wait, f"all it listed was new, so there may have been more: looked at again in {spoken(wait)}"
    # A wait that is still on its way to what the rate asks for.
    for_now = "" if 0.9 < every / interval(rate) < 1.1 else " for now"
    return every, f"publishes {_often(rate)}, so every {spoken(every)}{for_now}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _often(rate: float) -> str:
    if rate >= 1:
        return f"about {rate:.0f} a day"
    weekly = rate * 7
    return f"about {weekly:.0f} a week" if weekly >= 1 else "less than once a week"
