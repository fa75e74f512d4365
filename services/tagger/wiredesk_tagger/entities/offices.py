"""The office before a person's name is no part of it; the country of the office is a mention of its own. Pure."""

import re

from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import Span

# ruff: noqa: SIM905 - word lists read best as text
# What may stand before or behind "Minister", "Secretary" or "Chief" in the name of an office.
_PORTFOLIOS = frozenset(
    "Foreign Defence Defense Finance Interior Home Health Education Energy Trade Justice Environment Culture Labour "
    "Labor Economy Economic Transport Agriculture State Treasury Exchequer Security National Attorney Prime Vice "
    "Deputy Former Then Acting Interim First Supreme Special Opposition Party House Senate Majority Minority Press "
    "Commerce Immigration Police Army Shadow".split()
)
_LINKS = frozenset({"of", "the", "for", "and"})
# Titles that people are called by birth as well.
_SURNAMES = frozenset("King Prince Bishop Judge Marshal Major Pope Cardinal Baron Lord Chancellor Sheriff".split())
_WORD = re.compile(r"\S+")
_OWNER = re.compile(r"['\u2019]s?$")
_LONGEST = 3  # words of a country's or people's name
_OWNING = frozenset({"GPE", "NORP"})


def without_office(text: str, span: Span, lexicon: Lexicon) -> list[Span]:
    """Return `span` without the office before a person's name, and the country before the office as a span.

    "US President Ann Oake" gives "US" and "Ann Oake"; an office alone ("US President") gives the country or nothing.
    """
    if span.label != "PERSON":
        return [span]
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text, span.start, span.end)]
    owner = _owner(text, words, lexicon)
    first = next((at for at, (*_, end) in enumerate(words) if owner and end >= owner.end), -1) + 1
    last = _end_of_office(words, first, lexicon)
    if last == first:
        return [span]
    if last == len(words):
        # "Jordan King" is a name as well as an office.
        return [span] if first and words[-1][0] in _SURNAMES else [owner] if owner else []
    person = span._replace(start=words[last][1])
    return [owner, person] if owner else [person]


def _owner(text: str, words: list[tuple[str, int, int]], lexicon: Lexicon) -> Span | None:
    for last in range(min(_LONGEST, len(words) - 1), 0, -1):
        start, end = words[0][1], words[last - 1][2]
        name = _OWNER.sub("", text[start:end])
        label = lexicon.phrases.get(name)
        if label in _OWNING:
            return Span(start, start + len(name), label, "gazetteer")
    return None


def _end_of_office(words: list[tuple[str, int, int]], first: int, lexicon: Lexicon) -> int:
    """Return the index of the first word after the office that begins with word `first`; `first` if there is none."""
    end, at = first, first
    while at < len(words):
        word = words[at][0].removeprefix("ex-").rstrip(",")
        capital = word[:1].upper() + word[1:]
        if capital in lexicon.titles and (word not in lexicon.given_names or at > first):
            end = at + 1
        elif capital in _PORTFOLIOS:
            # "Secretary of State": behind the title it belongs to the office.
            end = at + 1 if end > first and words[at - 1][0] in _LINKS else end
        elif not (word in _LINKS and end > first):
            break
        at += 1
    # "Prince of Orsk" has no other name; "Secretary of" is no end.
    follows = words[end][0] if end < len(words) else ""
    return first if follows in _LINKS else end
