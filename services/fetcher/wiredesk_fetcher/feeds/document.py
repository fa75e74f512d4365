"""From the bytes of a feed or sitemap to text: decompressed within a bound, then decoded."""

import zlib

from wiredesk_fetcher import charset
from wiredesk_fetcher.feeds.listing import NotAListingError, TooLargeError

# In bytes, decompressed.
MAX_FEED_BYTES = 10 * 1024 * 1024

_GZIP = b"\x1f\x8b"
# A file.xml.gz that the server compresses once more for the transfer; more is somebody's joke.
_MAX_LAYERS = 2
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
# What an XML declaration looks like in UTF-16 without a byte order mark.
_UTF_16 = {b"<\x00?\x00": "text/xml; charset=utf-16le", b"\x00<\x00?": "text/xml; charset=utf-16be"}


def decoded(body: bytes, content_type: str) -> str:
    """Return `body`, gzip or not, as text fit for JSON and PostgreSQL.

    Raises:
        NotAListingError: the compressed data is damaged from its first byte, or compressed more than twice.
        TooLargeError: it has more than MAX_FEED_BYTES; no more than that is ever decompressed.
    """
    data = _unpacked(body)
    text = charset.decode(data, _UTF_16.get(data[:4], content_type))
    return _second_guess(data, text) if "\ufffd" in text else text


def _unpacked(body: bytes) -> bytes:
    for _ in range(_MAX_LAYERS):
        if not body.startswith(_GZIP):
            break
        body = _gunzipped(body)
    if body.startswith(_GZIP):
        raise NotAListingError(f"this is compressed more than {_MAX_LAYERS} times")
    if len(body) > MAX_FEED_BYTES:
        raise TooLargeError(f"this has more than {MAX_FEED_BYTES:,} bytes")
    return body


def _gunzipped(body: bytes) -> bytes:
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        data = inflater.decompress(body, MAX_FEED_BYTES + 1)
    except zlib.error as error:
        raise NotAListingError("this is damaged gzip data") from error
    if len(data) > MAX_FEED_BYTES:
        raise TooLargeError(f"this has more than {MAX_FEED_BYTES:,} bytes when decompressed")
    return data


def _second_guess(data: bytes, text: str) -> str:
    """Return `text`, or another reading of `data` if the declared encoding cannot be what it was written in."""
    lost = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    # A summary cut within a character spoils a few among many; most are spoilt only by the wrong encoding.
    if lost * 2 < beyond_ascii:
        return text
    # UTF-8 first: hardly a text in another encoding passes for it.
    for name in ("utf-8", "cp1252"):
        try:
            return charset.fit(data.decode(name).removeprefix("\ufeff"))
        except UnicodeDecodeError:
            continue
    return text
