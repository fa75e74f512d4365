"""`sources bot-page` and `bot-key` through the command line."""

import base64
import hashlib
import json
import os
import stat

import pytest
from typer.testing import CliRunner

from tests.unit.fetcher.verifying import Message, keys_of, verified
from wiredesk_desk.cli import app

AGENT = "https://bot.example.org"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a way to type `wiredesk sources …` in an empty folder, with nothing set but what is given."""
    for name in [name for name in os.environ if name.upper().startswith("WIREDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def typed(*arguments, **environment):
        env = {f"WIREDESK_FETCHER__{name}": value for name, value in environment.items()}
        return CliRunner().invoke(app, ["sources", *arguments], env=env)

    return typed


def _told(result) -> dict[str, str]:
    """Return the headers among what was said."""
    return dict(line.split(": ", 1) for line in result.stderr.splitlines() if line.split(": ")[0].istitle())


def test_a_new_key_is_for_its_owner_alone_and_its_directory_holds_at_the_host_it_is_for(run, tmp_path):
    made = run("bot-key", "bot.pem")
    assert (made.exit_code, made.stdout) == (0, "")
    path = tmp_path / "bot.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"export WIREDESK_FETCHER__BOT_KEY_FILE={path}" in made.stderr
    assert "sources bot-page --directory > directory.json" in made.stderr

    result = run("bot-page", "--directory", BOT_KEY_FILE=str(path), BOT_DIRECTORY=AGENT)
    assert result.exit_code == 0
    assert f"{AGENT}/.well-known/http-message-signatures-directory" in result.stderr
    headers, keys = _told(result), keys_of(result.stdout)
    assert headers["Content-Type"] == "application/http-message-signatures-directory+json"
    digest = base64.b64encode(hashlib.sha256(result.stdout.encode()).digest()).decode()
    assert headers["Content-Digest"] == f"sha-256=:{digest}:"
    held = verified(Message(headers, "bot.example.org"), "binding0", keys)
    assert int(held.parameters["expires"]) - int(held.parameters["created"]) == 90 * 24 * 3600
    secret = "".join(path.read_text().splitlines()[1:-1])
    assert secret not in made.stderr + result.stdout + result.stderr


def test_a_key_is_never_written_over(run, tmp_path):
    run("bot-key", "bot.pem")
    before = (tmp_path / "bot.pem").read_bytes()
    again = run("bot-key", "bot.pem")
    assert again.exit_code == 2
    assert "sources bot-key bot-2.pem" in again.stderr
    assert (tmp_path / "bot.pem").read_bytes() == before


def test_a_key_that_cannot_be_written_whole_leaves_no_file_in_the_way(run, tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run("bot-key", "bot.pem").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_the_directory_has_the_next_key_beside_the_one_that_signs(run):
    run("bot-key", "bot.pem")
    run("bot-key", "next.pem")
    given = {"BOT_KEY_FILE": "bot.pem", "BOT_DIRECTORY": AGENT}
    alone = run("bot-page", "--directory", **given)
    both = run("bot-page", "--directory", "--key", "next.pem", "--key", "bot.pem", **given)
    (own,) = keys_of(alone.stdout)
    assert (next(iter(keys_of(both.stdout))), len(keys_of(both.stdout))) == (own, 2)
    for label in ("binding0", "binding1"):
        verified(Message(_told(both), "bot.example.org"), label, keys_of(both.stdout))


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["bot-key", "none/bot.pem"], 2, "mkdir -p none"),
        (["bot-page", "--directory"], 4, "sources bot-key bot.pem"),
        (["bot-page", "--directory", "--ranges"], 2, "two files"),
        (["bot-page", "--key", "bot.pem"], 2, "--key goes with --directory"),
        (["bot-page", "--ranges-at", "ranges.json"], 2, "https://bot.example.org/ranges.json"),
        (["bot-page", "--address", "192.0.2.1/24"], 2, "--address 192.0.2.0/24"),
        (["bot-page"], 4, "sources contact you@example.org"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_has_its_exit_code_and_says_what_to_type(run, arguments, code, told):
    result = run(*arguments)
    assert (result.exit_code, told in result.stderr) == (code, True), result.stderr


def test_another_key_that_is_none_is_named(run, tmp_path):
    run("bot-key", "bot.pem")
    (tmp_path / "other.pem").write_bytes(b"\xff no key")
    result = run("bot-page", "--directory", "--key", "other.pem", BOT_KEY_FILE="bot.pem", BOT_DIRECTORY=AGENT)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--key other.pem: it is no unencrypted private key" in result.stderr


def test_the_page_and_the_list_of_networks_are_written_as_before(run):
    run("bot-key", "bot.pem")
    given = {"BOT_KEY_FILE": "bot.pem", "BOT_DIRECTORY": AGENT, "CONTACT": "https://bot.example.org/bot.html"}
    page = run("bot-page", "--address", "192.0.2.0/28", "--ranges-at", f"{AGENT}/ranges.json", **given)
    assert page.exit_code == 0
    for part in ("192.0.2.0/28", 'rel="client-ranges"', f"<code>{AGENT}</code>", "+https://bot.example.org/bot.html"):
        assert part in page.stdout
    ranges = run("bot-page", "--ranges", "--address", "192.0.2.0/28", "--address", "2001:db8::/64")
    assert json.loads(ranges.stdout)["prefixes"] == [{"ipv4Prefix": "192.0.2.0/28"}, {"ipv6Prefix": "2001:db8::/64"}]


def test_help_says_how_to_serve_what_is_written(run):
    told = " ".join(run("bot-page", "--help").stdout.split())
    for part in ("application/jafar+json", "each day", "media type", "sources bot-key"):
        assert part in told
