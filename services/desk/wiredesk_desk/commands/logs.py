"""`logs`: what the processes of the system in this folder write."""

import asyncio
import json
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wiredesk_desk.config import local_settings
from wiredesk_desk.output import for_people, plain
from wiredesk_desk.running import Exit, Problem

_POLL_SECONDS = 0.25
# What every line of a service has, or what stands before the rest of it.
_BESIDE = {"event", "level", "timestamp", "service", "logger", "exception"}


async def logs(service: str | None, *, follow: bool, lines: int, as_json: bool) -> Exit:
    """Print the last `lines` of each log of `service` (all processes without one); with `follow` what comes, too."""
    folder = local_settings().local.state_dir / "logs"
    files = logs_of(folder, service)
    if not files and (service or not follow):
        there = sorted({name_of(file) for file in folder.glob("*.*")})
        what = f"{service!r} has written no log here" if service else "nothing has run in this folder"
        raise Problem(what, f"There is: {' '.join(there)}." if there else "wiredesk up", code=Exit.USAGE)
    people = for_people(as_json=as_json)
    read: dict[Path, int] = {}
    for file in files:
        text = file.read_bytes()
        read[file] = text.rfind(b"\n") + 1
        last = deque(text[: read[file]].splitlines(), maxlen=lines)
        _print(file, last, people=people)
    while follow:
        await asyncio.sleep(_POLL_SECONDS)
        for file in logs_of(folder, service):
            _print(file, _new(file, read), people=people)
    return Exit.OK


def logs_of(folder: Path, service: str | None) -> list[Path]:
    """Return the log files of a service or server, of one of its processes (`tagger-2`), or of all."""
    files = sorted([*folder.glob("*.log"), *folder.glob("*.out")])
    return [one for one in files if service in (None, one.stem, name_of(one))]


def name_of(file: Path) -> str:
    """Return what wrote a log: `tagger-2.log` is the tagger's."""
    return re.sub(r"-\d+$", "", file.name.partition(".")[0])


def readable(line: str) -> str:
    """Return a line for people: of a service's JSON the time, what it says, and the fields beside it."""
    try:
        found: dict[str, Any] = json.loads(line)
        time, said = str(found["timestamp"])[11:19], found["event"]
    except (ValueError, KeyError, TypeError):
        return line
    level = found.get("level", "info")
    beside = " ".join(f"{name}={value}" for name, value in found.items() if name not in _BESIDE)
    mark = "" if level in ("info", "debug") else f"{level.upper()} "
    told = f"{time} {mark}{said} {beside}".rstrip()
    return f"{told}\n{found['exception']}" if found.get("exception") else told


def _new(file: Path, read: dict[Path, int]) -> Sequence[bytes]:
    """Return the whole lines that are new in `file`, from its start when it was begun anew."""
    try:
        size = file.stat().st_size
        begun = read.get(file, 0) if size >= read.get(file, 0) else 0
        with file.open("rb") as opened:
            opened.seek(begun)
            lines, end, _ = opened.read().rpartition(b"\n")
    except FileNotFoundError:
        return ()
    read[file] = begun + len(lines) + len(end)
    return lines.splitlines()


def _print(file: Path, lines: Sequence[bytes] | deque[bytes], *, people: bool) -> None:
    for text in _decoded(lines):
        print(f"{file.stem:<12} {plain(readable(text))}" if people else plain(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def _decoded(lines: Sequence[bytes] | deque[bytes]) -> Iterator[str]:
    return (line.decode(errors="replace") for line in lines)
