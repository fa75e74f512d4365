"""The multilingual corpus: which labels each source carries, how much it counts, and what a word's label then means."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.decoding import LABELS
from wiredesk_tagger.pipeline.word_pieces import Encoder, Pieces
from wiredesk_tagger.training import corpus
from wiredesk_tagger.training.corpus import MASKED, Chunk, Text
from wiredesk_tagger.training.recipe import DEV, HUMAN, NEWS

ENGLISH = "en"
_PLACES = ("GPE", "LOC", "FAC")
# What not every source marks: there a word without a label may be one of these.
_OTHERS = ("NORP", "EVENT", "WORK_OF_ART", "PRODUCT", "LAW")
# The grammar's: no file of the corpus has them, and the tagger takes none from the model.
_OF_THE_GRAMMAR = frozenset({"DATE", "TIME", "MONEY", "PERCENT"})
_NUMBER = {name: number for number, name in enumerate(LABELS)}


class Source(NamedTuple):
    """What the corpus's README says of one file."""

    weight: float = 1.0
    """how often it is drawn, against others of its language and size"""
    places: tuple[str, ...] = ()
    """the kinds of place that it tells apart; what it calls LOC may be any of the others"""
    others: tuple[str, ...] = ()
    """what it marks beside persons, organisations and places"""


_ALL = Source(places=_PLACES, others=_OTHERS)
# Raw OCR with its slips, and titles in the names.
_SCANNED = Source(weight=0.1)
# Of these languages nothing better is labelled.
_SCANNED_ALONE = Source(weight=0.3)
_SPEECHES = Source(weight=0.3)
_FICTION = Source(weight=0.3)
SOURCES: Mapping[str, Source] = {
    "da-ddt": Source(),
    "de-europarl": _SPEECHES,
    "de-europeana": _SCANNED,
    "de-germeval14": Source(),
    "de-smartdata": Source(places=_PLACES),
    "es-europarl": _SPEECHES,
    "fi-newseye": _SCANNED,
    "fi-turku": Source(others=("PRODUCT", "EVENT")),
    "fr-europeana": _SCANNED_ALONE,
    "fr-newseye": _SCANNED_ALONE,
    "hi-hiner": Source(),
    "hr-set": Source(),
    "hu-nerkor": Source(),
    "id-idnews": Source(),
    "it-europarl": _SPEECHES,
    "ja-gsd": _ALL,
    "ja-stockmark": Source(places=("FAC",), others=("EVENT",)),
    "ko-klue": Source(),
    "nb-norne": Source(places=("GPE",), others=("EVENT",)),
    "nl-europeana": _SCANNED_ALONE,
    "nn-norne": Source(weight=0.5, places=("GPE",), others=("EVENT",)),
    "pt-bosque": Source(),
    "ro-ronec": Source(places=_PLACES, others=("WORK_OF_ART", "EVENT", "NORP")),
    "ru-factru": Source(places=("GPE",)),
    "sk-snk": _FICTION,
    "sr-set": Source(),
    "sv-newseye": _SCANNED,
    "sv-talbanken": Source(weight=0.3),
    "sv-webnews": Source(),
    "tr-trwiki": Source(weight=0.5, places=_PLACES, others=_OTHERS),
    "zh-gsdsimp": Source(),
    # English: its labels are those of the English model, all of them.
    **{f"{ENGLISH}-{name}": _ALL for name in HUMAN},
    f"{ENGLISH}-{NEWS}": _ALL._replace(weight=0.3),
}


def language(source: str) -> str:
    """Return the language of a source."""
    return source.partition("-")[0]


def meanings(source: Source) -> NDArray[np.float32]:
    """Return for each label that `source` gives a word which ones it may really have, [labels, labels] of 0 and 1."""
    found = np.eye(len(LABELS), dtype=np.float32)
    for mark in "BI":
        for name in _OTHERS:
            if name not in source.others:
                found[0, _NUMBER[f"{mark}-{name}"]] = 1
        for name in _PLACES:
            if name not in source.places:
                found[_NUMBER[f"{mark}-LOC"], _NUMBER[f"{mark}-{name}"]] = 1
    return found


