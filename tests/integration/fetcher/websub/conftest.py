"""A hub on loopback, a publisher whose feed names it, and a newsroom that subscribes."""

import pytest

from tests.integration.fetcher.websub.hub import hubbed, open_hub, open_wire
from tests.unit.fetcher.crawling import serve


@pytest.fixture
async def hub():
    """A hub that listens."""
    async with open_hub() as hub:
        yield hub


@pytest.fixture
async def site(hub):
    """A publisher whose feed names the hub."""
    async with serve(feed=hubbed(hub, 1)) as site:
        yield site


@pytest.fixture
async def wire(pool, store, reader):
    """A newsroom that hubs can call."""
    async with open_wire(pool, store, reader) as wire:
        yield wire
