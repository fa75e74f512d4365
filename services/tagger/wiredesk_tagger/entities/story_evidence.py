"""What the rest of a story says about a name that no list holds: a common word, a company, a storm. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from wiredesk_tagger.entities.name_words import LEGAL_FORMS, SHIP
from wiredesk_tagger.entities.type_agreement import is_before_state
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.linking.cities import NO_CITIES, Cities
from wiredesk_tagger.spans import THING, Span

_GUESSED = frozenset({"PERSON", "GPE", "LOC"})
_PLACES = frozenset({"GPE", "LOC"})
_SMALL = re.compile(r"\b[a-z]\w*")
_ENDS = ".!?:\u2026"
_BETWEEN = " \t\n\r\u00a0'\"\u2018\u2019\u201c\u201d()"
_BEFORE = 12  # characters; what may stand between the end of a sentence and the next is shorter
# "MetService", "PayBridge": a capital inside a word of small letters, which no town has but "McAllen" and its like.
_CAMEL = re.compile(r"(?!Ma?c[A-Z])[A-Z][a-z]+[A-Z][a-z]+")
_SHIP_BEFORE = re.compile(rf"\b{SHIP.pattern}$")
_STORM = re.compile(r"\b(?:[Cc]yclone|[Hh]urricane|[Tt]yphoon|[Ss]torm) ([A-Z]\w+)")
# What these end is a body, not the place it is called after; towns end with "Mills" and "College".
_BODIES = frozenset(
    {"Court", "Tribunal", "Ministry", "Department", "Agency", "Council", "Committee", "Commission", "Bureau", "Board"}
    | {"Association", "Federation", "Foundation", "Parliament", "Senate", "Congress", "Army", "Navy", "Police"}
    | {"University", "Inc", "Inc.", "Corp", "Corp.", "Ltd", "Ltd."}
)
# "the tanker Brennick", "Brennick tanks": a vessel, a vehicle, a weapon.
_VESSEL_BEFORE = re.compile(
    r"\b(?:[Tt]anker|[Ff]reighter|[Ff]erry|[Ff]rigate|[Dd]estroyer|[Ss]ubmarine|[Cc]orvette|[Tt]rawler|[Yy]acht"
    r"|(?:[Cc]argo|[Cc]ruise|[Cc]ontainer|[Ff]ishing|[Rr]escue) (?:ship|vessel|boat)|[Ww]arship|[Aa]ircraft carrier"
    r"|[Bb]ulk carrier|[Mm]otor vessel) [\"'\u2018\u201c]?$"
)
_WEAPON_AFTER = re.compile(
    r"[\"'\u2019\u201d]? (?:\d+ )?(?:main battle |ballistic |cruise |attack |fighter )?"
    r"(?:tanks?|missiles?|jets?|drones?|rifles?|rockets?|helicopters?|howitzers?)\b"
)
_SHOWN = 24  # characters; what says that it is a vessel is shorter
# "Musée", "Palais" begin the names of buildings as "Museum" ends them; French, Italian, Spanish, Portuguese.
_BUILDINGS = frozenset(
    {"Musée", "Museo", "Museu", "Palais", "Palazzo", "Palacio", "Théâtre", "Teatro", "Stade", "Estadio", "Estádio"}
)


def agreed(
    texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]], lexicon: Lexicon, cities: Cities = NO_CITIES
) -> dict[str, list[Span]]:
    """Return `spans` (by field of `texts`), corrected where the story itself shows what an unlisted name is.

    A single word that only ever opens a sentence, and that the story also writes small, names nobody. An unlisted place
    or person that is the first word of the story's own organisation is that organisation, a city too where the
    organisation is its name and a legal form ("Westfield Group"), but not before a state ("Westfield, Ohio"); a place
    with a capital inside is a brand. What a storm is called is no place, nor is what ends with "Court" or "Council". A
    ship, told by its prefix ("HMS Brennick") or by the words beside it, is a product, as OntoNotes has vehicles. "Musée
    …" is a building.
    """
    named = _named(texts, spans)
    common = _common(texts, named, lexicon)
    organisations = [surface.split() for surface, found in named.items() if " " in surface and _is(found, "ORG")]
    heads = {words[0] for words in organisations}
    companies = {words[0] for words in organisations if len(words) == 2 and words[1] in LEGAL_FORMS}
    full = (surface for surface, found in named.items() if " " in surface and _is(found, "PERSON"))
    people = {word.casefold() for surface in full for word in surface.split()}
    storms = {name for text in texts.values() for name in _STORM.findall(text)}
    changed: dict[str, str] = {}
    for surface, found in named.items():
        if (
            surface in heads
            and surface.casefold() not in people
            and _is(found, "PERSON")
            and not _is_a_name(surface, lexicon)
        ):
            changed[surface] = "ORG"
        if surface in companies and surface not in lexicon.phrases:
            changed[surface] = "ORG"
        if SHIP.match(surface) and _GUESSED & {span.label for _, span in found}:
            changed |= dict.fromkeys((surface, SHIP.sub("", surface)), THING)
            continue
        if not _PLACES & {span.label for _, span in found} or surface in lexicon.phrases or cities.named(surface):
            continue
        if surface.split()[0] in _BUILDINGS:
            changed[surface] = "FAC"
        elif any(_is_vessel(texts[field], span) for field, span in found):
            changed[surface] = THING
        elif surface in heads or _ends_as_body(surface) or _CAMEL.fullmatch(surface):
            changed[surface] = "ORG"
        elif surface in storms:
            changed[surface] = "EVENT"
    return {field: list(_corrected(texts[field], spans[field], common, changed, lexicon)) for field in texts}


def _corrected(
    text: str, spans: Iterable[Span], common: frozenset[str], changed: Mapping[str, str], lexicon: Lexicon
) -> Iterable[Span]:
    for span in spans:
        surface = text[span.start : span.end]
        if span.label in _GUESSED and surface in common:
            continue
        if is_before_state(text, span, lexicon):
            yield span
            continue
        prefix = _SHIP_BEFORE.search(text, max(0, span.start - _SHOWN), span.start) if span.label in _GUESSED else None
        if prefix:
            # A ship may be called after a place that the story names as well: "HMS Orsk" in Orsk.
            yield span._replace(start=prefix.start(), label=THING)
        else:
            yield span._replace(label=changed[surface]) if span.label in _GUESSED and surface in changed else span


def _named(texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]]) -> dict[str, list[tuple[str, Span]]]:
    named: dict[str, list[tuple[str, Span]]] = {}
    for field, text in texts.items():
        for span in spans[field]:
            named.setdefault(text[span.start : span.end], []).append((field, span))
    return named


def _common(
    texts: Mapping[str, str], named: Mapping[str, Sequence[tuple[str, Span]]], lexicon: Lexicon
) -> frozenset[str]:
    found = {
        surface
        for surface, places in named.items()
        if surface.isalpha()
        and surface not in lexicon.phrases
        and surface not in lexicon.given_names
        and all(span.label in _GUESSED and _opens(texts[field], span.start) for field, span in places)
    }
    small = {word for text in texts.values() for word in _SMALL.findall(text)} if found else set()
    return frozenset(surface for surface in found if surface.lower() in small)


def _opens(text: str, at: int) -> bool:
    """Whether a sentence or line begins at `at`, or what is quoted or told after a colon."""
    before = text[max(0, at - _BEFORE) : at].rstrip(_BETWEEN)
    return not before or before[-1] in _ENDS or any(char in "\n\r" for char in text[max(0, at - 2) : at])


def _ends_as_body(surface: str) -> bool:
    first, _, last = surface.rpartition(" ")
    return bool(first) and last in _BODIES


def _is_vessel(text: str, span: Span) -> bool:
    before = _VESSEL_BEFORE.search(text, max(0, span.start - _SHOWN), span.start)
    return before is not None or _WEAPON_AFTER.match(text, span.end) is not None


def _is_a_name(surface: str, lexicon: Lexicon) -> bool:
    return surface in lexicon.given_names or surface in lexicon.family_first or surface in lexicon.phrases


def _is(found: Sequence[tuple[str, Span]], label: str) -> bool:
    return any(span.label == label for _, span in found)
