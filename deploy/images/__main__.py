"""Build the images of the services from `deploy/docker-bake.hcl`: `make images`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.images import contents
from wiredesk.version import __version__

ROOT = Path(__file__).parents[2]
BAKE_FILE = "deploy/docker-bake.hcl"
SERVICES = ("fetcher", "cleaner", "tagger", "storage", "desk")
# What the names of images begin with that are not pushed: as the chart names them when it is told no registry.
HERE = "wiredesk"
# Where an image has the list of its contents.
SBOM = "/opt/venv/sbom.spdx.json"


@dataclass(frozen=True)
class Commit:
    """What is checked out."""

    revision: str
    # Seconds since 1970.
    made_at: int
    # Whether the files are those of the commit.
    is_clean: bool

    def variables(self, prefix: str) -> dict[str, str]:
        """Return the variables of the bake file."""
        return {
            "IMAGE_PREFIX": prefix,
            "IMAGE_VERSION": __version__,
            "IMAGE_REVISION": self.revision + ("" if self.is_clean else "-dirty"),
            "SOURCE_DATE_EPOCH": str(self.made_at),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, and push or compare where asked; return 0, 1 when two builds differ or one fails, 2 when none began."""
    parser = argparse.ArgumentParser(prog="make images", description=__doc__)
    parser.add_argument("--push", metavar="REGISTRY/PREFIX", help="for all platforms, with attestations, to there")
    parser.add_argument("--check", action="store_true", help="build twice, the second time without cache, and compare")
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "images", help="where the SBOMs are written")
    asked = parser.parse_args(arguments)
    try:
        commit = checked_out()
        if asked.push and not commit.is_clean:
            return _told("files differ from the commit that the images would name: commit them, and run this again")
        if asked.push:
            bake("release", variables=commit.variables(asked.push.rstrip("/")))
            return 0
        variables = commit.variables(HERE)
        tags = {service: f"{HERE}/{service}:{__version__}" for service in SERVICES}
        bake(variables=variables)
        write_sboms(tags, asked.out)
        return 1 if asked.check and differ(tags, variables) else 0
    except FileNotFoundError as missing:
        return _told(f"there is no {missing.filename}: install it, and run this again")
    except subprocess.CalledProcessError as error:
        print(f"`{' '.join(error.cmd[:4])} …` failed with {error.returncode}; it says why above", file=sys.stderr)  # noqa: T201 - a command
        return 1


def checked_out() -> Commit:
    """Return what is checked out.

    Raises:
        subprocess.CalledProcessError: this is no git checkout; git has said so.
    """
    revision, made_at = _git("log", "--max-count=1", "--format=%H %ct").split()
    return Commit(revision, int(made_at), is_clean=not _git("status", "--porcelain"))


def bake(*options: str, variables: dict[str, str]) -> None:
    """Build what the bake file describes.

    Raises:
        subprocess.CalledProcessError: a build failed; BuildKit has said why.
    """
    command = ["docker", "buildx", "bake", "--file", BAKE_FILE, *options]
    # The engine's BuildKit is asked for, where an old one still has another builder.
    environment = {**os.environ, "DOCKER_BUILDKIT": "1", **variables}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 - no shell


def write_sboms(tags: dict[str, str], folder: Path) -> None:
    """Take the SPDX document out of each image, and lay it into the folder as SERVICE.spdx.json."""
    folder.mkdir(parents=True, exist_ok=True)
    for service, tag in tags.items():
        command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "cat", tag, SBOM]
        document = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - no shell
        path = folder / f"{service}.spdx.json"
        path.write_bytes(document)
        print(f"{tag}  {path}")  # noqa: T201 - a command


def differ(tags: dict[str, str], variables: dict[str, str]) -> bool:
    """Build all images anew without a cache; say how each differs from what it was, and return whether a file does."""
    before = {service: contents.of_image(tag) for service, tag in tags.items()}
    bake("--no-cache", variables=variables)
    found = False
    for service, tag in tags.items():
        after = contents.of_image(tag)
        paths = contents.differences(before[service], after)
        times = contents.other_times(before[service], after)
        print(f"{tag}: {len(after)} files, {len(paths)} differ, {len(times)} have another time")  # noqa: T201 - a command
        for path in paths[:20]:
            print(f"  {path}")  # noqa: T201 - a command
        found = found or bool(paths)
    return found


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603, S607
    return done.stdout.strip()


def _told(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201 - a command
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
