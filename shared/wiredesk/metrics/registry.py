"""The metrics of a process as prometheus_client has them, made from what is `known`; served beside its own figures.

A registry of its own, so that in a program that uses a part of this as a library no figure of the two gets in the way.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector

from wiredesk.metrics.child_processes import ChildProcesses
from wiredesk.metrics.known import Kind, Metric


def own_registry() -> CollectorRegistry:
    """Return a new registry that tells what this process and its children use, and nothing else yet."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(ChildProcesses())
    return registry


REGISTRY = own_registry()


def counter(metric: Metric, registry: CollectorRegistry = REGISTRY) -> Counter:
    """Return the counter that `metric` describes, in `registry`."""
    _check(metric, Kind.COUNTER)
    return Counter(metric.name, metric.meaning, _labels(metric), registry=registry)


def gauge(metric: Metric, registry: CollectorRegistry = REGISTRY) -> Gauge:
    """Return the gauge that `metric` describes, in `registry`."""
    _check(metric, Kind.GAUGE)
    return Gauge(metric.name, metric.meaning, _labels(metric), registry=registry)


def histogram(metric: Metric, registry: CollectorRegistry = REGISTRY) -> Histogram:
    """Return the histogram that `metric` describes, in `registry`."""
    _check(metric, Kind.HISTOGRAM)
    return Histogram(metric.name, metric.meaning, _labels(metric), registry=registry, buckets=metric.buckets)


def gauge_family(metric: Metric) -> GaugeMetricFamily:
    """Return an empty family of the gauge that `metric` describes, for what is made anew each time it is asked for."""
    _check(metric, Kind.GAUGE)
    return GaugeMetricFamily(metric.name, metric.meaning, labels=_labels(metric))


def _labels(metric: Metric) -> tuple[str, ...]:
    return tuple(label.name for label in metric.labels)


def _check(metric: Metric, kind: Kind) -> None:
    assert metric.kind is kind, f"{metric.name} is a {metric.kind}"
