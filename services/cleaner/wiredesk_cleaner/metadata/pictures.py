"""The pictures of a page, the lines under them, and whether the mark-up gives them to another story. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice, takewhile
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from wiredesk_cleaner.metadata.caption_parts import CREDIT_CLASS, caption_parts, credits_beside, shown_text
from wiredesk_cleaner.reading.credits import image_credit

_MAX_MARKS, _MAX_PICTURES, _MAX_URL = 1000, 150, 2048
_MAX_CAPTION = 1200
# How far above a line its picture may stand beside it, and how much other text there may be.
_LEVELS, _MOST_BESIDE = 3, 100
_FEWEST_WORDS = 2
_ICON = 64
_OF_PEOPLE = re.compile(r"author|byline|profile|avatar", re.IGNORECASE)
_KIND = r"(?<![a-z])(?:image|img|photo|foto|picture|media|bild)"
# A class "text-caption" names a size of type.
_CAPTION_CLASS = re.compile(
    rf"(?<!text-)(?<!typo-)(?<!type-)caption|cutline|l[eé]gende?|bild-?unterschrift|bildtext|didascalia"
    rf"|{_KIND}[-_\w]*?[-_]desc",
    re.IGNORECASE,
)
_WORDS = (
    *("caption", "cutline", "legend", "légend", "unterschrift", "bildtext", "didascalia", "desc"),
    *("credit", "copyright", "photographer", "fotograf", "source", "author", "by"),
)
_OF_PICTURE = re.compile(_KIND, re.IGNORECASE)
_PLAYER = re.compile(r"(?<![a-z])(?:video|player)(?![a-z])", re.IGNORECASE)
_MAX_INSIDE = 30
_ASIDE = frozenset({"aside", "nav", "footer", "form"})
_STORY = frozenset({"article", "main"})
_FIGURES = frozenset({"figure", "figcaption"})
_PICTURES = ("img", "picture", "video", "iframe", "amp-img")
_NO_PICTURE = ("blockquote", "pre", "code", "table")
_NO_CAPTION = (*_PICTURES, "figcaption", "h2", "h3", "h4", "form", "input")
_MAX_CARD = 400
_LINKS_HEADING = etree.XPath("boolean((.//h2 | .//h3 | .//h4)[.//a or ancestor::a])")
_OF_AUTHOR = etree.XPath("boolean(.//address | .//*[@rel='author'])")
_SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
_SETS = ("srcset", "data-srcset")
_LOGO = re.compile(
    r"^data:|\.svg(?:$|\?)|/(?:logo|icon|sprite|pixel|blank|spacer|placeholder|avatar|favicon)s?[-_./]|1x1|gravatar\.com",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)$", re.IGNORECASE)
_SHOWS = re.compile(
    r"/(?:images?|photos?|fotos?|pictures?|bild(?:er)?|galler(?:y|ies)|galerie|galeria|media)(?:/|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the mark-up has it: its absolute `url`, the whole `line` under it, and the `parts` of that line.

    `elsewhere`: whether the mark-up gives the picture to another story. `plays`: whether it is that of a video.
    """

    url: str | None
    line: str
    parts: tuple[str, ...]
    elsewhere: bool
    plays: bool = False


def read_pictures(tree: HtmlElement, url: str | None) -> tuple[Picture, ...]:
    """Return the figures of the page at `url`, and what else has a line marked as caption or credit beside an image.

    One for each line, by figure, in document order. Bounded in number.
    """
    holders = _picture_holders(tree)
    lines: dict[HtmlElement, list[HtmlElement]] = {}
    taken: set[HtmlElement] = set()
    for node in islice(_marked(tree), _MAX_MARKS):
        if node.tag == "figure":
            lines.setdefault(node, [])
        elif taken.isdisjoint(node.iterancestors()) and (holder := _holder(node, holders)) is not None:
            taken.add(node)
            lines.setdefault(holder, []).append(node)
    kept = ((holder, nodes) for holder, nodes in lines.items() if holder in holders or not _is_quote(holder))
    found = (picture for holder, nodes in kept for picture in _pictures(holder, nodes, url))
    return tuple(islice(found, _MAX_PICTURES))


def _picture_holders(tree: HtmlElement) -> set[HtmlElement]:
    """Return the pictures of a page and all that is around one."""
    found: set[HtmlElement] = set()
    for picture in tree.iter(*_PICTURES):
        found.add(picture)
        found.update(takewhile(lambda parent: parent not in found, picture.iterancestors()))
    return found


def _is_quote(figure: HtmlElement) -> bool:
    return next(figure.iter(*_NO_PICTURE), None) is not None


