"""What a process tells of its children: how many live, their memory, and the CPU time of all there have been."""

import subprocess
import sys
from pathlib import Path

import pytest

from wiredesk.metrics.child_processes import ChildProcesses
from wiredesk.metrics.known import CHILDREN, CHILDREN_CPU, CHILDREN_MEMORY

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")

# Takes 0.3 s of CPU time, says so, and waits for its end.
BUSY = """
import time
while time.process_time() < 0.3:
    pass
print("done", flush=True)
input()
"""


def told(children: ChildProcesses) -> dict[str, float]:
    return {sample.name: sample.value for family in children.collect() for sample in family.samples}


def test_a_child_counts_while_it_lives_and_its_time_for_ever():
    children = ChildProcesses()
    before = told(children)
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"done\n"
        during = told(children)
        assert during[CHILDREN.name] == before[CHILDREN.name] + 1
        assert during[CHILDREN_MEMORY.name] > before[CHILDREN_MEMORY.name] + 1_000_000
        assert during[CHILDREN_CPU.name] >= before[CHILDREN_CPU.name] + 0.25
        child.communicate(b"\n")
    assert told(children)[CHILDREN.name] == before[CHILDREN.name]
    assert told(children)[CHILDREN_CPU.name] >= during[CHILDREN_CPU.name]


def test_the_time_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    children = ChildProcesses()
    monkeypatch.setattr("wiredesk.metrics.child_processes._figures", lambda _process: [(5000.0, 1)])
    most = told(children)[CHILDREN_CPU.name]
    # It has ended, and its parent has not waited for it yet.
    monkeypatch.setattr("wiredesk.metrics.child_processes._figures", lambda _process: [])
    assert told(children)[CHILDREN_CPU.name] == most >= 5000


def test_a_child_that_ends_while_one_looks_is_left_out(tmp_path: Path):
    listed = tmp_path / "task" / "7" / "children"
    listed.parent.mkdir(parents=True)
    # No process ever has so high a number.
    listed.write_text("99999999 ")
    assert told(ChildProcesses(tmp_path))[CHILDREN.name] == 0


def test_where_there_is_no_proc_nothing_is_told(tmp_path: Path):
    assert list(ChildProcesses(tmp_path / "none").collect()) == []
