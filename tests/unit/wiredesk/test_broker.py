"""What the guarantee asks of the Kafka client, as the client is told it."""

from datetime import timedelta
from typing import Any

import pytest
from faststream import AckPolicy
from faststream.security import SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512
from pydantic import SecretStr

from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import FETCHED, SUBMITTED, Lane
from wiredesk.engine.broker import broker_for, broker_security
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.stage import Stage

SERVERS = ["127.0.0.1:1", "127.0.0.1:2"]


def _settings(protocol: str, mechanism: str = "PLAIN", **more: Any) -> KafkaSettings:
    return KafkaSettings.model_validate(
        {
            "bootstrap_servers": SERVERS,
            "security_protocol": protocol,
            "sasl_mechanism": mechanism,
            "sasl_username": "desk",
            "sasl_password": SecretStr("hunter2"),
            "sasl_oauth_token_file": "/token",
            **more,
        }
    )


def _told(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the options with which FastStream makes aiokafka's clients."""
    return broker_for(kafka, client_id="cleaner")._connection_kwargs


def test_a_record_counts_as_sent_when_all_replicas_have_it_once_and_in_order():
    told = _told(KafkaSettings(bootstrap_servers=SERVERS))
    assert (told["acks"], told["enable_idempotence"]) == ("all", True)


def test_a_batch_does_not_expire_while_its_partition_changes_its_leader():
    assert timedelta(milliseconds=_told(KafkaSettings())["request_timeout_ms"]) >= timedelta(minutes=2)


def test_the_largest_record_that_a_topic_admits_is_not_refused_by_the_client():
    told = _told(KafkaSettings())
    assert told["max_request_size"] >= max(topic.dead_letter("cleaner").max_bytes for topic in (FETCHED, SUBMITTED))


def test_what_is_sent_is_gathered_for_a_moment_and_compressed():
    told = _told(KafkaSettings())
    assert (told["compression_type"], told["max_batch_size"]) == ("zstd", 256 * 1024)
    assert 0 < told["linger_ms"] <= 20


def test_it_connects_where_the_settings_say_and_says_who_it_is():
    told = _told(KafkaSettings(bootstrap_servers=SERVERS))
    assert (told["bootstrap_servers"], told["client_id"]) == (SERVERS, "cleaner")


def test_partitions_that_are_added_are_seen_within_a_minute_and_no_topic_is_made_by_accident():
    broker = broker_for(KafkaSettings(), client_id="cleaner")
    assert timedelta(milliseconds=broker._connection_kwargs["metadata_max_age_ms"]) <= timedelta(minutes=1)
    assert broker.config.broker_config.allow_auto_create_topics is False


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_what_is_to_be_encrypted_is_and_the_servers_have_to_prove_who_they_are(protocol):
    kafka = _settings(protocol)
    context = client_options(kafka)["ssl_context"]
    assert client_options(kafka)["security_protocol"] == protocol
    told = _told(kafka)
    assert told["security_protocol"] == protocol
    for one in (context, told["ssl_context"]):
        assert one.check_hostname
        assert one.verify_mode.name == "CERT_REQUIRED"


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT"])
def test_what_is_not_to_be_encrypted_is_not(protocol):
    kafka = _settings(protocol)
    assert "ssl_context" not in client_options(kafka)
    told = _told(kafka)
    assert (told["security_protocol"], told["ssl_context"]) == (protocol, None)


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize(
    ("mechanism", "login"),
    [
        ("PLAIN", SASLPlaintext),
        ("SCRAM-SHA-256", SASLScram256),
        ("SCRAM-SHA-512", SASLScram512),
        ("OAUTHBEARER", SASLOAuthBearer),
    ],
)
def test_each_way_to_log_in_is_the_one_that_was_asked_for(mechanism, login, protocol):
    security = broker_security(_settings(protocol, mechanism))
    assert type(security) is login
    assert security.use_ssl is (protocol == "SASL_SSL")
    told = _told(_settings(protocol, mechanism))
    assert told["sasl_mechanism"] == mechanism
    assert (told["ssl_context"] is not None) is (protocol == "SASL_SSL")
    if mechanism == "OAUTHBEARER":
        assert told["sasl_oauth_token_provider"] is not None
    else:
        assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("desk", "hunter2")


def test_without_a_login_none_is_made():
    assert "sasl_mechanism" not in client_options(_settings("SSL"))
    assert _told(_settings("SSL")).get("sasl_mechanism", "PLAIN") == "PLAIN"


class Recorder:
    """A broker that only remembers what was subscribed."""

    def __init__(self) -> None:
        self.subscribed: dict[str, dict[str, Any]] = {}

    def subscriber(self, topic: str, **options: Any) -> object:
        self.subscribed[topic] = options
        return object()


def _subscribed(name, topic, **more) -> dict[str, dict[str, Any]]:
    recorder = Recorder()
    broker: Any = recorder
    stage: Stage[Any] = Stage(name, topic, broker, lane=Lane("backfill"), **more)
    for source, options in recorder.subscribed.items():
        assert options["listener"] is stage.subscriptions[source]
    return recorder.subscribed


def test_a_stage_begins_at_the_oldest_record_commits_by_itself_and_reads_only_what_was_committed():
    for options in _subscribed("fetcher", SUBMITTED).values():
        assert options["auto_offset_reset"] == "earliest"
        assert options["ack_policy"] is AckPolicy.MANUAL
        assert options["isolation_level"] == "read_committed"


def test_a_stage_has_a_group_of_its_own_in_its_lane_and_another_for_its_retry_topic():
    groups = {topic: options["group_id"] for topic, options in _subscribed("fetcher", SUBMITTED).items()}
    lane, retries = Lane("backfill"), SUBMITTED.retry("fetcher")
    group = lane.group("fetcher")
    assert groups == {lane.topic(SUBMITTED): group, lane.topic(retries): f"{group}.retry"}
    assert list(_subscribed("cleaner", FETCHED)) == [lane.topic(FETCHED)]


def test_a_member_is_missed_after_a_session_and_has_several_chances_to_be_heard_in_it():
    (options,) = _subscribed("cleaner", FETCHED, session=6).values()
    assert options["session_timeout_ms"] == 6000
    assert 0 < options["heartbeat_interval_ms"] <= 2000
    # Reading never waits for work: only who is stuck for good is put out for not polling.
    assert options["max_poll_interval_ms"] >= 1_800_000


def test_a_stage_holds_no_more_than_its_settings_say():
    broker: Any = Recorder()
    settings = EngineSettings(in_flight_records=7, in_flight_mib=3)
    stage: Stage[Any] = Stage("cleaner", FETCHED, broker, lane=Lane("backfill"), settings=settings)
    (subscription,) = stage.subscriptions.values()
    assert subscription._window.room == 7
