"""One demo for all who look at its desk, and a browser to look with."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser

from tests.e2e.desk_system import NO_BROWSER, DeskSystem, chromium, demo_system, open_browser


class Demo:
    """Starts when it is first asked for, and stays until it is stopped."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._running = AsyncExitStack()
        self._system: DeskSystem | None = None

    async def system(self) -> DeskSystem:
        if self._system is None:
            folder = self._factory.mktemp("newsroom")
            self._system = await self._running.enter_async_context(demo_system(folder))
        return self._system

    async def stop(self) -> None:
        self._system = None
        await self._running.aclose()


@pytest.fixture(scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    found = Demo(tmp_path_factory)
    yield found
    await found.stop()


@pytest.fixture(scope="module")
async def desk(request: pytest.FixtureRequest, demo: Demo) -> AsyncIterator[DeskSystem]:
    """The demo's system. It is handed on from file to file, and stops behind the last: it takes a gigabyte."""
    yield await demo.system()
    items = request.session.items
    own = [number for number, item in enumerate(items) if getattr(item, "module", None) is request.node.obj]
    if not any("desk" in getattr(item, "fixturenames", ()) for item in items[own[-1] + 1 :]):
        await demo.stop()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    if chromium() is None:
        pytest.skip(f"{NO_BROWSER} install one, such as Debian's: apt-get install chromium")
    async with open_browser() as found:
        yield found
