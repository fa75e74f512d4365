"""What a page's mark-up says about its article: JSON-LD first, then OpenGraph and meta, then h1 and title. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from services.cleaner.dates import parse_date
from services.cleaner.hygiene import fold, one_line
from services.cleaner.names import is_role

_MAX_NODES = 5000
_MAX_NAME = 100
_NAME_JOIN = re.compile(r"\s*(?:,|;|\||&|\band\b|\bund\b|\bet\b)\s*")
_NAME_LEAD = re.compile(r"^(?:by|von|par|por|author)\b[: ]\s*", re.IGNORECASE)
_TITLE_CUT = re.compile(r"\s+[|\-–—·•»:]+\s+")  # noqa: RUF001 - sites separate their name with any dash
_COMMENT = re.compile(r"^\s*(?:<!--|<!\[CDATA\[|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_INDEX_TYPES = frozenset({"collectionpage", "searchresultspage"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as the mark-up states them; None or empty where it does not. Dates carry a time zone."""

    headline: str = ""
    alternative_headline: str | None = None
    description: str = ""
    article_section: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    keywords: tuple[str, ...] = ()
    canonical_url: str | None = None
    date_published: datetime | None = None
    date_modified: datetime | None = None
    language: str | None = None
    body: str = ""
    title: str = ""
    h1: tuple[str, ...] = ()
    declares_article: bool = False
    declares_index: bool = False


def read_metadata(tree: HtmlElement, url: str | None) -> Metadata:
    """Read the metadata of a parsed page; broken JSON-LD and odd types count as not stated."""
    nodes = list(json_ld(tree))
    article = _article(nodes)
    types = {kind for node in nodes for kind in _types(node)}
    meta = _meta_tags(tree)
    publisher = _names(article.get("publisher"))[:1] or _plain(meta, "og:site_name", "application-name", "dc.publisher")
    title = _text(" ".join(tree.xpath("string(//head/title | //title)").split()))
    h1 = [one_line(node.text_content()) for node in tree.xpath("//h1")][:3]
    og_type = (meta.get("og:type") or [""])[0].casefold()
    headline = _text(article.get("headline")) or _headline(
        _plain(meta, "og:title", "twitter:title"), h1, title, publisher
    )
    other = _text(article.get("alternativeHeadline")) or _text(article.get("alternateName"))
    return Metadata(
        headline=headline,
        alternative_headline=other if other and fold(other) != fold(headline) else None,
        description=_text(article.get("description")) or _first(_plain(meta, "og:description", "description")) or "",
        article_section=_first(
            _texts(article.get("articleSection")) or _plain(meta, "article:section", "section", "dc.subject")
        ),
        authors=_authors(article, meta),
        publisher=_first(publisher) or _site_in(title, headline),
        keywords=_keywords(article, meta),
        canonical_url=_canonical(tree, meta, url),
        date_published=_date(
            article,
            meta,
            "datePublished",
            (
                "article:published_time",
                "og:published_time",
                "parsely-pub-date",
                "datepublished",
                "dc.date.issued",
                "pubdate",
                "publishdate",
                "date",
                "dc.date",
            ),
        ),
        date_modified=_date(
            article, meta, "dateModified", ("article:modified_time", "og:updated_time", "last-modified")
        ),
        language=_language(tree),
        body=_body(article.get("articleBody")),
        title=title,
        h1=tuple(filter(None, h1)),
        declares_article=bool(article) or og_type == "article" or "article:published_time" in meta,
        declares_index=not article and bool(types & _INDEX_TYPES),
    )


