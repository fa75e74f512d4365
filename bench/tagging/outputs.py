# ruff: noqa: T201 - it answers on stdout
"""What this processor makes of some articles, as one line: `python outputs.py ARTICLES` prints a SHA-256.

It is over every entity of every article: names, types, offsets, confidences, links, salience. Run natively and under
emulated processors, it says whether the same text and version give the same entities on each.
"""

import hashlib
import json
import sys
from pathlib import Path

from wiredesk_tagger import nlp


def main() -> None:
    """Read the articles that `speed.write` wrote."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    articles = [nlp.Article(row["headline"], row["text"], "en", captions=tuple(row["captions"])) for row in rows]
    found = nlp.load().find(articles)
    print(hashlib.sha256(json.dumps(found).encode()).hexdigest())


if __name__ == "__main__":
    main()
