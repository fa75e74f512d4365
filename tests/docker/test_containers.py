"""The images as testcontainers: what is in them, and one article through all of them on real servers."""

import contextlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.network import Network

from tests.docker.containers import ApacheKafkaContainer, ServiceContainer, docker
from tests.docker.journey import travels
from tests.packaging.environments import NAMED, build, wheel

# Building the images takes minutes the first time.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]

WORKERS = ("fetcher", "cleaner", "tagger", "storage")


@pytest.fixture(scope="module")
def network(engine: None) -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def kafka(network: Network) -> Iterator[ApacheKafkaContainer]:
    with ApacheKafkaContainer(network) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def postgres(network: Network) -> Iterator[PostgresContainer]:
    postgres = PostgresContainer("postgres:18", driver=None, network=network, network_aliases=["postgres"])
    with postgres:
        yield postgres


def inside(image: str, code: str) -> str:
    """Run Python in an image and return what it prints."""
    return docker("run", "--rm", "--read-only", "--entrypoint", "python", image, "-c", code).strip()


async def test_an_article_travels_through_the_four_images_and_each_stops_in_order(
    images: dict[str, str], network: Network, kafka: ApacheKafkaContainer, postgres: PostgresContainer
):
    with ServiceContainer(images["desk"], network).with_command(["topics", "apply"]) as topics:
        assert topics.wait() == 0, topics.logs()
    dsn = f"postgresql://{postgres.username}:{postgres.password}@postgres:5432/{postgres.dbname}"
    own = {"storage": {"WIREDESK_STORAGE__DSN": dsn}}
    with contextlib.ExitStack() as stack:
        workers = {
            name: stack.enter_context(ServiceContainer(images[name], network, **own.get(name, {})).until_healthy())
            for name in WORKERS
        }
        await travels(kafka.bootstrap_servers, postgres.get_connection_url())
        assert {name: worker.stop_in_order() for name, worker in workers.items()} == dict.fromkeys(WORKERS, 0)


@pytest.mark.parametrize("service", WORKERS)
def test_an_image_holds_its_own_service_only(images: dict[str, str], service: str):
    code = "import pkgutil; print(*sorted(m.name for m in pkgutil.iter_modules() if m.name.startswith('wiredesk')))"
    assert inside(images[service], code) == f"wiredesk wiredesk_{service}"


@pytest.mark.parametrize("service", [*WORKERS, "desk"])
def test_an_image_holds_the_wheels_that_are_built_here(images: dict[str, str], service: str, tmp_path: Path):
    names = ["wiredesk", f"wiredesk-{service}"]
    code = (
        "import importlib.metadata as m\n"
        f"for name in {names}:\n"
        "    for file in m.distribution(name).files:\n"
        "        if file.hash and str(file).startswith('wiredesk') and '.dist-info' not in str(file):\n"
        "            print(file, file.hash.value)"
    )
    for name in names:
        build(NAMED[name], tmp_path)
    here = [line for name in names for line in recorded(wheel(NAMED[name], tmp_path))]
    assert sorted(inside(images[service], code).splitlines()) == sorted(here)


def recorded(path: Path) -> list[str]:
    """The files of a wheel's package with their hashes, as an installer writes them down."""
    with zipfile.ZipFile(path) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        rows = [line.split(",") for line in archive.read(record).decode().splitlines()]
    return [
        f"{name} {digest.removeprefix('sha256=')}" for name, digest, _ in rows if digest and "dist-info" not in name
    ]


def test_only_the_tagger_image_holds_spacy(images: dict[str, str]):
    code = "import importlib.util; print(importlib.util.find_spec('spacy') is not None)"
    assert {name: inside(images[name], code) for name in WORKERS} == {
        "fetcher": "False",
        "cleaner": "False",
        "tagger": "True",
        "storage": "False",
    }


def test_an_image_runs_as_an_ordinary_user(images: dict[str, str]):
    assert inside(images["fetcher"], "import os; print(os.getuid(), os.getgid())") == "10001 10001"
