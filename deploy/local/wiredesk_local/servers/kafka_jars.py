"""The jars of Apache Kafka 4.2.0: fetched once, every one checked against a committed SHA-256, then used offline.

`kafka-4.2.0.sha256` beside this file is the class path in order, one `hash  name` per line. The jars live in
`$XDG_CACHE_HOME/wiredesk/kafka-4.2.0/` and appear there all at once or not at all.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wiredesk.contracts.errors import ConfigurationError

VERSION = "4.2.0"
_PINS = Path(__file__).with_name(f"kafka-{VERSION}.sha256")
_KAFKA = f"org.apache.kafka:kafka_2.13:{VERSION}"
# Resolved on its own: beside Kafka in one request, log4j's managed versions pull kafka-clients down to 3.9.1.
_LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.3"
_STAMP = "checked.json"
_MEGABYTES = 45
_SAY_EVERY_SECONDS = 3.0

Say = Callable[[str], None]


def cache_folder() -> Path:
    """Where Wiredesk keeps what it can fetch or make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wiredesk"


def pins() -> dict[str, str]:
    """Jar name → SHA-256, in class-path order."""
    return {name: digest for digest, name in (line.split() for line in _PINS.read_text().splitlines())}


async def kafka_jars(say: Say, *, jar_dir: Path | None = None, repository: str | None = None) -> list[Path]:
    """The class path of Kafka, from the cache or, the first time, from `jar_dir` or a Maven repository.

    Safe to call from several processes at once. Does not import jgo when the cache is full.

    Raises:
        ConfigurationError: the jars cannot be had, or one is not the one pinned here.
    """
    folder = cache_folder() / f"kafka-{VERSION}"
    if _is_checked(folder):
        return [folder / name for name in pins()]
    loop = asyncio.get_running_loop()

    def say_in_loop(line: str) -> None:
        loop.call_soon_threadsafe(say, line)

    try:
        # A daemon thread, because neither jgo nor a lock can be cancelled and Ctrl-C must not wait for a download.
        await _in_daemon_thread(lambda: _fill(folder, say_in_loop, jar_dir, repository))
    except OSError as error:
        raise ConfigurationError(
            f"Kafka's jars cannot be kept in {folder} ({error}): set XDG_CACHE_HOME to another folder.\n{ways_out()}"
        ) from error
    return [folder / name for name in pins()]


def _is_checked(folder: Path) -> bool:
    """Whether the jars are those that were hashed: same names, sizes and times. Costs under a millisecond."""
    try:
        stamp = json.loads((folder / _STAMP).read_text())
        return bool(stamp == _stamp(folder))
    except (OSError, ValueError):
        return False


def _stamp(folder: Path) -> dict[str, list[Any]]:
    stats = {name: (folder / name).stat() for name in pins()}
    return {name: [pins_digest, stats[name].st_size, stats[name].st_mtime_ns] for name, pins_digest in pins().items()}


