"""What processes take, read from outside: CPU and memory of a process with all that it has started."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU, user and system, that a process has taken so far, and those that it has started."""

    own: float = 0.0
    children: float = 0.0

    @property
    def all(self) -> float:
        """Both together."""
        return self.own + self.children

    def __add__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.own + other.own, self.children + other.children)

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.own - other.own, self.children - other.children)


# Process ids by the name under which they are told.
Groups = Mapping[str, Iterable[int]]


def cpu(groups: Groups) -> dict[str, Cpu]:
    """Return what each group has taken so far, those that have ended meanwhile included."""
    return {name: sum((_cpu(pid) for pid in pids), Cpu()) for name, pids in groups.items()}


def memory(groups: Groups) -> dict[str, float]:
    """Return MB (1,000,000 bytes) of resident memory of each group; pages that several share are counted once."""
    return {name: sum(_memory(pid) for pid in pids) / 1e6 for name, pids in groups.items()}


def spent(before: Mapping[str, Cpu], after: Mapping[str, Cpu]) -> dict[str, Cpu]:
    """Return what each group took between two readings."""
    return {name: after[name] - before[name] for name in before}


def _cpu(pid: int) -> Cpu:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        times = root.cpu_times()
        # Of those that have ended the kernel adds up the times for whoever waited for them.
        children = times.children_user + times.children_system
        for one in _started_by(root):
            theirs = one.cpu_times()
            children += theirs.user + theirs.system + theirs.children_user + theirs.children_system
        return Cpu(times.user + times.system, children)
    return Cpu()


def _memory(pid: int) -> int:
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for one in (root, *_started_by(root)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_full_info().pss
    return total


def _started_by(root: psutil.Process) -> Iterator[psutil.Process]:
    for one in root.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.cpu_times()
            yield one
