"""What the drift alarm says: a line on the log when one begins or ends, and metrics while it lasts. Never any text."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector, CollectorRegistry

from wiredesk.metrics import known
from wiredesk.metrics.registry import gauge_family
from wiredesk_cleaner.drift.evidence import Difference
from wiredesk_cleaner.drift.figures import Figure, Seen
from wiredesk_cleaner.drift.watch import Change, Drift, Turn, Watch

log = logging.getLogger(__name__)

# Those with the strongest evidence are named in the metrics: at most 380 series.
MOST_NAMED = 20

_HOSTS, _SINCE = known.DRIFTING.name, known.DRIFT_SINCE.name
_LAST, _HABIT, _PAGES = known.DRIFT_LAST.name, known.DRIFT_HABIT.name, known.DRIFT_PAGES.name

_ENDS = {
    Turn.OVER: "%s cleans as before again; at last %s",
    Turn.SETTLED: "%s has cleaned differently for long, that is its habit now: %s",
    Turn.FORGOTTEN: "%s is watched no longer, for many other hosts came after it; at last %s",
}


class DriftAlarm(Collector):
    """Takes pages in with `note`, and answers a registry with the hosts that clean differently as they are then."""

    def __init__(self, watch: Watch, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._watch = watch
        self._clock = clock

    def note(self, seen: Seen) -> None:
        """Take a page in; what that changes is on the log. Does not block."""
        for change in self._watch.observe(seen, self._clock()):
            _tell(change)

    def collect(self) -> Iterable[Metric]:
        """Return how many hosts have an alarm, and for the worst of them since when and in what."""
        drifting = self._watch.drifting()
        hosts, since = gauge_family(known.DRIFTING), gauge_family(known.DRIFT_SINCE)
        last, habit, pages = map(gauge_family, (known.DRIFT_LAST, known.DRIFT_HABIT, known.DRIFT_PAGES))
        hosts.add_metric([], len(drifting))
        for drift in drifting[:MOST_NAMED]:
            since.add_metric([drift.host], drift.since.timestamp())
            for one in drift.differences:
                for family, value in ((last, one.last), (habit, one.habit), (pages, one.pages)):
                    family.add_metric([drift.host, one.figure], value)
        return hosts, since, last, habit, pages


def read(metrics: str) -> tuple[int, list[Drift]]:
    """Return from the text of a cleaner's /metrics how many hosts have an alarm, and those that are named.

    Raises:
        ValueError: it is none, or of another release.
    """
    found: dict[str, dict[tuple[str, ...], float]] = {name: {} for name in (_HOSTS, _SINCE, _LAST, _HABIT, _PAGES)}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name in found:
                key = tuple(sample.labels[label] for label in ("host", "figure") if label in sample.labels)
                found[sample.name][key] = sample.value
    try:
        hosts = int(found[_HOSTS][()])
        differences = {
            (host, figure): Difference(
                Figure(figure), int(pages), found[_LAST][host, figure], found[_HABIT][host, figure]
            )
            for (host, figure), pages in found[_PAGES].items()
        }
    except KeyError as error:
        raise ValueError(f"no value for {error}") from None
    drifts = [
        Drift(host, datetime.fromtimestamp(at, UTC), tuple(one for (of, _), one in differences.items() if of == host))
        for (host,), at in found[_SINCE].items()
    ]
    if not all(drift.differences for drift in drifts):
        raise ValueError("a host without figures")
    return hosts, drifts


@contextmanager
def drift_alarm(registry: CollectorRegistry) -> Iterator[DriftAlarm]:
    """Yield an alarm that is in `registry` while the block runs."""
    alarm = DriftAlarm(Watch())
    registry.register(alarm)
    try:
        yield alarm
    finally:
        registry.unregister(alarm)


def _tell(change: Change) -> None:
    figures = "; ".join(map(str, change.drift.differences))
    if change.turn is Turn.BEGAN:
        log.warning("%s cleans differently: %s", change.drift.host, figures)
    else:
        log.info(_ENDS[change.turn], change.drift.host, figures)
