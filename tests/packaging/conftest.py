"""Everything is built once for the run, and each environment is made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.packaging.environments import DISTRIBUTIONS, NAMED, build, install


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every wheel and source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    for distribution in DISTRIBUTIONS:
        build(distribution, folder)
    return folder


@pytest.fixture(scope="session")
def programs(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`programs(name)` is the folder of programs of an environment in which only that distribution is installed."""

    @cache
    def made(name: str) -> Path:
        return install(NAMED[name], built, tmp_path_factory.mktemp("alone") / name)

    return made
