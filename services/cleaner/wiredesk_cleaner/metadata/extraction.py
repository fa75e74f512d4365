"""What a page says about its article outside its body: each field with the source it was taken from. Pure."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from wiredesk.contracts.events import ContentType, Evidence, Image
from wiredesk_cleaner.metadata.authors import Authors, authors
from wiredesk_cleaner.metadata.content_type import content_type
from wiredesk_cleaner.metadata.dates import Dates, dates
from wiredesk_cleaner.metadata.headings import headings_in
from wiredesk_cleaner.metadata.headline_vicinity import around, marked
from wiredesk_cleaner.metadata.images import read_images
from wiredesk_cleaner.metadata.pictures import Picture, read_pictures
from wiredesk_cleaner.metadata.structured_data import Structured, first, names, read_structured, text, texts
from wiredesk_cleaner.metadata.titles import headline, site_in, site_names
from wiredesk_cleaner.normalisation import fold, one_line

_MAX_KEYWORD, _MAX_KEYWORDS = 100, 50
_INDEX_TYPES = frozenset({"collectionpage", "searchresultspage"})
_SECTION = ("article:section", "section", "parsely-section", "cxenseparse:category", "dc.subject")
_KEYWORDS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_PUBLISHER = ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher")
_FREE = {"free": True, "metered": True, "locked": False, "true": True, "false": False, "yes": True, "no": False}
_TIER = ("article:content_tier", "og:article:content_tier", "isaccessibleforfree")
# Where the day stands before the month although the language is English, or no region is stated.
_DAY_FIRST = (".uk", ".ie", ".au", ".nz", ".in", ".za", ".sg", ".hk", ".ng", ".ke", ".pk", ".my")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as the page states them; None or empty where it does not. Dates carry a time zone.

    `evidence` names for each field that is there what it was taken from. `h1` is the headline that the reader sees,
    `pictures` are all of the page, `figures` counts the article's with a caption, `body` is the articleBody of the
    JSON-LD, not tidied.
    """

    headline: str = ""
    alternative_headline: str | None = None
    description: str = ""
    article_section: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    publisher: str | None = None
    keywords: tuple[str, ...] = ()
    canonical_url: str | None = None
    date_published: datetime | None = None
    date_modified: datetime | None = None
    language: str | None = None
    images: tuple[Image, ...] = ()
    is_accessible_for_free: bool | None = None
    content_type: ContentType = ContentType.ARTICLE
    evidence: tuple[Evidence, ...] = ()
    body: str = ""
    title: str = ""
    h1: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    figures: int = 0
    stated_words: int = 0
    declares_article: bool = False
    declares_index: bool = False


def read_metadata(tree: HtmlElement, url: str | None, fetched_at: datetime | None = None) -> Metadata:
    """Read the metadata of a parsed page; broken JSON-LD and odd types count as not stated.

    `fetched_at` is what dates are checked with. Takes about 4 ms for a page of 150 KB.
    """
    stated = read_structured(tree, url)
    article = stated.article
    title = one_line(str(tree.xpath("string(//head/title | //title)")))
    publisher, publisher_source = _publisher(stated)
    sites = site_names([publisher, *stated.tags("og:site_name"), *stated.tags("application-name")], url)
    line, line_source, visible = headline(stated, headings_in(tree, url), title, sites, url)
    near = around(tree, visible.node if visible else None)
    by = authors(stated, near, marked(tree), sites)
    when = dates(stated, near, tree, url, fetched_at=fetched_at, month_first=_month_first(tree, url))
    section, section_source = _stated(stated, "articleSection", _SECTION)
    keywords, keywords_source = _keywords(stated)
    canonical, canonical_source = _canonical(tree, stated, url)
    other = text(article.get("alternativeHeadline")) or text(article.get("alternateName"))
    other = other if other and fold(other) != fold(line) else ""
    free, free_source = _free(stated)
    kind, kind_source = content_type(tree, stated, line, url)
    language = _language(tree)
    in_title = None if publisher else site_in(title, line)
    pictures = read_pictures(tree, url)
    images, images_source = read_images(pictures, stated, url)
    sources = {
        "headline": line_source,
        "alternative_headline": "json-ld" if other else "",
        "article_section": section_source,
        "publisher": publisher_source or ("title" if in_title else ""),
        "keywords": keywords_source,
        "canonical_url": canonical_source,
        "is_accessible_for_free": free_source,
        "content_type": kind_source,
        "images": images_source,
    }
    return Metadata(
        headline=line,
        alternative_headline=other or None,
        description=text(article.get("description")) or first(stated.tags("og:description", "description")) or "",
        article_section=section,
        authors=by.names,
        agency=by.agency,
        publisher=publisher or in_title,
        keywords=keywords,
        canonical_url=canonical,
        date_published=when.published.moment if when.published else None,
        date_modified=when.modified.moment if when.modified else None,
        language=language,
        images=images,
        pictures=pictures,
        is_accessible_for_free=free,
        content_type=kind,
        evidence=(
            *(Evidence(field=field, source=source) for field, source in sources.items() if source),
            *_certainties(by, when),
        ),
        body=_body(article.get("articleBody")),
        title=title,
        h1=(visible.line,) if visible else (),
        figures=sum(image.caption is not None for image in images),
        stated_words=_count(article.get("wordCount")),
        declares_article=bool(article)
        or next(iter(stated.tags("og:type")), "").casefold() == "article"
        or "article:published_time" in stated.meta,
        declares_index=not article and bool(stated.types & _INDEX_TYPES),
    )


