"""The chart with helm: every set of values renders to what Kubernetes and the operators take, or says what is wrong."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.kubernetes import __main__ as made
from deploy.kubernetes.settings import CLASSES
from tests.deploy.api_server import ApiServer, refusals
from tests.deploy.chart import CHART, SERVICES, WORKERS, environment, files, of_kind, pods, policies
from tests.deploy.conftest import OF_MONITORING, Helm
from tests.deploy.value_sets import REFUSED, SETS
from wiredesk.client.admin import configuration
from wiredesk.client.settings import KafkaSettings, check_names
from wiredesk.contracts.topics import PARTITIONS, PUBLIC, Lane, every_topic

ALL = pytest.mark.parametrize("name", SETS)
Conforms = Callable[[Sequence[Any]], str]


def test_helm_finds_nothing_to_say(helm: Helm):
    done = helm.run("lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout


def test_the_base_is_what_helm_renders(helm: Helm):
    assert made.rendered(helm.program) == made.BASE.read_text(), "run `make kubernetes`"


@ALL
def test_what_is_rendered_is_as_kubernetes_and_the_operators_take_it(
    name: str, helm: Helm, conforms: Conforms, tmp_path: Path
):
    assert conforms(helm.rendered(tmp_path, SETS[name])) == ""


@ALL
def test_a_real_server_would_take_what_is_rendered(name: str, helm: Helm, server: ApiServer, tmp_path: Path):
    assert refusals(server, helm.rendered(tmp_path, SETS[name]), OF_MONITORING) == []


def test_a_real_server_sees_what_no_schema_says(helm: Helm, server: ApiServer, tmp_path: Path):
    policy = of_kind(helm.rendered(tmp_path, {}), "NetworkPolicy")["wire-web"]
    policy["spec"]["egress"][0]["to"][1]["ipBlock"]["except"].append("::ffff:0:0/96")
    assert "must be a strict subset" in server.refusal(policy)


def test_an_unknown_field_would_be_found(helm: Helm, conforms: Conforms, tmp_path: Path):
    for kind, path in (("Deployment", ("spec",)), ("ScaledObject", ("spec",)), ("KafkaTopic", ("spec",))):
        objects = helm.rendered(tmp_path, {})
        one = next(iter(of_kind(objects, kind).values()))
        for part in path:
            one = one[part]
        one["misspelt"] = 1
        assert "misspelt" in conforms(objects)


@ALL
def test_no_two_objects_have_one_name(name: str, helm: Helm, tmp_path: Path):
    found = [(one["kind"], one["metadata"]["name"]) for one in helm.rendered(tmp_path, SETS[name])]
    assert len(found) == len(set(found))


@ALL
@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_a_setting_and_every_file_is_there(name: str, service: str, helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS[name])
    given = environment(objects, service)
    # The desk is told whom sites may write to, where it asks them itself.
    check_names([CLASSES[service]], given, elsewhere={"FETCHER"} if service == "desk" else ())
    assert {value for value in given.values() if value.startswith("/run/wiredesk/")} == files(objects, service)


@ALL
def test_every_pod_ignores_the_services_around_it(name: str, helm: Helm, tmp_path: Path):
    for spec in pods(helm.rendered(tmp_path, SETS[name])).values():
        assert spec["enableServiceLinks"] is False
        assert spec["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused_with_what_to_do(name: str, helm: Helm, tmp_path: Path):
    values, said = REFUSED[name]
    done = helm.template(tmp_path, values)
    assert done.returncode != 0
    assert said in done.stderr
    assert "hunter2" not in done.stderr


def test_a_large_number_is_written_as_the_settings_read_it(helm: Helm, tmp_path: Path):
    given = environment(helm.rendered(tmp_path, SETS["everything"]), "cleaner")
    assert given["WIREDESK_CLEANER__MAX_PAGE_BYTES"] == "5242880"


def test_a_changed_setting_changes_the_pods_of_its_service_alone(helm: Helm, tmp_path: Path):
    def sums(values: dict[str, Any]) -> dict[str, str]:
        found = of_kind(helm.rendered(tmp_path, values), "Deployment")
        return {
            name: one["spec"]["template"]["metadata"]["annotations"]["checksum/config"] for name, one in found.items()
        }

    before, after = sums({}), sums({"tagger": {"settings": {"WIREDESK_TAGGER__CHUNK_SIZE": 8}}})
    assert {name for name in before if before[name] != after[name]} == {"wire-tagger"}


def test_without_keda_replicas_are_those_of_the_values(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS["everything elsewhere, open, scaled by hand"])
    found = {name: one["spec"]["replicas"] for name, one in of_kind(objects, "Deployment").items()}
    assert found == {f"wire-{service}": 4 if service == "tagger" else 1 for service in SERVICES}
    assert of_kind(objects, "ScaledObject") == {}


def test_a_lane_has_topics_groups_and_rights_of_its_own_and_no_servers(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS["a lane beside another release"])
    lane = Lane("backfill")
    assert set(of_kind(objects, "KafkaTopic")) == {lane.topic(topic) for topic in every_topic()}
    assert {one["kind"] for one in objects}.isdisjoint({"Kafka", "KafkaNodePool", "Cluster"})
    consumed = {service: topic for topic in PUBLIC for service in topic.consumers}
    for service in WORKERS:
        metadata = of_kind(objects, "ScaledObject")[f"wire-{service}"]["spec"]["triggers"][0]["metadata"]
        assert (metadata["topic"], metadata["consumerGroup"]) == (lane.topic(consumed[service]), lane.group(service))
        assert environment(objects, service)["WIREDESK_LANE"] == "backfill"
        acls = of_kind(objects, "KafkaUser")[f"wire-{service}"]["spec"]["authorization"]["acls"]
        assert all(acl["resource"]["name"].startswith("backfill.") for acl in acls)
        assert files(objects, service)


def test_what_a_new_source_had_before_may_be_sent_to_its_lane(helm: Helm, tmp_path: Path):
    acls = of_kind(helm.rendered(tmp_path, SETS["everything"]), "KafkaUser")["wire-fetcher"]["spec"]["authorization"][
        "acls"
    ]
    other = {
        acl["resource"]["name"]: acl["operations"] for acl in acls if acl["resource"]["name"].startswith("backfill.")
    }
    assert {name for name, may in other.items() if "Write" in may} == {"backfill.articles.submitted.v1"}
    assert set(other) >= {Lane("backfill").topic(topic) for topic in every_topic()}


def test_with_one_broker_topics_are_as_the_code_makes_them_for_one(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS["one broker to try it"])
    kafka = KafkaSettings(replication_factor=1)
    found = {name: one["spec"]["config"] for name, one in of_kind(objects, "KafkaTopic").items()}
    assert found == {topic.name: configuration(topic, kafka) for topic in every_topic()}
    assert environment(objects, "desk")["WIREDESK_KAFKA__REPLICATION_FACTOR"] == "1"


def test_more_partitions_are_of_what_replicas_share_and_tables_keep_theirs(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS["more partitions than at first"])
    found = {name: one["spec"]["partitions"] for name, one in of_kind(objects, "KafkaTopic").items()}
    shared = {topic.name for topic in every_topic() if topic.partitions == PARTITIONS and not topic.is_table}
    assert found == {topic.name: 24 if topic.name in shared else topic.partitions for topic in every_topic()}
    assert environment(objects, "desk")["WIREDESK_KAFKA__PARTITIONS"] == "24"


def test_topics_that_are_not_strimzis_are_made_by_a_job_before_the_services(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS["everything elsewhere"])
    (job,) = of_kind(objects, "Job").values()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["topics", "apply"]
    (name,) = (one for one in container["env"] if one["name"] == "WIREDESK_KAFKA__SASL_USERNAME")
    assert name["valueFrom"]["secretKeyRef"]["name"] == "of-the-operator"
    # What it needs is not in objects that are made after it.
    assert "envFrom" not in container
    check_names([CLASSES["desk"]], environment(objects, "topics"))
    assert files(objects, "topics") == {"/run/wiredesk/kafka-login/password", "/run/wiredesk/kafka-ca/ca.crt"}
    for strimzis in ("nothing", "everything elsewhere, open, scaled by hand"):
        assert of_kind(helm.rendered(tmp_path, SETS[strimzis]), "Job") == {}


def test_only_who_is_to_reach_the_web_does(helm: Helm, tmp_path: Path):
    def reaching(values: dict[str, Any]) -> set[str]:
        objects = helm.rendered(tmp_path, values)
        return {
            pod for pod in (*SERVICES, "topics") for one in policies(objects, pod) for rule in one.get("egress", ())
            if any(port.get("port") == 443 for port in rule["ports"])
        }  # fmt: skip

    assert reaching({}) == {"fetcher"}
    assert reaching({"desk": {"reachesWeb": True}}) == {"fetcher", "desk"}


def test_the_ports_of_a_broker_elsewhere_are_open(helm: Helm, tmp_path: Path):
    objects = helm.rendered(tmp_path, SETS["everything elsewhere"])
    ports = {
        port["port"] for one in policies(objects, "cleaner") for rule in one.get("egress", ()) for port in rule["ports"]
    }
    assert ports == {53, 9093, 9094, 9095}


def test_nothing_is_pulled_from_anywhere_until_a_registry_is_named(helm: Helm, tmp_path: Path):
    for values, policy in (({}, "Never"), (SETS["everything"], "IfNotPresent")):
        found = pods(helm.rendered(tmp_path, values))
        assert {spec["containers"][0]["imagePullPolicy"] for spec in found.values()} == {policy}
