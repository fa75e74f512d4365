"""What `up` waits for, and says while it waits."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from wiredesk.client import offsets
from wiredesk.client.offsets import StageLag
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import Lane
from wiredesk_desk.output import plain, say
from wiredesk_local.supervisor import StoppedError, Supervisor

# The tagger's model takes seconds to load, on a slow and busy machine a minute.
READY_SECONDS = 180.0
_ASK_SECONDS = 0.3


class Starting:
    """What is being waited for: a line that changes on a terminal, elsewhere a line each time it changes."""

    def __init__(self) -> None:
        self._status = Console(stderr=True, highlight=False).status("") if sys.stderr.isatty() else None
        self._said = ""

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, what: str) -> None:
        if what == self._said:
            return
        self._said = what
        if self._status is not None:
            self._status.update(Text(plain(what)))
        else:
            say(what)


async def until_ready(supervisor: Supervisor, counts: Mapping[str, int], tell: Callable[[str], None]) -> None:
    """Return when every worker is ready and every group has shared out its partitions; after three minutes anyway.

    Raises:
        ConfigurationError: a worker ended for good.
        StoppedError: somebody asked to stop meanwhile.
    """
    asked = asyncio.create_task(supervisor.wait())
    deadline = time.monotonic() + READY_SECONDS
    try:
        while waiting := await supervisor.unready() or await _unsettled(supervisor, counts):
            if time.monotonic() > deadline:
                say(f"Not ready yet: {', '.join(waiting)}. It goes on starting: see `wiredesk status`, `wiredesk logs`")
                break
            tell(f"waiting for {', '.join(waiting)}")
            await asyncio.wait({asked}, timeout=_ASK_SECONDS)
            if asked.done():
                raise StoppedError("stopped before everything was up")
        supervisor.is_ready = True
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


async def _unsettled(supervisor: Supervisor, counts: Mapping[str, int]) -> list[str]:
    try:
        stages = await offsets.lag(supervisor.kafka, Lane(supervisor.settings.lane))
    except InfrastructureError as error:
        return [str(error)]
    groups = [one for one in stages if not _is_at_work(one, counts.get(one.service, 0))]
    return [f"{service} (joining its group)" for service in dict.fromkeys(one.service for one in groups)]


def _is_at_work(stage: StageLag, processes: int) -> bool:
    """Whether a group has as many members, of ours and of other machines, and its partitions are shared out."""
    owned = {number for member in stage.members for number in member.partitions}
    return not processes or (
        stage.state == "Stable"
        and len(stage.members) >= processes
        and owned == {partition.partition for partition in stage.partitions}
    )
