"""docker-compose.yml as a user starts it: `docker compose up --wait`, one article through the published ports, down."""

import asyncio
import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import yaml  # type: ignore[import-untyped]

from tests.docker.containers import ROOT, docker, had
from tests.docker.journey import ARTICLE, travels
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings

# Building the images takes minutes the first time.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]

SERVICES = ("fetcher", "cleaner", "tagger", "storage", "desk")
BUILT = ("topics", *SERVICES)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@dataclass(frozen=True)
class Checkout:
    """One checkout's compose project: names and ports that nobody else on this machine uses."""

    project: str = field(default_factory=lambda: f"wiredesk-test-{uuid.uuid4().hex[:8]}")
    kafka_port: str = field(default_factory=free_port)
    postgres_port: str = field(default_factory=free_port)
    desk_port: str = field(default_factory=free_port)
    prometheus_port: str = field(default_factory=free_port)

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
            DESK_PORT=self.desk_port,
            PROMETHEUS_PORT=self.prometheus_port,
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


@pytest.fixture
def prometheus(checkout: Checkout) -> str:
    """The address of the Prometheus of the profile `obs`."""
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["prometheus"]["image"]
    if not had(image):
        pytest.skip(f"NOT RUN: {image} is not here and cannot be pulled")
    # Grafana is another image, and its files are tested without it (tests/deploy/test_watching.py).
    checkout.compose("--profile", "obs", "up", "--wait", "--wait-timeout", "300", "--no-recreate", "prometheus")
    return f"http://127.0.0.1:{checkout.prometheus_port}"


async def test_prometheus_finds_every_service_and_works_out_the_rules(checkout: Checkout, prometheus: str):
    kafka = KafkaSettings(bootstrap_servers=[f"127.0.0.1:{checkout.kafka_port}"])
    async with aiohttp.ClientSession(prometheus) as http, Wiredesk(kafka) as wire, asyncio.timeout(240):

        async def asked(path: str, **query: str) -> Any:
            async with http.get(f"/api/v1/{path}", params=query) as answer:
                return (await answer.json())["data"]

        while True:
            # A rate needs more than one article, between two looks.
            submission = await wire.publish(text=ARTICLE.replace("forty", uuid.uuid4().hex), source="docker tier")
            await wire.result(submission, timeout=180)
            found = await asked("query", query="wiredesk:late_articles:ratio5m")
            if any(one["value"][1] != "NaN" for one in found["result"]):
                break
            await asyncio.sleep(5)
        targets = (await asked("targets"))["activeTargets"]
        groups = (await asked("rules"))["groups"]
    assert {target["labels"]["service"] for target in targets} == set(SERVICES)
    assert [(target["scrapeUrl"], target["lastError"]) for target in targets if target["health"] != "up"] == []
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(groups) > 3
    assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []


# What a process of the container may do, asked in the container: rights, and whether a new right could come with a
# program that it starts; then the folders of which it can write one.
CONFINED = """
import os
status = dict(line.split(":\\t") for line in open("/proc/self/status"))
print(status["CapEff"].strip(), status["CapBnd"].strip(), status["NoNewPrivs"].strip())
print(*(path for path in ("/", "/etc", "/opt/venv", "/var/tmp", "/run", "/home") if os.access(path, os.W_OK)))
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_nobody_has_no_right_and_can_write_nothing_but_tmp(checkout: Checkout, service: str):
    container, *_ = checkout.compose("ps", "--quiet", service).split()
    (described,) = json.loads(docker("inspect", container))
    assert described["Config"]["User"] == "10001:10001"
    limits = described["HostConfig"]
    assert (limits["ReadonlyRootfs"], limits["CapDrop"], limits["CapAdd"]) == (True, ["ALL"], None)
    assert (limits["Privileged"], limits["SecurityOpt"]) == (False, ["no-new-privileges:true"])
    assert docker("exec", container, "python", "-c", CONFINED).splitlines() == ["0" * 16 + " " + "0" * 16 + " 1", ""]
