"""Whom sites may write to: told once in a folder, handed to every fetcher that starts there."""

import uuid
from functools import partial
from pathlib import Path

import pytest

from tests.local.test_supervisor import running, until
from wiredesk_local.control import Control
from wiredesk_local.state import StateDir

_CONTACT = "WIREDESK_FETCHER__CONTACT"
# Ready at once, after one line with its contact in its log.
_TELL = f"""if True:
    import http.server, os, sys
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{{"ok": true, "problems": []}}')
    print("told", os.environ.get("{_CONTACT}", "nobody"), flush=True)
    http.server.HTTPServer(("127.0.0.1", int(os.environ["WIREDESK_HEALTH__PORT"])), Page).serve_forever()
"""


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(_CONTACT, raising=False)


def somebody() -> str:
    return f"{uuid.uuid4().hex[:8]}@harbour.example"


def told(folder: Path) -> list[str]:
    """Return the contacts that the fetchers which ran in `folder` found, the last one last."""
    lines = (folder / "logs" / "fetcher-1.log").read_text().splitlines()
    return [line.removeprefix("told ") for line in lines if line.startswith("told ")]


def _has_told(folder: Path, expected: list[str]) -> bool:
    return told(folder) == expected


def test_what_is_told_is_kept_for_its_owner_alone(tmp_path: Path):
    state = StateDir(tmp_path / "new")
    assert state.contact() == ""
    for contact in (somebody(), somebody()):
        state.keep_contact(contact)
        assert StateDir(tmp_path / "new").contact() == contact
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert [one.name for one in (tmp_path / "new").iterdir() if one.stat().st_mode & 0o077 == 0] == ["contact"]


async def test_a_fetcher_gets_the_contact_that_was_told_in_the_folder_at_this_start_and_the_next(tmp_path: Path):
    contact = somebody()
    StateDir(tmp_path).keep_contact(contact)
    for expected in ([contact], [contact, contact]):
        async with running(tmp_path, _TELL, scale={"fetcher": 1}) as (supervisor, _):
            await until(partial(_has_told, tmp_path, expected))
            assert supervisor.status()["contact"] == contact


async def test_a_contact_that_is_told_while_it_runs_reaches_the_fetcher_that_is_started_anew(tmp_path: Path):
    contact = somebody()
    async with running(tmp_path, _TELL, scale={"fetcher": 1}):
        await until(lambda: told(tmp_path) == ["nobody"])
        control = await Control.connect(tmp_path)
        assert (await control.status())["contact"] == ""
        StateDir(tmp_path).keep_contact(contact)
        assert (await control.status())["contact"] == contact
        await control.restart("fetcher")
        await until(lambda: told(tmp_path) == ["nobody", contact])


async def test_the_environment_goes_before_what_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    contact = somebody()
    monkeypatch.setenv(_CONTACT, contact)
    StateDir(tmp_path).keep_contact(somebody())
    async with running(tmp_path, _TELL, scale={"fetcher": 1}) as (supervisor, _):
        await until(lambda: told(tmp_path) == [contact])
        assert supervisor.status()["contact"] == contact


async def test_a_variable_that_is_set_to_nothing_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    contact = somebody()
    monkeypatch.setenv(_CONTACT, "")
    StateDir(tmp_path).keep_contact(contact)
    async with running(tmp_path, _TELL, scale={"fetcher": 1}):
        await until(lambda: told(tmp_path) == [contact])
