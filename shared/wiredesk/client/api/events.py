"""Server-sent events out of bytes, as the HTML standard has them read. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BLOCK_BYTES = 64 * 1024 * 1024
"""of one event that has not ended; an article has a few megabytes at most"""
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Block:
    """What stood between two empty lines. `data` None: it is no event, and yet tells where the stream stands.

    `position` is the last id of the stream so far; empty: none came yet.
    """

    kind: str
    data: str | None
    position: str


class EventParser:
    """Takes the bytes of one answer as they come. `position` is where the stream stood before it."""

    def __init__(self, position: str = "") -> None:
        self.retry_seconds: float | None = None
        """how long to wait before coming back, as the server wants it"""
        self._position = position
        # Of a line that has not ended: joined once, because a megabyte comes in many pieces.
        self._parts: list[bytes] = []
        self._bytes = 0
        self._after_return = False
        self._is_first = True
        self._kind, self._data = "", list[str]()

    def feed(self, chunk: bytes) -> Iterator[Block]:
        """Yield the blocks that these bytes end.

        Raises:
            ValueError: an event has more than `MAX_BLOCK_BYTES` and has not ended.
        """
        if not chunk:
            return
        if self._after_return:
            # The other half of a line's end that lay across two chunks.
            chunk = chunk.removeprefix(b"\n")
        self._after_return = chunk.endswith(b"\r")
        *lines, rest = _LINE_END.split(chunk)
        for line in lines:
            whole = b"".join([*self._parts, line])
            self._parts.clear()
            if (block := self._line(whole)) is not None:
                yield block
        self._bytes += len(rest)
        self._parts.append(rest)
        if self._bytes > MAX_BLOCK_BYTES:
            raise ValueError(f"an event of the stream has more than {MAX_BLOCK_BYTES:,} bytes")

    def _line(self, whole: bytes) -> Block | None:
        line = whole.decode("utf-8", "replace")
        if self._is_first:
            line, self._is_first = line.removeprefix("\ufeff"), False
        if not line:
            return self._ended()
        self._bytes += len(whole)
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._position = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_seconds = int(value[:9]) / 1000
        return None

    def _ended(self) -> Block:
        block = Block(self._kind or "message", "\n".join(self._data) if self._data else None, self._position)
        self._kind, self._data, self._bytes = "", [], 0
        return block
