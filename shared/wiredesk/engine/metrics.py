"""Every metric of ours, with unit and meaning; a typo is an attribute error, and a label never holds a URL.

In a registry of their own, served at /metrics beside the process's figures.
"""

from collections.abc import Sequence

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
    "wiredesk_batches_redelivered", "Batches given back after an outage", ["stage"], registry=REGISTRY
)
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
LAG = Gauge("wiredesk_lag_records", "Records waiting on the partitions this worker owns", ["stage"], registry=REGISTRY)
CIRCUIT_OPEN = Gauge(
    "wiredesk_circuit_open", "1 while the circuit breaker holds the stage", ["stage"], registry=REGISTRY
)


def count(stage: str, outcome: str, reasons: Sequence[str]) -> None:
    """Count one record's outcome, and its reasons when it was refused or could not pass."""
    RECORDS.labels(stage, outcome).inc()
    counter = {"dead_letter": DEAD_LETTERS, "rejected": REJECTIONS}.get(outcome)
    if counter is not None:
        for reason in reasons:
            counter.labels(stage, reason).inc()
