"""The books of one schedule: what was sent, how it ended, and whether the promise was kept at every commit."""

from collections import defaultdict

from aiokafka import ConsumerRecord
from aiokafka.structs import TopicPartition

from tests.simulation.cluster import Cluster
from wiredesk.contracts import wire

# What a record does, and how it has to end.
ENDS = {
    "good": "event",
    "slow": "event",
    "flaky": "event",
    "busy": "event",
    "refuse": "rejected",
    "poison": "dead_letter",
    "bug": "dead_letter",
    "garbage": "dead_letter",
    "unreadable": "dead_letter",
}


class Books:
    """Kept by the cluster's own calls: every append and every commit. `problems` is what was found wrong."""

    def __init__(self, cluster: Cluster, reads: str, rejected: str, *, keeps_order: bool) -> None:
        """`reads` and `rejected` are topics; `keeps_order` says whether no record goes round a retry topic."""
        self.names: dict[str, str] = {}
        """by position of the input: its name, which says what it does, to which article, as which revision"""
        self.problems: list[str] = []
        self._cluster = cluster
        self._reads = reads
        self._rejected = rejected
        self._keeps_order = keeps_order
        self._ends: dict[str, set[str]] = defaultdict(set)
        self._order: dict[int, list[int]] = defaultdict(list)
        self._tick = 0
        self._last: dict[str, int] = {}
        self._at: dict[str, int] = {}

    def appended(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Take note of a record that is durable."""
        self._tick += 1
        position = f"{record.topic}/{record.partition}/{record.offset}"
        self._at[position] = self._tick
        headers = {name: (value or b"").decode() for name, value in record.headers}
        if record.topic == self._reads:
            return
        if record.topic.endswith(".retry"):
            name = self.names[headers[wire.ORIGIN]]
            self.names[position] = name
        elif record.topic.endswith(".dlq"):
            origin = headers[wire.ORIGIN]
            name = self.names.get(origin, "")
            if not name:
                self.problems.append(f"phantom: a dead letter of {origin}")
            self._ends[name].add("dead_letter")
        else:
            name = (record.value or b"").decode()
            self._ends[name].add("rejected" if record.topic == self._rejected else "event")
            if record.topic != self._rejected:
                _, article, number = name.split()
                self._order[int(article)].append(int(number))
        self._last[name] = self._tick

    def committed(self, _group: str, partition: TopicPartition, offset: int) -> None:
        """Check that nothing below a commit is without a durable end."""
        for entry in self._cluster.logs[partition][:offset]:
            position = f"{partition.topic}/{partition.partition}/{entry.record.offset}"
            name = self.names.get(position)
            if not entry.is_marker and name is not None and self._last.get(name, 0) < self._at[position]:
                self.problems.append(f"{partition}: {offset} committed, and {position} ({name}) has no durable end")

    def close(self) -> None:
        """Check that everything ended once, in the right way, and in order."""
        names = set(self.names.values())
        for name in sorted(names):
            wanted = {ENDS[name.split()[0]]}
            if self._ends[name] != wanted:
                self.problems.append(f"{name}: {self._ends[name] or 'lost'}, not {wanted}")
        self.problems += [f"phantom: {name}" for name in self._ends.keys() - names]
        for article, numbers in self._order.items():
            # What goes through the retry topic keeps no order.
            kept = [one for one in numbers if self._keeps_order or f"good {article} {one}" in names]
            firsts = list(dict.fromkeys(kept))
            if firsts != sorted(firsts) or (kept and kept[-1] != max(kept)):
                self.problems.append(f"article {article}: out of order {kept}")
