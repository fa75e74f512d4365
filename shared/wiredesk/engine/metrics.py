"""The metrics of a stage as objects that count; a typo is an attribute error. `metrics.known` says what each is."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from prometheus_client import Counter, Histogram

from wiredesk.contracts.wire import Record
from wiredesk.metrics import known
from wiredesk.metrics.registry import REGISTRY, counter, gauge, histogram

__all__ = ["REGISTRY"]

OUTCOMES = ("event", "rejected", "retry", "dead_letter")
# No topic between two stages keeps a record longer: what is older did not wait here, it came out of an archive.
OLDEST = timedelta(days=7)

RECORDS = counter(known.RECORDS)
ARTICLE_AGE = histogram(known.ARTICLE_AGE)
REDELIVERIES = counter(known.REDELIVERIES)
REWINDS = counter(known.REWINDS)
FAILED_COMMITS = counter(known.FAILED_COMMITS)
DEAD_LETTERS = counter(known.DEAD_LETTERS)
REJECTIONS = counter(known.REJECTIONS)
OFFSET_GAP = counter(known.OFFSET_GAP)
BATCH_SECONDS = histogram(known.BATCH_SECONDS)
BATCH_RECORDS = histogram(known.BATCH_RECORDS)
REBALANCE_SECONDS = histogram(known.REBALANCE_SECONDS)
LAG = gauge(known.LAG)
LAG_SECONDS = gauge(known.LAG_SECONDS)
LOOP_LAG = gauge(known.LOOP_LAG)
CIRCUIT_OPEN = gauge(known.CIRCUIT_OPEN)


def begin(stage: str) -> None:
    """Show what has not happened yet as 0: of a counter that begins with 1 Prometheus sees no increase."""
    for outcome in OUTCOMES:
        _records(stage, outcome)
    OFFSET_GAP.labels(stage)
    FAILED_COMMITS.labels(stage)


def count(stage: str, outcome: str, reasons: Sequence[str]) -> None:
    """Count one record's outcome, and its reasons when it was refused or could not pass."""
    _records(stage, outcome).inc()
    reasoned = {"dead_letter": DEAD_LETTERS, "rejected": REJECTIONS}.get(outcome)
    if reasoned is not None:
        for reason in reasons:
            reasoned.labels(stage, reason).inc()


def observe_ages(ages: Histogram, outputs: Iterable[Record], now: datetime) -> None:
    """Tell `ages`, a stage's own, how old each article of `outputs` is; what is no article's content says nothing."""
    for output in outputs:
        if output.fetched_at is not None and (age := now - output.fetched_at) <= OLDEST:
            # The clocks of two machines may differ a little.
            ages.observe(max(0.0, age.total_seconds()))


# To find the child of a label takes longer than to count.
@cache
def _records(stage: str, outcome: str) -> Counter:
    return RECORDS.labels(stage, outcome)
