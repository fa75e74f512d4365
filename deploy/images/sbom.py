"""Write what an image holds as SPDX 2.3 JSON: each Python distribution, each Debian package, and Python itself.

`deploy/Dockerfile` runs this file while it builds, with the base image's Python and nothing installed, so it imports
the standard library alone. It asks nobody: names, versions and licences are those of the installed metadata, and a
digest is that of the wheel which was installed. One image gives one text: nothing in it is random, and its time is
SOURCE_DATE_EPOCH.
"""

import argparse
import hashlib
import json
import platform
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

NONE = "NOASSERTION"
# The SPDX identifiers that older metadata has as plain words.
_KNOWN = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "PSF-2.0"}
# The classifiers that mean one licence; "BSD License" or "GNU …" leave open which.
_CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
_LICENSE_FILE = re.compile(r"\.dist-info/(.*/)?(licen[cs]es?|copying)[^/]*$", re.IGNORECASE)

Package = dict[str, Any]


def main() -> None:
    """Write the document to the file that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, help="of the image")
    parser.add_argument("--version", required=True, help="of the image")
    parser.add_argument("--epoch", type=int, required=True, help="SOURCE_DATE_EPOCH: seconds since 1970")
    parser.add_argument("--path", action="append", required=True, help="a folder with installed distributions; repeat")
    parser.add_argument("--wheels", action="append", type=Path, default=[], help="a folder of wheels; repeat")
    parser.add_argument("--dpkg", type=Path, help="Debian's list of installed packages, and its os-release", nargs=2)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    digests = wheel_digests(asked.wheels)
    packages = [interpreter()]
    texts: dict[str, str] = {}
    for one in installed(asked.path):
        package, text = described(one, digests)
        packages.append(package)
        if text:
            texts[package["licenseDeclared"]] = text
    if asked.dpkg:
        status, release = (path.read_text(encoding="utf-8") for path in asked.dpkg)
        packages.extend(debian_packages(status, release))
    written = document(asked.name, asked.version, asked.epoch, packages, texts)
    asked.out.write_text(json.dumps(written, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def normalized(name: str) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wheel_digests(folders: Iterable[Path]) -> dict[tuple[str, str], str]:
    """Return the SHA-256 of each wheel by normalized name and version."""
    found = {}
    for path in sorted(wheel for folder in folders for wheel in folder.glob("*.whl")):
        name, version = path.name.split("-")[:2]
        found[normalized(name), version] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def installed(paths: Iterable[str]) -> list[Distribution]:
    """Return what is installed in these folders by name; a name may be in several of them."""
    found = [one for path in paths for one in distributions(path=[path])]
    return sorted(found, key=lambda one: (normalized(one.metadata["Name"]), one.version))


def described(one: Distribution, digests: dict[tuple[str, str], str]) -> tuple[Package, str]:
    """Return a distribution as SPDX package, and the licence's text when no SPDX identifier is known for it."""
    name, version = one.metadata["Name"], one.version
    expression = declared_license(one)
    text = "" if expression else license_text(one)
    package = {
        "SPDXID": spdx_id("python", name, version),
        "name": name,
        "versionInfo": version,
        "licenseDeclared": expression or (f"LicenseRef-{_safe(f'{name}-{version}')}" if text else NONE),
        "externalRefs": [_purl(f"pkg:pypi/{normalized(name)}@{version}")],
    }
    if digest := digests.get((normalized(name), version)):
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
    return _with_constants(package), text


def declared_license(one: Distribution) -> str:
    """Return the SPDX expression that a distribution gives, or that its words leave no doubt of; else nothing."""
    for expression in _said(one, "License-Expression"):
        return expression
    for words in _said(one, "License"):
        if all(part in _KNOWN for part in re.split(r" (?:AND|OR) ", words)):
            return words
    named = {value for value in _said(one, "Classifier") if value.startswith("License ::")}
    meant = {_CLASSIFIERS.get(value, "") for value in named}
    return meant.pop() if len(meant) == 1 else ""


def license_text(one: Distribution) -> str:
    """Return the licence files of a distribution, else what its metadata says about the licence."""
    files = [path for path in one.files or () if _LICENSE_FILE.search(path.as_posix())]
    texts = [Path(str(path.locate())).read_text(encoding="utf-8", errors="replace") for path in sorted(files)]
    classifiers = [value for value in _said(one, "Classifier") if value.startswith("License ::")]
    return "\n".join(texts or [*_said(one, "License"), *classifiers])


def _said(one: Distribution, field: str) -> list[str]:
    """Return what the metadata has in a field, which may be there several times, or not at all."""
    return [value.strip() for value in one.metadata.get_all(field) or () if value.strip()]


def debian_packages(status: str, release: str) -> Iterator[Package]:
    """Yield the installed packages of `/var/lib/dpkg/status`; their licences are in `/usr/share/doc/*/copyright`."""
    distribution = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
    codename = distribution.get("VERSION_CODENAME", "").strip('"')
    for paragraph in status.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Architecture|Status): (.*)$", paragraph, re.MULTILINE))
        if not fields.get("Status", "").endswith(" installed"):
            continue
        name, version, machine = fields["Package"], fields["Version"], fields["Architecture"]
        purl = f"pkg:deb/debian/{name}@{version.replace(':', '%3A')}?arch={machine}&distro={codename}"
        yield _with_constants(
            {
                "SPDXID": spdx_id("debian", name, version),
                "name": name,
                "versionInfo": version,
                "licenseDeclared": NONE,
                "externalRefs": [_purl(purl)],
            }
        )


def interpreter() -> Package:
    """Return the Python that runs this as SPDX package."""
    version = platform.python_version()
    return _with_constants(
        {
            "SPDXID": spdx_id("interpreter", "cpython", version),
            "name": "cpython",
            "versionInfo": version,
            "licenseDeclared": "PSF-2.0",
            "externalRefs": [_purl(f"pkg:generic/python@{version}")],
        }
    )


def document(name: str, version: str, epoch: int, packages: list[Package], texts: dict[str, str]) -> dict[str, Any]:
    """Return the whole document; its namespace is made from its content, so it is new when, and only when, that is."""
    # A distribution that the base has as well as the environment is one package.
    packages = list({package["SPDXID"]: package for package in packages}.values())
    image = _with_constants(
        {
            "SPDXID": "SPDXRef-image",
            "name": name,
            "versionInfo": version,
            "licenseDeclared": NONE,
            "primaryPackagePurpose": "CONTAINER",
        }
    )
    content = json.dumps([name, version, epoch, packages, texts], sort_keys=True)
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{name}-{version}",
        "documentNamespace": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "creationInfo": {
            "created": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: wiredesk-sbom"],
        },
        "packages": [image, *packages],
        "relationships": [
            _related("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image"),
            *(_related("SPDXRef-image", "CONTAINS", package["SPDXID"]) for package in packages),
        ],
        "hasExtractedLicensingInfos": [
            {"licenseId": reference, "extractedText": text} for reference, text in sorted(texts.items())
        ],
    }


def spdx_id(kind: str, name: str, version: str) -> str:
    """Return the identifier of a package in the document; SPDX allows letters, digits, dots and hyphens."""
    return f"SPDXRef-{kind}-{_safe(name)}-{_safe(version)}"


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text)


def _with_constants(package: Package) -> Package:
    return {
        "downloadLocation": NONE,
        "filesAnalyzed": False,
        "licenseConcluded": NONE,
        "copyrightText": NONE,
        **package,
    }


def _purl(locator: str) -> dict[str, str]:
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}


def _related(one: str, how: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}


if __name__ == "__main__":
    main()
