"""The one list of metrics: its page, its names, and what the processes have in their registries."""

import importlib
import re
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from deploy.prometheus.__main__ import PAGE, page
from wiredesk.engine import metrics
from wiredesk.metrics import known
from wiredesk.metrics.known import METRICS, Kind, Metric
from wiredesk.metrics.registry import counter, gauge, gauge_family, histogram, own_registry
from wiredesk_cleaner.drift.alarm import DriftAlarm
from wiredesk_cleaner.drift.watch import Watch
from wiredesk_desk.web.health import Health

# Those that count beside the engine.
OF_ONE_SERVICE = ("wiredesk_fetcher.sources.tally", "wiredesk_storage.retention.sweeping")


def families(text: str) -> dict[str, str]:
    """Name and kind of all that a text at /metrics tells, but for when it was made."""
    found = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        if not name.endswith("_created"):
            found[name] = family.type
    return found


def listed(*services: str) -> dict[str, str]:
    """Name and kind of all that one of `services` serves, as the list has it."""
    return {one.name: str(one.kind) for one in METRICS if set(services) & set(one.served_by)}


def text_of(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_the_page_is_what_the_list_says():
    assert page() == PAGE.read_text(encoding="utf-8"), "run `make metrics`"


def test_the_page_names_every_metric_and_every_label():
    text = page()
    assert [one.name for one in METRICS if f"| `{one.name}` |" not in text] == []
    labels = {label.name for one in METRICS for label in one.labels}
    assert [label for label in labels if f"| `{label}` |" not in text] == []


def test_the_workers_have_in_their_registry_what_the_list_says():
    for module in OF_ONE_SERVICE:
        importlib.import_module(module)
    found = families(text_of(metrics.REGISTRY))
    of_drift = {name for name in listed("cleaner") if name.startswith("wiredesk_cleaner_")}
    assert found == {name: kind for name, kind in listed(*known.WORKERS).items() if name not in of_drift}


def test_the_cleaner_tells_of_drift_what_the_list_says():
    registry = CollectorRegistry()
    registry.register(DriftAlarm(Watch()))
    assert families(text_of(registry)).items() <= listed("cleaner").items()
    assert len(families(text_of(registry))) == 5


async def test_the_desk_serves_what_the_list_says():
    desk: Any = SimpleNamespace(hub=SimpleNamespace(readers=3))
    text = await served(Health(desk))
    assert families(text) == listed("desk")
    assert "\nwiredesk_desk_streams 3.0\n" in text


async def served(health: Any) -> str:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await health({"type": "http", "path": "/metrics", "method": "GET"}, None, send)
    return b"".join(one.get("body", b"") for one in sent).decode()


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_name_says_kind_and_unit(metric: Metric):
    assert re.fullmatch("[a-z][a-z_]*[a-z]", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)
    stem = metric.name.removesuffix("_total")
    if metric.unit in ("seconds", "bytes"):
        assert stem.endswith(f"_{metric.unit}")
    assert list(metric.buckets) == sorted(set(metric.buckets))
    assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)


def test_no_two_have_one_name():
    assert len({one.name for one in METRICS}) == len(METRICS)


def test_what_the_module_names_is_listed():
    named = [one for one in vars(known).values() if isinstance(one, Metric)]
    assert [one.name for one in named if one not in METRICS] == []


@pytest.mark.parametrize(
    ("make", "metric"),
    [(counter, known.LAG), (gauge, known.RECORDS), (histogram, known.LAG), (gauge_family, known.BATCH_SECONDS)],
)
def test_one_kind_is_not_made_of_another(make: Any, metric: Metric):
    with pytest.raises(AssertionError, match=metric.name):
        make(metric)


def test_each_registry_is_its_own():
    one, other = own_registry(), own_registry()
    gauge(known.STREAMS, one).set(4)
    assert one.get_sample_value("wiredesk_desk_streams") == 4
    assert other.get_sample_value("wiredesk_desk_streams") is None


def test_what_has_not_happened_yet_is_told_as_none():
    stage = "a stage that has done nothing"
    metrics.begin(stage)
    for outcome in ("event", "rejected", "retry", "dead_letter"):
        assert value("wiredesk_records_total", stage=stage, outcome=outcome) == 0
    assert value("wiredesk_offset_gap_records_total", stage=stage) == 0
    assert value("wiredesk_failed_commits_total", stage=stage) == 0


def value(name: str, **labels: str) -> float | None:
    found: float | None = metrics.REGISTRY.get_sample_value(name, labels)
    return found


def test_a_histogram_is_asked_by_its_parts():
    parts = ("bucket", "count", "sum")
    assert known.ARTICLE_AGE.samples == tuple(f"wiredesk_article_age_seconds_{part}" for part in parts)
    assert known.LAG.samples == ("wiredesk_lag_records",)
