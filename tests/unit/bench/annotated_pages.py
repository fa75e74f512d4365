"""Folders laid out like the annotated sets, with pages made here."""

import gzip
import json
from pathlib import Path
from typing import Any

SENTENCE = "The lake states agreed on Tuesday to share their water for another ten years."
STORY = "\n".join(f"<p>{SENTENCE} Part {number}.</p>" for number in range(20))
PAGE = f"""<html lang="en"><head><title>Lake Pact Holds</title><script>var x = "</p>";</script></head><body>
<nav>Home <a>World</a></nav>
<article><h1>Lake Pact Holds</h1><button>Share</button>{STORY}<svg>drawn</svg></article>
<footer>Terms</footer></body></html>"""
BODY = "\n".join(f"{SENTENCE} Part {number}." for number in range(20))


def wcxb(folder: Path) -> Path:
    """Lay out three pages like WCXB, two of them articles; none is held out."""
    for part in ("ground-truth", "html"):
        (folder / "dev" / part).mkdir(parents=True)
    for number, kind in enumerate(("article", "forum", "article"), 1):
        truth = {"main_content": f"{SENTENCE} Part {number}.", "title": "Lake Pact Holds", "author": None}
        item: dict[str, Any] = {"url": f"https://site{number}.example/a", "ground_truth": truth}
        item["_internal"] = {"page_type": {"primary": kind}}
        (folder / f"dev/ground-truth/{number:04}.json").write_text(json.dumps(item))
        (folder / f"dev/html/{number:04}.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    return folder


def news(folder: Path) -> Path:
    """Lay out two publishers' pages and two with snippets; the second of either is held out."""
    stated = {"title": "Lake Pact Holds", "authors": ["Una Berg"], "date": "2026-03-03 10:00:00+00:00"}
    picked = {"wanted": [f"{SENTENCE} Part 3.", "Part 40."], "unwanted": ["Terms"]}
    hosts = {
        "publishers": ("publishers3.example", "publishers1.example"),
        "snippets": ("snippets2.example", "snippets1.example"),
    }
    for name, truth in (("publishers", {"text": BODY, "country": "xx"}), ("snippets", picked)):
        (folder / name / "html").mkdir(parents=True)
        listed = {f"page{at}": {"url": f"https://{host}/a", **stated, **truth} for at, host in enumerate(hosts[name])}
        (folder / name / "truth.json").write_text(json.dumps(listed))
        for page in listed:
            (folder / name / "html" / f"{page}.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    return folder
