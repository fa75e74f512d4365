"""Letters without their accents, so that "malaga" finds "Málaga" and the reverse. Pure.

Only where people leave accents out: Latin and Greek letters, and the Russian ё. In other scripts a mark makes another
letter (й is not и) and stays. PostgreSQL's function `folded` does the same, for what is not worth a way to Python.
Text is taken to be in NFC, as the cleaner gives it.
"""
# ruff: noqa: RUF001 - letters that look like others are what this is about

import re
import unicodedata

_RANGES = (range(0xC0, 0x250), range(0x370, 0x500), range(0x1E00, 0x2000))
_BASES = re.compile("[A-Za-zÆæØøſΑ-Ωα-ωЕе]")
_MARKS = range(0x300, 0x370)
_OTHERS = {
    **dict(zip("ßæœþ", ("ss", "ae", "oe", "th"), strict=True)),
    **dict(zip("ẞÆŒÞ", ("SS", "AE", "OE", "TH"), strict=True)),
    **dict(zip("øØłŁđĐðÐħĦŧŦıς", "oOlLdDdDhHtTiσ", strict=True)),
}


def _table() -> dict[str, str]:
    table = {chr(mark): "" for mark in _MARKS} | _OTHERS
    for letter in (chr(code) for codes in _RANGES for code in codes):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        if marks and _BASES.fullmatch(base) and all(ord(mark) in _MARKS for mark in marks):
            table[letter] = _OTHERS.get(base, base)
    return table


FOLDED = _table()
"""What each letter that has an accent becomes, by letter; marks that stand alone become nothing."""
_FOLDABLE = re.compile(f"[{''.join(FOLDED)}]")
KEY_CHARACTERS = 200
_APOSTROPHES = "‘’"
# Punctuation, spaces and symbols; beyond the first plane there are emoji. Two classes: in one, `re` would try each.
_SIGNS = re.compile(
    f"[{''.join(one for one in map(chr, range(0xA0, 0x10000)) if unicodedata.category(one)[0] in 'PZS')}]"
    "|[\U0001f000-\U0001faff]"
)


def folded(text: str) -> str:
    """Return `text` without accents; case stays."""
    return text if text.isascii() else _FOLDABLE.sub(lambda found: FOLDED[found[0]], text)


def readable(text: str) -> str:
    """Return `folded(text)` with the signs between words as PostgreSQL's parser knows them: ASCII, each one character.

    In a database whose characters are those of C, it takes every other sign for a letter: of “ferry”, or of a name with
    a typographic apostrophe and an s, no search would find the word.
    """
    plain = folded(text)
    return plain if plain.isascii() else _SIGNS.sub(_plain_sign, plain)


def _plain_sign(found: re.Match[str]) -> str:
    return "'" if found[0] in _APOSTROPHES else " "


def folded_key(name: str) -> str:
    """Return a name as it is compared: any case, any accents, any white space; its first 200 characters."""
    return " ".join(folded(name.lower()).split())[:KEY_CHARACTERS]


def origins(text: str) -> list[int]:
    """Return for each character of `folded(text)` the index in `text` of the one it came from, and the end."""
    found: list[int] = []
    for index, letter in enumerate(text):
        found += [index] * len(FOLDED.get(letter, letter))
    return [*found, len(text)]
