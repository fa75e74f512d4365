"""The pages of a development set, and the same pages as tag-free text."""

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from wiredesk_cleaner.training.split import is_held_out
from wiredesk_fetcher.charset import decode

_BLOCKS = frozenset(
    # As the words they are: a list of 47 strings would fill 47 lines.
    """address article aside audio blockquote body br button center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe label legend li main nav ol option p pre section
    summary table tbody td tfoot th thead tr ul video""".split()  # noqa: SIM905
)
_UNSEEN = frozenset("head iframe noscript script select style svg template textarea".split())  # noqa: SIM905
_SCRIPTS = re.compile(r"<(script|style|noscript|svg)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
# An <article> or <main> with less text than this is a teaser or an empty frame.
_LEAST = 500


@dataclass(frozen=True)
class Truth:
    """What people say is on the page. Empty or None: not stated, so not scored."""

    text: str
    title: str
    authors: tuple[str, ...]
    date: str | None


@dataclass(frozen=True)
class Page:
    """One page of the set, decoded as the fetcher decodes it."""

    name: str
    url: str | None
    html: str
    truth: Truth

    @property
    def held_out(self) -> bool:
        """Whether nothing was ever tuned on its site."""
        return is_held_out(self.url)

    @cached_property
    def plain(self) -> str:
        """The page as a sloppy upstream hands it over: no mark-up, every caption, button and teaser, a line each.

        Of its largest <article> or <main> element, or of the whole page where none holds 500 characters.
        """
        return flatten(self.html)


class NoDataError(Exception):
    """There is no development set where one was said to be."""


def load(folder: Path, limit: int | None = None) -> list[Page]:
    """Read the article pages of a set laid out like WCXB: `dev/ground-truth/*.json`, `dev/html/*.html.gz`.

    Raises:
        NoDataError: `folder` holds no such set.
    """
    found = []
    for truth_file in sorted(folder.glob("dev/ground-truth/*.json")):
        html_file = folder / "dev" / "html" / f"{truth_file.stem}.html.gz"
        item: dict[str, Any] = json.loads(truth_file.read_text("utf-8"))
        kind = ((item.get("_internal") or {}).get("page_type") or {}).get("primary")
        if kind != "article" or not html_file.exists():
            continue
        gold = item["ground_truth"]
        truth = Truth(
            gold.get("main_content") or "",
            gold.get("title") or "",
            tuple(filter(None, [gold.get("author")])),
            gold.get("publish_date"),
        )
        html = decode(gzip.decompress(html_file.read_bytes()), "")
        found.append(Page(truth_file.stem, item.get("url"), html, truth))
        if len(found) == limit:
            break
    if not found:
        raise NoDataError(f"{folder} holds no pages (dev/ground-truth/*.json and dev/html/*.html.gz)")
    return found


def flatten(html: str) -> str:
    """Return the visible text of `html`, one line a block; see `Page.plain`."""
    dump = _Dump()
    dump.feed(_SCRIPTS.sub(" ", html))
    dump.close()
    dump.end_line()
    sizes = Counter[int]()
    for line, inside in dump.lines:
        sizes.update(dict.fromkeys(inside, len(line)))
    best, size = sizes.most_common(1)[0] if sizes else (0, 0)
    return "\n".join(line for line, inside in dump.lines if size < _LEAST or best in inside)


class _Dump(HTMLParser):
    """Collects lines of text, each with the numbers of the <article> and <main> elements around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[str, tuple[int, ...]]] = []
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._around: list[int] = []
        self._articles = 0

    def end_line(self) -> None:
        line = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if line:
            self.lines.append((line, tuple(self._around)))

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
        if tag in _UNSEEN:
            self._unseen.append(tag)
        if tag in _BLOCKS:
            self.end_line()
        if tag in {"article", "main"}:
            self._articles += 1
            self._around.append(self._articles)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()
        if tag in _BLOCKS:
            self.end_line()
        if tag in {"article", "main"} and self._around:
            self._around.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._pieces.append(data)