_MEANINGS = {name: meanings(source) for name, source in SOURCES.items()}


def labels_of(pieces: Pieces, text: Text) -> NDArray[np.float16]:
    """Return for each word which labels it may have, [words, labels] of 0 and 1; all 0 where nobody knows.

    A text of a source that is not in SOURCES has no labels.
    """
    found = np.zeros((len(pieces.first), len(LABELS)), dtype=np.float16)
    if text.source in _MEANINGS:
        given = corpus.labels_of(pieces, text)
        known = given != MASKED
        found[known] = _MEANINGS[text.source][given[known]]
    return found


def chunks(text: Text, encoder: Encoder, rng: np.random.Generator) -> Iterator[Chunk]:
    """Yield the chunks of one text with all its words; their chances are those of `labels_of`."""
    labels = labels_of(encoder.read(text.text, text.unsure or ()), text)
    return corpus.chunks(text, encoder, rng, labels)


def read(folder: Path, english: Path | None, part: str) -> dict[str, list[Text]]:
    """Return the texts of `train` or `dev` by source: those of the corpus, and of the English one if it is given.

    Raises:
        OSError: a file cannot be read. ValueError: it is not as the README says, or of a source that is not known
            here; the message says which.
    """
    found = {}
    for path in sorted((folder / part).glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        if name not in SOURCES:
            raise ValueError(f"{path}: no source of this name is known; say in training/world/sources.py what it marks")
        found[name] = [text._replace(source=name) for text in corpus.read(path)]
    if not found:
        raise ValueError(f"{folder / part} has no .jsonl.gz")
    if english:
        names = (*HUMAN, NEWS) if part == "train" else DEV
        for name in names:
            texts = corpus.read(english / part / f"{name}.jsonl.gz")
            found[f"{ENGLISH}-{name}"] = [_without_values(text, f"{ENGLISH}-{name}") for text in texts]
    return found


def _without_values(text: Text, source: str) -> Text:
    return text._replace(source=source, ents=tuple(ent for ent in text.ents if ent[2] not in _OF_THE_GRAMMAR))


def unlabelled(folder: Path, pages: Path | None) -> list[Text]:
    """Return the texts without labels: those beside the corpus, and the true bodies of published news pages.

    Raises:
        OSError: a file cannot be read. KeyError, ValueError: it is not as the READMEs say.
    """
    found = []
    for path in sorted((folder / "unlabelled").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [Text("unlabelled", str(json.loads(line)["text"]), ()) for line in lines]
    if pages:
        truth = json.loads((pages / "publishers" / "truth.json").read_text(encoding="utf-8"))
        found += [Text("unlabelled", f"{page['title']}\n{page['text']}", ()) for page in truth.values()]
    return found


def shares(sources: Mapping[str, int], temperature: float) -> dict[str, float]:
    """Return what share of an epoch each source has, given how long it is.

    A language's share grows with the power `temperature` of the weighted length of its sources; among them it is
    divided by that length.
    """
    weighted = {name: size * SOURCES[name].weight for name, size in sources.items()}
    languages: dict[str, float] = {}
    for name, size in weighted.items():
        languages[language(name)] = languages.get(language(name), 0) + size
    total = sum(size**temperature for size in languages.values())
    return {
        name: size / languages[language(name)] * languages[language(name)] ** temperature / total
        for name, size in weighted.items()
        if size
    }


def drawn(texts: Sequence[Text], rng: np.random.Generator, most: int) -> Iterator[Text]:
    """Yield `texts` in random order, each at most `most` times, and none again before all others."""
    for _ in range(most):
        yield from (texts[k] for k in rng.permutation(len(texts)))


def length(texts: Iterable[Text]) -> int:
    """Return the number of code points of all texts."""
    return sum(len(text.text) for text in texts)
