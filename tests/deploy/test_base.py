"""Pods and policies of the base against what the services need and serve."""

import re
from typing import Any, ClassVar

import pytest

from deploy.kubernetes.settings import CLASSES
from tests.deploy.chart import CHART, KUBERNETES, SERVICES, WORKERS, base, environment, files, of_kind, pods, policies
from wiredesk.client.settings import check_names, variables
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.engine.circuit_breaker import CircuitBreaker
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.stage import STOP_SECONDS
from wiredesk.runtime.health import Health
from wiredesk.runtime.service import GOODBYE_SECONDS
from wiredesk.version import __version__
from wiredesk_desk.settings import PORT
from wiredesk_desk.web.serving import GOODBYE_SECONDS as DESK_GOODBYE_SECONDS


def container(service: str) -> dict[str, Any]:
    (found,) = pods(base())[service]["containers"]
    return dict(found)


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_a_setting_of_its_service(service: str):
    given = environment(base(), service)
    check_names([CLASSES[service]], given)
    assert set(given) <= {name for name, _ in variables(CLASSES[service])}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_takes_its_settings(service: str, monkeypatch: pytest.MonkeyPatch, tmp_path):
    for name in [name for name, _ in variables(CLASSES[service])]:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(base(), service).items():
        if value.startswith("/run/wiredesk/"):
            file = tmp_path / name
            file.write_text("postgresql://wiredesk:made-up@wiredesk-postgres-rw:5432/wiredesk")
            monkeypatch.setenv(name, str(file))
        else:
            monkeypatch.setenv(name, value)
    settings = CLASSES[service].load()
    assert settings.kafka.security_protocol == "SASL_SSL"
    assert settings.kafka.sasl_username == f"wiredesk-{service}"
    assert settings.kafka.sasl_password is not None


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_that_a_setting_names_is_mounted_from_a_secret(service: str):
    named = {value for value in environment(base(), service).values() if value.startswith("/run/wiredesk/")}
    assert named == files(base(), service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_no_name_that_it_would_refuse(service: str):
    # What Kubernetes makes up for the Service of the desk, unless it is told not to.
    injected = {"WIREDESK_DESK_SERVICE_HOST": "192.0.2.1", "WIREDESK_DESK_PORT": "tcp://192.0.2.1:80"}
    with pytest.raises(ConfigurationError, match="unknown setting"):
        check_names([CLASSES[service]], injected)
    assert pods(base())[service]["enableServiceLinks"] is False


@pytest.mark.parametrize("service", SERVICES)
async def test_probes_ask_what_the_service_serves_at_the_port_it_is_given(service: str):
    found = container(service)
    ports = {one["name"]: one["containerPort"] for one in found["ports"]}
    assert str(ports["health"]) == environment(base(), service)["WIREDESK_HEALTH__PORT"]
    probes = {name: found[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {one["port"] for one in probes.values()} == {"health"}
    paths = {name: one["path"] for name, one in probes.items()}
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    assert await status_of(paths["liveness"]) != 404
    assert await status_of(paths["readiness"]) != 404
    assert await status_of("/live") == 404


async def status_of(path: str) -> int:
    """What a worker's health answers, whatever it thinks."""
    sent: list[dict[str, Any]] = []

    class Idle:
        name, is_stopping, given_back_since, commits_fail = "idle", False, None, False
        subscriptions: ClassVar[dict[str, Any]] = {}
        breaker = CircuitBreaker(EngineSettings())

        def broken(self) -> list[str]:
            return []

        def in_hand(self) -> list[Any]:
            return []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await Health(Idle(), [])({"type": "http", "path": path}, None, send)  # type: ignore[arg-type]
    return int(sent[0]["status"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_has_time_to_finish_what_is_in_hand(service: str):
    patience = pods(base())[service]["terminationGracePeriodSeconds"]
    before = container(service).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    needed = DESK_GOODBYE_SECONDS if service == "desk" else STOP_SECONDS + GOODBYE_SECONDS
    assert patience >= before + needed + 5


def test_the_desk_may_wait_for_its_database_at_the_first_start():
    probe = container("desk")["startupProbe"]
    waits = float(environment(base(), "desk")["WIREDESK_STORAGE__START_TIMEOUT_SECONDS"])
    assert probe["periodSeconds"] * probe["failureThreshold"] > waits


def test_the_desk_is_asked_where_it_listens_and_asks_for_tokens():
    given = environment(base(), "desk")
    ports = {one["name"]: one["containerPort"] for one in container("desk")["ports"]}
    assert ports["http"] == int(given["WIREDESK_DESK__PORT"]) == PORT
    assert given["WIREDESK_DESK__HOST"] == "0.0.0.0"
    assert "WIREDESK_DESK__IS_OPEN" not in given
    (service,) = of_kind(base(), "Service").values()
    assert service["spec"]["ports"][0]["targetPort"] == "http"
    assert container("desk")["args"] == ["serve"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_may_do_nothing_it_need_not(service: str):
    spec, own = pods(base())[service], container(service)
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"name": "tmp", "mountPath": "/tmp"} in own["volumeMounts"]
    account = of_kind(base(), "ServiceAccount")[spec["serviceAccountName"]]
    assert account["automountServiceAccountToken"] is False


def test_the_user_of_the_pods_is_that_of_the_images():
    dockerfile = (KUBERNETES.parent / "Dockerfile").read_text()
    (user,) = re.findall(r"^USER (\d+):(\d+)$", dockerfile, flags=re.MULTILINE)
    assert user == ("10001", "10001")


def test_images_are_pulled_from_no_host_that_could_be():
    assert {container(one)["image"].partition("/")[0] for one in SERVICES} == {"registry.invalid"}


@pytest.mark.parametrize("service", WORKERS)
def test_keda_counts_a_workers_replicas_and_no_render_sets_them_back(service: str):
    assert "replicas" not in of_kind(base(), "Deployment")[f"wiredesk-{service}"]["spec"]


def test_there_is_one_desk():
    assert of_kind(base(), "Deployment")["wiredesk-desk"]["spec"]["replicas"] == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_drain_of_a_node_may_take_the_last_replica(service: str):
    budget = of_kind(base(), "PodDisruptionBudget")[f"wiredesk-{service}"]["spec"]
    assert budget["maxUnavailable"] == 1
    assert "minAvailable" not in budget


@pytest.mark.parametrize("kind", ["Kafka", "KafkaNodePool", "KafkaTopic", "Cluster"])
def test_what_holds_articles_outlives_an_uninstall(kind: str):
    found = of_kind(base(), kind)
    assert found
    for one in found.values():
        assert one["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_nothing_secret_is_written_anywhere():
    assert "Secret" not in {one["kind"] for one in base()}
    for one in of_kind(base(), "ConfigMap").values():
        assert [name for name in one["data"] if re.search("PASSWORD$|DSN$|TOKEN$|_KEY$", name)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_talks_to_nobody_unless_a_policy_lets_it(service: str):
    whole = [one for one in policies(base(), service) if set(one["policyTypes"]) == {"Ingress", "Egress"}]
    assert len(whole) == 1
    assert not {"ingress", "egress"} & set(whole[0])


@pytest.mark.parametrize("service", SERVICES)
def test_each_reaches_what_it_needs_and_nothing_else(service: str):
    reached = {
        (port["port"], kind_of(rule)) for one in policies(base(), service) for rule in one.get("egress", ())
        for port in rule["ports"]
    }  # fmt: skip
    wanted: set[tuple[int, str]] = {(53, "pods"), (9093, "pods")}
    if service in ("fetcher", "storage", "desk"):
        wanted |= {(5432, "pods")}
    if service == "fetcher":
        wanted |= {(80, "web"), (443, "web")}
    assert reached == wanted


def kind_of(rule: dict[str, Any]) -> str:
    return "web" if any("ipBlock" in peer for peer in rule["to"]) else "pods"


@pytest.mark.parametrize("service", SERVICES)
def test_health_is_open_to_monitoring_and_the_desk_to_its_clients(service: str):
    entered = {
        port["port"] for one in policies(base(), service) for rule in one.get("ingress", ()) for port in rule["ports"]
    }
    assert entered == ({"health", "http"} if service == "desk" else {"health"})
    # No rule without peers: it would let in everybody.
    assert all(rule["from"] for one in policies(base(), service) for rule in one.get("ingress", ()))


def test_the_chart_is_of_the_version_of_the_images():
    text = (CHART / "Chart.yaml").read_text()
    assert re.findall(r'^appVersion: "(.+)"$', text, flags=re.MULTILINE) == [__version__]


def test_kustomize_builds_upon_what_helm_rendered_in_the_namespace_that_keda_asks_in():
    text = (KUBERNETES / "base" / "kustomization.yaml").read_text()
    (namespace,) = re.findall(r"^namespace: (\S+)$", text, flags=re.MULTILINE)
    assert "resources: [wiredesk.yaml]" in text
    for one in of_kind(base(), "ScaledObject").values():
        servers = one["spec"]["triggers"][0]["metadata"]["bootstrapServers"]
        assert servers == f"wiredesk-kafka-bootstrap.{namespace}.svc:9093"
