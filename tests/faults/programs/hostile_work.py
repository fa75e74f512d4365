"""CPU work that fails as its article asks for; a module of its own, which the pool imports."""

import os
import signal
import time
from collections.abc import Mapping, Sequence

from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import Content
from wiredesk.contracts.wire import Record
from wiredesk_cleaner import pool_worker
from wiredesk_tagger.pool_worker import tag

HANG, KILLED, HOARD, RAISE = "please hang", "please be killed", "please take all memory", "please raise"


def _misbehave(words: str) -> None:
    if HANG in words:
        time.sleep(600)
    if KILLED in words:
        # What the kernel does to a process when memory runs out.
        os.kill(os.getpid(), signal.SIGKILL)
    if HOARD in words:
        hoard = []
        while True:
            hoard.append(bytearray(64 * 1024 * 1024))
    if RAISE in words:
        raise RuntimeError("the model is broken")


def find(values: Sequence[bytes]) -> list[Record | PermanentError]:
    """The tagger's work."""
    for value in values:
        _misbehave(value.decode())
    return tag(values)


def parse(value: bytes, limits: Mapping[Content, int]) -> Record:
    """The cleaner's work."""
    _misbehave(value.decode())
    return pool_worker.parse(value, limits)
