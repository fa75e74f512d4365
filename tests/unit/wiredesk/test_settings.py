"""Settings: a typo is an error, a list is split, a secret is never shown."""

import pytest
from pydantic import SecretStr

from wiredesk.client.settings import KafkaSettings, check_names, is_secret, variables
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.runtime.settings import ServiceSettings, check_own_names
from wiredesk_local.settings import LocalSettings
from wiredesk_storage.settings import StorageSettings


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
    secrets = [name for name, info in KafkaSettings.model_fields.items() if is_secret(info)]
    of_kafka = [name for name in names if name.startswith("WIREDESK_KAFKA__")]
    assert len(of_kafka) == len(KafkaSettings.model_fields) + len(secrets)
    assert {f"WIREDESK_KAFKA__{name.upper()}_FILE" for name in secrets} <= set(of_kafka)


def _file(path, content):
    path.write_bytes(content)
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("content", [b"hunter2", b"hunter2\n", b"hunter2\r\n"])
def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path, content):
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD_FILE", _file(tmp_path / "secret", content))
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_USERNAME", "desk")
    settings = ServiceSettings.load()
    assert settings.kafka.sasl_password == SecretStr("hunter2")
    # What the environment says of the same section stays.
    assert settings.kafka.sasl_username == "desk"
    assert "hunter2" not in repr(settings)


def test_spaces_and_inner_line_ends_of_a_secret_are_part_of_it(monkeypatch, tmp_path):
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD_FILE", _file(tmp_path / "secret", " a\nb ü \n".encode()))
    assert ServiceSettings.load().kafka.sasl_password == SecretStr(" a\nb ü ")


def test_a_database_address_may_come_from_a_file_and_an_empty_variable_leaves_it_the_word(monkeypatch, tmp_path):
    address = "postgresql://u:hunter2@db/x"
    monkeypatch.setenv("WIREDESK_STORAGE__DSN_FILE", _file(tmp_path / "dsn", address.encode()))
    monkeypatch.setenv("WIREDESK_STORAGE__DSN", "")
    assert StorageSettings.load().storage.dsn == SecretStr(address)
    assert LocalSettings.load().storage.dsn == SecretStr(address)


def test_a_secret_given_twice_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD", "hunter3")
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD_FILE", _file(tmp_path / "secret", b"hunter2"))
    with pytest.raises(ConfigurationError, match=r"SASL_PASSWORD and \S+SASL_PASSWORD_FILE are both set") as caught:
        ServiceSettings.load()
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"", "is empty"), (b"\n", "is empty"), (b"hunter2\xff", "not UTF-8")]
)
def test_a_secret_that_cannot_be_read_is_an_error_that_names_variable_and_reason(monkeypatch, tmp_path, content, why):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD_FILE", str(path))
    with pytest.raises(ConfigurationError, match=f"WIREDESK_KAFKA__SASL_PASSWORD_FILE: .*{why}") as caught:
        ServiceSettings.load()
    assert "hunter2" not in str(caught.value)


def test_a_folder_instead_of_the_file_is_an_error_that_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("WIREDESK_STORAGE__DSN_FILE", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"WIREDESK_STORAGE__DSN_FILE: .*Is a directory"):
        StorageSettings.load()


def test_a_file_is_named_for_secrets_only():
    with pytest.raises(ConfigurationError, match="WIREDESK_LANE_FILE"):
        check_names([ServiceSettings], {"WIREDESK_LANE_FILE": "x"})


_SASL = {"SECURITY_PROTOCOL": "SASL_SSL"}
_OAUTH = _SASL | {"SASL_MECHANISM": "OAUTHBEARER"}
_ENDPOINT = _OAUTH | {"SASL_OAUTH_TOKEN_URL": "https://id.example/token"}


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        (_SASL, "SASL_USERNAME"),
        (_SASL | {"SASL_USERNAME": "desk"}, "SASL_PASSWORD"),
        (_SASL | {"SASL_PASSWORD": "hunter2"}, "SASL_USERNAME"),
        (_OAUTH, "SASL_OAUTH_TOKEN_FILE or"),
        (_ENDPOINT | {"SASL_OAUTH_TOKEN_FILE": "/t"}, "either"),
        (_ENDPOINT, "SASL_OAUTH_CLIENT_ID"),
        (_ENDPOINT | {"SASL_OAUTH_CLIENT_ID": "desk"}, "SASL_OAUTH_CLIENT_SECRET"),
        (
            _ENDPOINT
            | {"SASL_OAUTH_CLIENT_ID": "desk", "SASL_OAUTH_CLIENT_SECRET": "hunter2"}
            | {"SASL_OAUTH_TOKEN_URL": "http://id.example/token"},
            "must be https",
        ),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_CERTFILE": "/c"}, "SSL_KEYFILE"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEYFILE": "/k"}, "SSL_CERTFILE"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY_PASSWORD": "hunter2"}, "SSL_KEYFILE"),
        ({"SSL_CERTFILE": "/c", "SSL_KEYFILE": "/k"}, "SECURITY_PROTOCOL"),
    ],
)
def test_a_login_that_is_given_by_half_is_an_error_that_says_what_is_missing(monkeypatch, environment, missing):
    for name, value in environment.items():
        monkeypatch.setenv(f"WIREDESK_KAFKA__{name}", value)
    with pytest.raises(ConfigurationError, match=missing) as caught:
        ServiceSettings.load()
    assert "Value error" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).count("WIREDESK_KAFKA: ") == 0


@pytest.mark.parametrize(
    "login",
    [
        {"security_protocol": "SSL", "ssl_certfile": "/c", "ssl_keyfile": "/k"},
        {"security_protocol": "SASL_SSL", "sasl_username": "desk", "sasl_password": SecretStr("hunter2")},
        {"security_protocol": "SASL_SSL", "sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_file": "/t"},
        {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_oauth_token_url": "http://127.0.0.1:8080/token",
            "sasl_oauth_client_id": "desk",
            "sasl_oauth_client_secret": SecretStr("hunter2"),
        },
    ],
)
def test_a_whole_login_is_taken(login):
    assert KafkaSettings(**login).security_protocol == login["security_protocol"]


@pytest.mark.parametrize(
    "dsn",
    [
        "nonsense",
        "postgresql://u:s3cret@host:notaport/x",
        "http://u:s3cret@example.org",
        "postgresql://u:s3cr#et@h:5/x",
        "postgresql://u:s3cret@h:99999/x",
    ],
)
def test_an_address_that_is_no_postgresql_is_named_by_its_setting_and_shows_no_password(monkeypatch, dsn):
    monkeypatch.setenv("WIREDESK_STORAGE__DSN", dsn)
    with pytest.raises(ConfigurationError, match=r"WIREDESK_STORAGE__DSN: .*postgresql://USER") as caught:
        StorageSettings.load()
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:p%40ss@host/x",
        "postgres://host",
        "postgresql://u:p@a:5432,b:5433/x?target_session_attrs=any",
        "postgresql://u:p@[::1]:5432/x",
        "postgresql:///x?host=/run/postgresql",
    ],
)
def test_every_form_of_an_address_of_postgresql_is_taken(monkeypatch, dsn):
    monkeypatch.setenv("WIREDESK_STORAGE__DSN", dsn)
    assert StorageSettings.load().storage.dsn.get_secret_value() == dsn
