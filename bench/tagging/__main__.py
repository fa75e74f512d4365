# ruff: noqa: T201 - a command talks
"""How good are the entities, beyond F1?

python -m bench.tagging ../shared/ner-corpus                    clusters, names that texts do not have, toponyms
python -m bench.tagging ../shared/ner-corpus --remember FILE    the same; a second run asks the model nothing
"""

import argparse
import gzip
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.markdown import table
from bench.tagging import clusters, own_words, toponyms
from bench.tagging.remembered import model_outputs
from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.training.score import cut

_ENGLISH = "en"
_BATCH = 64


def _items(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _entities(tagger: nlp.Tagger, texts: Iterable[str]) -> Iterator[tuple[Found, ...]]:
    articles = [nlp.Article("", text, _ENGLISH) for text in texts]
    for at in range(0, len(articles), _BATCH):
        yield from tagger.find(articles[at : at + _BATCH])


def _is_held_out(text: str) -> bool:
    """Whether rules may not be made to suit the text: by its id, one half."""
    return sha256(text.encode()).digest()[-1] % 2 == 1


def _clusters(tagger: nlp.Tagger, rows: list[dict[str, Any]]) -> str:
    parts: dict[bool, list[clusters.Clustering]] = {False: [], True: []}
    for row, found in zip(rows, _entities(tagger, (row["text"] for row in rows)), strict=True):
        text = row["text"]
        gold = [frozenset(cut(text, (*m, ""))[:2] for m in one["mentions"]) for one in row["clusters"]]
        parts[_is_held_out(row["id"])].append(clusters.clustering(gold, clusters.found_clusters(text, found)))
    lines = [["clusters", "mentions", "B-cubed F1", "split", "wrongly merged"]]
    for name, some in (("tuned on", parts[False]), ("held out", parts[True]), ("all", [*parts[False], *parts[True]])):
        one = clusters.total(some)
        shares = (f"{share:.1%}" for share in (one.split_share, one.merge_share))
        lines.append([name, str(one.mentions), f"{one.b_cubed[2]:.3f}", *shares])
    return table(lines)


def main() -> int:
    """Run the bench. Returns the exit code: 0 done, 2 no corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS", help="folder with dev/*.jsonl.gz and clusters/")
    parser.add_argument("--remember", type=Path, metavar="FILE", help="keep what the model says here")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    try:
        grouped = _items(asked.corpus / "clusters" / "docred.jsonl.gz")
        rows = [row for path in sorted(asked.corpus.glob("dev/*.jsonl.gz")) for row in _items(path)]
    except OSError as error:
        print(f"No corpus: {error}. Say where it is: python -m bench.tagging FOLDER", file=sys.stderr)
        return 2
    with model_outputs(asked.remember):
        tagger, lexicon = nlp.load(), gazetteers.read()
        print(_clusters(tagger, grouped))
        found = dict(zip((row["id"] for row in rows), _entities(tagger, (row["text"] for row in rows)), strict=True))
    strange = [one for row in rows for one in own_words.foreign({"text": row["text"]}, found[row["id"]], lexicon)]
    print(f"\n{len(strange)} of {sum(map(len, found.values())):,} names are neither in their text nor a country's.")
    marks = toponyms.marks()
    one = toponyms.judged(marks, found)
    print(
        f"\nToponyms: of {one.there} that are or lie in one country, {one.linked} linked, "
        f"{one.right} ({one.right / max(1, one.linked):.1%}) rightly."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
