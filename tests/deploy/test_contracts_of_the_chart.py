"""The chart's topics, users, groups and settings are those of the code, as `make kubernetes` wrote them."""

import json
import re
from typing import Any

import jsonschema
import pytest

from deploy.kubernetes import __main__ as made
from deploy.kubernetes.contracts import contracts
from deploy.kubernetes.settings import CLASSES, definitions
from tests.deploy.chart import CHART, base, of_kind, values
from wiredesk.client.admin import configuration
from wiredesk.client.settings import KafkaSettings, is_secret, variables
from wiredesk.contracts.topics import (
    BESIDE,
    CURRENT,
    PUBLIC,
    RETRY_TOPICS,
    SETTLED,
    SUBMITTED,
    Lane,
    dead_letters,
    every_topic,
    retry_topic,
)
from wiredesk.engine.broker import broker_for
from wiredesk.engine.stage import Stage
from wiredesk_desk.feed_topics import feed_name
from wiredesk_desk.rights import SERVICES

CONSUMED = {service: topic for topic in PUBLIC for service in topic.consumers}
TODO = "run `make kubernetes`"


def operations(user: str, kind: str = "topic") -> dict[str, set[str]]:
    """What the user of the base may do, by name."""
    acls = of_kind(base(), "KafkaUser")[f"wiredesk-{user}"]["spec"]["authorization"]["acls"]
    return {acl["resource"]["name"]: set(acl["operations"]) for acl in acls if acl["resource"]["type"] == kind}


def test_what_the_templates_read_is_what_the_code_says():
    assert (CHART / "files" / "contracts.json").read_text() == made.written_contracts(), TODO


def test_the_schema_of_values_knows_the_settings_of_the_code():
    assert (CHART / "values.schema.json").read_text() == made.written_schema(), TODO


def test_the_base_was_rendered_from_the_chart_as_it_is():
    first, _ = made.BASE.read_text().split("\n", 1)
    assert made.made_from() in first, f"{TODO} where helm is installed"


def test_every_topic_is_strimzis_as_the_code_would_make_it():
    kafka = KafkaSettings(replication_factor=3)
    found = {
        name: (topic["spec"]["partitions"], topic["spec"]["replicas"], topic["spec"]["config"])
        for name, topic in of_kind(base(), "KafkaTopic").items()
    }
    assert found == {topic.name: (topic.partitions, 3, configuration(topic, kafka)) for topic in every_topic()}


def test_brokers_take_the_largest_record():
    (kafka,) = of_kind(base(), "Kafka").values()
    largest = max(topic.max_bytes for topic in every_topic())
    config = kafka["spec"]["kafka"]["config"]
    assert (config["message.max.bytes"], config["replica.fetch.max.bytes"]) == (largest, largest)
    assert config["auto.create.topics.enable"] is False


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_may_read_what_its_stage_subscribes_to_in_the_groups_it_joins_and_nothing_else(service: str):
    stage: Stage[Any] = Stage(service, CONSUMED[service], broker_for(KafkaSettings(), client_id="x"), lane=Lane())
    joined = {name: one.source.group_id for name, one in stage.subscriptions.items()}
    assert {name for name, may in operations(service).items() if "Read" in may} == set(joined)
    assert operations(service, "group") == {group: {"Read"} for group in joined.values()}


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_may_write_what_it_produces_its_dead_letters_and_its_retries_and_nothing_else(service: str):
    consumed = CONSUMED[service]
    wanted = {topic.name for topic in (*PUBLIC, CURRENT, *BESIDE) if service in topic.producers}
    wanted |= {consumed.dead_letter(service).name}
    if retry := retry_topic(consumed, service):
        wanted |= {retry.name}
    if service == "fetcher":
        wanted |= {SUBMITTED.name}
    assert {name for name, may in operations(service).items() if "Write" in may} == wanted


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_does_nothing_else_to_a_topic_than_to_see_read_and_write_it(service: str):
    assert set().union(*operations(service).values()) == {"Describe", "Read", "Write"}
    assert operations(service, "cluster") == {}


@pytest.mark.parametrize("user", [*SERVICES, "desk"])
def test_who_starts_sees_every_topic_that_is_looked_for_at_a_start(user: str):
    assert {name for name, may in operations(user).items() if "Describe" in may} >= {one.name for one in every_topic()}


