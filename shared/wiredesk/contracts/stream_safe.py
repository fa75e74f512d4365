"""Text whose normalisation takes linear time whatever it holds: runs of combining marks are broken up. Pure."""

import re
import unicodedata
from functools import cache

# The Stream-Safe Text Format of UAX #15: no writing system needs more marks on one letter.
_LONGEST_RUN = 30
# It has no combining class, so nothing is reordered or composed across it.
_JOINER = "\N{COMBINING GRAPHEME JOINER}"
# Behind them lie ideographs and what Unicode has no characters for yet.
_FIRST_MARK, _BEHIND_MARKS = 0x300, 0x20000
# Tibetan vowel signs that are marks only once they are decomposed.
_LATE_MARKS = "\u0f73\u0f75\u0f81"


def stream_safe(text: str) -> str:
    """Return `text` with a U+034F (combining grapheme joiner) behind every 30 marks that follow one another.

    That is the Stream-Safe Text Format (UAX #15, section 13). Normalisation sorts each run of marks in time that grows
    with its square, in which a few hundred kilobytes of them on one letter take minutes. Ordinary text has no such
    run and comes back as it is.
    """
    # A run of more marks than that has one of them at every 30th place, so few characters need to be looked at.
    sample = text[::_LONGEST_RUN]
    if sample.isascii() or not _mark().search(sample):
        return text
    return _long_run().sub(rf"\1{_JOINER}", text)


@cache
def _marks() -> str:
    return "".join(filter(unicodedata.combining, map(chr, range(_FIRST_MARK, _BEHIND_MARKS)))) + _LATE_MARKS


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(f"[{_marks()}]")


@cache
def _long_run() -> re.Pattern[str]:
    return re.compile(f"([{_marks()}]{{{_LONGEST_RUN}}})(?=[{_marks()}])")
