"""What of a login others can read, and that a service says so in its log."""

import logging

import pytest
from pydantic import SecretStr

from wiredesk.client.options import exposed, tls_context
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.engine.broker import broker_security


def login(servers: list[str], protocol: str = "SASL_PLAINTEXT", mechanism: str = "PLAIN") -> KafkaSettings:
    return KafkaSettings.model_validate(
        {
            "bootstrap_servers": servers,
            "security_protocol": protocol,
            "sasl_mechanism": mechanism,
            "sasl_username": "desk",
            "sasl_password": SecretStr("hunter2"),
            "sasl_oauth_token_file": "/token",
        }
    )


@pytest.mark.parametrize("server", ["127.0.0.1:1", "127.9.0.1:1", "localhost:1", "[::1]:1", "LOCALHOST.:1"])
def test_on_this_machine_a_login_is_not_exposed(server):
    assert exposed(login([server])) is None


@pytest.mark.parametrize(
    ("mechanism", "what"), [("PLAIN", "password"), ("SCRAM-SHA-512", "guessed"), ("OAUTHBEARER", "token")]
)
def test_without_tls_a_login_elsewhere_is_exposed_and_the_log_of_a_service_says_so(mechanism, what, caplog):
    settings = login(["127.0.0.1:1", "kafka.example:9092"], mechanism=mechanism)
    assert what in (exposed(settings) or "")
    with caplog.at_level(logging.WARNING):
        broker_security(settings)
    (record,) = caplog.records
    assert "unencrypted to kafka.example:9092" in record.getMessage()
    assert "WIREDESK_KAFKA__SECURITY_PROTOCOL=SASL_SSL" in record.getMessage()
    assert "hunter2" not in caplog.text


def test_with_tls_nothing_is_said(caplog):
    broker_security(login(["kafka.example:9092"], "SASL_SSL"))
    assert exposed(login(["kafka.example:9092"], "SASL_SSL")) is None
    assert caplog.records == []


@pytest.mark.parametrize("missing", ["ssl_cafile", "ssl_certfile"])
def test_a_certificate_that_is_not_there_is_an_error_that_names_the_setting(missing, tmp_path):
    files = {"ssl_certfile": "/none.pem", "ssl_keyfile": "/none.key"} if missing == "ssl_certfile" else {}
    settings = KafkaSettings(security_protocol="SSL", **{"ssl_cafile": None, missing: "/none.pem", **files})
    with pytest.raises(ConfigurationError, match=rf"/none\.pem.*No such file.*WIREDESK_KAFKA__{missing.upper()}"):
        tls_context(settings)
