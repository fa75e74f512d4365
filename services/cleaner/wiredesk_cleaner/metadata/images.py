"""The images of an article with caption and credit: the lead image, then its figures. Pure; nothing is fetched."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from wiredesk.contracts.events import Image
from wiredesk_cleaner.metadata.structured_data import Node, Structured, as_list, first, names, text, texts
from wiredesk_cleaner.normalisation import one_line
from wiredesk_cleaner.zones.bylines import byline, image_credit
from wiredesk_cleaner.zones.line_rules import MAX_CREDIT
from wiredesk_cleaner.zones.views import Found, add_caption

_MAX_IMAGES, _MAX_FIGURES, _MAX_URL = 50, 60, 2048
_MAX_CAPTION = 2000
_MAX_CAPTION_PARTS = 20
# Elements that hold a credit or byline whole; a link or an emphasis may hold the half of one.
_HOLDERS = frozenset({"span", "div", "p", "small", "cite"})
_BREAKS = frozenset({"br", "div", "p"})
_ASIDE = frozenset({"aside", "nav", "footer", "header", "form"})
_SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
_SETS = ("srcset", "data-srcset")
_NO_PICTURE = re.compile(
    r"^data:|\.svg(?:$|\?)|/(?:logo|icon|sprite|pixel|blank|spacer|placeholder|avatar|favicon)s?[-_./]|1x1|gravatar\.com",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"[-_@]?\d{2,4}x\d{0,4}|[-_]\d{2,4}w|@\dx|[-_](?:scaled|large|medium|small|thumb|thumbnail)", re.IGNORECASE
)
_SHORT_NAME = 8


def read_images(tree: HtmlElement, structured: Structured, url: str | None) -> tuple[tuple[Image, ...], str]:
    """Return (images of the article, source of the first); no picture twice for its size; URLs are absolute."""
    lead, source = _stated(structured, url)
    found: dict[str, Image] = {}
    for image in (*lead, *_figures(tree, url)):
        key = _key(image.url)
        known = found.get(key)
        if known is None:
            found[key] = image
        elif image.caption or image.credit:
            found[key] = known.model_copy(
                update={"caption": image.caption or known.caption, "credit": image.credit or known.credit}
            )
        if len(found) >= _MAX_IMAGES:
            break
    return tuple(found.values()), source or ("figure" if found else "")


def _stated(structured: Structured, url: str | None) -> tuple[list[Image], str]:
    """The article's own lead image, or the one for sharing, and which it is."""
    stated = [*as_list(structured.article.get("image"))[:3], *as_list(structured.webpage.get("primaryImageOfPage"))[:1]]
    for value in stated:
        node = structured.ids.get(str(value.get("@id")), value) if isinstance(value, dict) else {"url": value}
        if image := _from_node(node, structured, url):
            return [image], "json-ld"
    for name in ("og:image", "og:image:url", "twitter:image", "twitter:image:src"):
        if absolute := _absolute(first(structured.tags(name)), url):
            return [Image(url=absolute)], f"meta {name}"
    return [], ""


def _from_node(node: Node, structured: Structured, url: str | None) -> Image | None:
    absolute = _absolute(first([*texts(node.get("contentUrl")), *texts(node.get("url"))]), url)
    credit = text(node.get("creditText")) or first(_people(node, structured))
    return Image(url=absolute, caption=text(node.get("caption")) or None, credit=credit or None) if absolute else None


def _people(node: dict[str, Any], structured: Structured) -> Iterator[str]:
    for key in ("creator", "author", "copyrightHolder"):
        yield from names(node.get(key), structured.ids)


def _figures(tree: HtmlElement, url: str | None) -> Iterator[Image]:
    for figure in tree.xpath("//figure[.//img]")[:_MAX_FIGURES]:
        if any(parent.tag in _ASIDE for parent in figure.iterancestors()):
            continue
        found = Found()
        for caption in figure.xpath(".//figcaption")[:1]:
            for part in caption_parts(caption):
                add_caption(found, part)
        for picture in figure.xpath(".//img")[:1]:
            if absolute := _absolute(_source(picture), url):
                caption_text = " ".join(found.captions)[:_MAX_CAPTION]
                yield Image(url=absolute, caption=caption_text or None, credit=first(found.credits))


def _source(picture: HtmlElement) -> str | None:
    """The address of an img element: what a script loads later goes before its placeholder."""
    for name in _SOURCES:
        if (value := picture.get(name)) and not _NO_PICTURE.search(value):
            return str(value)
    for name in _SETS:
        if value := picture.get(name):
            return next(iter(str(value).rsplit(",", 1)[-1].split()), None)
    return None


def _absolute(source: str | None, url: str | None) -> str | None:
    if not source or _NO_PICTURE.search(source):
        return None
    try:
        joined = urljoin(url or "", source.strip().replace(" ", "%20"))
    except ValueError:
        return None
    usable = joined.startswith(("http://", "https://")) and len(joined) <= _MAX_URL
    return joined if usable and not any(char.isspace() for char in joined) else None


def _key(url: str) -> str:
    """What the addresses of one picture in several sizes have in common."""
    path = urlsplit(url).path
    name = _SIZE.sub("", path.rpartition("/")[2].rpartition(".")[0]).casefold()
    return name if len(name) >= _SHORT_NAME else url


def caption_parts(caption: HtmlElement) -> tuple[str, ...]:
    """Return the caption, then every credit and byline that has an element of its own.

    A caption of too many parts stays whole.
    """
    if len(caption) > _MAX_CAPTION_PARTS:
        return (one_line(caption.text_content()),)
    rest, apart = caption.text or "", []
    for child in caption:
        held = child.text_content()
        line = one_line(held)
        if child.tag in _HOLDERS and len(line) <= MAX_CREDIT and (image_credit(line) or byline(line)):
            apart.append(line)
        else:
            rest += f" {held} " if child.tag in _BREAKS else held
        rest += child.tail or ""
    return tuple(filter(None, (one_line(rest), *apart)))
