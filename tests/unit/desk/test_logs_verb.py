"""`wiredesk logs`: what the processes of a folder write, old and new."""

import asyncio
import json
from pathlib import Path

import pytest

from wiredesk_desk.commands.logs import logs, logs_of, name_of, readable
from wiredesk_desk.running import Exit, Problem


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WIREDESK_LOCAL__STATE_DIR", str(tmp_path))
    made = tmp_path / "logs"
    made.mkdir()
    return made


def line(event: str, **more: str) -> str:
    return json.dumps({"event": event, "level": "info", "timestamp": "2026-11-29T12:47:37.1Z", **more})


def test_a_log_belongs_to_its_service_and_to_its_process(folder: Path):
    for name in ("tagger-1.log", "tagger-2.log", "kafka.log", "kafka.out", "tagger-1.log.1"):
        (folder / name).touch()
    assert [file.name for file in logs_of(folder, "tagger")] == ["tagger-1.log", "tagger-2.log"]
    assert [file.name for file in logs_of(folder, "tagger-2")] == ["tagger-2.log"]
    assert [file.name for file in logs_of(folder, "kafka")] == ["kafka.log", "kafka.out"]
    assert len(logs_of(folder, None)) == 4
    assert name_of(Path("fetcher-12.log")) == "fetcher"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (line("up", service="tagger", logger="x"), "12:47:37 up"),
        (line("given back", attempt="3"), "12:47:37 given back attempt=3"),
        (line("broken", level="error"), "12:47:37 ERROR broken"),
        (line("broken", exception="Traceback\n  x"), "12:47:37 broken\nTraceback\n  x"),
        ("plain words", "plain words"),
        ("{broken", "{broken"),
        ("[]", "[]"),
    ],
)
def test_a_line_is_read_as_its_time_what_it_says_and_what_stands_beside(written: str, read: str):
    assert readable(written) == read


async def test_in_a_pipe_the_last_lines_are_as_they_were_written(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "tagger-1.log").write_text("".join(f"{line(str(n))}\n" for n in range(9)) + "half a li")
    assert await logs("tagger", follow=False, lines=2, as_json=False) is Exit.OK
    assert [json.loads(one)["event"] for one in capsys.readouterr().out.splitlines()] == ["7", "8"]


async def test_a_service_without_a_log_is_told_with_those_that_have_one(folder: Path):
    (folder / "tagger-1.log").touch()
    with pytest.raises(Problem, match="'nobody' has written no log here") as caught:
        await logs("nobody", follow=False, lines=2, as_json=False)
    assert caught.value.todo == "There is: tagger."


async def test_what_is_written_later_and_logs_that_begin_later_or_anew_are_followed(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    log, other = folder / "tagger-1.log", folder / "fetcher-1.log"
    log.write_text("old\n")
    seen: list[str] = []

    async def until(*wanted: str) -> None:
        async with asyncio.timeout(20):
            while not set(wanted) <= set(seen):
                seen.extend(capsys.readouterr().out.splitlines())
                await asyncio.sleep(0.02)

    following = asyncio.create_task(logs(None, follow=True, lines=0, as_json=False))
    try:
        await asyncio.sleep(0)
        with log.open("a") as file:
            file.write("new\nhalf ")
            file.flush()
            await until("new")
            file.write("a line\n")
        other.write_text("another\n")
        await until("half a line", "another")
        log.write_text("x\n")
        await until("x")
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    assert seen.count("new") == seen.count("another") == 1
    assert "old" not in seen
