"""Which names of an article are inflected forms of which: surfaces come in; their base forms go out. Pure.

A place's base form is a country or city that is known by its name alone, or a place of the article; a person's is a
person of the article, a body's a body of the article. Where that is not certain a name stays as it stands.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from wiredesk_tagger.entities.case_endings import base_of, forms, inflects
from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.linking import native_names
from wiredesk_tagger.spans import Span

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_NAMES = _PLACES | {"PERSON", "ORG"}
# Where an ending is so short that many a surname has one: the base form has to be somebody's whom the story names in
# full. "Marin" is not of Mari.
_SHORT_ENDINGS = frozenset({"fi", "hu"})


def base_names(
    texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]], language: str | None
) -> dict[tuple[str, str], str]:
    """Return (type, surface) → base form of the names in `spans`, by field of `texts`; in English there is none."""
    if not inflects(language):
        return {}
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for field, found in spans.items():
        for span in found:
            if span.label in _NAMES:
                named[span.label][texts[field][span.start : span.end]] = None
    return {
        (label, surface): base
        for label, surfaces in named.items()
        for surface, base in (_people(surfaces, language) if label == "PERSON" else _others(label, surfaces, language))
    }


def _others(label: str, surfaces: Mapping[str, None], language: str | None) -> Iterator[tuple[str, str]]:
    places = locales.places(language) if label in _PLACES else None
    listed = places.names if places else frozenset[str]()
    for surface in surfaces:
        # What is known by itself is no form of another.
        if surface in listed:
            continue
        others = surfaces.keys() - {surface}
        base = (
            base_of(surface, language, listed.__contains__)
            or (_city(surface, language) if places else None)
            or base_of(surface, language, others.__contains__)
        )
        if base:
            yield surface, base


def _city(surface: str, language: str | None) -> str | None:
    """Return the base form of a city that is known by its name alone; two spellings of one name are one city's."""
    if native_names.is_plain(surface, language):
        return None
    found = [form for form in forms(surface, language) if native_names.is_plain(form, language)]
    named = native_names.of(language).named
    return found[0] if len({named(form)[0].geonames for form in found}) == 1 else None


def _people(surfaces: Mapping[str, None], language: str | None) -> Iterator[tuple[str, str]]:
    full = {surface for surface in surfaces if " " in surface}
    inflected = {surface: base for surface in full if (base := base_of(surface, language, _other(full, surface)))}
    yield from inflected.items()
    known = {surface.rsplit(maxsplit=1)[-1] for surface in full - inflected.keys()}
    single = surfaces.keys() - full
    for surface in single:
        others = known if language in _SHORT_ENDINGS or surface in known else known | (single - {surface})
        base = base_of(surface, language, others.__contains__)
        if base:
            yield surface, base


def _other(names: Container[str], name: str) -> Callable[[str], bool]:
    return lambda other: other != name and other in names
