"""No process of ours calls anybody its job does not need, looks up a name, or leaves a file in the user's home."""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docker.journey import ARTICLE
from tests.integration.watched import CannotWatchError, Watched, watched
from wiredesk.client.client import Wiredesk
from wiredesk.contracts.events import ArticleStored

SERVICES = ("fetcher", "cleaner", "tagger", "storage")
# Libraries that report home keep still where they see one of these, and would not be seen here.
HUSHES = ("CI", "ORT_", "HF_", "DO_NOT_TRACK", "GITHUB_", "TF_BUILD", "WIREDESK_")


class Home:
    """An empty home folder, and the programs that run with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "home"
        self.folder.mkdir()
        self._work = folder

    def start(self, stack: ExitStack, name: str, *command: str, env: Mapping[str, str] | None = None) -> Watched:
        kept = {key: value for key, value in os.environ.items() if not key.startswith((*HUSHES, "XDG_"))}
        kept |= {"HOME": str(self.folder), **(env or {})}
        try:
            return stack.enter_context(watched(command, kept, self._work, self._work / f"{name}.log"))
        except CannotWatchError as error:
            pytest.skip(f"NOBODY WATCHES THE NETWORK HERE: {error}")

    def run(self, *command: str) -> tuple[Watched, int, str]:
        with ExitStack() as stack:
            running = self.start(stack, "run", *command)
            code = running.process.wait(100)
        return running, code, (self._work / "run.log").read_text()

    @property
    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize(
    ("call", "address"),
    [
        ("socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 443))", "192.0.2.1 port 443"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('192.0.2.1', 9))", "192.0.2.1 port 9"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'?'], [], 0, ('127.0.0.1', 53))", "127.0.0.1 port 53"),
        ("socket.socket(socket.AF_INET6).connect(('2001:db8::1', 443))", "2001:db8::1 port 443"),
    ],
)
def test_a_call_that_would_leave_the_machine_is_seen_and_refused(home: Home, call: str, address: str):
    running, code, said = home.run(sys.executable, "-c", f"import socket; {call}")
    assert running.leaving == [address]
    assert code == 1
    assert "Network is unreachable" in said


def test_a_name_that_a_child_looks_up_is_seen(home: Home):
    lookup = "import socket; socket.getaddrinfo('nobody.invalid', 80)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {lookup!r}])"
    running, _, said = home.run(sys.executable, "-c", child)
    assert "gaierror" in said
    assert running.leaving


def test_a_call_to_this_machine_passes(home: Home):
    running, code, said = home.run(
        sys.executable,
        "-c",
        "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())",
    )
    assert (running.leaving, code, said) == ([], 0, "")
    assert len(running.calls) == 1


@pytest.mark.parametrize("arguments", [["--help"], ["config", "show"]], ids=lambda arguments: arguments[0])
def test_the_command_line_calls_nobody(home: Home, arguments: list[str]):
    running, code, said = home.run(sys.executable, "-m", "wiredesk_desk", *arguments)
    assert code == 0, said
    assert running.calls == []
    assert home.files == []


def test_trying_an_article_loads_the_model_and_calls_nobody(home: Home, tmp_path: Path):
    story = tmp_path / "story.txt"
    story.write_text(ARTICLE)
    running, code, said = home.run(sys.executable, "-m", "wiredesk_desk", "try", str(story))
    assert code == 0, said
    assert "Gabriel Boric" in said
    assert running.calls == []
    assert home.files == []


@pytest.mark.broker
async def test_the_services_call_kafka_and_postgresql_and_nobody_else(home: Home, kafka, dsn, lane):
    env = {
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": ",".join(kafka.bootstrap_servers),
        "WIREDESK_STORAGE__DSN": dsn,
        "WIREDESK_LANE": lane.name,
        "WIREDESK_TAGGER__WORKERS": "1",
    }
    page = f"<html><body><article>{''.join(f'<p>{line}</p>' for line in ARTICLE.splitlines() if line)}</article></body>"
    with ExitStack() as stack:
        running = {
            name: home.start(stack, name, sys.executable, "-m", f"wiredesk_{name}", env=env) for name in SERVICES
        }
        async with Wiredesk(kafka, lane=lane.name) as wire:
            for submission in (await wire.publish(html=page), await wire.publish(text=ARTICLE)):
                receipt = (await wire.result(submission, timeout=100)).event
                assert isinstance(receipt, ArticleStored), receipt
        assert [one.process.poll() for one in running.values()] == [None] * len(SERVICES)
    assert {name: one.leaving for name, one in running.items()} == {name: [] for name in SERVICES}
    assert all(one.calls for one in running.values())
    assert home.files == []
