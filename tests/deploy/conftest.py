"""The tools of the Kubernetes tier. Without one its tests are skipped, and the summary names what is missing.

helm, kubeconform, kube-apiserver and etcd come from PATH; `K8S_CRDS` names a folder with CustomResourceDefinitions
(Strimzi, KEDA, CloudNativePG), `K8S_SWAGGER` Kubernetes' `api/openapi-spec/swagger.json`: `make check-kubernetes`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.kubernetes.__main__ import KUBERNETES
from tests.deploy import schemas
from tests.deploy.api_server import ApiServer, api_server
from tests.deploy.chart import CHART, Object, parsed

NOT_RUN = "KUBERNETES TIER NOT RUN:"
KINDS = (
    "ConfigMap", "Deployment", "Ingress", "Job", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount",
)  # fmt: skip
# Of the Prometheus operator, which need not be there: looked at where the folder has its definitions, too.
OF_MONITORING = ("PodMonitor", "PrometheusRule")


@dataclass(frozen=True)
class Helm:
    program: str

    def template(self, folder: Path, values: Object, *, release: str = "wire") -> "subprocess.CompletedProcess[str]":
        """Render the chart with `values`, as `release` in the namespace `news`."""
        file = folder / "values.yaml"
        file.write_text(yaml.safe_dump(values))
        where = ("--namespace", "news", "--kube-version", KUBERNETES)
        return self.run("template", release, str(CHART), *where, "--values", str(file))

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False, timeout=60)

    def rendered(self, folder: Path, values: Object) -> list[Object]:
        done = self.template(folder, values)
        assert done.returncode == 0, done.stderr
        return parsed(done.stdout)


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{NOT_RUN} there is no {name} on the PATH")
    return path


def named_by(variable: str, example: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{NOT_RUN} {variable} is not set; type: {example}")
    path = Path(value)
    assert path.exists(), f"{variable}: there is no {path}"
    return path


@pytest.fixture(scope="session")
def helm() -> Helm:
    return Helm(tool("helm"))


@pytest.fixture(scope="session")
def conforms(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Any]], str]:
    """Return what says why objects are not as Kubernetes and the operators take them; empty when they are."""
    program = tool("kubeconform")
    crds = named_by("K8S_CRDS", "make check-kubernetes CRDS=FOLDER")
    swagger = named_by("K8S_SWAGGER", "make check-kubernetes CRDS=FOLDER SWAGGER=FILE")
    folder = tmp_path_factory.mktemp("schemas")
    schemas.write(folder, swagger, crds, KINDS)
    skipped = sorted(set(OF_MONITORING) - schemas.kinds(crds))
    skips = ("-skip", ",".join(skipped)) if skipped else ()
    fixed = ("-strict", "-summary", *skips, "-schema-location", f"{folder}/{schemas.LOCATION}", "-")

    def problems(objects: Sequence[Any]) -> str:
        done = subprocess.run(
            [program, *fixed],
            input=yaml.safe_dump_all(objects),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr

    return problems


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A real server, which says whether it would take an object."""
    programs = tool("kube-apiserver"), tool("etcd")
    crds = named_by("K8S_CRDS", "make check-kubernetes CRDS=FOLDER")
    with api_server(programs, tmp_path_factory.mktemp("server"), crds) as running:
        yield running
