"""What a model takes for a name though its words alone name nobody: "VAT", "Ltd.", "the Bill", "D.", "new". Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from wiredesk_tagger.entities.name_words import LEGAL_FORMS
from wiredesk_tagger.entities.type_agreement import NAMED
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import Span

_PLACES_AND_PEOPLE = frozenset({"PERSON", "GPE", "LOC", "FAC"})
_INITIAL = re.compile(r"[A-Z]\.")
# A bill of law, not Bill: "the Bill", "the government's Bill", "a Harbours Bill", "Harbours (Dues) Bill".
_OWNED = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Tt]his|[Tt]hat|[Ii]ts|[Tt]heir|[Oo]ur|new)|['\u2019]s?|\)) (?:[A-Z][\w-]* )*$"
)
_BEFORE = 60  # characters
# A story that gives so many names a capital forgets none; the model's word for one that it leaves small has to be sure.
_CAPITALS, _SURE = 3, 0.9


def without_common_words(
    texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]], lexicon: Lexicon
) -> dict[str, list[Span]]:
    """Return `spans` (by field of `texts`) without those of a model that name nobody.

    Gone are abbreviations of common words (roles, taxes, measures), legal forms alone, house numbers, a single initial,
    common words in small letters, and bills of law taken for people. A listed name stays.
    """
    capitals = sum(texts[field][one.start].isupper() for field, found in spans.items() for one in found)
    return {field: list(_names(texts[field], found, lexicon, capitals)) for field, found in spans.items()}


def _names(text: str, spans: Iterable[Span], lexicon: Lexicon, capitals: int) -> Iterable[Span]:
    for span in spans:
        surface = text[span.start : span.end]
        if span.confidence is None or span.label not in NAMED:
            yield span
        elif surface.islower() and surface.isalpha():
            forgotten = capitals < _CAPITALS or span.confidence >= _SURE or surface.capitalize() in lexicon.phrases
            if forgotten and not _is_small(surface, lexicon):
                yield span
        elif not _is_common(text, span, surface, lexicon):
            yield span


def _is_small(word: str, lexicon: Lexicon) -> bool:
    """Whether `word` is listed as one that has no capital but where it opens a sentence or stands in a title."""
    return word in lexicon.small or word in lexicon.doubtful or word.capitalize() in lexicon.ordinary


def _is_common(text: str, span: Span, surface: str, lexicon: Lexicon) -> bool:
    if surface in lexicon.phrases:
        return False
    if surface.removesuffix("s").isupper() and len(surface) > 1 and surface in lexicon.ordinary:
        return True
    if LEGAL_FORMS.issuperset(surface.split()) or _INITIAL.fullmatch(surface):
        return True
    if span.label in _PLACES_AND_PEOPLE and surface.isdigit():
        return True
    is_bill = span.label == "PERSON" and surface.rsplit(maxsplit=1)[-1] == "Bill"
    return is_bill and _OWNED.search(text, max(0, span.start - _BEFORE), span.start) is not None
