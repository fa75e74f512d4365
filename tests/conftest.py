"""Fixtures of all tests. Real servers are started once for the run, unless the environment names some."""

import os
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from xdist.scheduler import LoadFileScheduling

from wiredesk.client import admin
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.contracts.topics import Lane, every_topic

NO_SERVERS = "no servers:"
# They look at the desk of one demo, which takes a minute to come up.
ONE_DEMO = frozenset(f"tests/e2e/test_{name}.py" for name in ("consuming", "pages", "unsafe_articles"))


@dataclass(frozen=True)
class Servers:
    """Where the real servers of this run are."""

    bootstrap_servers: list[str]
    dsn: str


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Kafka and PostgreSQL: the ones the environment names, or local mode's."""
    bootstrap, dsn = os.environ.get("WIREDESK_KAFKA__BOOTSTRAP_SERVERS"), os.environ.get("WIREDESK_STORAGE__DSN")
    if bootstrap and dsn:
        yield Servers(bootstrap.split(","), dsn)
        return
    from wiredesk_local.servers.launch import servers as local_servers  # noqa: PLC0415 - needed only here

    try:
        async with local_servers(tmp_path_factory.mktemp("servers")) as started:
            yield Servers(list(started.bootstrap_servers), started.dsn)
    except ConfigurationError as error:
        # Counted and shown at the end; in CI `pytest_sessionfinish` makes it a failure.
        pytest.skip(f"{NO_SERVERS} {error}")


@pytest.fixture(scope="session")
def kafka(servers: Servers) -> KafkaSettings:
    """How to reach the real broker. Two partitions a topic: enough for order and sharing, quick to create."""
    return KafkaSettings(bootstrap_servers=servers.bootstrap_servers, partitions=2)


@pytest.fixture(scope="session")
def dsn(servers: Servers) -> str:
    """How to reach the real PostgreSQL."""
    return servers.dsn


@pytest.fixture
async def lane(kafka: KafkaSettings) -> AsyncIterator[Lane]:
    """A lane nobody else uses, with its topics; they are deleted afterwards."""
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    yield lane
    client = AIOKafkaAdminClient(**client_options(kafka))
    await client.start()
    try:
        await client.delete_topics([lane.topic(topic) for topic in every_topic()])
    finally:
        await client.close()


class _DemoTogether(LoadFileScheduling):  # type: ignore[misc]
    """A file stays in one process, and so do those that share the demo."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "the demo" if file in ONE_DEMO else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Give `--dist loadfile` its scheduler."""
    return _DemoTogether(config, log) if config.getoption("dist") == "loadfile" else None


def _tier(nodeid: str) -> str:
    """The folder below tests/ is the tier."""
    return Path(nodeid.split("::", maxsplit=1)[0]).parts[1]


def _by_tier(reporter: pytest.TerminalReporter) -> dict[str, Counter[str]]:
    tiers: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in reporter.stats.get(outcome, []):
            if isinstance(report, pytest.TestReport):
                tiers.setdefault(_tier(report.nodeid), Counter())[outcome] += 1
    return tiers


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran in each tier, and what did not run."""
    terminalreporter.section("tiers")
    for tier, outcomes in sorted(_by_tier(terminalreporter).items()):
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        terminalreporter.line(f"{tier:12} {counts}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true a skipped test that needs the servers is a failure: a green run must have proved delivery."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None:
        skipped = [report for report in reporter.stats.get("skipped", []) if NO_SERVERS in str(report.longrepr)]
        if skipped:
            reporter.line("CI=true: tests that need the servers were skipped, which is a failure", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
