# ruff: noqa: RUF001 - typographic apostrophes
"""Text normalisation: what every text goes through before anything counts offsets in it. Pure."""

import re
import unicodedata
from functools import lru_cache

_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# C0 and C1 controls but tab and line feed, bidirectional controls, and invisible marks that split words for a tagger.
# The zero-width joiners stay: Persian, Hindi and emoji are spelt with them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
# Lines of so many characters are folded once for many rules.
_SHORT = 160

# The same in UTF-8: controls of one byte, and what takes more, line breaks included.
_CONTROLS = bytes({*range(0x20), 0x7F} - {ord("\t"), ord("\n")})
_MARKS = tuple(
    re.compile(mark)
    for mark in (
        rb"\xc2[\x80-\x9f\xad]",
        rb"\xe2\x80[\x8b\x8e\x8f\xa8-\xae]",
        rb"\xe2\x81[\xa0\xa6-\xa9]",
        rb"\xef(?:\xbb\xbf|\xbf[\xb9-\xbb])",
        rb"\xd8\x9c",
    )
)


def tidy(text: str) -> str:
    """Return `text` as Unicode that every later stage can store: NFC, line feeds, no controls, no lone surrogates.

    Idempotent. Lone surrogates become U+FFFD; tabs and line feeds stay.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _is_clean(text):
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _BREAKS.sub("\n", text)))


def _is_clean(text: str) -> bool:
    """Whether `text` needs no more than NFC. Bytes tell it many times faster than characters do."""
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    if len(raw.translate(None, _CONTROLS)) < len(raw):
        return False
    # One pattern of all would try every byte; each of these is looked for by its first one.
    return text.isascii() or not any(mark.search(raw) for mark in _MARKS)


def one_line(text: str) -> str:
    """Return `text` tidied, with all white space collapsed to single spaces."""
    line = " ".join(text.split())
    # White space that is also a control joins words instead of parting them; all else that goes is not printable.
    if line.isprintable() and "\x1f" not in text:
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return " ".join(tidy(text).split())


def fold(line: str) -> str:
    """Return the form in which lines are compared: case-folded, single spaces, no symbols at either end."""
    return _folded_before(line) if len(line) <= _SHORT else _folded(line)


@lru_cache(maxsize=8192)
def _folded_before(line: str) -> str:
    """`fold` of a short line, which one rule after the other asks for, on one page of a site after the other."""
    return _folded(line)


def _folded(line: str) -> str:
    words = " ".join(line.replace("’", "'").casefold().split())
    if words and words[0].isalnum() and words[-1].isalnum():
        return words
    start, end = 0, len(words)
    while start < end and not (words[start].isalnum() or words[start] in "©<(_"):
        start += 1
    while end > start and not (words[end - 1].isalnum() or words[end - 1] == ":"):
        end -= 1
    return words[start:end]
