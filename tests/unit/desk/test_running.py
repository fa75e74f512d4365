"""Exit codes, and that an error says what to do next."""

import subprocess
import sys

import pytest
from aiokafka.errors import KafkaConnectionError

from wiredesk.client.offsets import Member, PartitionLag, StageLag
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, PermanentError
from wiredesk_desk.commands.lifecycle import shared_out
from wiredesk_desk.commands.up import counts_of
from wiredesk_desk.running import Exit, Problem, outcome


async def raising(error: BaseException) -> Exit:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (Problem("no such file", "ls", code=Exit.USAGE), 2, "wiredesk: no such file\nls\n"),
        (ConfigurationError("unknown setting"), 4, "wiredesk: unknown setting\n"),
        (InfrastructureError("Kafka away", reason="kafka"), 3, "WIREDESK_KAFKA__BOOTSTRAP_SERVERS"),
        (InfrastructureError("no database", reason="postgres"), 3, "WIREDESK_STORAGE__DSN"),
        (KafkaConnectionError("gone"), 3, "wiredesk up"),
        (TimeoutError(), 5, "no answer in time"),
        (PermissionError(13, "Permission denied", "/x/.wiredesk"), 1, "wiredesk: /x/.wiredesk: Permission denied\n"),
        (
            OSError(28, "No space left on device"),
            1,
            "wiredesk: the output cannot be written: No space left on device\n",
        ),
        (PermanentError("refused"), 1, "wiredesk: refused"),
        (ModuleNotFoundError("no", name="spacy"), 1, "spacy is not installed here"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_failure_has_its_exit_code_and_its_next_step(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
):
    assert outcome(raising(error)) == code
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


def test_a_bug_is_not_hidden_behind_an_exit_code():
    with pytest.raises(ZeroDivisionError):
        outcome(raising(ZeroDivisionError()))


def test_every_service_gets_one_process_unless_said_otherwise():
    each = {"fetcher": 1, "cleaner": 1, "tagger": 1, "storage": 1, "desk": 1}
    assert counts_of([]) == each
    assert counts_of(["tagger=3", "cleaner=0"]) == {**each, "cleaner": 0, "tagger": 3}


@pytest.mark.parametrize("part", ["tagger", "tagger=", "tagger=-1", "tagger=x", "desk=2", "=2", "tagger=1.5"])
def test_a_scale_that_names_no_service_or_no_number_is_a_usage_error(part: str):
    with pytest.raises(Problem) as caught:
        counts_of([part])
    assert caught.value.code == Exit.USAGE
    assert "wiredesk up --scale" in caught.value.todo


@pytest.mark.parametrize(
    ("state", "owned", "processes", "settled"),
    [
        ("Stable", [(0, 2), (1, 3)], 2, True),
        ("Stable", [(0, 1, 2, 3)], 2, False),
        ("Stable", [(0, 1, 2, 3), ()], 2, True),
        ("Stable", [(0, 1), (1, 2, 3)], 2, False),
        ("CompletingRebalance", [(0, 2), (1, 3)], 2, False),
        ("Empty", [], 0, True),
    ],
)
def test_a_group_has_settled_when_its_members_share_all_partitions(
    state: str, owned: list[tuple[int, ...]], processes: int, settled: object
):
    members = tuple(Member(f"m{number}", "h", partitions) for number, partitions in enumerate(owned))
    positions = tuple(PartitionLag(number, 0, 0, 0) for number in range(4))
    assert shared_out(StageLag("tagger", "t", "g", state, positions, members), processes) is settled


@pytest.mark.parametrize(
    ("committed", "start", "end", "lag"), [(None, 0, 9, 9), (4, 0, 9, 5), (9, 0, 9, 0), (2, 5, 9, 4), (None, 5, 9, 4)]
)
def test_lag_counts_what_still_exists(committed: int | None, start: int, end: int, lag: int):
    assert PartitionLag(0, committed, start, end).lag == lag


@pytest.mark.parametrize(
    "broken", ["exec >&-", "exec > /dev/full", "exec <&-"], ids=["no stdout", "full disk", "no stdin"]
)
def test_streams_that_are_closed_or_full_end_in_a_message_and_no_traceback(broken: str):
    command = (
        f"{broken}; {sys.executable} -m wiredesk_desk config show --json; {sys.executable} -m wiredesk_desk publish -"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
