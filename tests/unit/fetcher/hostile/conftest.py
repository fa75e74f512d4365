"""What the hostile tests share."""

import pytest

from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.sources.poller import PARSE_BYTES


@pytest.fixture(scope="session")
async def reader():
    """The process that reads listings: one for all tests, as it takes a second to start."""
    async with Pool(1, memory_bytes=PARSE_BYTES) as reader:
        yield reader