def json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield every JSON-LD object of the page, graphs, lists and nested objects included."""
    stack: list[Any] = []
    for script in tree.xpath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"):
        stack.extend(_load(script.text or ""))
    stack.reverse()
    for _ in range(_MAX_NODES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            value = list(value.values())
        if isinstance(value, list):
            stack.extend(item for item in reversed(value) if isinstance(item, dict | list))


def _load(source: str) -> list[Any]:
    text = _COMMENT.sub("", _COMMENT.sub("", source.strip())).strip().rstrip(";")
    for candidate in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return [json.JSONDecoder(strict=False).raw_decode(candidate)[0]]
        except (ValueError, RecursionError):
            continue
    return []


def _types(node: dict[str, Any]) -> list[str]:
    return [kind.rpartition("/")[2].casefold() for kind in _as_list(node.get("@type")) if isinstance(kind, str)]


def _article(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    found = [
        node
        for node in nodes
        if any(
            kind.endswith("article") or kind in {"blogposting", "liveblogposting", "report"} for kind in _types(node)
        )
    ]
    return next((node for node in found if _text(node.get("headline"))), found[0] if found else {})


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return one_line(html.unescape(value)) if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [text for text in map(_text, _as_list(value)) if text]


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)


def _body(value: Any) -> str:
    """An articleBody, its lines kept; the caller tidies it."""
    return html.unescape(value) if isinstance(value, str) else ""


def _meta_tags(tree: HtmlElement) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for tag in tree.xpath("//meta[@content][@property or @name or @itemprop]")[:500]:
        name = str(tag.get("property") or tag.get("name") or tag.get("itemprop")).casefold()
        value = _text(tag.get("content"))
        if value:
            tags.setdefault(name, []).append(value)
    return tags


def _plain(meta: dict[str, list[str]], *names: str) -> list[str]:
    return next((meta[name] for name in names if name in meta), [])


def _headline(stated: list[str], h1: list[str], title: str, publisher: list[str]) -> str:
    """og:title without the site's name, else the h1, else the title without the site's name."""
    for value in [*stated[:1], *(h for h in h1 if h)][:2] or [title]:
        # An h1 that begins the stated title is the headline itself: what follows is the site's name.
        begun = [h for h in h1 if len(h.split()) >= 3 and value.startswith(h)]
        return max(begun, key=len) if begun else _without_site(value, publisher)
    return ""


def _without_site(title: str, publisher: list[str]) -> str:
    pieces = _TITLE_CUT.split(title)
    if len(pieces) < 2:
        return title
    last = fold(pieces[-1]).replace(" ", "")
    names = [fold(name).replace(" ", "") for name in publisher]
    if any(name and (name in last or last in name) for name in names) or (not names and len(pieces[-1].split()) <= 3):
        return title[: title.rindex(pieces[-1])].rstrip(" |-–—·•»:")  # noqa: RUF001 - the separator goes with the name
    return title


def _site_in(title: str, headline: str) -> str | None:
    """The site's name that closes a title which begins with the headline."""
    if not headline or not title.startswith(headline):
        return None
    pieces = _TITLE_CUT.split(title[len(headline) :])
    return pieces[-1] if len(pieces) > 1 and pieces[-1] else None


def _names(value: Any) -> list[str]:
    names = []
    for item in _as_list(value):
        if isinstance(item, dict):
            names.extend(_names(item.get("name")))
        elif isinstance(item, str):
            names.append(_text(item))
    return [name for name in names if name]


def _authors(article: dict[str, Any], meta: dict[str, list[str]]) -> tuple[str, ...]:
    stated = _names(article.get("author")) or _names(article.get("creator"))
    for name in ("author", "parsely-author", "byl", "dc.creator", "article:author", "sailthru.author"):
        stated = stated or [value for value in meta.get(name, []) if "://" not in value]
    return author_names(stated)


def author_names(stated: Iterable[str]) -> tuple[str, ...]:
    """Return single names from strings such as "By Ann Lee and Bo Ek, Science Editor"; URLs and roles are dropped."""
    names: dict[str, None] = {}
    for value in stated:
        for piece in _NAME_JOIN.split(_NAME_LEAD.sub("", value.strip())):
            name = piece.strip(" .,-")
            if 2 <= len(name) <= _MAX_NAME and not any(mark in name for mark in "@/<>{}") and not is_role(name):
                names[name] = None
    return tuple(names)


def _keywords(article: dict[str, Any], meta: dict[str, list[str]]) -> tuple[str, ...]:
    stated = _texts(article.get("keywords")) or _plain(meta, "article:tag", "news_keywords", "keywords", "parsely-tags")
    words = [word.strip() for value in stated for word in (value.split(",") if len(stated) == 1 else [value])]
    return tuple(dict.fromkeys(word for word in words if 0 < len(word) <= _MAX_NAME and ":" not in word))[:50]


def _date(article: dict[str, Any], meta: dict[str, list[str]], name: str, tags: tuple[str, ...]) -> datetime | None:
    stated = [*_texts(article.get(name)), *(value for tag in tags for value in meta.get(tag, []))]
    return next((moment for moment in map(parse_date, stated) if moment), None)


def _canonical(tree: HtmlElement, meta: dict[str, list[str]], url: str | None) -> str | None:
    links = [str(link) for link in tree.xpath("//link[translate(@rel, 'CANOIL', 'canoil')='canonical']/@href")]
    for link in [*links, *meta.get("og:url", [])]:
        try:
            joined = urljoin(url or "", link.strip())
        except ValueError:
            continue
        if joined.startswith(("http://", "https://")) and len(joined) <= 8192 and not any(c.isspace() for c in joined):
            return joined
    return None


def _language(tree: HtmlElement) -> str | None:
    stated = [str(value) for value in tree.xpath("/html/@lang | /html/@xml:lang | //html/@lang")]
    code = stated[0].strip().casefold().replace("_", "-").partition("-")[0] if stated else ""
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else None
