"""Collects what the rows of the matrix measured, prints the table, and writes it down when asked to."""

from collections.abc import AsyncIterator, Callable

import pytest

# Here, because a warning at its import (of a SOCKS library nobody needs) would be an error while tests are collected.
import wiredesk_cleaner.core  # noqa: F401
from tests.faults import matrix
from tests.faults.harness.cluster import Cluster, three_brokers
from tests.faults.harness.pipeline import Ledger

OUTCOMES = pytest.StashKey[list[matrix.Outcome]]()

Enter = Callable[..., matrix.Outcome]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-guarantees", action="store_true", help="write the table into docs/guarantees.md")


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Three brokers, shared by the tests of one file; each test leaves all three running."""
    async with three_brokers(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def enter(pytestconfig: pytest.Config) -> Enter:
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
        pytestconfig.stash.setdefault(OUTCOMES, []).append(outcome)
        assert outcome.kept, outcome
        return outcome

    return enter_row


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash.get(OUTCOMES, [])
    if outcomes:
        terminalreporter.section("what became of the articles")
        for line in matrix.table(outcomes):
            terminalreporter.line(line)
    if config.getoption("--write-guarantees", default=False):
        matrix.write(outcomes)