def _fill(folder: Path, say: Say, jar_dir: Path | None, repository: str | None) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder.with_name(folder.name + ".lock")):
        if _is_checked(folder):
            return
        # We hold the lock, so whatever lies here belongs to a download that was killed.
        for remains in folder.parent.glob(f"{folder.name}.part-*"):
            shutil.rmtree(remains, ignore_errors=True)
        if not _hashes_match(folder):
            part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
            try:
                _collect(part, say, jar_dir, repository)
                shutil.rmtree(folder, ignore_errors=True)
                (part / "jars").replace(folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        stamp = folder / f"{_STAMP}.new"
        stamp.write_text(json.dumps(_stamp(folder)))
        stamp.replace(folder / _STAMP)


def _collect(part: Path, say: Say, jar_dir: Path | None, repository: str | None) -> None:
    jars = part / "jars"
    jars.mkdir()
    sources = _from_folder(jar_dir) if jar_dir is not None else _from_maven(part, say, repository)
    for name, digest in pins().items():
        if name not in sources:
            raise ConfigurationError(f"{name} is missing among the jars of Kafka {VERSION}.\n{ways_out()}")
        shutil.copyfile(sources[name], jars / name)
        if _sha256(jars / name) != digest:
            raise ConfigurationError(
                f"{name} is not the file that Kafka {VERSION} was pinned with: its SHA-256 differs. "
                f"It was not used.\n{ways_out()}"
            )


def _from_folder(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise ConfigurationError(f"WIREDESK_LOCAL__JAR_DIR={folder} is no folder.\n{ways_out()}")
    return {path.name: path for path in folder.rglob("*.jar")}


def _from_maven(part: Path, say: Say, repository: str | None) -> dict[str, Path]:
    say(f"fetching Apache Kafka {VERSION} ({_MEGABYTES} MB, once)")
    try:
        return _resolved(part, say, repository)
    except ConfigurationError as error:
        store = ssl.get_default_verify_paths()
        bundle = next((place for place in (store.cafile, store.capath) if place), None)
        if "REQUESTS_CA_BUNDLE" in os.environ or bundle is None or "SSL" not in type(error.__cause__).__name__:
            raise
        # The HTTP library brings certificates of its own; behind a company's proxy only the system's are right.
        os.environ["REQUESTS_CA_BUNDLE"] = bundle
        try:
            return _resolved(part, say, repository)
        finally:
            del os.environ["REQUESTS_CA_BUNDLE"]


def _resolved(part: Path, say: Say, repository: str | None) -> dict[str, Path]:
    try:
        from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415 - only the first start needs it
        from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

        # A repository of its own: jgo writes downloads in place, and half a jar must not stay in ~/.m2.
        context = MavenContext(
            resolver=PythonResolver(progress_callback=_Progress(say)),
            repo_cache=part / "repository",
            local_repos=[],
            remote_repos=None if repository is None else {"mirror": repository.rstrip("/")},
            timeout=30,
        )
        builder = EnvironmentBuilder(context=context, cache_dir=part / "jgo", link_strategy=LinkStrategy.AUTO)
        jars = [*builder.from_endpoint(_KAFKA).all_jars]
        wanted = _LOGGING.split(":")[1]
        jars += [jar for jar in builder.from_endpoint(_LOGGING).all_jars if jar.name.startswith(wanted)]
    except ImportError:
        raise ConfigurationError(
            f"jgo, which fetches Kafka, is not installed: install `wiredesk-local` with its dependencies.\n{ways_out()}"
        ) from None
    except Exception as error:
        # jgo raises whatever its HTTP and XML libraries raise.
        where = "Maven Central" if repository is None else "WIREDESK_LOCAL__JAR_REPOSITORY"
        raise ConfigurationError(
            f"Kafka {VERSION} could not be fetched from {where} ({type(error).__name__}).\n{ways_out()}"
        ) from error
    return {jar.name: jar for jar in jars}


def ways_out() -> str:
    """What to do when Kafka's jars cannot be had."""
    return (
        "Three ways out:\n"
        "  1. a Kafka you have:        export WIREDESK_KAFKA__BOOTSTRAP_SERVERS=host:9092\n"
        "  2. the jars from elsewhere: export WIREDESK_LOCAL__JAR_DIR=/folder/with/jars\n"
        "                              or WIREDESK_LOCAL__JAR_REPOSITORY=the URL of a Maven mirror\n"
        "  3. containers:              docker compose up --wait"
    )


class _Progress:
    """Says every few seconds how far the download is; jgo calls it once per file."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._bytes = 0
        self._files = 0
        self._next = time.monotonic() + _SAY_EVERY_SECONDS

    @contextlib.contextmanager
    def __call__(self, _name: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield self._add
        self._files += 1

    def _add(self, count: int) -> None:
        self._bytes += count
        if time.monotonic() >= self._next:
            self._next += _SAY_EVERY_SECONDS
            self._say(f"fetching Apache Kafka: {self._files} files, {self._bytes // 1_000_000} of {_MEGABYTES} MB")


def _hashes_match(folder: Path) -> bool:
    try:
        return all(_sha256(folder / name) == digest for name, digest in pins().items())
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


async def _in_daemon_thread(work: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            failure = error
        # The loop is closed when the caller has gone.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, failure)

    threading.Thread(target=run, daemon=True, name="kafka-jars").start()
    await done
