"""What PromQL asks for: the series that a query names, with the labels it uses. Enough of the grammar for our own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from wiredesk.metrics.known import METRICS, Kind

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yaml"
CASES = sorted((DEPLOY / "prometheus").glob("*_test.yaml"))
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))

_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan"})
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"([A-Za-z_:][\w:]*)\s*\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w.$])([A-Za-z_:][\w:]*)(?!\s*\()(?![\w:])")
# What Prometheus makes itself, and what its configuration or Kubernetes adds to each series.
BY_PROMETHEUS = {"up": frozenset[str](), "ALERTS": frozenset({"alertname", "alertstate"})}
BY_TARGET = frozenset({"job", "instance", "service", "lane", "pod"})


def rules() -> list[dict[str, Any]]:
    """Every rule, in order."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alarms() -> dict[str, dict[str, Any]]:
    """The rules that raise an alarm, by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def queries() -> Iterator[tuple[str, str]]:
    """Every query of a rule or a dashboard, with where it stands."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for path in DASHBOARDS:
        board = json.loads(path.read_text())
        asked = [(panel["title"], target["expr"]) for panel in board["panels"] for target in panel.get("targets", ())]
        asked += [(one["name"], one["expr"]) for one in board["annotations"]["list"]]
        for title, query in asked:
            yield f"{path.stem}: {title}", query


def known_series() -> dict[str, frozenset[str]]:
    """Every series that there is, with its labels: of the processes, of Prometheus, and what the rules record."""
    found = dict(BY_PROMETHEUS)
    for metric in METRICS:
        own = frozenset(label.name for label in metric.labels)
        for sample in metric.samples:
            of_bucket = {"le"} if metric.kind is Kind.HISTOGRAM and sample.endswith("_bucket") else set()
            found[sample] = own | of_bucket
    return found | {rule["record"]: frozenset() for rule in rules() if "record" in rule}


def problems(query: str) -> list[str]:
    """Return what `query` names that does not exist: series, labels of a selector, labels it groups by."""
    series = known_series()
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', '""', query)
    found, used = [], set(BY_TARGET)
    for name, matchers in _SELECTOR.findall(plain):
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
        found += [f"{name}{{{label}}}" for label in sorted(labels - series.get(name, frozenset()) - BY_TARGET)]
    grouped = [label.strip() for labels in _GROUPING.findall(plain) for label in labels.split(",") if label.strip()]
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", _GROUPING.sub(" ", plain))
    names = {name for name in _NAME.findall(bare) if name not in _WORDS and not _is_function(name, bare)}
    found += sorted(name for name in names if name not in series)
    used |= {label for name in names for label in series.get(name, ())}
    return found + sorted(f"by {label}" for label in set(grouped) - used)


def _is_function(name: str, query: str) -> bool:
    # `sum by (x) (…)`: its bracket comes behind the grouping, which is taken out by now.
    return re.search(rf"(?<![\w:]){re.escape(name)}\s*\(", query) is not None
