"""A client without settings finds the system that runs in its folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from wiredesk.client.client import Wiredesk
from wiredesk.client.here import found_here
from wiredesk.client.settings import KafkaSettings

LOGIN = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "sasl_username": "w", "sasl_password": "pw"}


def says(folder: Path, **more: Any) -> None:
    state = {"pid": os.getpid(), "bootstrap_servers": ["127.0.0.1:19092"], "kafka_login": {}, **more}
    folder.mkdir(exist_ok=True)
    (folder / "state.json").write_text(json.dumps(state))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "WIREDESK_LOCAL__STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".wiredesk"


def test_the_address_and_the_login_of_what_runs_here_are_used(folder: Path):
    says(folder, kafka_login=LOGIN)
    kafka = Wiredesk().kafka
    assert kafka.bootstrap_servers == ["127.0.0.1:19092"]
    assert (kafka.sasl_username, kafka.sasl_password) == ("w", SecretStr("pw"))


def test_another_state_folder_is_found_by_its_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    says(tmp_path / "elsewhere")
    monkeypatch.setenv("WIREDESK_LOCAL__STATE_DIR", str(tmp_path / "elsewhere"))
    assert Wiredesk().kafka.bootstrap_servers == ["127.0.0.1:19092"]


def test_a_kafka_that_the_environment_names_goes_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch):
    says(folder)
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "kafka.example:9092")
    assert Wiredesk().kafka.bootstrap_servers == ["kafka.example:9092"]


def test_what_no_longer_runs_is_not_found(folder: Path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    says(folder, pid=ended.pid)
    assert found_here(KafkaSettings()) == KafkaSettings()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 1}', '{"pid": "x", "bootstrap_servers": []}'])
def test_a_file_that_says_nothing_sensible_is_passed_over(folder: Path, text: str):
    folder.mkdir()
    (folder / "state.json").write_text(text)
    assert found_here(KafkaSettings()) == KafkaSettings()


def test_a_file_of_another_user_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch):
    says(folder)
    monkeypatch.setattr(os, "getuid", lambda: 4321)
    assert found_here(KafkaSettings()) == KafkaSettings()
