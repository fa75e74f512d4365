"""Passages in languages without labelled news, with names marked by hand: found again where they stand."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lxml import html

from bench.ner_sets import Text, items

MARKS = Path(__file__).parent / "world_marks"

Find = Callable[[str, str], str | None]


class Marked(NamedTuple):
    """The passages by source (`fr-marked`), and how many could not be found as they were."""

    texts: dict[str, list[Text]]
    missing: int


def passages(world: Path, pages: Path | None, marks: Path = MARKS) -> Marked:
    """Return all passages whose text is there and the same; `pages` None: those of the corpus alone.

    Raises:
        OSError: a file of the corpus, or of the pages, cannot be read.
    """
    find, missing = _finder(world, pages), 0
    found: dict[str, list[Text]] = {}
    for path in sorted(marks.glob("*.jsonl")):
        source = f"{path.stem}-marked"
        for line in path.read_text(encoding="utf-8").splitlines():
            text = _text(source, json.loads(line), find)
            if text is None:
                missing += 1
            else:
                found.setdefault(source, []).append(text)
    return Marked(found, missing)


def _text(source: str, mark: Mapping[str, Any], find: Find) -> Text | None:
    passage = (find(mark["source"], mark["id"]) or "")[mark["start"] : mark["end"]]
    if hashlib.sha256(passage.encode()).hexdigest() != mark["sha256"]:
        return None
    names = tuple((start, end, label) for start, end, label in mark["ents"])
    return Text(source, passage, names, tuple((start, end) for start, end in mark["unknown"]))


def _finder(world: Path, pages: Path | None) -> Find:
    """Return what finds a text by its source and id, or None; files are read when they are first asked for."""

    @cache
    def by_id(pattern: str) -> Mapping[str, str]:
        return {item["id"]: item["text"] for path in sorted(world.glob(pattern)) for item in items(path)}

    @cache
    def bodies() -> Mapping[str, str]:
        if pages is None:
            return {}
        truth = json.loads((pages / "publishers" / "truth.json").read_text(encoding="utf-8"))
        return {name: page["text"] for name, page in truth.items()}

    def find(source: str, name: str) -> str | None:
        match source:
            case "unlabelled":
                return by_id("unlabelled/*.jsonl.gz").get(name)
            case "europarl":
                return by_id("dev/*-europarl.jsonl.gz").get(name)
            case "publishers":
                return bodies().get(name)
            case _:
                return _visible(pages / "snippets" / "html" / f"{name}.html.gz") if pages else None

    return find


@cache
def _visible(file: Path) -> str | None:
    """Return the text of a page's body with every white space as one blank; None where there is no such page."""
    if not file.exists():
        return None
    body = html.document_fromstring(gzip.decompress(file.read_bytes())).find("body")
    return None if body is None else " ".join("".join(map(str, body.itertext())).split())


def told(marked: Marked) -> Iterator[str]:
    """Yield what a table has to say of passages that were not found."""
    if marked.missing:
        yield f"{marked.missing} marked passages were left out: their texts are not there, or not as they were."
