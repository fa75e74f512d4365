"""The fault matrix: its rows, what came of each in this run, and the table made of that."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.markdown import put

GUARANTEES = Path(__file__).parents[2] / "docs" / "guarantees.md"
BEGIN, END = "<!-- table: made by `make test-faults` -->", "<!-- end of table -->"

# What each row does to the system. The numbers stay: other documents name them.
ROWS = {
    1: "kill -9 of random services, ten times",
    2: "SIGTERM of every service under load, ten times",
    3: "SIGTERM while a handler is stuck",
    4: "SIGSTOP of a worker beyond its session, then SIGCONT (a zombie)",
    5: "rebalance storm: workers join and leave every few seconds",
    6: "event loop blocked for longer than the session",
    7: "broker restarted clean and by kill -9: leader of the input, of the output, group coordinator",
    8: "all brokers away for a long time",
    9: "a partition without leader for longer than the request timeout",
    10: "two of three replicas away",
    11: "slow, resetting and black-holed network to Kafka and to PostgreSQL",
    12: "PostgreSQL killed, its sessions terminated, its connections used up, a deadlock",
    13: "PostgreSQL read-only or its disk full",
    14: "Kafka's disk full",
    15: "wall clock jumps ten minutes, and workers disagree by five",
    16: "crash between database commit and receipt, and between receipt and offset commit",
    17: "5 % poison among good records",
    18: "hostile headers",
    19: "nothing but poison (a bad deployment)",
    20: "dead-letter topic missing",
    21: "an output above its topic's limit",
    22: "the same article a hundred times at once, fifty versions out of order",
    23: "everything replayed, twice",
    24: "CPU work that hangs, dies, raises or gets a megabyte of one letter",
    25: "one batch slower than max.poll.interval",
    26: "partition added, topic deleted and made again, retention shorter than the lag",
    27: "password changed at run time",
    28: "a producer much faster than the consumer",
    29: "soak with kills",
    30: "a consume task that ends",
    31: "hostile text and JSON: combining marks, deep nesting, a million keys",
    32: "decompression bomb",
    33: "records that their producer stamped years ago",
    34: "an unforeseen error out of the Kafka client",
    35: "a batch corrupted on the broker's disk",
    36: "the circuit breaker pulled from outside, and a bad deployment that is mended",
    37: "tarpits: sites that never answer",
    38: "two hundred hosts asked politely while a fetcher is killed and another joins",
    39: "copies and stories: two storages killed again and again, everything replayed",
    40: "the desk killed again and again while it tells subscribers",
    41: "the database is lost, and filled again from the topics",
    42: "an upgrade and a step back: two versions of the tagger in one group",
}


@dataclass(frozen=True)
class Outcome:
    """What one test of a row measured. `extra` says what else it demanded and got, in a few words."""

    row: int
    articles: int
    lost: int
    phantom: int
    doubled: int
    repeats: int | None = None
    dead: int = 0
    extra: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise held."""
        return (self.lost, self.phantom, self.doubled) == (0, 0, 0)


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the Markdown table of `outcomes`, by row; a row may have several tests."""
    lines = [
        "| # | fault | articles | lost | phantom | doubled | repeats on the wire | dead letters | also seen |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted(outcomes, key=lambda outcome: outcome.row):
        repeats = "" if one.repeats is None else one.repeats
        lines.append(
            f"| {one.row} | {ROWS[one.row]} | {one.articles} | {one.lost} | {one.phantom} | {one.doubled} "
            f"| {repeats} | {one.dead} | {one.extra} |"
        )
    return lines


def write(outcomes: Iterable[Outcome], path: Path = GUARANTEES) -> None:
    """Put the table between its marks in the guarantees; everything around it stays."""
    put(path, BEGIN, END, "\n".join(table(outcomes)))
