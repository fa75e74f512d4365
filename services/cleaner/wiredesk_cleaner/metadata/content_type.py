"""What kind of page an article is: by its JSON-LD type, its address, its OpenGraph type and its build. Pure."""

import re
from itertools import pairwise
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from wiredesk.contracts.events import ContentType
from wiredesk_cleaner.metadata.structured_data import Structured, as_list, types

_LIVE_URL = re.compile(
    r"(?:^|[/_-])(?:live-?blog|live-?ticker|news-?ticker|newsblog|live-updates?|minute-by-minute|minuto-a-minuto|en-direct"
    r"|en-vivo|ao-vivo|in-diretta)(?:[/_.-]|$)"
)
_GALLERY_URL = re.compile(
    r"/(?:gallery|galleries|galerie|galeria|galer[ií]as?|slideshows?)/"
    r"|[/_-](?:bildergalerie|bilderstrecke|fotostrecke|fotogalerie|fotogaler[ií]a|diaporama|slideshow|in-pictures"
    r"|(?:photo|picture|image)-gallery)(?:[/_.-]|$)"
)
_VIDEO_URL = re.compile(r"/(?:videos?|watch|clips?|mediathek)/")
_NUMBERED = re.compile(r"(?:#|no\.?\s?|nr\.?\s?)?(\d{1,3})\s?[.):–—-]", re.IGNORECASE)  # noqa: RUF001 - set by any dash
_MAX_HEADINGS = 120
# Numbered headings in a row, or items in an ItemList, that make a list of an article.
_ITEMS = 5
# A gallery has this many figures at least, and not many words for each.
_FIGURES, _WORDS_PER_FIGURE = 8, 40


def content_type(tree: HtmlElement, structured: Structured, headline: str, url: str | None) -> tuple[ContentType, str]:
    """Return (type, what says so); (article, "") when nothing says otherwise."""
    path = _path(url)
    own = set(types(structured.article) or structured.types)
    films = "videoobject" in structured.types and _VIDEO_URL.search(path) is not None
    for kind, source, says in (
        (ContentType.LIVE_BLOG, "json-ld", "liveblogposting" in own),
        (ContentType.LIVE_BLOG, "url", _LIVE_URL.search(path)),
        (ContentType.GALLERY, "json-ld", own & {"imagegallery", "mediagallery"}),
        (ContentType.GALLERY, "url", _GALLERY_URL.search(path)),
        (ContentType.VIDEO, "meta og:type", _is_video(structured)),
        (ContentType.VIDEO, "url", films),
        (ContentType.LIST, "json-ld", _lists_items(structured)),
        (ContentType.LIST, "numbered headings", _is_numbered(tree, headline)),
    ):
        if says:
            return kind, source
    return ContentType.ARTICLE, ""


def is_gallery(figures: int, words: int) -> bool:
    """Whether a page with `figures` pictures and a story of `words` words is one for its pictures."""
    return figures >= _FIGURES and words < figures * _WORDS_PER_FIGURE


def _path(url: str | None) -> str:
    try:
        return urlsplit(url or "").path.casefold()
    except ValueError:
        return ""


def _is_video(structured: Structured) -> bool:
    stated = next(iter(structured.tags("og:type")), "").casefold()
    return stated.startswith("video") and not structured.article


def _lists_items(structured: Structured) -> bool:
    """Whether the article itself, or the page, has a list of items as its main entity."""
    for node in (structured.article, structured.webpage):
        for entity in as_list(node.get("mainEntity")):
            if isinstance(entity, dict) and "itemlist" in types(entity):
                return len(as_list(entity.get("itemListElement"))) >= _ITEMS
    return False


def _is_numbered(tree: HtmlElement, headline: str) -> bool:
    """Whether the headings are numbered in a row, as many as the headline announces."""
    announced = {int(number) for number in re.findall(r"(?<!\d)\d{1,3}(?!\d)", headline)}
    run = _longest_run(tree) if announced else 0
    return run >= _ITEMS and any(abs(run - number) <= 1 for number in announced)


def _longest_run(tree: HtmlElement) -> int:
    """How many headings stand in a row whose numbers go up, or down, by one."""
    numbers = []
    for heading in tree.xpath("//h2 | //h3")[:_MAX_HEADINGS]:
        found = _NUMBERED.match(heading.text_content().strip()[:20])
        if found:
            numbers.append(int(found[1]))
    longest = run = 1 if numbers else 0
    step = 0
    for before, after in pairwise(numbers):
        change = after - before
        run = run + 1 if abs(change) == 1 and (run == 1 or change == step) else 2 if abs(change) == 1 else 1
        step = change
        longest = max(longest, run)
    return longest
