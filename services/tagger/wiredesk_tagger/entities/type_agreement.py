"""What the spans of one article owe each other and the lists: one string, one type. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from wiredesk_tagger.entities.name_words import words_of
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import THING, Span

# PRODUCT and WORK_OF_ART are those of pipelines from elsewhere.
NAMED = frozenset(
    {"PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE", THING}
)
_INSTRUMENTS = frozenset({"Act", "Treaty", "Accord", "Accords", "Convention", "Protocol", "Amendment", "Constitution"})
# "Treaty of Rome", "Convention on Certain Conventional Weapons", "Constitution of India".
_BEFORE_OF = _INSTRUMENTS | {"Acts", "Treaties", "Conventions", "Declaration", "Agreement"}
# What the model leaves out of a long name: "Convention on Certain Conventional" + " Weapons".
_GOES_ON = re.compile(r"(?:(?: (?:of|on|and|the|for|against))* [A-Z][\w-]*)+")
_MAY_BE_LAW = frozenset({"ORG", "WORK_OF_ART", "PRODUCT", THING})
# A full stop may end the title: "Sen. Oake".
_WORD_BEFORE = re.compile(r"([\w.-]+)[ \u00a0]$")
# "Brennick, Virginia": a place, whatever else the article calls Brennick.
_STATE_AFTER = re.compile(r", ([A-Z][\w.]*(?: [A-Z][\w.]*)*?)(?=[,.;)\s]|$)")
_TITLE = 20  # characters; no title is longer
_LISTED = 1.0  # the weight of a rule's or list's word, against the model's confidence


def known(text: str, span: Span, lexicon: Lexicon) -> Span:
    """Return `span` with the type that its words alone decide: a country, a people, an act or treaty."""
    surface = text[span.start : span.end]
    label = lexicon.phrases.get(surface)
    # A person may be called Jordan or Chad; nothing else that is called so is no country.
    if label in ("GPE", "NORP") and span.label in NAMED - {"PERSON"} and lexicon.code(label, surface):
        return span._replace(label=label)
    if (span.label == "LAW" or span.label in _MAY_BE_LAW) and _is_instrument(surface.split()):
        rest = _GOES_ON.match(text, span.end) if surface.split()[0] in _BEFORE_OF else None
        return span._replace(label="LAW", end=rest.end() if rest else span.end)
    return span


def _is_instrument(words: list[str]) -> bool:
    # The "National Convention" of a party is a meeting.
    if len(words) < 2 or words[-2] == "National":
        return False
    return words[-1] in _INSTRUMENTS or (words[0] in _BEFORE_OF and words[1] in ("of", "on", "for", "against"))


def one_label(texts: Mapping[str, str], spans: Mapping[str, Iterable[Span]], lexicon: Lexicon) -> dict[str, list[Span]]:
    """Return `spans` (by field of `texts`) with one type for one name however it is spelt: that of most mentions.

    Each mention counts with its confidence, one that a rule or list found with 1, and a title before an unlisted name
    ("Justice Oake") for a person with 1 more. Of equals the first found wins. A place before its state ("Oake, Ohio"),
    numbers and dates keep their types.
    """
    weights: dict[object, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    spelt: dict[str, object] = {}
    for field, found in spans.items():
        for span in found:
            if span.label in NAMED and not is_before_state(texts[field], span, lexicon):
                surface = texts[field][span.start : span.end]
                name = spelt.setdefault(surface, _spelling(surface))
                weights[name][span.label] += _LISTED if span.confidence is None else span.confidence
                if _is_titled(texts[field], span, lexicon):
                    weights[name]["PERSON"] += _LISTED
    best = {surface: max(weights[name], key=weights[name].__getitem__) for surface, name in spelt.items()}

    def agreed(text: str, span: Span) -> Span:
        if span.label not in NAMED or is_before_state(text, span, lexicon):
            return span
        return span._replace(label=best[text[span.start : span.end]])

    return {field: [agreed(texts[field], span) for span in found] for field, found in spans.items()}


def is_before_state(text: str, span: Span, lexicon: Lexicon) -> bool:
    """Whether a comma and a listed state or country follow what was found to be a place."""
    state = _STATE_AFTER.match(text, span.end) if span.label in ("GPE", "LOC") else None
    return state is not None and "GPE" in {lexicon.phrases.get(state[1]), lexicon.phrases.get(state[1].rstrip("."))}


def _spelling(surface: str) -> object:
    # The Hague is no Mr Hague, and WHO not "who".
    return words_of(surface), surface.isupper(), surface.startswith("The ")


def _is_titled(text: str, span: Span, lexicon: Lexicon) -> bool:
    """Whether a personal title stands before what may be a person's name: not before "Norton Bridge" or "Turkey"."""
    before = _WORD_BEFORE.search(text, max(0, span.start - _TITLE), span.start)
    if before is None or before[1] not in lexicon.titles:
        return False
    surface = text[span.start : span.end]
    return surface not in lexicon.phrases and " of " not in surface and surface.split()[-1] not in lexicon.heads
