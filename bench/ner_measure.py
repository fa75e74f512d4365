"""How the tagger is measured: F1, headlines, speed, memory. Functions return numbers and print none."""

import copy
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Protocol

import psutil
import spacy

from bench.ner_sets import Headline, Text
from wiredesk_tagger import nlp
from wiredesk_tagger.training.score import Span, Tally, add, main, recase, score

_BATCH = 64
_ENGLISH = "en"
_SEED = 6
_CHUNK = 16


class Finder(Protocol):
    """A tagger under measure."""

    name: str

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the names in each text, everything on."""
        ...

    def headlines(self, pairs: Sequence[tuple[str, str]]) -> list[list[Span]]:
        """Return the names in the headline of each (headline, body); offsets in the headline."""
        ...


class Ours:
    """The built-in pipelines with all document steps, or another one of English that `nlp.load` knows."""

    def __init__(self, pipeline: str | None = None) -> None:
        self.tagger = nlp.load({_ENGLISH: pipeline} if pipeline else None)
        self.name = self.tagger.made_by.pipeline
        self.version = self.tagger.made_by.version
        self.language = _ENGLISH

    def speaking(self, language: str) -> "Ours":
        """Return the same tagger for texts of `language`, with what reads them as its name and version."""
        other = copy.copy(self)
        (tagged,) = self.tagger.tag([nlp.Article("", "", language)])
        other.language, other.name, other.version = language, tagged.made_by.pipeline, tagged.made_by.version
        return other

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        return list(self._places([nlp.Article("", text, self.language) for text in texts], "text"))

    def headlines(self, pairs: Sequence[tuple[str, str]]) -> list[list[Span]]:
        return list(self._places([nlp.Article(top, body, self.language) for top, body in pairs], "headline"))

    def _places(self, articles: Sequence[nlp.Article], field: str) -> Iterator[list[Span]]:
        for some in _batches(articles):
            for found in self.tagger.find(some):
                yield sorted(
                    (one.start, one.end, entity.label)
                    for entity in found
                    for one in entity.mentions
                    if one.field == field
                )


class Peer:
    """Any installed spaCy pipeline as it is: no zones, no document steps; of a headline it sees no body."""

    def __init__(self, name: str) -> None:
        self._nlp = spacy.load(name, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])
        self.name = f"{name} {self._nlp.meta['version']}"

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        docs = self._nlp.pipe(texts)
        return [[(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in docs]

    def headlines(self, pairs: Sequence[tuple[str, str]]) -> list[list[Span]]:
        return self.spans([top for top, _ in pairs])


def _batches(articles: Sequence[nlp.Article]) -> Iterator[list[nlp.Article]]:
    return (list(articles[at : at + _BATCH]) for at in range(0, len(articles), _BATCH))


@dataclass(frozen=True)
class Scored:
    """Tallies by source and type, and what they cost."""

    tallies: Mapping[str, Mapping[str, Tally]]
    words: int
    cpu_seconds: float


def f1(finder: Finder, corpus: Mapping[str, Sequence[Text]]) -> Scored:
    """Score `finder` on the development texts."""
    tallies, words, spent = {}, 0, 0.0
    finder.spans(["Warm up once: what is loaded on first use is no text's cost."])
    for source, texts in corpus.items():
        began = time.process_time()
        found = finder.spans([text.text for text in texts])
        spent += time.process_time() - began
        words += sum(len(text.text.split()) for text in texts)
        tallies[source] = add(
            score(text.text, text.names, spans, text.unknown) for text, spans in zip(texts, found, strict=True)
        )
    return Scored(tallies, words, spent)


CASES: Mapping[str, Callable[[str], str]] = {
    "as written": str,
    "Title Case": lambda text: recase(text, upper=False),
    "UPPER CASE": lambda text: recase(text, upper=True),
}


def headlines(finder: Finder, found: Sequence[Headline], *, with_body: bool) -> dict[str, float]:
    """Return the main F1 of the headlines, alone or above their bodies, by the case they are written in."""
    scores = {}
    for case, written in CASES.items():
        pairs = [(written(one.words), one.body if with_body else "") for one in found]
        tallies = add(
            score(one.words, one.names, spans, [span for span in one.text.unknown if span[0] < one.end])
            for one, spans in zip(found, finder.headlines(pairs), strict=True)
        )
        scores[case] = main(tallies).f1
    return scores


@dataclass(frozen=True)
class Memory:
    """Resident memory of one worker process in MiB: with the pipeline loaded, at most, and how it grew at the end."""

    articles: int
    loaded: float
    most: float
    growth: float
    """as of `growth`"""


def memory(texts: Sequence[str], articles: int) -> Memory:
    """Tag `articles` texts, the same ones again where they do not suffice, in a process of their own, and watch it.

    The texts are mixed first: a corpus comes source by source, and a source of long texts late in the run would look
    like growth.
    """
    mixed = random.Random(_SEED).sample(texts, min(len(texts), articles))  # noqa: S311 - a mix, no secret
    stream = islice((nlp.Article("", text, _ENGLISH) for text in cycle(mixed)), articles)
    # As in the service: the worker gets chunks and keeps none of them.
    with multiprocessing.get_context("spawn").Pool(1, nlp.start, (None,)) as pool:
        seen = [pool.apply(_resident_after, ([],))]
        while some := list(islice(stream, _CHUNK)):
            seen.append(pool.apply(_resident_after, (some,)))
    return Memory(articles, seen[0], max(seen), growth(seen))


def growth(seen: Sequence[float]) -> float:
    """Return by what share the memory of the last tenth of a run is above that of its third tenth, on the mean.

    By the third tenth what is filled once is full: caches, the arena, tables of words. Seven tenths of the run lie
    between the two, so a leak of b bytes an article shows as 0.7 * b * articles: of 240 MiB, 2 % are 0.35 KiB an
    article over 20,000 articles, 3.5 KiB over 2,000. Less shows where a leak first fills gaps in the heap (12 MiB of
    gaps with the pipeline loaded): of 10 KiB an article over 2,000 in blocks from malloc +4.2 % were seen, in small
    objects +7.5 %, without them +0.4 %.
    """
    tenth = max(1, len(seen) // 10)
    third, last = (sum(part) / len(part) for part in (seen[2 * tenth : 3 * tenth] or seen, seen[-tenth:]))
    return last / third - 1


def _resident_after(articles: Sequence[nlp.Article]) -> float:
    nlp.tag(articles)
    return float(psutil.Process().memory_info().rss) / 2**20
