# ruff: noqa: T201 - a command talks
"""Make the list of how many texts each word stands in, with which a fresh system starts.

python -m bench.stories.background ../shared/ner-corpus    from train/gmb-taught.jsonl.gz; its texts are public domain

A line is a share of the texts, then the words that so many have, sorted; shares go in half steps of the logarithm. A
word in fewer than three texts is not listed: most are names.
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import log2
from pathlib import Path

from wiredesk_storage.stories.terms import words_of

_MADE = Path("services/storage/wiredesk_storage/stories/background.txt.gz")
_LEAST = 3
_WORDS = 1_000


def listed(texts: Iterable[str]) -> str:
    """Return the list for `texts`; the same for the same texts in any order."""
    counts: Counter[str] = Counter()
    number = 0
    for text in texts:
        counts.update(set(words_of(text, _WORDS)))
        number += 1
    words: defaultdict[int, list[str]] = defaultdict(list)
    for word, count in counts.items():
        if count >= _LEAST:
            words[round(2 * log2(count))].append(word)
    lines = (f"{2 ** (step / 2) / number:.3g} {' '.join(sorted(own))}\n" for step, own in sorted(words.items()))
    return "".join(lines)


def main() -> int:
    """Write the list. Returns the exit code: 0 done, 2 no corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS", help="folder with train/gmb-taught.jsonl.gz")
    asked = parser.parse_args()
    try:
        with gzip.open(asked.corpus / "train" / "gmb-taught.jsonl.gz", "rt", encoding="utf-8") as lines:
            made = listed(json.loads(line)["text"] for line in lines)
    except OSError as error:
        print(f"No corpus: {error}. Say where it is: python -m bench.stories.background FOLDER", file=sys.stderr)
        return 2
    # No time in it: the same texts give the same file.
    _MADE.write_bytes(gzip.compress(made.encode(), 9, mtime=0))
    print(f"{_MADE}: {len(made.split()):,} words, {_MADE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
