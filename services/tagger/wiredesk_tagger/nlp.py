"""The one place that reads articles with spaCy: articles in, their entities as plain data out.

`load()` gives a `Tagger` with the built-in pipeline for English, or with any installed ones for the languages of one's
choice. A process of the pool calls `start()` once, then `tag()`.
"""

import os
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wiredesk.contracts.errors import ConfigurationError
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched
from wiredesk_tagger.core import Found, as_read, enrich, fields_of, find_entities, in_language
from wiredesk_tagger.entities.truecasing import Read
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.linking import cities, native_names
from wiredesk_tagger.linking.knowledge import Knowledge
from wiredesk_tagger.linking.knowledge_file import KnowledgeFile
from wiredesk_tagger.pipeline import languages, reading
from wiredesk_tagger.spans import Span

if TYPE_CHECKING:
    from spacy.language import Language

# After so many code points, about 170,000 words of news, spaCy's tables are made anew: by then they have doubled once.
# It takes 25 milliseconds, those words 40 seconds.
_RENEW = 1_000_000
_WORD = re.compile(r"[^\W\d_]+")
# Of the words of English news 40 to 50 % are on spaCy's list of its most frequent ones; of German or Dutch ones 10 %.
_SAMPLE = 500
_FREQUENT = 0.25


class MadeBy(NamedTuple):
    """What stands in every event about how it was tagged. `language` is None where no pipeline knows the article's."""

    pipeline: str
    version: str
    language: str | None = None

    def knowing(self, knowledge: Knowledge) -> "MadeBy":
        """Return this with the version of the user's file: other links make another event."""
        joint = "." if "+" in self.version else "+"
        return self._replace(version=f"{self.version}{joint}{knowledge.version}") if knowledge.version else self


class Article(NamedTuple):
    """What is tagged, as plain data: only these fields can ever name an entity. Names as in the contract."""

    headline: str
    text: str
    language: str | None = None
    """primary BCP 47 tag; None: not known"""
    alternative_headline: str | None = None
    captions: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """The texts by the names that mentions give them."""
        return fields_of(self)


def article_of(cleaned: ArticleCleaned) -> Article:
    """Return what of the event is tagged."""
    return Article(cleaned.headline, cleaned.text, cleaned.in_language, cleaned.alternative_headline, cleaned.captions)


class Tagged(NamedTuple):
    """The entities of one article, and what found them."""

    entities: tuple[Found, ...]
    made_by: MadeBy

    def enriched(self, cleaned: ArticleCleaned) -> ArticleEnriched:
        """Return the event of the article that was tagged; it checks every offset itself."""
        return enrich(cleaned, self.entities, **self.made_by._asdict())


class Pipeline:
    """A loaded spaCy pipeline as a finder of spans. `language` is None for the one that reads any."""

    def __init__(self, nlp: "Language", language: str | None) -> None:
        self.nlp = nlp
        name = str(nlp.meta["name"])
        self.is_built_in = name in languages.BUILT_IN
        self.made_by = MadeBy(name if self.is_built_in else f"{nlp.lang}_{name}", str(nlp.meta["version"]), language)
        self._read = 0

    def spans(self, stories: Sequence[Mapping[str, Read]]) -> list[dict[str, list[Span]]]:
        """Return the spans in each field of each story, as `core.as_read` gives them; offsets in the field."""
        self._read += sum(len(own.text) for fields in stories for own in fields.values())
        if self._read > _RENEW and self.is_built_in:
            self._renew()
        # Strings that a piece adds to spaCy's vocabulary are freed at the end of the block; nothing of it may leave.
        with self.nlp.memory_zone():
            return reading.read(self.nlp, stories)

    def _renew(self) -> None:
        """Make spaCy's tables of strings and words anew; only between memory zones, while no Doc is read.

        A zone frees its words, and leaves their places in the hash tables marked as deleted. A table that such places
        fill doubles and never shrinks, so each word ever seen would take 16 bytes of either table for good. What other
        pipelines than the built-in ones keep with their words would be lost.
        """
        vocab, skipped = self.nlp.vocab, ["vectors", "lookups"]
        getters = dict(vocab.lex_attr_getters)  # type: ignore[attr-defined]
        vocab.from_bytes(vocab.to_bytes(exclude=skipped), exclude=skipped)
        # Where spaCy's lookups are installed it has wrapped its reader of norms once more.
        vocab.lex_attr_getters = getters  # type: ignore[attr-defined]
        self._read = 0


