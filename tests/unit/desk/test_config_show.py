"""Settings as people see them: value and origin, never a secret."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_desk import config
from wiredesk_storage.settings import StorageSettings


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (SecretStr("hunter2"), "*****"),
        (SecretStr("postgresql://desk:hunter2@db:5432/wire"), "postgresql://desk:*****@db:5432/wire"),
        ("postgresql://desk:hunter2@db/wire", "postgresql://desk:*****@db/wire"),
        (["a:1", "b:2"], "a:1,b:2"),
        (None, ""),
        (12, "12"),
        (SecretStr("postgresql://desk@db/wire?password=hunter2"), "postgresql://desk@db/wire?password=*****"),
        (SecretStr("host=db user=desk password=hunter2"), "*****"),
        (SecretStr("postgresql://desk:hun@ter:2@db/wire"), "postgresql://desk:*****@db/wire"),
        (SecretStr("postgresql://desk:hun#ter2@db/wire"), "postgresql://desk:*****@db/wire"),
        ("postgresql://desk:hun/ter2@db/wire", "postgresql://desk:*****@db/wire"),
        ("https://hunter2@mirror.example/maven", "https://*****@mirror.example/maven"),
    ],
)
def test_a_setting_is_shown_without_its_secret(value: object, shown: str):
    assert config.shown(value) == shown


def test_each_setting_says_where_its_value_comes_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREDESK_LANE", "backfill")
    monkeypatch.delenv(config.SERVERS, raising=False)
    monkeypatch.delenv(config.DSN, raising=False)
    found = {config.DSN: SecretStr("postgresql://u:secret@127.0.0.1:1/x")}
    rows = {row["setting"]: row for row in config.settings_rows(StorageSettings, found)}
    assert (rows["WIREDESK_LANE"]["value"], rows["WIREDESK_LANE"]["origin"]) == ("backfill", "environment")
    assert rows["WIREDESK_LOG__LEVEL"]["origin"] == "default"
    assert rows[config.DSN]["origin"] == "running system"
    assert "secret" not in json.dumps(list(rows.values()))


def test_a_secret_from_a_file_is_shown_as_such_and_without_its_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    file = tmp_path / "dsn"
    file.write_text("postgresql://u:hunter2@db/x\n")
    monkeypatch.delenv(config.DSN, raising=False)
    monkeypatch.setenv(f"{config.DSN}_FILE", str(file))
    found = {config.DSN: SecretStr("postgresql://u:other@127.0.0.1:1/of-the-running-system")}
    rows = {row["setting"]: row for row in config.settings_rows(StorageSettings, found)}
    assert (rows[config.DSN]["value"], rows[config.DSN]["origin"]) == ("postgresql://u:*****@db/x", "file")
    named = rows[f"{config.DSN}_FILE"]
    assert (named["value"], named["origin"]) == (str(file), "environment")
    assert "hunter2" not in json.dumps(list(rows.values()))


def test_a_variable_that_no_service_knows_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREDESK_TAGGER__PIPLINE", "x")
    with pytest.raises(ConfigurationError, match="did you mean WIREDESK_TAGGER__PIPELINES"):
        config.settings_classes()


def test_the_settings_of_every_service_and_of_local_mode_are_known():
    names = {cls.__name__ for cls in config.settings_classes()}
    assert names >= {
        "ServiceSettings",
        "FetcherSettings",
        "CleanerSettings",
        "TaggerSettings",
        "StorageSettings",
        "LocalSettings",
    }
