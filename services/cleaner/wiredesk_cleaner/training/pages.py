"""The annotated pages: where they lie, what people say is on them, and which may be learned from.

Three sets are known, each read from its own layout: `wcxb`, `publishers` and `snippets`. Nothing of a page is read
before it is asked for, so a list of all pages takes no memory to speak of.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiredesk_cleaner.training.split import fold_of, is_held_out

_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)")
WCXB, PUBLISHERS, SNIPPETS = "wcxb", "publishers", "snippets"


class NoPagesError(Exception):
    """There are no annotated pages where some were said to be."""


@dataclass(frozen=True, slots=True)
class AnnotatedPage:
    """One page and the truth about it. What is empty or None nobody stated, so it can be neither learned nor scored.

    A page of `snippets` has no `text`: people picked what its body must hold (`wanted`) and must not (`unwanted`).
    """

    set: str
    name: str
    url: str | None
    file: Path
    """the page as it came, gzipped"""
    text: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether nothing may be tuned or trained on it."""
        return is_held_out(self.url)

    @property
    def fold(self) -> int | None:
        """The cross-validation fold, 0 to 4; None for a page that is held out."""
        return None if self.held_out else fold_of(self.url)

    def raw(self) -> bytes:
        """Read the page: its bytes as they came, not decoded.

        Raises:
            OSError: the file is gone or no gzip file.
        """
        return gzip.decompress(self.file.read_bytes())

    def decoded(self) -> str:
        """Read the page as text: UTF-8, or else what it declares; bytes that are no characters become U+FFFD.

        Raises:
            OSError: the file is gone or no gzip file.
        """
        raw = self.raw()
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            named = _CHARSET.search(raw[:4096])
        try:
            return raw.decode(named[1].decode() if named else "cp1252", "replace")
        except LookupError:
            return raw.decode("cp1252", "replace")


def annotated(data: Path | None, news: Path | None = None, limit: int | None = None) -> list[AnnotatedPage]:
    """Return the pages of each set in a fixed order, at most `limit` of each, spread evenly over it.

    Args:
        data: laid out like WCXB: `dev/ground-truth/*.json`, `dev/html/*.html.gz`; its article pages alone count.
        news: with `publishers` and `snippets`, each of `truth.json` and `html/NAME.html.gz`; one of them will do.
        limit: for a quick look.

    Raises:
        NoPagesError: a folder that was given holds no page.
    """
    found = _spread(list(_wcxb(data)), limit) if data else []
    if data and not found:
        raise NoPagesError(f"{data} holds no pages (dev/ground-truth/*.json and dev/html/*.html.gz)")
    sets = [_spread(list(_listed(news, name)), limit) for name in (PUBLISHERS, SNIPPETS)] if news else []
    if news and not any(sets):
        raise NoPagesError(f"{news} holds no pages (publishers or snippets, with truth.json and html/*.html.gz)")
    return found + [page for pages in sets for page in pages]


def _spread(pages: list[AnnotatedPage], limit: int | None) -> list[AnnotatedPage]:
    if limit is None or len(pages) <= limit:
        return pages
    return [pages[at * len(pages) // limit] for at in range(limit)]


def _wcxb(folder: Path) -> Iterator[AnnotatedPage]:
    for path in sorted(folder.glob("dev/ground-truth/*.json")):
        item: dict[str, Any] = json.loads(path.read_text("utf-8"))
        kind = ((item.get("_internal") or {}).get("page_type") or {}).get("primary")
        file = folder / "dev" / "html" / f"{path.stem}.html.gz"
        if kind != "article" or not file.exists():
            continue
        truth = item["ground_truth"]
        yield AnnotatedPage(
            WCXB,
            path.stem,
            item.get("url"),
            file,
            text=truth.get("main_content") or "",
            title=truth.get("title") or "",
            authors=tuple(filter(None, [truth.get("author")])),
            date=truth.get("publish_date"),
        )


def _listed(folder: Path, name: str) -> Iterator[AnnotatedPage]:
    """Yield the pages of a set that has its truth in one file."""
    listing = folder / name / "truth.json"
    truths: dict[str, dict[str, Any]] = json.loads(listing.read_text("utf-8")) if listing.exists() else {}
    for page, truth in sorted(truths.items()):
        file = folder / name / "html" / f"{page}.html.gz"
        if file.exists():
            yield AnnotatedPage(
                name,
                page,
                truth.get("url"),
                file,
                text=truth.get("text") or "",
                title=truth.get("title") or "",
                authors=tuple(truth.get("authors") or ()),
                date=truth.get("date"),
                wanted=tuple(truth.get("wanted") or ()),
                unwanted=tuple(truth.get("unwanted") or ()),
            )
