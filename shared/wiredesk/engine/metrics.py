"""Every metric of ours, with unit and meaning; a typo is an attribute error, and a label never holds a URL.

In a registry of their own, served at /metrics beside the process's figures.
"""

from collections.abc import Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

RECORDS = Counter(
    "wiredesk_records",
    "Records worked, by outcome: event, rejected, retry, dead_letter",
    ["stage", "outcome"],
    registry=REGISTRY,
)
REDELIVERIES = Counter(
    "wiredesk_redeliveries",
    "Times that work in hand was given back, by cause: the outage, or rebalance",
    ["stage", "cause"],
    registry=REGISTRY,
)
REWINDS = Counter(
    "wiredesk_rewinds",
    "Times that reading went back after an error of the Kafka client, by its type",
    ["stage", "cause"],
    registry=REGISTRY,
)
FAILED_COMMITS = Counter("wiredesk_failed_commits", "Offset commits that failed", ["stage"], registry=REGISTRY)
DEAD_LETTERS = Counter("wiredesk_dead_letters", "Dead letters, by reason", ["stage", "reason"], registry=REGISTRY)
REJECTIONS = Counter("wiredesk_rejections", "Rejected articles, by reason", ["stage", "reason"], registry=REGISTRY)
OFFSET_GAP = Counter(
    "wiredesk_offset_gap_records", "Records that retention removed before they were read", ["stage"], registry=REGISTRY
)
BATCH_SECONDS = Histogram(
    "wiredesk_batch_seconds", "Seconds from batch in to all outputs durable", ["stage"], registry=REGISTRY
)
BATCH_RECORDS = Histogram(
    "wiredesk_batch_records",
    "Records in a batch",
    ["stage"],
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
)
LAG = Gauge(
    "wiredesk_lag_records",
    "Records not committed on a partition this worker owns",
    ["stage", "topic", "partition"],
    registry=REGISTRY,
)
LAG_SECONDS = Gauge(
    "wiredesk_lag_seconds",
    "Age of the oldest record in hand of a partition; 0 when none is",
    ["stage", "topic", "partition"],
    registry=REGISTRY,
)
LOOP_LAG = Gauge(
    "wiredesk_loop_lag_seconds", "The longest the event loop stood still in the last minute", registry=REGISTRY
)
CIRCUIT_OPEN = Gauge(
    "wiredesk_circuit_open", "1 while the circuit breaker holds the stage", ["stage"], registry=REGISTRY
)


def count(stage: str, outcome: str, reasons: Sequence[str]) -> None:
    """Count one record's outcome, and its reasons when it was refused or could not pass."""
    _records(stage, outcome).inc()
    counter = {"dead_letter": DEAD_LETTERS, "rejected": REJECTIONS}.get(outcome)
    if counter is not None:
        for reason in reasons:
            counter.labels(stage, reason).inc()


# To find the child of a label takes longer than to count.
@cache
def _records(stage: str, outcome: str) -> Counter:
    return RECORDS.labels(stage, outcome)
