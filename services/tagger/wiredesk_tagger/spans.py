"""Stretches of text that a rule or model calls a name: cut to their proper edges, without overlaps. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from wiredesk_tagger.lexicon.gazetteers import Lexicon

# What is neither person nor body, place nor event: a work, a product, a ship. It keeps its words from other types, and
# nobody is told of it, because no text that people labelled says how well such things are found.
THING = "THING"


class Span(NamedTuple):
    """A stretch of one text, half-open, in code points. `rule` is what found it: a rule's name, or `model`."""

    start: int
    end: int
    label: str
    rule: str
    confidence: float | None = None
    """0 to 1, the model's; None where a rule or list decided"""


# Where two rules claim a stretch of equal length, the earlier one wins.
_PRIORITY = (
    "definition",
    "alias",
    "title",
    "given_name",
    "gazetteer",
    "head",
    "context",
    "grammar",
    "model",
    "unknown",
)
_RANK = {rule: rank for rank, rule in enumerate(_PRIORITY)}
# These need no English grammar around them: they hold in a text of any language and in a headline of any case.
SAFE_RULES = frozenset({"gazetteer", "grammar"})
# The label of a stretch that is no entity but keeps shorter spans inside it from being one.
BLOCK = ""
_LONGEST_NAME = 200  # characters; what is longer is a list in capitals, not a name

_DETERMINER = re.compile(r"(?:[Tt]he|an?|this|that|these|those|its|his|her|their|our)\s+")
_EDGES = ' \t\u00a0"\u201c\u201d\u2018\u00ab\u00bb()[],;:\u2013\u2014-'
_AFTER = _EDGES + "'\u2019&*#"
# A name ends with its line, and before a sign or pictograph: it divides, or says something about what is before it.
_BREAK = re.compile("[\n\r|\u00a9\u00ae\u2022\u2026\u2122\u2190-\u2bff\U0001f000-\U0001faff]")
# Parts of a pictograph: joiner, the mark for its coloured form, the keycap.
_MARKS = "\u200d\ufe0e\ufe0f\u20e3"
# Alone these are no name, whatever the model says.
_FUNCTION_WORDS = frozenset({"the", "a", "an", "of", "and", "in", "on", "at", "for", "to"})
# "example.co.uk", "ann@example.ca": the end of an address is small, and no country, whatever it spells.
_ADDRESS = re.compile(
    r"(?:[\w+-]+(?:\.[\w-]+)*[.@](?:[\w-]+\.)*[a-z]{2,6}|[a-z][\w-]*(?:\.[\w-]+)*\.[A-Z]{2,3})(?:[/:?#].*)?"
)
_IN_ADDRESS = re.compile(r"[\w.@:/+-]*")
_LONGEST_ADDRESS = 100  # characters looked at on either side
_NO_ADDRESS = frozenset({"GPE", "LOC", "FAC", "NORP", "PERSON"})
_LAST_WORD = re.compile(r"\s+([a-z]+)$")


def resolve(spans: Iterable[Span]) -> list[Span]:
    """Return `spans` without overlaps, in text order: the longest wins, then the rule of higher priority."""
    ranked = sorted(set(spans), key=lambda s: (s.start - s.end, _RANK.get(s.rule, len(_RANK)), s.start, s.label))
    taken = bytearray(max((span.end for span in ranked), default=0))
    kept = []
    for span in ranked:
        if 0 < span.end - span.start <= _LONGEST_NAME and taken.find(1, span.start, span.end) < 0:
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            kept.append(span)
    return sorted(span for span in kept if span.label != BLOCK)


def trim(text: str, span: Span, lexicon: Lexicon) -> Span | None:
    """Return `span` without "the", titles, quotes, emoji, a possessive ending, a common word behind it, a second line.

    None if nothing is left.
    """
    start, end = span.start, span.end
    while start < end and (text[start] in _EDGES or _is_symbol(text[start])):
        start += 1
    if brk := _BREAK.search(text, start, end):
        end = brk.start()
    while start < end and (text[end - 1] in _AFTER or _is_symbol(text[end - 1]) or text[start:end].endswith(" .")):
        end -= 1
    # The grammar's spans are as long as they must be: "five percent" are common words behind "About".
    if span.rule != "grammar" and lexicon.name(span.label, text[start:end]) is None:
        start, end = _cut(text, start, end, lexicon)
    while span.label == "PERSON":
        word, gap, rest = text[start:end].partition(" ")
        # The Prince of Orsk has no name without his title.
        if not (gap and rest and word in lexicon.titles) or rest.startswith("of "):
            break
        start += len(word) + 1
    left = text[start:end]
    nothing = left.lower() in _FUNCTION_WORDS or (span.label == "PERSON" and left in lexicon.titles)
    if span.label in _NO_ADDRESS and (len(left) == 1 or _is_in_address(text, start, end)):
        return None
    return None if nothing or not any(c.isalnum() for c in left) else span._replace(start=start, end=end)


def _is_symbol(character: str) -> bool:
    """Whether it is a pictograph or a part of one, or a sign like ™."""
    return not character.isascii() and (character in _MARKS or unicodedata.category(character) in ("So", "Sk"))


def _is_in_address(text: str, start: int, end: int) -> bool:
    """Whether the span is the whole or a part of a host's name, e-mail or web address."""
    before, after = text[max(0, start - _LONGEST_ADDRESS) : start], text[end : end + _LONGEST_ADDRESS]
    if before[-1:] not in (".", "@", "/", ":", "-") and after[:1] not in (".", "@") and "." not in text[start:end]:
        return False
    head = _IN_ADDRESS.match(before[::-1])
    tail = _IN_ADDRESS.match(after)
    run = (head[0][::-1] if head else "") + text[start:end] + (tail[0] if tail else "")
    run = run.rstrip(".:/-").rpartition("://")[2]
    return " " not in text[start:end] and _ADDRESS.fullmatch(run) is not None


def _cut(text: str, start: int, end: int, lexicon: Lexicon) -> tuple[int, int]:
    determiner = _DETERMINER.match(text, start, end)
    if determiner:
        start = determiner.end()
    if text[start:end].endswith(("'s", "\u2019s")):
        end -= 2
    # "Liaoning province", "Mekong river": the name is the part with capitals.
    while text[start:end][:1].isupper() and (last := _LAST_WORD.search(text[start:end])) and last[1] in lexicon.small:
        end = start + last.start()
    return start, end


def lower(text: str) -> str:
    """Return `text` in lower case, code point for code point (some letters have no such form and stay)."""
    # In one step wherever that is the same: beyond ASCII a letter's small form can depend on what follows it.
    return text.lower() if text.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
