"""Names that a model cut in the wrong place: in a hyphenated surname, before a legal form, behind letters. Pure."""

import re
from collections.abc import Container, Mapping, Sequence
from itertools import pairwise

from wiredesk_tagger.entities.name_words import LEGAL_FORMS
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import Span

_TAIL = re.compile(r"(?:[-\u2010\u2011][A-Z][\w\u2019]+)+")
_PART = re.compile(r"[^\u2010\u2011-]+")
# What stands behind a person's name for an office, an order or a degree.
_LETTERS = re.compile(r"(?:,? (?:MP|MSP|MEP|MLA|TD|KC|QC|SC|OBE|MBE|CBE|KBE|PhD|MD))+$")
_LEGAL_FORM = re.compile(r", (?:Inc\.|Ltd\.?|LLC|L\.L\.C\.|S\.A\.|S\.p\.A\.|N\.V\.|PLC|plc|GmbH|AG)(?![\w-]|\.\w)")
# What a building is of or a body for belongs to its name: by type what may stand between, and the types behind it.
_GOES_ON = {
    "FAC": (frozenset((" of ", " of the ")), frozenset(("GPE", "LOC", "ORG"))),
    "ORG": (frozenset((" of ", " for the ")), frozenset(("ORG",))),
}


def mended(text: str, spans: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """Return `spans` with the whole of each name; what a longer one now covers stays beside it.

    - a person's surname goes on behind its hyphen ("Ann Oake" + "-Brennick"), unless what follows is the name of
      somebody else: "Ann Oake-Tom Quill talks";
    - letters behind a person's name are no part of it: "Ann Oake MP";
    - a body's legal form is part of its name: "Larkspur" + ", S.A.";
    - so is what a museum is of or a front for: "Quarry Museum" + " of " + "Brennick".
    """
    full = [span for span in spans if span.label == "PERSON" and " " in text[span.start : span.end]]
    surnames = {text[span.start : span.end].rsplit(maxsplit=1)[-1] for span in full}
    ends = {span.start: span.end for span in full}
    whole = [_mended(text, span, surnames, ends) for span in spans]
    in_order = sorted(whole, key=lambda span: span.start)
    joined = (one._replace(end=other.end) for one, other in pairwise(in_order) if _goes_on(text, one, other, lexicon))
    return [*whole, *joined]


def _goes_on(text: str, one: Span, other: Span, lexicon: Lexicon) -> bool:
    gaps, types = _GOES_ON.get(one.label, (frozenset(), frozenset()))
    last = text[one.start : one.end].rsplit(maxsplit=1)[-1]
    is_head = last not in LEGAL_FORMS and (last in lexicon.heads or last in lexicon.heads_of)
    return is_head and other.label in types and text[one.end : other.start] in gaps


def _mended(text: str, span: Span, surnames: Container[str], ends: Mapping[int, int]) -> Span:
    """Return `span` with its edges where they belong; `ends` has the end of each full name by its start."""
    if span.label == "ORG":
        form = _LEGAL_FORM.match(text, span.end)
        return span._replace(end=form.end()) if form else span
    name = text[span.start : span.end]
    if span.label != "PERSON" or " " not in name:
        return span
    letters = _LETTERS.search(name)
    if letters:
        return span._replace(end=span.start + letters.start())
    tail = _TAIL.match(text, span.end)
    if tail is None:
        return span
    parts = list(_PART.finditer(tail[0]))
    # "Ann Oake-Quill" where Tom Quill is in the story, "Ann Oake-Tom Quill": the tail is the name of another.
    other = any(part[0] in surnames or ends.get(tail.start() + part.start(), 0) > tail.end() for part in parts)
    return span if other else span._replace(end=tail.end())
