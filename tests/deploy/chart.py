"""The chart as it is rendered by default (`deploy/kubernetes/base`), for tests that look into it without helm."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

KUBERNETES = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
CHART = KUBERNETES / "wiredesk"
BASE = KUBERNETES / "base" / "wiredesk.yaml"
WORKERS = ("fetcher", "cleaner", "tagger", "storage")
SERVICES = (*WORKERS, "desk")

Object = dict[str, Any]


def parsed(text: str) -> list[Object]:
    """The objects of a rendered file."""
    return [one for one in yaml.safe_load_all(text) if one]


@cache
def base() -> tuple[Object, ...]:
    """The objects of the base; not to be changed."""
    return tuple(parsed(BASE.read_text()))


def values() -> Object:
    """The default values."""
    found: Object = yaml.safe_load((CHART / "values.yaml").read_text())
    return found


def of_kind(objects: list[Object] | tuple[Object, ...], kind: str) -> dict[str, Object]:
    """The objects of a kind, by name."""
    return {one["metadata"]["name"]: one for one in objects if one["kind"] == kind}


def component(one: Object) -> str:
    return str(one["metadata"]["labels"]["app.kubernetes.io/component"])


def pods(objects: list[Object] | tuple[Object, ...]) -> dict[str, Object]:
    """The `spec` of every pod, by component."""
    found = [*of_kind(objects, "Deployment").values(), *of_kind(objects, "Job").values()]
    return {component(one["spec"]["template"]): one["spec"]["template"]["spec"] for one in found}


def environment(objects: list[Object] | tuple[Object, ...], service: str) -> dict[str, str]:
    """What a container of `service` is given; of what a Secret says the value is empty."""
    (container,) = pods(objects)[service]["containers"]
    maps = of_kind(objects, "ConfigMap")
    given: dict[str, str] = {}
    for one in container.get("envFrom", ()):
        given |= maps[one["configMapRef"]["name"]]["data"]
    return given | {one["name"]: one.get("value", "") for one in container.get("env", ())}


def files(objects: list[Object] | tuple[Object, ...], service: str) -> set[str]:
    """Every path that a container of `service` finds a key of a Secret at."""
    spec = pods(objects)[service]
    (container,) = spec["containers"]
    folders = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    return {
        f"{folders[volume['name']]}/{item['path']}"
        for volume in spec["volumes"]
        for item in volume.get("secret", {}).get("items", ())
    }


def policies(objects: list[Object] | tuple[Object, ...], pod: str) -> Iterator[Object]:
    """The network policies that hold for a component."""
    for one in of_kind(objects, "NetworkPolicy").values():
        (chosen,) = one["spec"]["podSelector"]["matchExpressions"]
        if pod in chosen["values"]:
            yield one["spec"]
