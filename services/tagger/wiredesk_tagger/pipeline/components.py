"""The spaCy components that hold rules and lists; importing this file registers them. The model's is in `ner`.

Each adds its spans to `doc.spans["wire"]` (`span.id_` is the rule); `wire_resolve` turns them into `doc.ents`. A span
that the model found has its probability in `span._.confidence`, any other None.
"""

from collections.abc import Iterable

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan

from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.pipeline import name_rules
from wiredesk_tagger.pipeline.reading import TEXT
from wiredesk_tagger.spans import Span, resolve
from wiredesk_tagger.values import continental, grammar

_KEY = "wire"
# What each component that finds names says of itself; the text is all that it reads.
_SPANS = ["doc.spans"]

if not SpacySpan.has_extension("confidence"):
    SpacySpan.set_extension("confidence", default=None)


def text_of(doc: Doc) -> str:
    """Return `doc.text`."""
    return doc.user_data.get(TEXT) or doc.text


def add(doc: Doc, spans: Iterable[Span]) -> Doc:
    """Add `spans` to those of the other components."""
    group = list(doc.spans[_KEY]) if _KEY in doc.spans else []
    for span in spans:
        # A span that does not fall on token edges is no whole word: better missing than cut.
        made = doc.char_span(span.start, span.end, label=span.label, span_id=span.rule)
        if made is not None:
            if span.confidence is not None:
                made._.confidence = span.confidence
            group.append(made)
    doc.spans[_KEY] = group
    return doc


class Gazetteer:
    """Exact phrases of the lexicon, by token, case kept."""

    def __init__(self, nlp: Language) -> None:
        self._matcher = PhraseMatcher(nlp.vocab)
        by_label: dict[str, list[Doc]] = {}
        for phrase, label in gazetteers.read().phrases.items():
            by_label.setdefault(label, []).append(nlp.make_doc(phrase))
        self.labels = tuple(sorted(by_label))
        for label, docs in by_label.items():
            self._matcher.add(label, docs)

    def __call__(self, doc: Doc) -> Doc:
        matches: list[SpacySpan] = self._matcher(doc, as_spans=True)
        return add(doc, (Span(m.start_char, m.end_char, m.label_, "gazetteer") for m in matches))


@Language.factory("wire_gazetteer", assigns=_SPANS, retokenizes=False)
def make_gazetteer(nlp: Language, name: str) -> Gazetteer:  # noqa: ARG001 - spaCy passes the component's name
    """Listed countries, peoples, places, organisations, events and languages."""
    return Gazetteer(nlp)


@Language.component("wire_grammar", assigns=_SPANS, retokenizes=False)
def wire_grammar(doc: Doc) -> Doc:
    """Dates, times, money, per cent and ordinals."""
    return add(doc, (*grammar.find(text_of(doc)), *continental.find(text_of(doc))))


@Language.component("wire_names", assigns=_SPANS, retokenizes=False)
def wire_names(doc: Doc) -> Doc:
    """Names by form and context."""
    return add(doc, name_rules.find(text_of(doc), gazetteers.read()))


@Language.component("wire_definitions", assigns=_SPANS, retokenizes=False)
def wire_definitions(doc: Doc) -> Doc:
    """Long names that give their own initials, for a pipeline whose model finds the others."""
    return add(doc, name_rules.definitions(text_of(doc), gazetteers.read()))


@Language.component(
    "wire_resolve",
    requires=_SPANS,
    assigns=["doc.ents", "token.ent_iob", "token.ent_type", "token.ent_id"],
    retokenizes=False,
)
def wire_resolve(doc: Doc) -> Doc:
    """Set `doc.ents` from all spans, without overlaps."""
    by_place = {(s.start_char, s.end_char, s.label_, s.id_): s for s in doc.spans[_KEY]}
    doc.ents = tuple(by_place[span[:4]] for span in resolve(Span(*place) for place in by_place))
    return doc