def _certainties(by: Authors, when: Dates) -> Iterator[Evidence]:
    if by.names:
        yield Evidence(field="authors", source=by.source, certain=by.certain)
    if by.agency:
        yield Evidence(field="agency", source=by.source)
    for field, one in (("date_published", when.published), ("date_modified", when.modified)):
        if one:
            yield Evidence(field=field, source=one.source, certain=one.certain)


def _body(value: Any) -> str:
    """An articleBody, its lines kept; the caller tidies it."""
    return html.unescape(value) if isinstance(value, str) else ""


def _count(value: Any) -> int:
    digits = str(value) if isinstance(value, int | str) else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else 0


def _publisher(stated: Structured) -> tuple[str, str]:
    named = first(names(stated.article.get("publisher"), stated.ids))
    if named:
        return named, "json-ld"
    tag = next((name for name in _PUBLISHER if name in stated.meta), "")
    return (stated.meta[tag][0], f"meta {tag}") if tag else ("", "")


def _stated(stated: Structured, key: str, tags: tuple[str, ...]) -> tuple[str | None, str]:
    """The first value of `key` in the article's JSON-LD, else of the first of the meta `tags`."""
    if value := first(texts(stated.article.get(key))):
        return value, "json-ld"
    tag = next((name for name in tags if name in stated.meta), "")
    return (stated.meta[tag][0], f"meta {tag}") if tag else (None, "")


def _keywords(stated: Structured) -> tuple[tuple[str, ...], str]:
    found, source = texts(stated.article.get("keywords")), "json-ld"
    if not found:
        tag = next((name for name in _KEYWORDS if name in stated.meta), "")
        found, source = stated.meta.get(tag, []), f"meta {tag}"
    words = [word.strip() for value in found for word in (value.split(",") if len(found) == 1 else [value])]
    kept = tuple(dict.fromkeys(word for word in words if 0 < len(word) <= _MAX_KEYWORD and ":" not in word))
    return (kept[:_MAX_KEYWORDS], source) if kept else ((), "")


def _free(stated: Structured) -> tuple[bool | None, str]:
    for node in (stated.article, stated.webpage):
        value = node.get("isAccessibleForFree")
        if isinstance(value, bool):
            return value, "json-ld"
        word = text(value).rpartition("/")[2].casefold()
        if word in _FREE:
            return _FREE[word], "json-ld"
    for tag in _TIER:
        word = next(iter(stated.tags(tag)), "").casefold()
        if word in _FREE:
            return _FREE[word], f"meta {tag}"
    return None, ""


def _canonical(tree: HtmlElement, stated: Structured, url: str | None) -> tuple[str | None, str]:
    rel = [link for link in tree.iter("link") if (link.get("rel") or "").casefold() == "canonical"]
    links = [link.get("href") or "" for link in rel]
    tagged = [(link, "link canonical") for link in links] + [(link, "meta og:url") for link in stated.tags("og:url")]
    for link, source in tagged:
        try:
            joined = urljoin(url or "", link.strip())
        except ValueError:
            continue
        if joined.startswith(("http://", "https://")) and len(joined) <= 8192 and not any(c.isspace() for c in joined):
            return joined, source
    return None, ""


def _language(tree: HtmlElement) -> str | None:
    code = _declared(tree).partition("-")[0]
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else None


def _declared(tree: HtmlElement) -> str:
    stated = tree.get("lang") or tree.get("xml:lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return str(stated).strip().casefold().replace("_", "-")


def _month_first(tree: HtmlElement, url: str | None) -> bool:
    """Whether a date in digits begins with its month: on American pages, and English ones that say no region."""
    declared = _declared(tree)
    if declared in {"", "en"}:
        try:
            return not (urlsplit(url or "").hostname or "").endswith(_DAY_FIRST)
        except ValueError:
            return True
    return declared in {"en-us", "en-ph", "es-us"}
