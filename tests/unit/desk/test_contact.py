"""`wiredesk sources contact`: one command says whom sites may write to, and everything here knows it from then on."""

import json
import os
import uuid
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk import config
from wiredesk_desk.cli import app
from wiredesk_desk.fetching import fetcher_options
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.sources import contact as verb

NAME = config.CONTACT


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder in which nothing runs, and no settings."""
    for name in [name for name in os.environ if name.upper().startswith("WIREDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def somebody() -> str:
    return f"{uuid.uuid4().hex[:8]}@harbour.example"


def wiredesk(*arguments: str, **environment: str):
    return CliRunner().invoke(app, list(arguments), env=environment)


class Running:
    """The system that runs here: it was started with `named`, or takes what the folder says."""

    def __init__(self, named: str = "") -> None:
        self.named = named
        self.restarted: list[str] = []

    async def status(self):
        return {"contact": self.named or fetcher_options().contact}

    async def restart(self, service: str) -> None:
        self.restarted.append(service)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch):
    """Return a function after which a system runs here."""

    def started(named: str = "") -> Running:
        system = Running(named)

        async def found() -> Running:
            return system

        monkeypatch.setattr(verb, "local_control", found)
        return system

    return started


@pytest.fixture
def _no_database(monkeypatch: pytest.MonkeyPatch):
    @asynccontextmanager
    async def away():
        raise InfrastructureError("away", reason="postgres")
        yield

    monkeypatch.setattr(verb, "open_store", away)


def test_what_is_told_once_is_what_every_verb_here_asks_with():
    contact = somebody()
    done = wiredesk("sources", "contact", contact)
    assert (done.exit_code, contact in done.stderr) == (0, True)
    assert fetcher_options().contact == contact
    assert json.loads(wiredesk("sources", "contact").stdout) == {"contact": contact, "origin": "folder"}
    rows = {row["setting"]: row for row in map(json.loads, wiredesk("config", "show").stdout.splitlines())}
    assert (rows[NAME]["value"], rows[NAME]["origin"]) == (contact, "wiredesk sources contact")


def test_the_environment_goes_before_it_and_that_is_said():
    kept, named = somebody(), somebody()
    done = wiredesk("sources", "contact", kept, **{NAME: named})
    assert done.exit_code == Exit.CONFIGURATION
    assert f"{NAME}={named}" in done.stderr
    assert f"unset {NAME}" in done.stderr
    shown = wiredesk("sources", "contact", **{NAME: named})
    assert json.loads(shown.stdout) == {"contact": named, "origin": "environment"}
    row = next(line for line in wiredesk("config", "show", **{NAME: named}).stdout.splitlines() if NAME in line)
    assert (json.loads(row)["value"], json.loads(row)["origin"]) == (named, "environment")
    assert fetcher_options().contact == kept


@pytest.mark.parametrize(
    "contact",
    ["https://harbour.example/bot", "http://harbour.example", "desk@harbour.example", "mailto:desk@harbour.example"],
)
def test_an_address_that_a_site_can_use_is_taken(contact: str):
    assert wiredesk("sources", "contact", contact).exit_code == 0
    assert fetcher_options().contact == contact


@pytest.mark.parametrize(
    "contact",
    [
        *("me", "me@", "@harbour.example", "me@here", "a b@harbour.example", "dés@harbour.example"),
        *("ftp://harbour.example", "https://", "https://me:secret@harbour.example/"),
        *("me@harbour.example\r\nCookie: a", f"{'a' * 200}@harbour.example"),
    ],
)
def test_what_no_site_can_use_is_refused_and_nothing_is_kept(contact: str):
    done = wiredesk("sources", "contact", contact)
    assert (done.exit_code, "wiredesk sources contact you@example.org" in done.stderr) == (2, True)
    assert fetcher_options().contact == ""


def test_without_one_the_next_command_is_named():
    done = wiredesk("sources", "contact")
    assert done.exit_code == Exit.CONFIGURATION
    assert "Type: wiredesk sources contact you@example.org" in done.stderr.replace("python -m ", "")


@pytest.mark.usefixtures("_no_database")
async def test_a_fetcher_that_runs_is_started_anew_with_it(runs, capsys: pytest.CaptureFixture[str]):
    system, contact = runs(), somebody()
    assert await verb.keep(contact) is Exit.OK
    assert system.restarted == ["fetcher"]
    assert contact in capsys.readouterr().err


async def test_what_runs_with_another_contact_of_its_environment_is_left_alone_and_named(runs):
    named, contact = somebody(), somebody()
    system = runs(named)
    with pytest.raises(Problem, match=named) as caught:
        await verb.keep(contact)
    assert system.restarted == []
    assert caught.value.todo.startswith(f"Type: unset {NAME}")
    assert fetcher_options().contact == contact
