"""Collects what the rows of the matrix measured, prints the table, and writes it down when asked to."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict

import pytest

# Here, because a warning at its import (of a SOCKS library nobody needs) would be an error while tests are collected.
import wiredesk_cleaner.core  # noqa: F401
from tests.faults import matrix
from tests.faults.harness.cluster import Cluster, three_brokers
from tests.faults.harness.pace import Pace, measure
from tests.faults.harness.pipeline import Ledger
from tests.faults.harness.servers import empty_store
from wiredesk.client.settings import KafkaSettings

# What takes longest begins first, so that two processes end together; the rest follows as it was collected.
LONGEST_FIRST = (
    "test_long_runs",
    "test_rebalances",
    "test_poison",
    "test_tarpits",
    "test_politeness",
    "[20000]",
    "test_cluster",
    "test_postgres_trouble",
    "test_brokers_away",
    "test_network",
    "test_letters_away",
    "test_same_again",
    "test_cpu_work",
    "test_hostile_text",
    "test_kill_storm",
)
OUTCOME = "outcome"

Enter = Callable[..., matrix.Outcome]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-guarantees", action="store_true", help="write the table into docs/guarantees.md")


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Three brokers, shared by the tests of one file; each test leaves all three running."""
    async with three_brokers(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
async def own_dsn(dsn: str) -> AsyncIterator[str]:
    """A store of its own in the real PostgreSQL, so that all of its rows can be counted."""
    async with empty_store(dsn) as store:
        yield store


@pytest.fixture(scope="session")
async def pace(kafka: KafkaSettings, dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Pace:
    """How fast this machine is now: the bounds of the long rows follow it."""
    return await measure(kafka, dsn, tmp_path_factory.mktemp("pace"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(LONGEST_FIRST) if name in item.nodeid), len(LONGEST_FIRST))

    items.sort(key=rank)


@pytest.fixture
def enter(request: pytest.FixtureRequest) -> Enter:
    """Enter the books of one row: `enter(row, ledger, extra="…")`; fails when anything is lost, phantom or doubled."""

    def enter_row(row: int, book: Ledger, *, extra: str = "") -> matrix.Outcome:
        outcome = matrix.Outcome(
            row=row,
            articles=len(book.sent),
            lost=len(book.lost),
            phantom=len(book.phantom),
            doubled=len(book.doubled),
            repeats=sum(book.receipts.values()) - len(book.receipts),
            dead=book.dead,
            extra=extra,
        )
        # With the report it reaches the process that writes the table, whichever process ran the test.
        request.node.user_properties.append((OUTCOME, asdict(outcome)))
        assert outcome.kept, outcome
        assert not book.untabled, f"the table of current articles differs from the database in {len(book.untabled)}"
        return outcome

    return enter_row


def _outcomes(reporter: pytest.TerminalReporter) -> list[matrix.Outcome]:
    reports = {
        report.nodeid: report
        for several in reporter.stats.values()
        for report in several
        if isinstance(report, pytest.TestReport) and report.when == "call"
    }
    properties = [one for _, report in sorted(reports.items()) for one in report.user_properties]
    return [matrix.Outcome(**value) for name, value in properties if name == OUTCOME and isinstance(value, dict)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = _outcomes(terminalreporter)
    if outcomes:
        terminalreporter.section("what became of the articles")
        for line in matrix.table(outcomes):
            terminalreporter.line(line)
    if config.getoption("--write-guarantees", default=False):
        matrix.write(outcomes)
