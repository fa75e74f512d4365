"""docker-compose.yml as a user starts it: `docker compose up --wait`, one article through the published ports, down."""

import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.docker.containers import docker
from tests.docker.journey import travels

# Building the images takes minutes the first time.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]

BUILT = ("topics", "fetcher", "cleaner", "tagger", "storage")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@dataclass(frozen=True)
class Checkout:
    """One checkout's compose project: names and ports that nobody else on this machine uses."""

    project: str = field(default_factory=lambda: f"wiredesk-test-{uuid.uuid4().hex[:8]}")
    kafka_port: str = field(default_factory=free_port)
    postgres_port: str = field(default_factory=free_port)

    def compose(self, *arguments: str) -> str:
        # No .env file of the developer's: the test is about the defaults.
        return docker(
            "compose",
            "--env-file",
            "/dev/null",
            "--project-name",
            self.project,
            *arguments,
            KAFKA_PORT=self.kafka_port,
            POSTGRES_PORT=self.postgres_port,
            # The developer's own, when the shell has one: the test is about the one that is made up.
            POSTGRES_PASSWORD="",
        )

    @property
    def password(self) -> str:
        return self.compose("exec", "-T", "postgres", "cat", "/run/wiredesk/postgres-password")


@pytest.fixture(scope="module")
def checkout(engine: None) -> Iterator[Checkout]:
    checkout = Checkout()
    try:
        checkout.compose("up", "--build", "--wait", "--wait-timeout", "300")
        yield checkout
    finally:
        checkout.compose("down", "--volumes", "--remove-orphans")
        # By name: compose's own --rmi also looks for untagged images, and fails when another build takes one away.
        docker("image", "rm", "--force", *(f"{checkout.project}-{service}" for service in BUILT))


async def test_an_article_travels_through_the_composed_system(checkout: Checkout):
    dsn = f"postgresql://wiredesk:{checkout.password}@127.0.0.1:{checkout.postgres_port}/wiredesk"
    await travels(f"127.0.0.1:{checkout.kafka_port}", dsn)


def test_the_password_is_made_up_once_and_no_container_has_it_in_its_environment(checkout: Checkout):
    before = checkout.password
    assert len(before) == 32
    checkout.compose("up", "--wait", "--wait-timeout", "300")
    assert checkout.password == before
    for service in ("postgres", "storage"):
        (container,) = checkout.compose("ps", "--quiet", service).split()
        assert before not in docker("inspect", container)


def test_three_taggers_run_side_by_side(checkout: Checkout):
    checkout.compose("up", "--wait", "--wait-timeout", "300", "--scale", "tagger=3", "--no-recreate")
    containers = [json.loads(line) for line in checkout.compose("ps", "--format", "json", "tagger").splitlines()]
    assert [container["Health"] for container in containers] == ["healthy"] * 3
    ports = {publisher["PublishedPort"] for container in containers for publisher in container["Publishers"]}
    assert len(ports) == 3


def test_ports_are_published_on_loopback_only(checkout: Checkout):
    containers = [json.loads(line) for line in checkout.compose("ps", "--format", "json").splitlines()]
    published = [publisher for container in containers for publisher in container["Publishers"]]
    assert {publisher["URL"] for publisher in published if publisher["PublishedPort"]} == {"127.0.0.1"}
