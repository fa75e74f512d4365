"""Every metric that a process serves at /metrics: name, kind, unit, labels, meaning. Data only.

The one list: the objects that count are made from it (`registry`), `docs/metrics.md` is, and tests hold the alert rules
and the dashboards against it. No label ever holds a URL, an id or a text; `host` is the name of a site.
"""

from dataclasses import dataclass
from enum import StrEnum

WORKERS = ("fetcher", "cleaner", "tagger", "storage")
EVERYBODY = (*WORKERS, "desk")


class Kind(StrEnum):
    """What may be done with it: a counter only grows and wants `rate`, a histogram wants `histogram_quantile`."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its name, and what its values are."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `name` is as it is served: a counter's ends in `_total`. `buckets` are the upper bounds."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: tuple[Label, ...] = ()
    served_by: tuple[str, ...] = WORKERS
    buckets: tuple[float, ...] = ()

    @property
    def samples(self) -> tuple[str, ...]:
        """The names of its series."""
        if self.kind is Kind.HISTOGRAM:
            return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))
        return (self.name,)


_STAGE = Label("stage", "the service")
_TOPIC = Label("topic", "the Kafka topic, its lane's prefix included")
_PARTITION = Label("partition", "the partition's number")
_HOST = Label("host", "registrable host")
_FIGURE = Label("figure", "what is compared: a share of the pages, or their words")
_CAUSE = "a short code or the type of an error"

# ---- what becomes of records ----

RECORDS = Metric(
    "wiredesk_records_total",
    Kind.COUNTER,
    "records",
    "Records worked, by outcome",
    (_STAGE, Label("outcome", "`event`, `rejected`, `retry` or `dead_letter`")),
)
# 300 s is the objective (deploy/prometheus/rules.yaml): without a bound there its share could not be told.
ARTICLE_AGE = Metric(
    "wiredesk_article_age_seconds",
    Kind.HISTOGRAM,
    "seconds",
    "From `fetched_at`, when the page was got or the text submitted, to when what the stage made of it is durable; "
    "in storage of what became the current revision. What was got more than 7 days before, from an archive, does not "
    "count",
    (_STAGE,),
    buckets=(0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400),
)
DEAD_LETTERS = Metric(
    "wiredesk_dead_letters_total",
    Kind.COUNTER,
    "records",
    "Dead letters, by reason",
    (_STAGE, Label("reason", "as in the header `wiredesk-reason`")),
)
REJECTIONS = Metric(
    "wiredesk_rejections_total",
    Kind.COUNTER,
    "articles",
    "Rejected articles, by reason",
    (_STAGE, Label("reason", "as in `ArticleRejected`")),
)
OFFSET_GAP = Metric(
    "wiredesk_offset_gap_records_total",
    Kind.COUNTER,
    "records",
    "Records that retention removed before they were read",
    (_STAGE,),
)
BATCH_SECONDS = Metric(
    "wiredesk_batch_seconds",
    Kind.HISTOGRAM,
    "seconds",
    "From batch in to all outputs durable",
    (_STAGE,),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
)
BATCH_RECORDS = Metric(
    "wiredesk_batch_records",
    Kind.HISTOGRAM,
    "records",
    "Records in a batch",
    (_STAGE,),
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
)

# ---- what waits ----

LAG = Metric(
    "wiredesk_lag_records",
    Kind.GAUGE,
    "records",
    "Records not committed on a partition that this process owns; there is none for a partition of another's",
    (_STAGE, _TOPIC, _PARTITION),
)
LAG_SECONDS = Metric(
    "wiredesk_lag_seconds",
    Kind.GAUGE,
    "seconds",
    "Age of the oldest record in hand of a partition; 0 when none is",
    (_STAGE, _TOPIC, _PARTITION),
)

# ---- what goes wrong ----

REBALANCE_SECONDS = Metric(
    "wiredesk_rebalance_seconds",
    Kind.HISTOGRAM,
    "seconds",
    "From when a process was asked to hand its partitions over, the work in hand included, to when it had its share of "
    "them again: the pause that a replica which comes or goes is to the others of its group",
    (_STAGE,),
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
REDELIVERIES = Metric(
    "wiredesk_redeliveries_total",
    Kind.COUNTER,
    "times",
    "Times that work in hand was given back",
    (_STAGE, Label("cause", f"`rebalance`, or of the outage {_CAUSE}")),
)
REWINDS = Metric(
    "wiredesk_rewinds_total",
    Kind.COUNTER,
    "times",
    "Times that reading went back to the last commit after an error of the Kafka client",
    (_STAGE, Label("cause", "the type of the error")),
)
FAILED_COMMITS = Metric("wiredesk_failed_commits_total", Kind.COUNTER, "times", "Offset commits that failed", (_STAGE,))
CIRCUIT_OPEN = Metric(
    "wiredesk_circuit_open", Kind.GAUGE, "0 or 1", "1 while the circuit breaker holds the stage", (_STAGE,)
)
LOOP_LAG = Metric(
    "wiredesk_loop_lag_seconds", Kind.GAUGE, "seconds", "The longest the event loop stood still in the last minute"
)

# ---- of one service ----

SOURCES = Metric(
    "wiredesk_fetcher_sources",
    Kind.GAUGE,
    "sources",
    "Sources by state, counted every half minute; each fetcher that polls counts all of them, so take the `max`",
    (Label("state", "as on `sources.health.v1`"),),
    ("fetcher",),
)
POLL_DELAY = Metric(
    "wiredesk_fetcher_poll_delay_seconds",
    Kind.GAUGE,
    "seconds",
    "How long the source that waits longest is due and not taken by any fetcher; 0 when none is. Take the `max`",
    served_by=("fetcher",),
)
POLLS = Metric(
    "wiredesk_fetcher_polls_total",
    Kind.COUNTER,
    "polls",
    "Polls of sources, by what came back",
    (
        Label(
            "saw",
            "an answer (`listing`, `not_modified`, `same_body`) or `soft_error`, `hard_error`, `gone`, `blocked`",
        ),
    ),
    ("fetcher",),
)
DRIFTING = Metric(
    "wiredesk_cleaner_drifting_hosts",
    Kind.GAUGE,
    "hosts",
    "Hosts whose pages suddenly clean differently",
    served_by=("cleaner",),
)
DRIFT_SINCE = Metric(
    "wiredesk_cleaner_drift_since_seconds",
    Kind.GAUGE,
    "Unix time",
    "Since when a host cleans differently; of the 20 with the strongest evidence",
    (_HOST,),
    ("cleaner",),
)
DRIFT_LAST = Metric(
    "wiredesk_cleaner_drift_last",
    Kind.GAUGE,
    "share, or words",
    "A figure of the host's last pages",
    (_HOST, _FIGURE),
    ("cleaner",),
)
DRIFT_HABIT = Metric(
    "wiredesk_cleaner_drift_habit",
    Kind.GAUGE,
    "share, or words",
    "What the figure was before",
    (_HOST, _FIGURE),
    ("cleaner",),
)
DRIFT_PAGES = Metric(
    "wiredesk_cleaner_drift_pages",
    Kind.GAUGE,
    "pages",
    "How many pages the figure of the last ones is of",
    (_HOST, _FIGURE),
    ("cleaner",),
)
STORAGE_DELETED = Metric(
    "wiredesk_storage_deleted_total",
    Kind.COUNTER,
    "rows",
    "Rows that retention deleted",
    (Label("what", "`articles` or `revisions`"),),
    ("storage",),
)
STREAMS = Metric("wiredesk_desk_streams", Kind.GAUGE, "readers", "Readers of /v1/stream", served_by=("desk",))

# ---- what a process uses ----

CHILDREN = Metric(
    "wiredesk_child_processes",
    Kind.GAUGE,
    "processes",
    "Processes that this one has started and that live: those of its pool. Linux only, as the next two",
    served_by=EVERYBODY,
)
CHILDREN_CPU = Metric(
    "wiredesk_child_cpu_seconds_total",
    Kind.COUNTER,
    "seconds",
    "CPU time of its child processes, of those that have ended as well; `process_cpu_seconds_total` has none of it",
    served_by=EVERYBODY,
)
CHILDREN_MEMORY = Metric(
    "wiredesk_child_resident_memory_bytes",
    Kind.GAUGE,
    "bytes",
    "Resident memory of its child processes; what they share is counted in each",
    served_by=EVERYBODY,
)
PROCESS = (
    Metric("process_cpu_seconds_total", Kind.COUNTER, "seconds", "CPU time of the process", served_by=EVERYBODY),
    Metric("process_resident_memory_bytes", Kind.GAUGE, "bytes", "Its resident memory", served_by=EVERYBODY),
    Metric("process_virtual_memory_bytes", Kind.GAUGE, "bytes", "Its address space", served_by=EVERYBODY),
    Metric("process_start_time_seconds", Kind.GAUGE, "Unix time", "When it was started", served_by=EVERYBODY),
    Metric("process_open_fds", Kind.GAUGE, "files", "Its open files and connections", served_by=EVERYBODY),
    Metric("process_max_fds", Kind.GAUGE, "files", "How many it may have", served_by=EVERYBODY),
)

METRICS = (
    *(RECORDS, ARTICLE_AGE, DEAD_LETTERS, REJECTIONS, OFFSET_GAP, BATCH_SECONDS, BATCH_RECORDS),
    *(LAG, LAG_SECONDS),
    *(REBALANCE_SECONDS, REDELIVERIES, REWINDS, FAILED_COMMITS, CIRCUIT_OPEN, LOOP_LAG),
    *(SOURCES, POLL_DELAY, POLLS),
    *(DRIFTING, DRIFT_SINCE, DRIFT_LAST, DRIFT_HABIT, DRIFT_PAGES),
    *(STORAGE_DELETED, STREAMS),
    *(CHILDREN, CHILDREN_CPU, CHILDREN_MEMORY, *PROCESS),
)
