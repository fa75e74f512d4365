"""What the files of an image are, and how those of two images differ."""

import hashlib
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO


@dataclass(frozen=True)
class Entry:
    """One path of an image; two that are equal cannot be told apart but by their times, in whole seconds."""

    kind: bytes
    mode: int
    owner: tuple[int, int]
    size: int
    link: str
    digest: str
    changed_at: int = field(compare=False)


def of_image(image: str) -> dict[str, Entry]:
    """Return the files of an image by path, in the way of a container that was made from it and never started.

    Raises:
        subprocess.CalledProcessError: Docker has no such image; it has said so.
    """
    container = _docker("create", image)
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:  # noqa: S603, S607
            assert export.stdout is not None
            entries = read(export.stdout)
        if export.returncode:
            raise subprocess.CalledProcessError(export.returncode, export.args)
        return entries
    finally:
        _docker("rm", container)


def read(archive: IO[bytes]) -> dict[str, Entry]:
    """Return the entries of a tar stream by path."""
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        return {member.name: _entry(tar, member) for member in tar}


def differences(one: Mapping[str, Entry], other: Mapping[str, Entry]) -> list[str]:
    """Return the paths that only one has, or that differ in kind, mode, owner, size, link or content."""
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))


def other_times(one: Mapping[str, Entry], other: Mapping[str, Entry]) -> list[str]:
    """Return the paths that both have, and with another time of change."""
    return sorted(path for path in one.keys() & other.keys() if one[path].changed_at != other[path].changed_at)


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    content = tar.extractfile(member) if member.isfile() else None
    digest = hashlib.sha256(content.read()).hexdigest() if content else ""
    owner = (member.uid, member.gid)
    return Entry(member.type, member.mode, owner, member.size, member.linkname, digest, int(member.mtime))


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603, S607
    return done.stdout.strip()
