# ruff: noqa: T201 - it answers on stdout
"""One turn of the speed measure, in the interpreter of the tree or pipeline that is measured.

python turn.py ARTICLES [PIPELINE]

ARTICLES holds one JSON object a line: `headline`, `text`, `captions`. Without PIPELINE the tagger of this interpreter's
Wiredesk reads them, of whatever age it is; with one, that spaCy pipeline. Prints CPU seconds, loading not included.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_BATCH = 16
_WARM = 4


def _wiredesk() -> Callable[[list[dict[str, Any]]], object]:
    try:
        from wiredesk_tagger import nlp  # noqa: PLC0415 - a tree of 23 November has none
    except ImportError:
        from services.tagger import nlp  # type: ignore[attr-defined, no-redef] # noqa: PLC0415 - as above
    tagger = nlp.load()

    def read(rows: list[dict[str, Any]]) -> object:
        return tagger.tag(
            [nlp.Article(row["headline"], row["text"], "en", captions=tuple(row["captions"])) for row in rows]
        )

    return read


def _spacy(name: str) -> Callable[[list[dict[str, Any]]], object]:
    import spacy  # noqa: PLC0415 - only where it is asked for

    peer = spacy.load(name, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])

    def read(rows: list[dict[str, Any]]) -> object:
        texts = (text for row in rows for text in (row["headline"], row["text"], *row["captions"]))
        return [[ent.label_ for ent in doc.ents] for doc in peer.pipe(texts)]

    return read


def main() -> None:
    """Read all articles, in batches as the service does."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    read = _spacy(sys.argv[2]) if len(sys.argv) > 2 else _wiredesk()
    read(rows[:_WARM])
    began = time.process_time()
    for at in range(0, len(rows), _BATCH):
        read(rows[at : at + _BATCH])
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
