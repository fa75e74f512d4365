"""How fast each stage works and how long records wait, from where topics and groups stood at several times. Pure.

Kafka says how many records wait, and not for how long. A record waits since the end of its partition passed it: what
was seen at earlier times tells when that was, to a few seconds.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wiredesk.client.offsets import PartitionLag, StageLag

# What is remembered, and how often something is.
REMEMBERED_SECONDS, EVERY_SECONDS = 900.0, 2.0
# A rate over less jumps about.
_RATE_SECONDS = 30.0

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """Of a stage and one topic it reads. None: not known yet.

    `wait_seconds`: for how long the record waits that has waited longest. `at_least`: it waits since before anything
    was looked at. `per_second`: records worked, over the last half minute or what is known of it.
    """

    wait_seconds: float
    at_least: bool
    per_second: float | None


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    worked: Mapping[Key, int]
    ends: Mapping[tuple[str, int], int]


class Paces:
    """Remembers where everything stood."""

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque()

    def note(self, stages: Iterable[StageLag], at: float) -> dict[Key, Pace]:
        """Remember where the stages stand at `at` (seconds, monotonic); return their paces by service and topic."""
        stages = list(stages)
        now = _Seen(
            at,
            {_key(one): sum(_next(partition) for partition in one.partitions) for one in stages},
            {(one.topic, partition.partition): partition.end for one in stages for partition in one.partitions},
        )
        while self._seen and at - self._seen[0].at > REMEMBERED_SECONDS:
            self._seen.popleft()
        paces = {_key(one): self._pace(one, now) for one in stages}
        if not self._seen or at - self._seen[-1].at >= EVERY_SECONDS:
            self._seen.append(now)
        return paces

    def _pace(self, stage: StageLag, now: _Seen) -> Pace:
        waits = [self._wait(stage.topic, one, now.at) for one in stage.partitions if one.lag]
        seconds, at_least = max(waits, default=(0.0, False))
        return Pace(seconds, at_least, self._rate(_key(stage), now))

    def _wait(self, topic: str, partition: PartitionLag, now: float) -> tuple[float, bool]:
        for number, seen in enumerate(self._seen):
            if seen.ends.get((topic, partition.partition), 0) > _next(partition):
                return now - seen.at, number == 0
        return 0.0, not self._seen

    def _rate(self, key: Key, now: _Seen) -> float | None:
        before = next((one for one in self._seen if now.at - one.at <= _RATE_SECONDS and key in one.worked), None)
        if before is None or now.at - before.at < EVERY_SECONDS:
            return None
        return max(0, now.worked[key] - before.worked[key]) / (now.at - before.at)


def _key(stage: StageLag) -> Key:
    return stage.service, stage.topic


def _next(partition: PartitionLag) -> int:
    """The first offset that is not worked yet."""
    return max(partition.committed or 0, partition.start)
