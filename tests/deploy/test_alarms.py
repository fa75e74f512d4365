"""The alarms and dashboards: promtool takes them, each alarm comes when it should, and all they name exists."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.deploy.queries import CASES, DASHBOARDS, RULES, alarms, problems, queries, rules
from wiredesk.metrics import known

RUNBOOKS = Path(__file__).resolve().parents[2] / "docs" / "runbooks.md"
SECTIONS = re.findall(r"^## (Wiredesk\w+)\n(.*?)(?=^## |\Z)", RUNBOOKS.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def promtool() -> str:
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("ALARMS NOT RUN: there is no promtool on the PATH; Debian: apt-get install prometheus")
    return path


def run(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    return done.returncode, done.stdout + done.stderr


def test_prometheus_takes_the_configuration_and_the_rules(promtool: str):
    code, said = run(promtool, "check", "config", RULES.with_name("prometheus.yaml"))
    assert code == 0, said
    assert f"{len(rules())} rules found" in said


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_each_alarm_comes_when_it_should_and_not_otherwise(promtool: str, cases: Path):
    code, said = run(promtool, "test", "rules", cases)
    assert code == 0, said


@pytest.mark.parametrize(
    ("before", "after"), [("> 300", "> 30000"), ('le="300.0"', 'le="3600.0"'), ("vector(0.01)", "vector(0.9)")]
)
def test_an_alarm_that_is_changed_would_be_noticed(promtool: str, tmp_path: Path, before: str, after: str):
    (cases,) = (path for path in CASES if path.name == "rules_test.yaml")
    shutil.copy(cases, tmp_path)
    text = RULES.read_text()
    assert before in text
    (tmp_path / RULES.name).write_text(text.replace(before, after))
    code, said = run(promtool, "test", "rules", tmp_path / cases.name)
    assert code != 0, said


def test_every_alarm_has_a_case_in_which_it_comes_and_one_in_which_it_does_not():
    cases = [case for path in CASES for case in yaml.safe_load(path.read_text())["tests"]]
    asked = [one for case in cases for one in case["alert_rule_test"]]
    comes = {one["alertname"] for one in asked if one["exp_alerts"]}
    assert comes == set(alarms())
    # Where the case in which it comes holds a series for which it does not, that is the other one.
    beside = {"WiredeskEventLoopBlocked", "WiredeskRedeliveries", "WiredeskCommitsFail"}
    assert {one["alertname"] for one in asked if not one["exp_alerts"]} | beside == set(alarms())


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_prometheus_can_read_every_query_of_a_dashboard(promtool: str, path: Path, tmp_path: Path):
    asked = [query.replace("$__rate_interval", "5m") for where, query in queries() if where.startswith(path.stem)]
    assert len(asked) > 10
    recorded = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(asked)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": recorded}]}))
    code, said = run(promtool, "check", "rules", tmp_path / "rules.yaml")
    assert code == 0, said


def test_every_query_names_only_what_there_is():
    assert [(where, found) for where, query in queries() if (found := problems(query))] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sum by (stage) (rate(wiredesk_lag_record[5m])) > 0", ["wiredesk_lag_record", "by stage"]),
        ('max(wiredesk_lag_records{stgae="tagger"})', ["wiredesk_lag_records{stgae}"]),
        ("sum by (reason) (wiredesk_circuit_open)", ["by reason"]),
        ("wiredesk_batch_seconds > 1", ["wiredesk_batch_seconds"]),
        ("absent(wiredesk_desk_stream) or up == 0", ["wiredesk_desk_stream"]),
        ("histogram_quantile(0.5, sum by (le) (rate(wiredesk_batch_seconds_bucket[5m])))", []),
    ],
)
def test_a_query_that_names_something_else_would_be_noticed(query: str, found: list[str]):
    assert problems(query) == found


def test_no_metric_of_the_pipeline_goes_unwatched():
    asked = " ".join(query for _, query in queries())
    # What a person looks up in a table or a log, and what only tells how much a batch holds.
    aside = {"wiredesk_batch_records", "wiredesk_storage_deleted_total", "wiredesk_cleaner_drift_since_seconds"}
    named = {one.name for one in known.METRICS if one.name.startswith("wiredesk_") and one.name in asked}
    assert {one.name for one in known.METRICS if one.name.startswith("wiredesk_")} - named - aside == {
        "wiredesk_child_processes"
    }


def test_each_alarm_has_its_section_and_each_section_its_alarm():
    assert [name for name, _ in SECTIONS] == list(alarms())


@pytest.mark.parametrize("name", alarms())
def test_an_alarm_says_what_how_bad_and_where_to_read_on(name: str):
    rule = alarms()[name]
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{name.lower()}"
    assert rule["labels"]["severity"] in ("critical", "warning", "info")


@pytest.mark.parametrize(("name", "text"), SECTIONS)
def test_a_section_says_what_it_means_how_to_look_and_what_to_do(name: str, text: str):
    assert [part for part in ("**Means.**", "**Look.**", "**Do.**") if part not in text] == []


def test_the_objective_is_a_bound_of_the_histogram_and_is_set_once():
    assert 300.0 in known.ARTICLE_AGE.buckets
    assert RULES.read_text().count('le="300.0"') == 1
    assert RULES.read_text().count("vector(0.01)") == 1


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_of_a_dashboard_do_not_lie_on_one_another_and_ask_whom_one_chooses(path: Path):
    panels = json.loads(path.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        own = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert taken.isdisjoint(own), panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= own
        assert panel["type"] == "row" or panel["datasource"]["uid"] == "${datasource}"
