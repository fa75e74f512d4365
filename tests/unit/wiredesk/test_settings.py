"""Settings: a typo is an error, a list is split, a secret is never shown."""

import pytest

from wiredesk.client.settings import KafkaSettings, check_names, variables
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.runtime.settings import ServiceSettings, check_own_names


def test_a_misspelt_variable_is_an_error_that_names_the_nearest():
    with pytest.raises(ConfigurationError, match="did you mean WIREDESK_KAFKA__BOOTSTRAP_SERVERS"):
        check_names([ServiceSettings], {"WIREDESK_KAFKA__BOOTSTRAP_SERVER": "x"})


def test_variables_of_others_are_not_ours_to_judge():
    check_names([ServiceSettings], {"PATH": "/bin", "WIREDESK_LANE": "backfill"})


@pytest.mark.parametrize("name", ["WIREDESK_KAFKA__BOOTSTRAP", "WIREDESK_LANES", "WIREDESK_FETHCER__PORTS"])
def test_a_service_refuses_what_nobody_knows(name):
    with pytest.raises(ConfigurationError, match=name):
        check_own_names(ServiceSettings, {name: "x"})


def test_a_service_leaves_the_settings_of_the_others_alone():
    check_own_names(ServiceSettings, {"WIREDESK_TAGGER__PIPELINES": "x", "WIREDESK_LOCAL__STATE_DIR": "x", "HOME": "/"})


def test_servers_are_a_comma_separated_list(monkeypatch):
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "a:1, b:2,c:3")
    assert ServiceSettings.load().kafka.bootstrap_servers == ["a:1", "b:2", "c:3"]


@pytest.mark.parametrize("value", ["nowhere", "host:", ""])
def test_a_server_without_port_is_an_error_that_names_the_variable(monkeypatch, value):
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", value)
    with pytest.raises(ConfigurationError, match="WIREDESK_KAFKA__BOOTSTRAP_SERVERS"):
        ServiceSettings.load()


def test_a_password_is_never_shown(monkeypatch):
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD", "hunter2")
    settings = ServiceSettings.load()
    assert "hunter2" not in repr(settings)
    assert settings.kafka.sasl_password is not None
    assert settings.kafka.sasl_password.get_secret_value() == "hunter2"


def test_a_wrong_value_is_not_echoed(monkeypatch):
    monkeypatch.setenv("WIREDESK_KAFKA__SECURITY_PROTOCOL", "secret-in-the-wrong-place")
    with pytest.raises(ConfigurationError) as caught:
        ServiceSettings.load()
    assert "secret-in-the-wrong-place" not in str(caught.value)


def test_every_leaf_setting_has_its_variable():
    names = [name for name, _ in variables(ServiceSettings)]
    assert "WIREDESK_KAFKA__SASL_PASSWORD" in names
    assert "WIREDESK_LANE" in names
    assert len(names) == len(set(names))
    assert len([name for name in names if name.startswith("WIREDESK_KAFKA__")]) == len(KafkaSettings.model_fields)
