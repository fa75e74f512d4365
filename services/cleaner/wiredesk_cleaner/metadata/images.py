"""The images of an article with caption and credit: the lead image, then its figures. Pure; nothing is fetched."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from wiredesk.contracts.events import Image
from wiredesk_cleaner.metadata.pictures import Picture, absolute
from wiredesk_cleaner.metadata.structured_data import Node, Structured, as_list, first, names, text, texts
from wiredesk_cleaner.zones.views import Found, add_caption

_MAX_IMAGES = 50
_MAX_CAPTION = 2000
_SIZE = re.compile(
    r"[-_@]?\d{2,4}x\d{0,4}|[-_]\d{2,4}w|@\dx|[-_](?:scaled|large|medium|small|thumb|thumbnail)", re.IGNORECASE
)
_SHORT_NAME = 8


def read_images(pictures: Iterable[Picture], structured: Structured, url: str | None) -> tuple[tuple[Image, ...], str]:
    """Return (images of the article, source of the first); no picture twice for its size; URLs are absolute."""
    lead, source = _stated(structured, url)
    found: dict[str, Image] = {}
    for image in (*lead, *_shown(pictures)):
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
        if found := absolute(first(structured.tags(name)), url):
            return [Image(url=found)], f"meta {name}"
    return [], ""


def _from_node(node: Node, structured: Structured, url: str | None) -> Image | None:
    found = absolute(first([*texts(node.get("contentUrl")), *texts(node.get("url"))]), url)
    credit = text(node.get("creditText")) or first(_people(node, structured))
    return Image(url=found, caption=text(node.get("caption")) or None, credit=credit or None) if found else None


def _people(node: dict[str, Any], structured: Structured) -> Iterator[str]:
    for key in ("creator", "author", "copyrightHolder"):
        yield from names(node.get(key), structured.ids)


def _shown(pictures: Iterable[Picture]) -> Iterator[Image]:
    for picture in pictures:
        if picture.elsewhere or not picture.url:
            continue
        found = Found()
        for part in picture.parts:
            add_caption(found, part)
        caption = " ".join(found.captions)[:_MAX_CAPTION]
        yield Image(url=picture.url, caption=caption or None, credit=first(found.credits))


def _key(url: str) -> str:
    """What the addresses of one picture in several sizes have in common."""
    path = urlsplit(url).path
    name = _SIZE.sub("", path.rpartition("/")[2].rpartition(".")[0]).casefold()
    return name if len(name) >= _SHORT_NAME else url
