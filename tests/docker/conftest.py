"""The docker tier is optional: without an engine it is skipped, and the summary names the reason."""

from collections.abc import Iterator

import pytest
from testcontainers.core.config import testcontainers_config

from tests.docker.containers import docker, unusable

SERVICES = ("fetcher", "cleaner", "tagger", "storage", "desk")


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine that answers, with compose and BuildKit."""
    if reason := unusable():
        pytest.skip(f"DOCKER TIER NOT RUN: {reason}")
    # The fixtures remove what they start, so testcontainers' helper container, one more image to pull, is not needed.
    testcontainers_config.ryuk_disabled = True


@pytest.fixture(scope="session")
def images(engine: None) -> Iterator[dict[str, str]]:
    """The image of each service by name, built from deploy/Dockerfile once for the run. The build cache stays."""
    tags = {service: f"wiredesk-{service}:test" for service in SERVICES}
    for service, tag in tags.items():
        docker("build", "--file", "deploy/Dockerfile", "--build-arg", f"SERVICE={service}", "--tag", tag, ".")
    yield tags
    docker("image", "rm", "--force", *tags.values())
