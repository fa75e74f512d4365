"""What a body is packed in by its Content-Encoding, and its bytes unpacked within a bound. Pure."""

import zlib
from collections.abc import Iterator

# Unpacked bytes of a packed body that are kept while it comes; most pages have fewer.
_HELD = 256 * 1024
_PART = 64 * 1024
# What follows a member is copied at its end: in small pieces that stays cheap however many end in one.
_PIECE = 16 * 1024
_MOST_MEMBERS = 1000
_GZIP = frozenset({"gzip", "x-gzip"})
_DEFLATE = "deflate"
# What servers say that mistake the header for another one: nothing is packed.
_UNPACKED = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "8bit"})


class UnknownPackingError(ValueError):
    """A body is packed in what was not asked for. The message says in what, in at most 100 characters."""


class BrokenPackingError(ValueError):
    """A body is not packed as it says."""


class Body:
    """A body that comes in pieces and may have `allowed` bytes, packed as well as unpacked.

    What is small on the wire stays small here: beyond the first 256 KiB unpacked bytes are counted, not kept, and
    `whole` unpacks once more.

    Raises:
        UnknownPackingError: `content_encoding` is neither gzip (x-gzip, RFC 9110), deflate nor identity.
    """

    def __init__(self, content_encoding: str, allowed: int) -> None:
        named = (coding.strip().lower() for coding in content_encoding.split(","))
        codings = [coding for coding in named if coding not in _UNPACKED]
        if len(codings) > 1 or (codings and codings[0] not in {*_GZIP, _DEFLATE}):
            raise UnknownPackingError(", ".join(codings)[:100])
        self.size = 0
        """how many bytes it has so far, unpacked; beyond `allowed` they are not all counted"""
        self._allowed = allowed
        self._coding = codings[0] if codings else ""
        self._unpacker = _Unpacker(self._coding) if codings else None
        self._sent = bytearray()
        self._unpacked: bytearray | None = bytearray()

    @property
    def is_too_large(self) -> bool:
        """Whether it has more than the bytes that are allowed."""
        return max(self.size, len(self._sent)) > self._allowed

    def add(self, piece: bytes) -> None:
        """Take what came next.

        Raises:
            BrokenPackingError: it cannot be unpacked.
        """
        self._sent += piece
        if self._unpacker is None:
            self.size = len(self._sent)
            return
        for part in self._unpacker.parts(piece):
            self.size += len(part)
            if self._unpacked is not None:
                self._unpacked += part
                if len(self._unpacked) > _HELD:
                    self._unpacked = None
            if self.size > self._allowed:
                return

    def whole(self) -> bytes:
        """Return the bytes unpacked, the first `allowed` of them.

        Raises:
            BrokenPackingError: the end is missing, which deflate tells and gzip is forgiven.
        """
        if self._unpacker is None:
            return bytes(memoryview(self._sent)[: self._allowed])
        if self._coding == _DEFLATE and self._sent and not self.is_too_large and not self._unpacker.is_at_end:
            raise BrokenPackingError(self._coding)
        if self._unpacked is not None:
            return bytes(self._unpacked)
        parts, room = [], self._allowed
        for part in _Unpacker(self._coding).parts(bytes(self._sent)):
            parts.append(part[:room])
            room -= len(part)
            if room <= 0:
                break
        return b"".join(parts)


class _Unpacker:
    def __init__(self, coding: str) -> None:
        self._wbits = 16 + zlib.MAX_WBITS if coding in _GZIP else 0
        self._inflater = zlib.decompressobj(self._wbits) if self._wbits else None
        self._members = 1

    @property
    def is_at_end(self) -> bool:
        return self._inflater is not None and self._inflater.eof

    def parts(self, packed: bytes) -> Iterator[bytes]:
        """Yield what `packed` adds, in parts of 64 KiB at most: no more is unpacked than somebody takes."""
        for start in range(0, len(packed), _PIECE):
            data = packed[start : start + _PIECE]
            if self._inflater is None:
                # Many a server leaves the header out that begins with this (RFC 1950).
                self._wbits = zlib.MAX_WBITS if data[0] & 0xF == 8 else -zlib.MAX_WBITS
                self._inflater = zlib.decompressobj(self._wbits)
            is_more = True
            while is_more:
                if self._inflater.eof:
                    self._inflater = self._next_member()
                try:
                    part = self._inflater.decompress(data, _PART)
                except zlib.error as error:
                    raise BrokenPackingError(str(error)) from None
                data = self._inflater.unconsumed_tail or self._inflater.unused_data
                # A full part may leave some behind though all that it came from is taken in.
                is_more = bool(data) or (len(part) == _PART and not self._inflater.eof)
                if part:
                    yield part

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BrokenPackingError(f"more than {_MOST_MEMBERS} members")
        return zlib.decompressobj(self._wbits)
