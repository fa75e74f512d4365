"""What an image holds is written down whole, in SPDX 2.3, and the same each time (deploy/images/sbom.py)."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from tests.packaging.environments import LOCKS, NAMED, ROOT, UV, run, wheel

pytestmark = pytest.mark.timeout(400)

STATUS = """\
Package: libc6
Status: install ok installed
Architecture: arm64
Version: 2.36-9+deb12u14
Description: GNU C Library
 Version: 0

Package: gone
Status: deinstall ok config-files
Architecture: arm64
Version: 1:1.0-1

Package: zlib1g
Status: install ok installed
Architecture: arm64
Version: 1:1.2.13.dfsg-1
"""


def described(folder: Path, wheels: Path, into: Path) -> Path:
    """Write down what is installed in an environment, as the Dockerfile does."""
    (packages,) = folder.parent.glob("lib/python3.*/site-packages")
    (into / "status").write_text(STATUS)
    (into / "os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    out = into / "storage.spdx.json"
    command = ("--name", "wiredesk-storage", "--version", "0.1.0", "--epoch", "1700000000", "--path", packages)
    files = ("--wheels", wheels, "--dpkg", into / "status", into / "os-release", "--out", out)
    run(sys.executable, "-S", ROOT / "deploy" / "images" / "sbom.py", *command, *files, cwd=into)
    return out


@pytest.fixture(scope="module")
def folder(programs: Callable[[str], Path]) -> Path:
    return programs("wiredesk-storage")


@pytest.fixture(scope="module")
def written(folder: Path, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described(folder, built, tmp_path_factory.mktemp("sbom"))


@pytest.fixture(scope="module")
def packages(written: Path) -> dict[str, dict[str, Any]]:
    """The packages that the document says the image contains, by name."""
    document = json.loads(written.read_text())
    contained = {
        one["relatedSpdxElement"] for one in document["relationships"] if one["relationshipType"] == "CONTAINS"
    }
    return {one["name"]: one for one in document["packages"] if one["SPDXID"] in contained}


def test_the_document_is_what_spdx_wants(written: Path):
    assert [one.validation_message for one in validate_full_spdx_document(parse_file(str(written)))] == []


def test_each_installed_distribution_is_in_it_with_its_version_and_a_licence(
    folder: Path, packages: dict[str, dict[str, Any]]
):
    listed = subprocess.run(
        [UV, "pip", "list", "--python", folder / "python", "--format", "json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    here = {one["name"]: one["version"] for one in json.loads(listed.stdout)}
    assert len(here) > 30
    purls = {ref["referenceLocator"] for one in packages.values() for ref in one["externalRefs"]}
    assert {f"pkg:pypi/{name}@{version}" for name, version in here.items()} == {
        purl for purl in purls if purl.startswith("pkg:pypi/")
    }
    python = [one for one in packages.values() if "pkg:pypi/" in one["externalRefs"][0]["referenceLocator"]]
    assert [one["name"] for one in python if one["licenseDeclared"] == "NOASSERTION"] == []


def test_a_wheel_that_was_installed_is_known_by_its_digest(built: Path, packages: dict[str, dict[str, Any]]):
    for name in ("wiredesk", "wiredesk-storage"):
        digest = hashlib.sha256(wheel(NAMED[name], built).read_bytes()).hexdigest()
        assert packages[name]["checksums"] == [{"algorithm": "SHA256", "checksumValue": digest}]
    # No wheel of it lay there.
    assert "checksums" not in packages["pydantic"]


def test_what_debian_has_installed_is_in_it(packages: dict[str, dict[str, Any]]):
    assert "gone" not in packages
    assert packages["libc6"]["versionInfo"] == "2.36-9+deb12u14"
    assert packages["zlib1g"]["externalRefs"][0]["referenceLocator"] == (
        "pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=arm64&distro=bookworm"
    )


def test_the_same_environment_gives_the_same_bytes(folder: Path, built: Path, written: Path, tmp_path: Path):
    assert described(folder, built, tmp_path).read_bytes() == written.read_bytes()


@pytest.mark.parametrize("service", ["fetcher", "cleaner", "tagger", "storage", "desk"])
@pytest.mark.parametrize("machine", ["aarch64", "x86_64"])
def test_each_lock_has_wheels_for_both_platforms_of_the_images(service: str, machine: str, tmp_path: Path):
    run(
        UV, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:",
        "--target", tmp_path, "--python", sys.executable, "--python-version", "3.11",
        "--python-platform", f"{machine}-manylinux_2_36", "--requirement", LOCKS / f"{service}.txt",
        cwd=tmp_path,
    )  # fmt: skip
    foreign = re.compile(r"(x86_64|aarch64)-linux-gnu\.so$")
    found = {match[1] for path in tmp_path.rglob("*.so") if (match := foreign.search(path.name))}
    assert found == {machine}
