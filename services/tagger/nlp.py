"""The one place that loads spaCy: articles in, their entities as plain data out.

`load()` gives the built-in pipeline `wire_rules` or any installed one; a `Tagger` reads articles with it. The pool's
processes call `start()` once, then `find()`. spaCy is imported on `load()`: the service's own process, which only
passes these functions to its pool, stays 100 MB smaller.
"""

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from services.tagger import gazetteers
from services.tagger.core import Found, find_entities
from services.tagger.spans import SAFE_RULES, Span, recase
from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from spacy.language import Language

RULES = "wire_rules"
# Part of every enriched event's id: raise it when a rule or list changes what is found.
RULES_VERSION = "1.1.0"
# What an entity recogniser never reads; leaving them out saves half the time and memory of a full pipeline.
_NEEDLESS = (
    "tagger",
    "morphologizer",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "trainable_lemmatizer",
    "textcat",
)
# Texts are read in pieces of at most this many code points; spaCy's own limit is 1,000,000.
_PIECE = 100_000
# No word of a story is longer; spaCy's tokenizer takes quadratic time over such runs, and cannot hash a lone surrogate.
_UNREADABLE = re.compile(r"[\ud800-\udfff]+|\S{1000,}")
_PARAGRAPH = re.compile(r"\n\s*|(?<=[.!?])\s+")


class MadeBy(NamedTuple):
    """What stands in every event the pipeline made."""

    pipeline: str
    version: str


class Article(NamedTuple):
    """What is tagged, as plain data: only these fields can ever name an entity."""

    headline: str
    text: str
    language: str | None = None


class Tagger:
    """A loaded pipeline. Not thread-safe; one per process."""

    def __init__(self, nlp: "Language") -> None:
        self._nlp = nlp
        self._lexicon = gazetteers.read()
        name = str(nlp.meta["name"])
        self.made_by = MadeBy(name if name == RULES else f"{nlp.lang}_{name}", str(nlp.meta["version"]))

    def find(self, articles: Sequence[Article]) -> list[tuple[Found, ...]]:
        """Return the entities of each article, in order.

        An article whose `language` is not the pipeline's gets only what holds in any language: listed names, dates
        and amounts of the rules, and nothing at all from a model of another language.
        """
        pieces = [(owner, *piece) for owner, article in enumerate(articles) for piece in self._pieces(article)]
        found: list[dict[str, list[Span]]] = [{"headline": [], "text": []} for _ in articles]
        # Strings that a piece adds to spaCy's vocabulary are freed at the end of the block; nothing of it may leave.
        with self._nlp.memory_zone():
            docs = self._nlp.pipe((text for *_, text in pieces), batch_size=16)
            for doc, (owner, field, offset, _) in zip(docs, pieces, strict=True):
                found[owner][field] += [
                    Span(offset + ent.start_char, offset + ent.end_char, ent.label_, ent.id_ or "model")
                    for ent in doc.ents
                ]
        return [
            find_entities(
                {"headline": article.headline, "text": article.text}, self._in_language(article, spans), self._lexicon
            )
            for article, spans in zip(articles, found, strict=True)
        ]

    def _pieces(self, article: Article) -> Iterator[tuple[str, int, str]]:
        """Yield (field, offset, text) with every code point in its place, cut at paragraph ends."""
        yield "headline", 0, _readable(recase(article.headline))
        text = _readable(article.text)
        limit = min(_PIECE, self._nlp.max_length)
        start = 0
        while start < len(text):
            end = min(start + limit, len(text))
            if end < len(text):
                cuts = [cut.end() for cut in _PARAGRAPH.finditer(text, start + limit // 2, end)]
                end = cuts[-1] if cuts else (text.rfind(" ", start, end) + 1 or end)
            yield "text", start, text[start:end]
            start = end

    def _in_language(self, article: Article, spans: dict[str, list[Span]]) -> dict[str, list[Span]]:
        if article.language in (None, self._nlp.lang):
            return spans
        return {field: [span for span in found if span.rule in SAFE_RULES] for field, found in spans.items()}


def _readable(text: str) -> str:
    return _UNREADABLE.sub(lambda match: " " * len(match[0]), text)


def _rules() -> "Language":
    import spacy  # noqa: PLC0415 - see the module's docstring

    from services.tagger import components  # noqa: PLC0415 - imports spaCy

    nlp = spacy.blank("en")
    nlp.meta["name"] = RULES
    nlp.meta["version"] = RULES_VERSION
    for component in components.ORDER:
        nlp.add_pipe(component)
    return nlp


def load(pipeline: str | None = None) -> Tagger:
    """Load `pipeline` (None or `wire_rules`: the built-in one; else an installed spaCy pipeline or a path).

    Raises:
        ConfigurationError: it is not there or does not load; the message says how to install it.
    """
    if pipeline in (None, "", RULES):
        return Tagger(_rules())
    import spacy  # noqa: PLC0415 - see the module's docstring

    try:
        nlp = spacy.load(pipeline, exclude=_NEEDLESS)
    except (OSError, ImportError, ValueError, KeyError) as error:
        raise ConfigurationError(_advice(pipeline, error)) from None
    return Tagger(nlp)


def _advice(pipeline: str, error: Exception) -> str:
    reason = str(error).partition("\n")[0]
    return (
        f"spaCy pipeline {pipeline!r} does not load: {reason}\n"
        f"Install it (`python -m spacy download {pipeline}`, or `pip install` of its wheel), give the path of a folder "
        f"with a config.cfg, or unset WIREDESK_TAGGER__PIPELINE to use {RULES}."
    )


_loaded: Tagger | ConfigurationError = ConfigurationError("start() has not run in this process")


def start(pipeline: str | None) -> None:
    """Load the pipeline in a pool's process. Does not raise: a failing initializer would be restarted for ever."""
    global _loaded  # noqa: PLW0603 - a process of the pool has one pipeline
    # One thread a process: the pool is what uses the cores. Numeric libraries read it when they are imported.
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        _loaded = load(pipeline)
    except ConfigurationError as error:
        _loaded = error


def _tagger() -> Tagger:
    if isinstance(_loaded, ConfigurationError):
        raise _loaded
    return _loaded


def describe() -> MadeBy | str:
    """Return what this process's pipeline is, or why it has none."""
    return str(_loaded) if isinstance(_loaded, ConfigurationError) else _loaded.made_by


def find(articles: Sequence[Article]) -> list[tuple[Found, ...]]:
    """`Tagger.find` with the pipeline that `start` loaded."""
    return _tagger().find(articles)