class Tagger:
    """Reads each article with the pipeline of its language. Not thread-safe; one per process."""

    def __init__(self, loaded: Mapping[str, "Language"], knowledge: KnowledgeFile | None = None) -> None:
        """Take the pipeline of each language, English among them, and what the user knows about names."""
        self._by_language = {language: Pipeline(nlp, language) for language, nlp in loaded.items()}
        self._knowledge = knowledge
        self.made_by = self._by_language[languages.ENGLISH].made_by

    def tag(self, articles: Sequence[Article]) -> list[Tagged]:
        """Return the entities of each article and what found them, in order.

        An article in a language that no pipeline knows gets only what needs none: listed names, dates and amounts, in
        the forms of its language where that is one of `lexicon.locales`.
        Where the article's language is not known, it is the one whose most frequent words make up a quarter of it.
        """
        known = self._knowledge.current() if self._knowledge else Knowledge()
        stories = [article.fields for article in articles]
        chosen = [self._pipeline(article) for article in articles]
        results: list[Tagged | None] = [None] * len(articles)
        for pipeline in dict.fromkeys(chosen):
            mine = [at for at, one in enumerate(chosen) if one is pipeline]
            spoken = [articles[at].language or pipeline.made_by.language for at in mine]
            texts = [
                as_read(stories[at], gazetteers.of(language), language)
                for at, language in zip(mine, spoken, strict=True)
            ]
            for at, language, read, spans in zip(mine, spoken, texts, pipeline.spans(texts), strict=True):
                # A pipeline from elsewhere says itself what is a date or a place.
                found = in_language(spans, read, language) if pipeline.is_built_in else spans
                entities = find_entities(
                    stories[at],
                    found,
                    gazetteers.of(language),
                    read=read,
                    cities=native_names.of(language),
                    knowledge=known,
                    language=language,
                )
                results[at] = Tagged(entities, pipeline.made_by.knowing(known))
        return [result for result in results if result is not None]

    def find(self, articles: Sequence[Article]) -> list[tuple[Found, ...]]:
        """Return the entities alone of each article, in order."""
        return [one.entities for one in self.tag(articles)]

    @cached_property
    def _any(self) -> Pipeline:
        # Where all articles are in known languages it would only cost time and memory.
        return Pipeline(languages.listed(), None)

    def _pipeline(self, article: Article) -> Pipeline:
        language = article.language or self._guess(f"{article.text} {article.headline}")
        return self._by_language.get(language or "") or self._any

    def _guess(self, text: str) -> str | None:
        words = [match[0].lower() for match, _ in zip(_WORD.finditer(text), range(_SAMPLE), strict=False)]
        shares = {
            language: sum(word in one.nlp.Defaults.stop_words for word in words) / max(1, len(words))
            for language, one in self._by_language.items()
        }
        best = max(shares, key=lambda language: shares[language])
        return best if shares[best] >= _FREQUENT else None


def load(named: Mapping[str, str] | None = None, knowledge: Path | None = None) -> Tagger:
    """Load the pipelines and the knowledge file.

    Args:
        named: language to an installed spaCy pipeline, a path or a built-in one.
        knowledge: JSON lines of names and their ids; read again when it changes.

    Raises:
        ConfigurationError: one is not there or does not load; the message says what to do.
    """
    # First, so that the pipelines fill the memory that parsing them leaves free: 33 MB.
    cities.read()
    return Tagger(languages.load_all(named or {}), KnowledgeFile(knowledge) if knowledge else None)


_loaded: Tagger | ConfigurationError = ConfigurationError("start() has not run in this process")


def start(named: Mapping[str, str] | None, knowledge: Path | None = None) -> None:
    """`load` in a pool's process. Does not raise: a failing initializer would be restarted for ever."""
    global _loaded  # noqa: PLW0603 - a process of the pool has one tagger
    # One thread a process: the pool is what uses the cores. Numeric libraries read it when they are imported.
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        _loaded = load(named, knowledge)
    except ConfigurationError as error:
        _loaded = error


def _tagger() -> Tagger:
    if isinstance(_loaded, ConfigurationError):
        raise _loaded
    return _loaded


def describe() -> MadeBy | str:
    """Return what reads English in this process, or why nothing does."""
    return str(_loaded) if isinstance(_loaded, ConfigurationError) else _loaded.made_by


def tag(articles: Sequence[Article]) -> list[Tagged]:
    """`Tagger.tag` with the pipelines that `start` loaded."""
    return _tagger().tag(articles)
