"""Write what the chart takes from the code, copy what it shows, and render `base/` with helm: `make kubernetes`."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.kubernetes.contracts import contracts
from deploy.kubernetes.settings import definitions

HERE = Path(__file__).parent
CHART = HERE / "wiredesk"
CONTRACTS = CHART / "files" / "contracts.json"
SCHEMA = CHART / "values.schema.json"
BASE = HERE / "base" / "wiredesk.yaml"
RULES = HERE.parent / "prometheus" / "rules.yaml"
DASHBOARDS = HERE.parent / "grafana" / "dashboards"
# For which it is rendered: `helm template` asks no cluster, and might take an older one for granted.
KUBERNETES = "1.34.0"
# The base stands in a namespace, because KEDA asks Kafka from another; and its images at a host that cannot be.
RENDER = (
    *("template", "wiredesk", str(CHART), "--namespace", "wiredesk", "--kube-version", KUBERNETES),
    *("--set", "image.registry=registry.invalid"),
)


def main() -> int:
    """Write the files; return 1 when the base has to be rendered and helm is not there."""
    CONTRACTS.write_text(written_contracts(), encoding="utf-8")
    SCHEMA.write_text(written_schema(), encoding="utf-8")
    copied = copies()
    for path in set((CHART / "files" / "dashboards").glob("*")) - copied.keys():
        path.unlink()
    for path, text in copied.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    helm = shutil.which("helm")
    if helm is None and made_from() in BASE.read_text(encoding="utf-8"):
        return 0
    if helm is None:
        print("deploy/kubernetes/base was not rendered: install helm, and run `make kubernetes` again", file=sys.stderr)  # noqa: T201 - a command
        return 1
    BASE.write_text(rendered(helm), encoding="utf-8")
    return 0


def written_contracts() -> str:
    """Return `files/contracts.json` as it should be."""
    return json.dumps(contracts(), indent=2) + "\n"


def written_schema() -> str:
    """Return `values.schema.json` as it should be: what stands there, with the settings of the code."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kept = {name: one for name, one in schema["$defs"].items() if not name.lower().endswith("settings")}
    schema["$defs"] = kept | definitions()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def copies() -> dict[Path, str]:
    """Return alarms and dashboards as they should be in the chart, which reads no file outside its folder."""
    said = f"# Copied by `make kubernetes` from deploy/prometheus/{RULES.name}: do not edit\n"
    boards = {CHART / "files" / "dashboards" / path.name: path for path in DASHBOARDS.glob("*.json")}
    return {CHART / "files" / RULES.name: said + RULES.read_text(encoding="utf-8")} | {
        copy: path.read_text(encoding="utf-8") for copy, path in sorted(boards.items())
    }


def rendered(helm: str) -> str:
    """Return the base as that helm renders it.

    Raises:
        subprocess.CalledProcessError: the chart cannot be rendered; helm has said why.
    """
    done = subprocess.run([helm, *RENDER], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - no shell
    return f"# Rendered by `make kubernetes` from {made_from()}: do not edit\n{done.stdout}"


def made_from() -> str:
    """Return the digest of what is rendered, by which a base that is older than its chart is known without helm."""
    digest = hashlib.sha256()
    # What is new in the schema, an alarm or a dashboard changes no object of it: whoever adds it need not have helm.
    aside = {SCHEMA, *copies()}
    for path in sorted(CHART.rglob("*")):
        if path.is_file() and path.suffix != ".md" and path not in aside:
            digest.update(f"{path.relative_to(CHART).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
