"""The profile `obs` of docker-compose.yml: Prometheus and Grafana, which find every service and can do little else."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.deploy.chart import SERVICES
from tests.deploy.queries import DEPLOY

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
WATCHERS = ("prometheus", "grafana")
PROVISIONING = DEPLOY / "grafana" / "provisioning"


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def mounts(service: str) -> dict[str, str]:
    """Target and source of what a service has mounted, files and folders of the checkout alone."""
    found = {}
    for one in COMPOSE["services"][service]["volumes"]:
        source, target, *mode = one.split(":")
        if source.startswith("."):
            assert mode == ["ro"], one
            found[target] = source
    return found


def test_only_who_watches_is_in_the_profile():
    found = {name for name, one in COMPOSE["services"].items() if "obs" in one.get("profiles", ())}
    assert found == set(WATCHERS)


@pytest.mark.parametrize("service", WATCHERS)
def test_a_watcher_is_pinned_bounded_and_on_loopback_alone(service: str):
    own = COMPOSE["services"][service]
    assert re.fullmatch(r"[a-z]+/[a-z]+:v?\d+\.\d+\.\d+", own["image"])
    assert own["read_only"] is True
    assert own["cap_drop"] == ["ALL"]
    assert own["security_opt"] == ["no-new-privileges:true"]
    assert own["mem_limit"]
    assert [re.fullmatch(r"127\.0\.0\.1:\$\{\w+:-\d+\}:\d+", port) is not None for port in own["ports"]] == [True]


@pytest.mark.parametrize("service", WATCHERS)
def test_what_a_watcher_has_mounted_is_there(service: str):
    assert mounts(service)
    assert [source for source in mounts(service).values() if not (DEPLOY.parent / source).exists()] == []


def test_prometheus_finds_each_service_where_it_serves_its_figures():
    config = loaded(DEPLOY / "prometheus" / "prometheus.yaml")
    (job,) = config["scrape_configs"]
    live, backfill = job["dns_sd_configs"]
    assert set(live["names"]) == set(SERVICES)
    assert set(backfill["names"]) == {
        name for name in COMPOSE["services"] if name.startswith("backfill-") and name != "backfill-topics"
    }
    (port,) = {live["port"], backfill["port"]}
    # What the images are told (deploy/Dockerfile), and what compose publishes of each.
    assert f"WIREDESK_HEALTH__PORT={port}" in (DEPLOY / "Dockerfile").read_text()
    assert COMPOSE["x-worker"]["ports"] == [f"127.0.0.1::{port}"]
    # The alarms and dashboards know our processes by their job.
    assert "wiredesk" in job["job_name"]


def test_grafana_asks_this_prometheus_and_shows_the_dashboards_of_the_checkout():
    (source,) = loaded(PROVISIONING / "datasources" / "prometheus.yaml")["datasources"]
    port = COMPOSE["services"]["prometheus"]["ports"][0].rpartition(":")[2]
    assert source["url"] == f"http://prometheus:{port}"
    (provider,) = loaded(PROVISIONING / "dashboards" / "wiredesk.yaml")["providers"]
    assert mounts("grafana")[provider["options"]["path"]] == "./deploy/grafana/dashboards"
    assert mounts("grafana")["/etc/grafana/provisioning"] == "./deploy/grafana/provisioning"
    first = COMPOSE["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert first.removeprefix(provider["options"]["path"]) == "/pipeline.json"


def test_grafana_has_no_password_and_talks_to_nobody_else():
    given = COMPOSE["services"]["grafana"]["environment"]
    assert given["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert given["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    outward = {name for name in given if re.search("REPORTING|UPDATES|NEWS|PREINSTALL|GRAVATAR|PLUGIN_ADMIN", name)}
    assert {name: given[name] for name in outward} == {
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
    }
