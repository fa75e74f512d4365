"""Two names that a text itself says are one thing: "Orsk, also known as Brennick", "Oake (born Quill)". Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from wiredesk_tagger.entities.name_words import words_of
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import Span

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_TYPES = _PLACES | {"ORG", "PERSON"}
_NEAR = 120  # characters between two names; a bracket of dates and a phrase are shorter

# What may stand between a name and the phrase: "(1901 \u2013 1970),", "()", "is", ", who was".
_OPEN = r"(?: ?\([^()]{0,80}\))?(?: ?[,;(\u2013\u2014])*(?: (?:which|who))?(?: (?:is|was|are|were))?"
_ADVERB = (
    r"(?:also|alternatively|variously|sometimes|often|commonly|usually|generally|better|best|otherwise|more|most"
    r"|popularly|informally|colloquially|locally|professionally|officially|formally|formerly|previously|originally"
    r"|historically|internationally|initially|widely|frequently|occasionally|once|later|subsequently|then|now|simply|or)"
)
_HOW = rf"(?: ?\b{_ADVERB})*"
_AS = r"known|referred to|abbreviated|shortened|spelt|spelled|written|transliterated|romani[sz]ed|styli[sz]ed|credited"
_CALLED = r"called|named|nicknamed|dubbed|renamed|spelt|spelled|abbreviated"
_NAME = r"(?: (?:by|under) (?:his|her|its|their|the) (?:[a-z]+ )?(?:name|pseudonym|nickname|alias|initials|acronym))?"
_BEFORE_NAME = r"(?: (?:as|to))?(?: (?:simply|just))?,?(?: the| The)? ?[\"'\u2018\u201c]? ?"
# "Orsk, also known as", "Orsk was once called": between the two names.
_SAID = re.compile(rf"{_OPEN}{_HOW} ?(?:(?:{_AS}){_NAME} (?:simply |just )?as|(?:{_CALLED}){_NAME}){_BEFORE_NAME}")
# Without one of these it may be said of another thing: "a quarter of Orsk, known as Brennick".
_OF_IT = re.compile(rf"[(]|\b(?:is|was|are|were|{_ADVERB})\b")
# "Parts of Orsk are called Brennick": not Orsk.
_VERB = re.compile(r"[ ,]*(?:which |who )?(?:is|was|are|were)\b")
# "Oake has also called Quill a friend" says nothing of Oake.
_ACTIVE = re.compile(rf" (?!is\b|was\b|are\b|were\b)[a-z ]*\b(?:{_CALLED})\b")
_PREPOSITION = re.compile(r"\b(?:of|in|at|on|from|for|by|with|to|near|and) (?:the )?$")
_BARE = re.compile(
    rf"{_OPEN} ?(?:(?:also|or) (?:simply|just)|or simply|a\.?k\.?a\.?|formerly|previously|originally|i\.e\.,?"
    r"|later renamed|renamed)(?: the)? [\"'\u2018\u201c]?"
)
_BORN = re.compile(r"(?: ?\(|, )(?:born|n[ée]e)(?: as)? ")
# "Orsk, or Brennick," and "Louis XIV, the \"Sun King\"".
_OR = re.compile(r"(?: \(\))?, or (?:the )?")
_ENDS = re.compile(r"[\"'\u2019\u201d]?(?: ?[,(]| (?:is|was|are|were) )")
_QUOTED = re.compile(r", (?:the )?[\"\u201c]")
_QUOTE = re.compile(r"[,.]?[\"\u201d]")
_IN_BRACKETS = re.compile(r" ?\((?:the )?")
# "Orsk (now Brennick)"; a successor is not called so: "Ann Oake (now Queen Brenna)". "Orsk (1901) (or Brennick)".
# "Orsk (Danish: Brennick)", "Orsk ("The Hill")".
_NOW = re.compile(r" ?\((?:now|modern(?:-day)?|present-day|today)(?: the)? [\"'\u2018\u201c]?")
_CROWNED = re.compile(r" ?\((?:now|later) (?:Pope|King|Queen|Saint) ")
_OR_LAST = re.compile(r"(?: ?\([^()]{1,80})?\) ?\(or (?:the )?[\"'\u2018\u201c]?")
_IN_LANGUAGE = re.compile(r" ?\((?:[^():]{0,30}[;,] )?(?:in )?(?:[a-z]+ )?([A-Z][a-z]+): ?[\"'\u2018\u201c]?")
_TRANSLATED = re.compile(r" ?\((?:[a-z]+,? )?[\"\u2018\u201c](?:the |The )?")
_CLOSES = re.compile(r"[\"'\u2019\u201d]?[),;]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_STEM = 4  # letters that two names in two languages begin with: "Politburo" for "Political Bureau"


class Alias(NamedTuple):
    """A second name and the name it stands for, with the type of the latter; the type it was found with."""

    name: str
    found_as: str
    full: str
    label: str


def aliases(text: str, spans: Iterable[Span], lexicon: Lexicon) -> Iterator[Alias]:
    """Yield each pair of neighbouring names of which `text` says that they are one.

    Both have one type; a phrase that says it outright joins organisations and places of any. A listed name is no
    other's alias, nor has it one: lists know its other names.
    """
    named = [span for span in sorted(spans) if span.label in _TYPES]
    for first, second in pairwise(named):
        one, other = text[first.start : first.end], text[second.start : second.end]
        if second.start - first.end > _NEAR or one == other or one in lexicon.phrases or other in lexicon.phrases:
            continue
        alike = first.label == second.label or {first.label, second.label} <= _PLACES
        no_person = "PERSON" not in (first.label, second.label)
        if ((alike or no_person) and _is_said(text, first, second)) or (
            alike and _is_meant(text, first, second, lexicon)
        ):
            yield Alias(other, second.label, one, first.label)


def _is_said(text: str, first: Span, second: Span) -> bool:
    gap = text[first.end : second.start]
    if _BARE.fullmatch(gap):
        return True
    owner = _PREPOSITION.search(text[max(0, first.start - 12) : first.start])
    if _ACTIVE.match(gap) or (owner and _VERB.match(gap)):
        return False
    of_it = bool(_OF_IT.search(gap)) or (first.label == "PERSON" and gap.startswith(", known as"))
    return of_it and _SAID.fullmatch(gap) is not None


def _is_meant(text: str, first: Span, second: Span, lexicon: Lexicon) -> bool:
    """Whether marks alone say that two names of one type are one: a birth name, "or", quotation marks, a bracket."""
    gap, names = text[first.end : second.start], [words_of(text[one.start : one.end]) for one in (first, second)]
    if _CLOSES.match(text, second.end) and _is_in_brackets(text, first, second, lexicon):
        return True
    if first.label == "PERSON" and gap == " or ":
        # "Maclo or Maclovius Oake was", and no choice of two.
        return names[0][0] != names[1][0] and _begin_alike(*names) and _ENDS.match(text, second.end) is not None
    if first.label == "PERSON":
        quoted = bool(_QUOTED.fullmatch(gap) and _QUOTE.match(text, second.end))
        return quoted or _BORN.fullmatch(gap) is not None
    if _OR.fullmatch(gap):
        # "Orsk, Brennick, or Quill" is a list.
        return text[: first.start].removesuffix("the ")[-2:] != ", " and _ENDS.match(text, second.end) is not None
    closed = text[second.end : second.end + 1] == ")"
    return closed and _IN_BRACKETS.fullmatch(gap) is not None and _begin_alike(*names)


def _is_in_brackets(text: str, first: Span, second: Span, lexicon: Lexicon) -> bool:
    """Whether the gap opens a bracket that gives another name: a present one, one in another language or script."""
    gap, name = text[first.end : second.start], text[second.start : second.end]
    if (_CROWNED if first.label == "PERSON" else _NOW).fullmatch(gap):
        return True
    if _OR_LAST.fullmatch(gap) or _TRANSLATED.fullmatch(gap):
        return True
    told = _IN_LANGUAGE.fullmatch(gap)
    if told:
        return lexicon.phrases.get(told[1]) in ("NORP", "LANGUAGE")
    return _IN_BRACKETS.fullmatch(gap) is not None and _LATIN.search(name) is None


def _begin_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    return one[0][:_STEM] == other[0][:_STEM] and min(len(one[0]), len(other[0])) >= _STEM
