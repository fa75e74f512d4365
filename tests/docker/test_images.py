"""How the images are built, and what they hold: deploy/docker-bake.hcl, the SBOM in each, and a second build."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from deploy.images import contents
from deploy.images.__main__ import SBOM, Commit
from tests.docker.conftest import SERVICES
from tests.docker.containers import ROOT, docker
from wiredesk.version import __version__

# Building the images takes minutes the first time.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]

COMMIT = Commit("0123456789abcdef0123456789abcdef01234567", made_at=1700000000, is_clean=True)


def baked(group: str, **variables: str) -> dict[str, dict[str, Any]]:
    """The targets of a group of the bake file, with every variable filled in."""
    given = {**COMMIT.variables("registry.invalid/news"), "IMAGE_SOURCE": "", "SBOM_GENERATOR": "", **variables}
    printed = docker("buildx", "bake", "--file", "deploy/docker-bake.hcl", "--print", group, timeout=60, **given)
    targets: dict[str, dict[str, Any]] = json.loads(printed)["target"]
    return targets


def test_the_bake_file_builds_every_image_that_compose_builds(engine: None):
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    built = {one["build"]["args"]["SERVICE"] for one in composed if "build" in one}
    targets = baked("default")
    assert {target["args"]["SERVICE"] for target in targets.values()} == built == set(SERVICES)
    assert all("platforms" not in target for target in targets.values())


def test_a_release_is_for_both_platforms_and_attested(engine: None):
    targets = baked("release")
    assert {tag for target in targets.values() for tag in target["tags"]} == {
        f"registry.invalid/news/{service}:{__version__}" for service in SERVICES
    }
    for target in targets.values():
        assert target["platforms"] == ["linux/amd64", "linux/arm64"]
        assert target["attest"] == [{"type": "sbom"}, {"mode": "max", "type": "provenance"}]
        (output,) = target["output"]
        assert (output["push"], output["rewrite-timestamp"]) == ("true", "true")
        assert target["args"]["SOURCE_DATE_EPOCH"] == "1700000000"


def test_an_image_says_which_commit_it_is_and_where_the_sources_are_when_told(engine: None):
    source = "https://news.invalid/wiredesk"
    for service in SERVICES:
        told = baked("release", IMAGE_SOURCE=source)[f"{service}-release"]
        project = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())["project"]
        expected = {
            "org.opencontainers.image.title": f"wiredesk-{service}",
            "org.opencontainers.image.version": __version__,
            "org.opencontainers.image.revision": COMMIT.revision,
            "org.opencontainers.image.licenses": project["license"],
            "org.opencontainers.image.source": source,
        }
        assert told["labels"] == expected
        assert sorted(told["annotations"]) == sorted(
            f"index,manifest:{name}={value}" for name, value in expected.items()
        )
    assert "org.opencontainers.image.source" not in baked("default")["desk"]["labels"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_sbom_of_an_image_is_valid_and_lists_each_distribution_with_the_digest_that_is_locked(
    images: dict[str, str], service: str, tmp_path: Path
):
    path = tmp_path / "sbom.spdx.json"
    path.write_text(docker("run", "--rm", "--network", "none", "--entrypoint", "cat", images[service], SBOM))
    assert [one.validation_message for one in validate_full_spdx_document(parse_file(str(path)))] == []

    listing = (
        "import importlib.metadata as m\nfor one in m.distributions():\n    print(one.metadata['Name'], one.version)"
    )
    held = docker("run", "--rm", "--entrypoint", "python", images[service], "-c", listing).splitlines()
    packages = {f"{one['name']} {one['versionInfo']}": one for one in json.loads(path.read_text())["packages"]}
    assert set(held) <= set(packages)

    locked = set(re.findall(r"sha256:([0-9a-f]{64})", (ROOT / "requirements" / f"{service}.txt").read_text()))
    ours = [name for name in held if name.startswith("wiredesk")]
    digests = {name: packages[name].get("checksums", [{}])[0].get("checksumValue") for name in held}
    assert {name for name, digest in digests.items() if digest not in locked} == set(ours)
    assert all(digests[name] for name in ours)
    assert len(held) - len(ours) > 30


@pytest.mark.parametrize("service", ["storage", "desk"])
def test_a_second_build_without_cache_holds_the_same_files(images: dict[str, str], service: str):
    again = f"wiredesk-{service}:again"
    arguments = ("--file", "deploy/Dockerfile", "--build-arg", f"SERVICE={service}", "--tag", again)
    docker("build", "--no-cache", *arguments, ".")
    try:
        first, second = contents.of_image(images[service]), contents.of_image(again)
    finally:
        docker("image", "rm", "--force", again)
    assert len(first) > 5000
    assert contents.differences(first, second) == []


def test_a_build_does_not_hang_on_who_checked_the_files_out(images: dict[str, str], tmp_path: Path):
    """The same commit elsewhere, later, by somebody with another umask."""
    tree = tmp_path / "elsewhere"
    tree.mkdir()
    for name in (".dockerignore", "deploy/Dockerfile", "deploy/images/sbom.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((ROOT / name).read_bytes())
    for folder in ("requirements", "shared", "services/storage"):
        files = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z", folder],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, files.split("\0")):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
            (tree / name).chmod(0o600)
            os.utime(tree / name, (1, 1))
    elsewhere = "wiredesk-storage:elsewhere"
    docker(
        "build",
        "--file",
        str(tree / "deploy/Dockerfile"),
        "--build-arg",
        "SERVICE=storage",
        "--tag",
        elsewhere,
        str(tree),
    )
    try:
        first, second = contents.of_image(images["storage"]), contents.of_image(elsewhere)
    finally:
        docker("image", "rm", "--force", elsewhere)
    assert contents.differences(first, second) == []
