"""Which desk is asked, and with which token."""

import json
import os
import traceback
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from wiredesk.client.api.opening import desk
from wiredesk.client.here import desk_here
from wiredesk.client.settings import ApiSettings, Settings
from wiredesk.contracts.errors import ConfigurationError

DEFAULT = "http://127.0.0.1:8780"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("WIREDESK_"):
            monkeypatch.delenv(name)
    (tmp_path / ".wiredesk").mkdir()
    return tmp_path / ".wiredesk"


def says(folder: Path, address: Any, **more: Any) -> None:
    (folder / "state.json").write_text(json.dumps({"pid": os.getpid(), "desk": address, **more}))


def found(token: str | None = None) -> ApiSettings:
    return desk_here(ApiSettings(token=SecretStr(token) if token else None))


def test_the_desk_of_what_runs_here_is_asked_with_the_token_of_the_environment(folder: Path):
    says(folder, "http://127.0.0.1:18780/")
    api = found("wiredesk_t")
    assert (api.url, api.token) == ("http://127.0.0.1:18780", SecretStr("wiredesk_t"))


def test_one_that_the_environment_names_goes_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch):
    says(folder, "http://127.0.0.1:18780/")
    monkeypatch.setenv("WIREDESK_API__URL", "https://desk.example/")
    assert desk()._url == "https://desk.example"


def test_one_that_is_given_goes_before_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREDESK_API__URL", "https://desk.example/")
    assert desk(ApiSettings(url="http://other.example"))._url == "http://other.example"


@pytest.mark.parametrize(
    "address",
    [
        "",
        None,
        5,
        "file:///etc/passwd",
        "https://evil.example/",
        "http://127.0.0.1.evil.example",
        "http://u:p@127.0.0.1",
    ],
)
def test_a_file_that_names_no_desk_or_one_elsewhere_leads_no_token_away(folder: Path, address: Any):
    says(folder, address)
    assert found("wiredesk_t").url == DEFAULT


def test_what_no_longer_runs_is_not_asked(folder: Path):
    says(folder, "http://127.0.0.1:18780/", pid=2**31 - 1)
    assert found().url == DEFAULT


@pytest.mark.parametrize(
    "url",
    [
        *("", "desk.example", "ftp://desk.example", "http://", "http://[", "https://desk.example/?a=b"),
        *("https://ada:s3cret@desk.example", "https://desk.example/#s3cret", "http://desk.example:s3cret"),
    ],
)
def test_what_is_no_address_is_refused_with_the_name_of_the_setting_and_not_shown(
    url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WIREDESK_API__URL", url)
    with pytest.raises(ConfigurationError, match=r"WIREDESK_API__URL.* address") as refused:
        Settings.load()
    with pytest.raises(ValidationError) as direct:
        ApiSettings(url=url)
    assert "s3cret" not in f"{refused.value}{direct.value}{''.join(traceback.format_exception(refused.value))}"


@pytest.mark.parametrize("token", ["two words", "a\nb", "tökén", "\x7f"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(token: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREDESK_API__TOKEN", token)
    with pytest.raises(ConfigurationError, match=r"WIREDESK_API__TOKEN: .*one word") as refused:
        Settings.load()
    assert token not in str(refused.value)


def test_a_token_may_lie_in_a_file_and_an_empty_one_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WIREDESK_API__TOKEN", "")
    assert Settings.load().api.token is None
    (folder / "token").write_text("wiredesk_t\n")
    monkeypatch.setenv("WIREDESK_API__TOKEN_FILE", str(folder / "token"))
    assert Settings.load().api.token == SecretStr("wiredesk_t")
    assert "wiredesk_t" not in repr(Settings.load())
