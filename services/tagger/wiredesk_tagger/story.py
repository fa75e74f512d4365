"""`wire_entities`: the steps that need the whole document, as the last component of a spaCy pipeline.

Importing this file registers the component. It reads the `doc.ents` of the components before it, and sets:

- `doc._.entities`: what the service finds, as `core.Found`, in order of first mention;
- `doc.ents`: the mentions, each with the entity's first id as `kb_id_` ("iso3166:RU", "geonames:524901") and its number
  in `doc._.entities` as `id_`;
- `doc.spans["wire_entities"]`: the same, those included that `doc.ents` cannot hold because they share a token;
- `span._.entity` of all these spans: their `core.Found`.

A document is the text of one article. Where a headline or captions stand in it, `doc._.fields` says so before the
pipeline runs: the field's name, as in `core.fields_of`, to where it begins and ends. Offsets of mentions lie in their
field; without fields all is "text", and they lie in the document.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from spacy.language import Language
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan
from spacy.training import Example
from spacy.util import filter_spans

from wiredesk.contracts.parts import ENTITY_TYPES
from wiredesk_tagger.core import Found, Place, as_read, find_entities
from wiredesk_tagger.entities.truecasing import Read
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.linking import native_names
from wiredesk_tagger.pipeline import reading
from wiredesk_tagger.spans import Span

NAME = "wire_entities"


class Entities:
    """The component. It has no data of its own: word lists and cities of its language come with the code."""

    labels = ENTITY_TYPES

    def __init__(self, nlp: Language, name: str) -> None:
        """Take the pipeline in which it stands under `name`."""
        self._nlp = nlp
        self._name = name
        self._language = nlp.lang
        self._lexicon = gazetteers.of(self._language)
        self._cities = native_names.of(self._language)

    def __call__(self, doc: Doc) -> Doc:
        """Set what the module's docstring lists; tokens and text stay as they are."""
        places = _places(doc)
        text = doc.text
        fields = {field: text[start:end] for field, (start, end) in places.items() if start < end}
        read = as_read(fields, self._lexicon, self._language)
        found = find_entities(
            fields,
            self._spans(doc, text, read),
            self._lexicon,
            read=read,
            cities=self._cities,
            language=self._language,
        )
        # As plain data: so it is in `doc.to_bytes`, and comes back from another process.
        doc.user_data[NAME] = [list(one) for one in found]
        mentions = [
            _span(doc, places[place.field][0], place, one, number)
            for number, one in enumerate(found)
            for place in one.mentions
        ]
        mentions.sort(key=lambda span: (span.start, span.end))
        doc.spans[NAME] = mentions
        doc.ents = tuple(filter_spans(mentions))
        return doc

    def _spans(self, doc: Doc, text: str, texts: Mapping[str, Read]) -> dict[str, list[Span]]:
        """Return the spans by field; what is not read as it stands is read again by the components before this one."""
        if list(reading.pieces(texts, self._nlp.max_length)) == [reading.Piece("text", 0, text)]:
            return {"text": reading.spans_of(doc)}
        names = self._nlp.component_names
        (spans,) = reading.read(self._nlp, [texts], without=names[names.index(self._name) :])
        return spans

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return precision, recall and F1 of `doc.ents`, as spaCy's own recogniser does for `spacy evaluate`."""
        return get_ner_prf(examples)


@Language.factory(
    NAME,
    requires=["doc.ents"],
    assigns=["doc.ents", "doc.spans", "doc._.entities", "span._.entity"]
    + [f"token.{name}" for name in ("ent_iob", "ent_type", "ent_id", "ent_kb_id")],
    retokenizes=False,
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_entities(nlp: Language, name: str) -> Entities:
    """One entity per real thing in a document: grouped, linked, named and weighed."""
    return Entities(nlp, name)


def _places(doc: Doc) -> dict[str, tuple[int, int]]:
    """Return where each field stands in the document."""
    return {field: (start, end) for field, (start, end) in (doc._.fields or {"text": (0, len(doc.text))}).items()}


def _span(doc: Doc, offset: int, place: Place, entity: Found, number: int) -> SpacySpan:
    kb_id = ":".join(entity.ids[0]) if entity.ids else ""
    start, end = offset + place.start, offset + place.end
    # A name may begin or end inside a token: then the span is the whole one, and the mention says exactly.
    made = doc.char_span(start, end, label=entity.label, kb_id=kb_id, span_id=str(number), alignment_mode="expand")
    assert made is not None
    made._.confidence = place.confidence
    return made


def _found(row: list[Any]) -> Found:
    one = Found(*row)
    return one._replace(
        mentions=tuple(Place(*place) for place in one.mentions),
        ids=tuple((scheme, number) for scheme, number in one.ids),
        geo=(one.geo[0], one.geo[1]) if one.geo else None,
    )


def _entities(doc: Doc) -> tuple[Found, ...]:
    return tuple(_found(row) for row in doc.user_data.get(NAME, ()))


def _entity(span: SpacySpan) -> Found | None:
    rows = span.doc.user_data.get(NAME, ())
    return _found(rows[int(span.id_)]) if span.id_.isdecimal() and int(span.id_) < len(rows) else None


if not Doc.has_extension("entities"):
    Doc.set_extension("entities", getter=_entities)
    Doc.set_extension("fields", default=None)
    SpacySpan.set_extension("entity", getter=_entity)
