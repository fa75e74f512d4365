"""CPU work that one batch may cost: small pieces here, large ones in another process, until its time is over."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from wiredesk.contracts.errors import InfrastructureError, WorkFailedError
from wiredesk.runtime.pool import Pool

log = logging.getLogger(__name__)

# Characters. What has more is worked elsewhere; these take 50 ms at most, and a few as a rule.
SMALL = 64 * 1024
# Of one batch, whose articles are locked meanwhile. A hundred ordinary comparisons take one second.
SECONDS = 10.0

_T = TypeVar("_T")


class Budget:
    """The time of one batch, from now on."""

    def __init__(self, workers: Pool | None) -> None:
        """Without `workers` everything is worked here."""
        self._workers = workers
        self._deadline = asyncio.get_running_loop().time() + SECONDS

    async def run(self, characters: int, function: Callable[..., _T], *args: object) -> _T | None:
        """Return `function(*args)`, which has so many characters to read; everything must pickle.

        None where it fails or the time is over: what it would have told is not told. The event loop stands still for
        one small piece at a time; without workers for any.

        Raises:
            BrokenError: the worker processes have ended.
        """
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return None
        try:
            if self._workers is not None and characters > SMALL:
                return await self._workers.run(function, *args, timeout=left)
            found = function(*args)
            await asyncio.sleep(0)
        except InfrastructureError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one article triggers holds up no other
            why = error if isinstance(error, WorkFailedError) else type(error).__name__
            log.warning("an article is stored without what a comparison would have told: %s", why)
            return None
        return found
