"""Normalisation in linear time: in runs of combining marks Unicode's takes quadratic time. Pure."""

import re
import unicodedata
from functools import cache
from typing import Literal

# The Stream-Safe Text Format of UAX #15: no writing system needs more marks on one letter.
_LONGEST_RUN = 30
# Many shorter ones take as long: they are counted where a text has many characters beyond ASCII.
_LONG_TEXT, _LONG_RUN, _MANY = 100_000, 5, 1000
# Behind them lie ideographs and what Unicode has no characters for yet.
_FIRST_MARK, _BEHIND_MARKS = 0x300, 0x20000
_ASCII = bytes(range(128))
_ASTRAL = "\U00010000"
# Tibetan vowel signs that are marks only once they are decomposed.
_LATE_MARKS = "\u0f73\u0f75\u0f81"


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Return `text` in Unicode's normalisation `form`, or as it is where it is not stream-safe. Takes linear time."""
    return text if text.isascii() or not is_stream_safe(text) else unicodedata.normalize(form, text)


def is_stream_safe(text: str) -> bool:
    """Tell whether no more than 30 marks follow one another in `text`: the Stream-Safe Text Format (UAX #15).

    Normalisation sorts each run of marks in time that grows with its square, in which a few hundred kilobytes of them
    on one letter take minutes. Ordinary text has no such run, nor a thousand of more than four marks: text that does,
    and has 100,000 characters beyond ASCII, is not safe either.
    """
    if text.isascii():
        return True
    # Bytes tell fastest what is no ASCII, and that is little of most pages; runs of marks stay whole in it.
    others = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    is_long = len(others) > _LONG_TEXT
    # A run that counts has a mark at every 30th place, or 5th: few characters need to be looked at.
    if not _mark(_wide_marks()).search(others[:: _LONG_RUN if is_long else _LONGEST_RUN]):
        return True
    if not is_long:
        return _none_is_longer(others) or _none_is_longer(text)
    runs = (run[0] for run in _long_runs(_wide_marks()).finditer(text))
    long = (run for run in runs if _mark(_marks()).search(run[::_LONG_RUN]))
    return all(number < _MANY and len(run) <= _LONGEST_RUN for number, run in enumerate(long))


def _none_is_longer(text: str) -> bool:
    return all(len(run[0]) <= _LONGEST_RUN for run in _long_runs(_marks()).finditer(text))


@cache
def _marks() -> str:
    return "".join(filter(unicodedata.combining, map(chr, range(_FIRST_MARK, _BEHIND_MARKS)))) + _LATE_MARKS


@cache
def _mark(marks: str) -> re.Pattern[str]:
    return re.compile(f"[{marks}]")


@cache
def _wide_marks() -> str:
    # A table tells what is in the basic plane; beyond it an expression tries each mark in turn, so all count as marks
    # until a run of them is looked at.
    return "".join(mark for mark in _marks() if mark < _ASTRAL) + f"{_ASTRAL}-{chr(_BEHIND_MARKS - 1)}"


@cache
def _long_runs(marks: str) -> re.Pattern[str]:
    return re.compile(f"[{marks}]{{{_LONG_RUN},}}")