def _marked(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the figures, and what tag or class calls a caption or credit."""
    for node in tree.iter(etree.Element):
        if node.tag in _FIGURES or ((named := node.get("class")) and _calls(named)):
            yield node


@lru_cache(maxsize=20_000)
def _calls(named: str) -> bool:
    """Whether a class calls a line a caption or credit. Sites repeat their classes, and the patterns are slow."""
    lowered = named.casefold()
    return any(word in lowered for word in _WORDS) and bool(_CAPTION_CLASS.search(named) or CREDIT_CLASS.search(named))


def _holder(node: HtmlElement, holders: set[HtmlElement]) -> HtmlElement | None:
    """The figure around a line, else the nearest element that holds a picture too; None when `node` is no such line."""
    holder = next(node.iterancestors("figure"), None)
    if holder is None:
        above = islice(node.iterancestors(), _LEVELS)
        holder = next((parent for parent in above if parent in holders), None)
    if holder is None or node.tag == "figcaption":
        return holder
    named = str(node.get("class"))
    if next(node.iter(*_NO_CAPTION), None) is not None:
        return None
    if holder.tag == "figure":
        alone = next(holder.iter("figcaption"), None) is None
        return holder if alone and _CAPTION_CLASS.search(named) else None
    if _OF_PEOPLE.search(holder.get("class") or "") or all(map(_is_ornament, holder.iter(*_PICTURES))):
        return None
    is_beside = _is_beside(node, holder, holders)
    if not (is_beside or _has_little_text(holder, _MAX_CAPTION)):
        return None
    line = shown_text(node)
    is_credit = image_credit(line) is not None or bool(CREDIT_CLASS.search(named) and _OF_PICTURE.search(named))
    is_caption = bool(_CAPTION_CLASS.search(named)) and len(line.split()) >= _FEWEST_WORDS
    is_close = is_beside or len(shown_text(holder)) <= len(line) + _MOST_BESIDE
    return holder if (is_credit or is_caption) and is_close else None


def _is_beside(node: HtmlElement, holder: HtmlElement, holders: set[HtmlElement]) -> bool:
    """Whether what stands right before `node`, or before what holds it, is a picture with hardly a word."""
    while node is not holder:
        before = node.getprevious()
        if before is not None:
            return before in holders and _has_little_text(before, _MOST_BESIDE)
        node = node.getparent()
    return False


def _is_ornament(picture: HtmlElement) -> bool:
    """Whether it is an icon, a logo or a portrait the size of one."""
    stated = [value for name in _SOURCES if (value := picture.get(name)) and not value.startswith("data:")]
    width = picture.get("width") or ""
    return any(map(_LOGO.search, stated)) or (width.isdecimal() and int(width) <= _ICON)


def _has_little_text(node: HtmlElement, most: int) -> bool:
    return all(size <= most for size in accumulate(len(piece.strip()) for piece in node.itertext(with_tail=False)))


def _pictures(holder: HtmlElement, nodes: list[HtmlElement], url: str | None) -> Iterator[Picture]:
    images = [_source(image) for image in holder.iter("img")]
    plays = _plays(holder)
    beside = list(credits_beside(holder, nodes)) if holder.tag == "figure" else []
    lines: list[tuple[str, tuple[str, ...]]]
    lines = [(shown_text(node), caption_parts(node)) for node in nodes] or [(beside[0][0] if beside else "", ())]
    for at, (line, parts) in enumerate(lines):
        more = tuple(credit for _, credit in beside if credit not in parts)
        address = absolute(images[min(at, len(images) - 1)], url) if images else None
        if line or holder.tag == "figure":
            # A picture without a line says by its link, or by that of its card, whose it is.
            elsewhere = _is_elsewhere(nodes[at] if nodes else next(holder.iter("img"), holder), url)
            elsewhere = elsewhere or (not nodes and _is_on_card(holder))
            yield Picture(address, line, parts + more, elsewhere, plays)


def _plays(holder: HtmlElement) -> bool:
    """Whether a player is around or inside; a bare video is a picture that moves."""
    above = takewhile(lambda parent: parent.tag not in _STORY, islice(holder.iterancestors(), _LEVELS))
    inside = islice(holder.iterdescendants("div", "span", "a"), _MAX_INSIDE)
    return any(_PLAYER.search(part.get("class") or "") for part in (holder, *above, *inside))


def _is_elsewhere(node: HtmlElement, url: str | None) -> bool:
    """Whether it stands aside of the story, is under an author's portrait, or leads to another page."""
    link = next(node.iterancestors("a"), None)
    if (link is not None and _leads_away(link.get("href"), url)) or _OF_AUTHOR(node):
        return True
    above = list(node.iterancestors())
    # Cards of other stories are articles as well, within that of the story.
    story = next((at for at in range(len(above) - 1, -1, -1) if above[at].tag == "article"), None)
    if story is None:
        story = next((at for at, parent in enumerate(above) if parent.tag == "main"), None)
    for parent in above[:story]:
        if parent.tag in _ASIDE or (parent.tag == "header" and story is None and not parent.xpath(".//h1")):
            return True
    return False


def _is_on_card(figure: HtmlElement) -> bool:
    """Whether the article around a figure is hardly more than a heading with a link."""
    card = next(figure.iterancestors("article"), None)
    return card is not None and _has_little_text(card, _MAX_CARD) and bool(_LINKS_HEADING(card))


def _leads_away(link: str | None, url: str | None) -> bool:
    """Whether `link`, on the page at `url`, leads to another page; its own pictures are none."""
    if not link or link.lstrip().startswith(("#", "javascript:", "data:")):
        return False
    try:
        here, there = urlsplit(url or "").path.rstrip("/"), urlsplit(urljoin(url or "", link.strip())).path
    except ValueError:
        return True
    is_own = bool(here) and (there.rstrip("/") == here or there.startswith(f"{here}/"))
    return not (is_own or _FILE.search(there) or _SHOWS.search(there))


def _source(picture: HtmlElement) -> str | None:
    """The address of an img element: what a script loads later goes before its placeholder."""
    for name in _SOURCES:
        if (value := picture.get(name)) and not _LOGO.search(value):
            return str(value)
    for name in _SETS:
        if value := picture.get(name):
            return next(iter(str(value).rsplit(",", 1)[-1].split()), None)
    return None


def absolute(source: str | None, url: str | None) -> str | None:
    """Return the address of a picture in full, or None when it is none or that of an ornament."""
    if not source or _LOGO.search(source):
        return None
    try:
        joined = urljoin(url or "", source.strip().replace(" ", "%20"))
    except ValueError:
        return None
    usable = joined.startswith(("http://", "https://")) and len(joined) <= _MAX_URL
    return joined if usable and not any(char.isspace() for char in joined) else None
