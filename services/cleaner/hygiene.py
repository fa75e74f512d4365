# ruff: noqa: RUF001 - typographic apostrophes
"""Text hygiene: what every text goes through before anything counts offsets in it. Pure."""

import re
import unicodedata

_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# C0 and C1 controls but tab and line feed, bidirectional controls, and invisible marks that split words for a tagger.
# The zero-width joiners stay: Persian, Hindi and emoji are spelt with them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def tidy(text: str) -> str:
    """Return `text` as Unicode that every later stage can store: NFC, line feeds, no controls, no lone surrogates.

    Idempotent. Lone surrogates become U+FFFD; tabs and line feeds stay.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """Return `text` tidied, with all white space collapsed to single spaces."""
    return " ".join(tidy(text).split())


def fold(line: str) -> str:
    """Return the form in which lines are compared: case-folded, single spaces, no symbols at either end."""
    words = " ".join(line.replace("’", "'").casefold().split())
    start, end = 0, len(words)
    while start < end and not (words[start].isalnum() or words[start] in "©<(_"):
        start += 1
    while end > start and not (words[end - 1].isalnum() or words[end - 1] == ":"):
        end -= 1
    return words[start:end]
