"""What Prometheus and Grafana get on Kubernetes: the alarms and dashboards of the checkout, and labels they need."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.kubernetes import __main__ as made
from tests.deploy.chart import CHART, SERVICES, base, of_kind, pods
from tests.deploy.conftest import OF_MONITORING, Helm
from tests.deploy.queries import DASHBOARDS, RULES
from tests.deploy.value_sets import SETS
from wiredesk.contracts.topics import MiB

WATCHED: dict[str, Any] = {"metrics": {"podMonitor": {"enabled": True, "labels": {"release": "of-us"}}}}
SHOWN: dict[str, Any] = {"metrics": {"dashboards": {"enabled": True}}}
LANE = SETS["a lane beside another release"]


def test_alarms_and_dashboards_of_the_chart_are_those_of_the_checkout():
    written = {path: path.read_text() for path in (CHART / "files").rglob("*") if path.is_file()}
    del written[made.CONTRACTS]
    assert written == made.copies(), "run `make kubernetes`"
    assert {path.name for path in written} == {RULES.name, *(path.name for path in DASHBOARDS)}


def test_a_dashboard_is_small_enough_for_a_config_map():
    assert max(path.stat().st_size for path in DASHBOARDS) < MiB / 2


def test_nothing_is_asked_of_the_prometheus_operator_or_of_grafana_by_default():
    assert {one["kind"] for one in base()}.isdisjoint(OF_MONITORING)
    assert not [name for name in of_kind(base(), "ConfigMap") if "dashboard" in name]


def test_the_rules_are_those_of_the_checkout_and_are_found_like_the_pods(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, WATCHED)
    (rule,), (monitor,) = of_kind(objects, "PrometheusRule").values(), of_kind(objects, "PodMonitor").values()
    assert rule["spec"] == yaml.safe_load(RULES.read_text())
    assert rule["metadata"]["labels"] == monitor["metadata"]["labels"] == {"release": "of-us"}


def test_every_pod_is_asked_where_it_serves_and_its_job_is_the_one_that_the_alarms_know(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, WATCHED)
    (monitor,) = of_kind(objects, "PodMonitor").values()
    (asked,) = monitor["spec"]["podMetricsEndpoints"]
    assert (asked["path"], asked.get("relabelings")) == ("/metrics", None)
    known = set(re.findall(r'job=~"([^"]+)"', RULES.read_text()))
    assert known
    for one in of_kind(objects, "Deployment").values():
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert all(re.fullmatch(job, labels[monitor["spec"]["jobLabel"]]) for job in known)
        # Asked once, and not by their annotations as well.
        assert not [name for name in one["spec"]["template"]["metadata"]["annotations"] if "prometheus.io" in name]
    for service in SERVICES:
        (container,) = pods(objects)[service]["containers"]
        assert {"name": asked["port"], "containerPort": 8080} in container["ports"]


def test_a_lane_says_that_it_is_one_and_brings_no_alarm_a_second_time(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, LANE | {"metrics": WATCHED["metrics"] | SHOWN["metrics"]})
    (monitor,) = of_kind(objects, "PodMonitor").values()
    (asked,) = monitor["spec"]["podMetricsEndpoints"]
    assert asked["relabelings"] == [{"targetLabel": "lane", "replacement": "backfill"}]
    assert of_kind(objects, "PrometheusRule") == {}
    assert not [name for name in of_kind(objects, "ConfigMap") if "dashboard" in name]


@pytest.mark.parametrize("labels", [{"grafana_dashboard": "1"}, {"grafana_dashboard": "1", "team": "news"}])
def test_dashboards_are_config_maps_with_the_labels_that_a_sidecar_looks_for(
    labels: dict[str, str], helm: Helm, tmp_path: Path
):
    objects = helm.rendered(tmp_path, {"metrics": {"dashboards": {"enabled": True, "labels": labels}}})
    found = {name: one for name, one in of_kind(objects, "ConfigMap").items() if name.startswith("wire-dashboard-")}
    assert set(found) == {f"wire-dashboard-{path.stem}" for path in DASHBOARDS}
    for path in DASHBOARDS:
        one = found[f"wire-dashboard-{path.stem}"]
        assert labels.items() <= one["metadata"]["labels"].items()
        ((file, text),) = one["data"].items()
        assert file == f"wiredesk-{path.name}"
        assert json.loads(text) == json.loads(path.read_text())
