"""What stands around the headline of a page: the short lines in which bylines and dates are found. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from wiredesk_cleaner.metadata.headings import spaced_text

# Elements before and after the headline that are looked at, and the prose after which a story has begun.
_BEFORE, _AFTER = 40, 160
_PROSE_WORDS, _PARAGRAPHS = 25, 3
_MAX_LINE = 200
_MAX_PARTS = 12
_MAX_MARKED = 20
_MARKED = (
    "//body//*[@class[contains(., 'author') or contains(., 'byline')] or @rel='author'"
    " or @itemprop[contains(., 'author')] or self::a[contains(@href, '/author')]]"
)
_UNREAD = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "path",
        "img",
        "source",
        "picture",
        "br",
        "option",
        "select",
        "iframe",
        "input",
        "meta",
        "link",
        "use",
        "figcaption",
        "blockquote",
    }
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A short line of the page and the element that holds it."""

    line: str
    node: HtmlElement


def around(tree: HtmlElement, headline: HtmlElement | None) -> list[Spot]:
    """Return the short lines behind the headline, nearest first, then those before it; else the page's first."""
    before: deque[HtmlElement] = deque(maxlen=_BEFORE)
    after: list[HtmlElement] = []
    begun = headline is None
    paragraphs = 0
    body = tree.find("body")
    for node in (tree if body is None else body).iter():
        if not isinstance(node.tag, str) or node.tag in _UNREAD:
            continue
        if node is headline:
            begun = True
        elif not begun:
            before.append(node)
        else:
            after.append(node)
            paragraphs += node.tag == "p" and len((node.text or "").split()) >= _PROSE_WORDS
            if len(after) >= _AFTER or paragraphs >= _PARAGRAPHS:
                break
    return [*_spots(after), *_spots(reversed(before))]


def marked(tree: HtmlElement) -> Iterator[Spot]:
    """Yield the elements of the page that say by their own mark-up that they name an author, comments left out."""
    found = tree.xpath(_MARKED)[:_MAX_MARKED]
    for node in found:
        named = (node.xpath(".//*[@itemprop='name']") or [node])[0]
        if not any("comment" in marks(parent, 0).casefold() for parent in islice(node.iterancestors(), 6)):
            yield from _spots([named])


def _spots(nodes: list[HtmlElement] | Iterator[HtmlElement]) -> Iterator[Spot]:
    for node in nodes:
        if len(node) > _MAX_PARTS or (not (node.text and node.text.strip()) and _is_container(node)):
            continue
        line = spaced_text(node)
        if 0 < len(line) <= _MAX_LINE:
            yield Spot(line, node)


def _is_container(node: HtmlElement) -> bool:
    """Whether `node` has no words of its own between those of its elements."""
    return not any(child.tail and child.tail.strip() for child in node) and len(node) > 0


def marks(node: HtmlElement, levels: int) -> str:
    """Return how `node` and its next `levels` ancestors are called: classes, ids, properties."""
    said = []
    for depth in range(levels + 1):
        said += [
            node.get(name) or "" for name in ("class", "id", "itemprop", "data-testid", "data-qa", "data-component")
        ]
        parent = node.getparent()
        if parent is None or depth == levels or parent.tag in {"body", "main", "article"}:
            break
        node = parent
    return " ".join(filter(None, said))
