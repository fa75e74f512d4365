"""One child process: started so that it dies with us, recorded in a pid file, stopped for sure.

Three nets, because no single one holds everywhere: the kernel's death signal (Linux), a pid file with the process's
start time that the next start reads, and a lock on the data folder that the child itself holds while it lives.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import psutil

from wiredesk.contracts.errors import ConfigurationError

_LAUNCHER = Path(__file__).with_name("parent_death.py")
_MAX_LOG_BYTES = 16 * 1024 * 1024
# psutil derives a start time from the boot time, which a clock correction moves a little.
_SAME_START_SECONDS = 2.0
# Linux gives 32768 and up to outgoing connections, others 49152 and up.
_FIRST_PORT, _PORTS = 20_000, 12_000


class Child:
    """A child process in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor."""

    def __init__(
        self, name: str, *, log: Path, pids: Path, stop_signal: int = signal.SIGTERM, death_signal: int | None = None
    ) -> None:
        """`stop_signal` asks it to end; the kernel sends `death_signal` (None: SIGKILL) when the supervisor dies."""
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        self._death_signal = signal.SIGKILL if death_signal is None else death_signal
        self._pid_file = pids / f"{name}.json"
        self._process: asyncio.subprocess.Process | None = None
        self._swept = False

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode if self._process is not None else None

    async def start(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: tuple[int, int] | None = None,
        lock: int | None = None,
        niceness: int = 0,
    ) -> None:
        """Start `command` (its first word an absolute path), optionally as (uid, gid), `niceness` below the others.

        `lock` is a descriptor from `lock_folder`, which the child then holds for as long as it lives.
        """
        if threading.current_thread() is not threading.main_thread():
            # The kernel ties the death signal to the thread that forked, not to the process.
            raise RuntimeError("start child processes from the main thread: they die with the thread that starts them")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        launch = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(int(self._death_signal))]
        launch += ["-" if user is None else f"{user[0]}:{user[1]}", str(niceness)]
        with _open_log(self.log) as log:
            self._process = await asyncio.create_subprocess_exec(
                *launch,
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                cwd=cwd,
                start_new_session=True,
                pass_fds=() if lock is None else (lock,),
            )
        self._swept = False
        record = {"pid": self._process.pid, "started": started(self._process.pid), "signal": int(self._stop_signal)}
        self._pid_file.write_text(json.dumps(record))

    async def wait(self) -> int:
        """Wait for its end and return the exit code (negative: the signal that ended it)."""
        assert self._process is not None, "start it first"
        code = await self._process.wait()
        if not self._swept:
            # What it forked without a session of its own goes with it; once only, for numbers are given out again.
            self._swept = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._pid_file.unlink(missing_ok=True)
        return code

    async def stop(self, patience: float, hurry: asyncio.Event | None = None) -> int | None:
        """Ask it to end, kill it after `patience` seconds or when `hurry` is set; return once it has gone."""
        if self._process is None:
            return None
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self._stop_signal)
            ended = asyncio.ensure_future(self._process.wait())
            hurried = asyncio.ensure_future((hurry or asyncio.Event()).wait())
            await asyncio.wait({ended, hurried}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            hurried.cancel()
            if not ended.done():
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
            await ended
        return await self.wait()

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, for an error message."""
        try:
            text = self.log.read_bytes()[-4096:].decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


def _open_log(path: Path) -> BinaryIO:
    with contextlib.suppress(OSError):
        if path.stat().st_size > _MAX_LOG_BYTES:
            path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def started(pid: int) -> float | None:
    """When process `pid` started, in seconds since the epoch; None when it is gone or a zombie."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def is_running(pid: int, start: float | None) -> bool:
    """Whether `pid` is still the process that started at `start`, not a later one with its number."""
    now = started(pid)
    return now is not None and start is not None and abs(now - start) < _SAME_START_SECONDS


def stop_leftovers(pids: Path, patience: float = 15.0) -> list[str]:
    """Stop what a supervisor that was killed left running; return the names of what was found."""
    found = []
    for pid_file in sorted(pids.glob("*.json")):
        with contextlib.suppress(ValueError, KeyError, OSError):
            record = json.loads(pid_file.read_text())
            if is_running(record["pid"], record["started"]):
                found.append(pid_file.stem)
                _end(psutil.Process(record["pid"]), record["signal"], patience)
        pid_file.unlink(missing_ok=True)
    return found


def _end(process: psutil.Process, how: int, patience: float) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(how)
        try:
            process.wait(patience)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(patience)


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[int]:
    """Lock `folder` for one process; pass the descriptor to `Child.start`, and the child keeps the lock.

    Raises:
        ConfigurationError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"{folder} is in use by another process: two servers on one data folder destroy it. "
                "Stop the other one (`wiredesk down` in its folder) or set WIREDESK_LOCAL__STATE_DIR."
            ) from None
        yield descriptor
    finally:
        os.close(descriptor)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now.

    Below the range that systems give to outgoing connections: a client that keeps calling a dead server on a port of
    that range will sooner or later connect to itself, and so take the port the server needs.
    """
    while True:
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            return port


def free_ports(count: int) -> list[int]:
    """So many of them, each another: asked one by one, two may be the same."""
    found: dict[int, None] = {}
    while len(found) < count:
        found[free_port()] = None
    return list(found)


def check_port(port: int, wanted_by: str) -> None:
    """Refuse a port that somebody listens on.

    Raises:
        ConfigurationError: names the process that has it, where the system lets us see it.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            raise ConfigurationError(f"port {port}, wanted by {wanted_by}, is taken by {_owner(port)}") from None


def _owner(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr
            if listens and connection.pid and listens.port == port:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another process"
