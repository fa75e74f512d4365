"""`up --detach`: the same in a process of its own, which outlives the terminal."""

import asyncio
import subprocess
import sys
from pathlib import Path

from wiredesk.contracts.errors import WiredeskError
from wiredesk_desk.config import local_control
from wiredesk_desk.output import say
from wiredesk_desk.running import Exit
from wiredesk_local.settings import LocalSettings
from wiredesk_local.state import StateDir

_LOOK_SECONDS = 0.2


async def in_background(settings: LocalSettings, *, demo: bool, scale: list[str]) -> Exit:
    """Start it, repeat what it says; return when it is ready, has had its time to be, or has ended.

    Ctrl-C until then stops it.
    """
    state = StateDir(settings.local.state_dir)
    state.create()
    log = state.logs / "up.log"
    options = [*(["--demo"] if demo else []), *(part for one in scale for part in ("--scale", one))]
    begun = log.stat().st_size if log.exists() else 0
    with log.open("ab") as file:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - it is only started here, and is our own program
            [sys.executable, "-m", "wiredesk_desk", "up", *options],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        while not await _is_ready():
            await asyncio.sleep(_LOOK_SECONDS)
            begun = _repeat(log, begun)
            if process.poll() is not None:
                _repeat(log, begun)
                code = process.returncode
                return Exit(code) if code in set(Exit) else Exit.FAILED
    except BaseException:
        process.terminate()
        raise
    _repeat(log, begun)
    say("It runs in the background: `wiredesk status` looks, `wiredesk logs -f` follows, `wiredesk down` stops it.")
    return Exit.OK


async def _is_ready() -> bool:
    try:
        control = await local_control()
        return control is not None and bool((await control.status())["ready"])
    except WiredeskError:
        return False


def _repeat(log: Path, begun: int) -> int:
    """Say the whole lines of `log` from `begun` on; return where the next begins."""
    lines, _, _ = log.read_bytes()[begun:].rpartition(b"\n")
    for line in lines.decode(errors="replace").splitlines():
        # No Ctrl-C reaches it here.
        if not line.startswith("Ctrl-C "):
            say(line)
    return begun + len(lines) + bool(lines)