def test_the_desk_reads_everything_and_writes_what_people_decide_and_replay():
    feeds = feed_name("any").partition("any")[0]
    may = operations("desk")
    assert {name for name, one in may.items() if "Read" in one} == {feeds, *(one.name for one in every_topic())}
    replayed = {topic.name for topic in PUBLIC if topic.consumers}
    by_people = {SUBMITTED.name, CURRENT.name, "articles.withdrawn.v1", SETTLED.name, feeds}
    assert {name for name, one in may.items() if "Write" in one} == replayed | by_people
    assert {name for name, one in may.items() if "Create" in one} == {feeds}
    (acl,) = (
        acl
        for acl in of_kind(base(), "KafkaUser")["wiredesk-desk"]["spec"]["authorization"]["acls"]
        if acl["resource"]["name"] == feeds
    )
    assert acl["resource"]["patternType"] == "prefix"


def test_dead_letters_are_written_by_their_own_service_alone():
    for letters in dead_letters():
        writers = {user for user in (*SERVICES, "desk") if "Write" in operations(user)[letters.name]}
        assert writers == set(letters.producers)


def test_who_scales_sees_lag_and_nothing_else():
    groups = operations("scaling", "group")
    assert operations("scaling") == {topic.name: {"Describe"} for topic in CONSUMED.values()}
    assert groups == {Lane().group(service): {"Describe"} for service in CONSUMED}


def test_a_service_scales_by_the_lag_of_its_own_group_on_its_own_topic():
    triggers = {
        name.removeprefix("wiredesk-"): one["spec"]["triggers"][0]["metadata"]
        for name, one in of_kind(base(), "ScaledObject").items()
    }
    found = {service: (one["topic"], one["consumerGroup"]) for service, one in triggers.items()}
    assert found == {service: (topic.name, Lane().group(service)) for service, topic in CONSUMED.items()}
    # What is not due yet is no work: a retry topic must not call for replicas.
    assert not {topic.name for topic in RETRY_TOPICS} & {one["topic"] for one in triggers.values()}


def test_no_service_scales_beyond_its_partitions_and_each_may_end_with_even_shares():
    for name, one in of_kind(base(), "ScaledObject").items():
        partitions = CONSUMED[name.removeprefix("wiredesk-")].partitions
        most = one["spec"]["maxReplicaCount"]
        assert partitions % most == 0, f"{name}: {most} of {partitions}"
        assert one["spec"]["minReplicaCount"] == 1


def test_keda_is_told_nothing_that_excludes_each_other():
    for one in of_kind(base(), "ScaledObject").values():
        metadata = one["spec"]["triggers"][0]["metadata"]
        assert metadata["offsetResetPolicy"] == "earliest"
        assert metadata["excludePersistentLag"] == "true"
        # KEDA refuses both: "cannot be set simultaneously".
        assert len({"ensureEvenDistributionOfPartitions", "limitToPartitionsWithLag"} & set(metadata)) == 1


def test_no_template_names_a_topic_or_a_group():
    for template in (CHART / "templates").iterdir():
        names = r"\b(?:articles|sources|stories|feeds)\.[a-z]|\bwiredesk\.[a-z]+\.v\d"
        assert re.findall(names, template.read_text()) == []


def test_the_default_values_are_as_their_schema_has_it():
    jsonschema.validate(values(), json.loads((CHART / "values.schema.json").read_text()))


def test_the_schema_knows_every_default_value_and_refuses_what_it_does_not_know():
    def compare(schema: dict[str, Any], given: object, path: str) -> None:
        schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if "properties" in schema:
            assert schema["additionalProperties"] is False, path
            # A default that is left out would be a value that nobody finds.
            if isinstance(given, dict) and not path.endswith("settings"):
                assert set(schema["properties"]) - {"global"} == set(given), path
                for name, value in given.items():
                    compare(schema["properties"][name], value, f"{path}.{name}")

    schema = json.loads((CHART / "values.schema.json").read_text())
    defs = schema["$defs"]
    compare(schema, values(), "values")


def test_values_name_settings_of_the_code_and_no_secret():
    defined = definitions()
    for service, cls in CLASSES.items():
        secrets = {name for name, info in variables(cls) if is_secret(info)}
        allowed = set(defined[f"{service}Settings"]["properties"])
        assert allowed <= {name for name, _ in variables(cls)}
        assert not {name for name in allowed if name.removesuffix("_FILE") in secrets}
        assert set(values()[service]["settings"]) <= allowed


def test_the_schema_bounds_a_setting_as_the_code_does():
    properties = definitions()["taggerSettings"]["properties"]
    assert properties["WIREDESK_TAGGER__CHUNK_SIZE"] | {"description": ""} == {
        "type": "integer", "minimum": 1, "maximum": 1000, "description": "",
    }  # fmt: skip
    # As it is written into an environment, and not as the code holds it.
    assert properties["WIREDESK_TAGGER__PIPELINES"]["type"] == "string"
    assert json.loads(made.written_contracts()) == contracts()
