"""The spaCy components of the pipeline `wire_rules`; importing this file registers them.

Each adds its spans to `doc.spans["wire"]` (`span.id_` is the rule); `wire_resolve` turns them into `doc.ents`.
"""

from collections.abc import Iterable

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan

from services.tagger import gazetteers, grammar, names
from services.tagger.spans import Span, resolve

_KEY = "wire"
ORDER = ("wire_gazetteer", "wire_grammar", "wire_names", "wire_resolve")


def _add(doc: Doc, spans: Iterable[Span]) -> Doc:
    group = list(doc.spans[_KEY]) if _KEY in doc.spans else []
    for span in spans:
        # A span that does not fall on token edges is no whole word: better missing than cut.
        made = doc.char_span(span.start, span.end, label=span.label, span_id=span.rule)
        if made is not None:
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
        for label, docs in by_label.items():
            self._matcher.add(label, docs)

    def __call__(self, doc: Doc) -> Doc:
        matches: list[SpacySpan] = self._matcher(doc, as_spans=True)
        return _add(doc, (Span(m.start_char, m.end_char, m.label_, "gazetteer") for m in matches))


@Language.factory("wire_gazetteer")
def make_gazetteer(nlp: Language, name: str) -> Gazetteer:  # noqa: ARG001 - spaCy passes the component's name
    """Listed countries, peoples, places, organisations, events and languages."""
    return Gazetteer(nlp)


@Language.component("wire_grammar")
def wire_grammar(doc: Doc) -> Doc:
    """Dates, times, money, per cent and ordinals."""
    return _add(doc, grammar.find(doc.text))


@Language.component("wire_names")
def wire_names(doc: Doc) -> Doc:
    """Names by form and context."""
    return _add(doc, names.find(doc.text, gazetteers.read()))


@Language.component("wire_resolve", retokenizes=False)
def wire_resolve(doc: Doc) -> Doc:
    """Set `doc.ents` from all spans, without overlaps."""
    spans = resolve(Span(s.start_char, s.end_char, s.label_, s.id_) for s in doc.spans[_KEY])
    made = (doc.char_span(s.start, s.end, label=s.label, span_id=s.rule) for s in spans)
    doc.ents = tuple(span for span in made if span is not None)
    return doc
