"""What the children of this process use: the work of a pool is done there, and the process's own figures have none."""

import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from wiredesk.metrics.known import CHILDREN, CHILDREN_CPU, CHILDREN_MEMORY

# In /proc/PID/stat, counted from behind the name of the program, which may hold anything but ends with the last ")".
_USER_TICKS, _SYSTEM_TICKS, _RESIDENT_PAGES = 11, 12, 21


class ChildProcesses(Collector):
    """Reads /proc each time it is asked, which takes some tens of microseconds a child; tells nothing where none is."""

    def __init__(self, process: Path = Path("/proc/self")) -> None:
        self._process = process
        self._seconds = 0.0

    def collect(self) -> Iterable[Metric]:
        """Return the number of children that live, their memory, and the CPU time of all there have been."""
        if not self._process.is_dir():
            return ()
        # In this order, and never less than before: of a child that ends in between nothing is counted for a moment,
        # and a counter that falls is taken for one that began anew.
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        living = list(_figures(self._process))
        seconds = ended.ru_utime + ended.ru_stime + sum(seconds for seconds, _ in living)
        self._seconds = max(self._seconds, seconds)
        return (
            GaugeMetricFamily(CHILDREN.name, CHILDREN.meaning, value=len(living)),
            CounterMetricFamily(CHILDREN_CPU.name, CHILDREN_CPU.meaning, value=self._seconds),
            GaugeMetricFamily(CHILDREN_MEMORY.name, CHILDREN_MEMORY.meaning, value=sum(memory for _, memory in living)),
        )


def _figures(process: Path) -> Iterator[tuple[float, int]]:
    """Yield for each child its CPU time in seconds and its resident memory in bytes."""
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for child in _children(process):
        try:
            fields = Path(f"/proc/{child}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            # It has ended meanwhile.
            continue
        yield (int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])) / ticks, int(fields[_RESIDENT_PAGES]) * page


def _children(process: Path) -> Iterator[str]:
    # Those of each thread are listed apart: a pool starts its processes from one of its own.
    for listed in process.glob("task/*/children"):
        try:
            yield from listed.read_text().split()
        except OSError:
            continue
