"""The headings of a page: which may be its headline, and which close its breadcrumbs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from wiredesk_cleaner.normalisation import one_line

MAX_HEADLINE = 300
_MAX_HEADINGS = 12
_PATH_LEVELS, _MAX_LINKS = 4, 4
_NAMING = frozenset({"class", "id", "aria-label"})
_BREAKS = frozenset({"br", "div", "p", "h1", "h2", "h3", "small"})


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page that may be the headline.

    `in_path`: it closes the breadcrumbs, where sites keep a line for search engines, above the headline that is read.
    """

    line: str
    node: HtmlElement
    in_path: bool = False


def headings_in(tree: HtmlElement, url: str | None) -> list[Heading]:
    """Return the first h1 elements that hold text; also the first h2 elements where no h1 is outside breadcrumbs.

    What is all one link to the home page of `url` is the site's name and left out.
    """
    found: list[Heading] = []
    for tag in ("h1", "h2"):
        nodes = [(spaced_text(node), node) for node in tree.xpath(f"//{tag}")[: 3 * _MAX_HEADINGS]]
        nodes = [(line, node) for line, node in nodes if 0 < len(line) <= MAX_HEADLINE and not _is_home(node, url)]
        found += [Heading(line, node, in_path=tag == "h1" and _in_path(node)) for line, node in nodes[:_MAX_HEADINGS]]
        if not all(heading.in_path for heading in found):
            break
    return found


def _is_home(node: HtmlElement, url: str | None) -> bool:
    line = spaced_text(node)
    links = [*node.iter("a"), *islice(node.iterancestors("a"), 1)]
    return any(_leads_home(link.get("href"), url) and spaced_text(link) == line for link in links[:_MAX_LINKS])


def _leads_home(link: str | None, url: str | None) -> bool:
    try:
        here, there = urlsplit(url or ""), urlsplit(urljoin(url or "", (link or "#").strip()))
    except ValueError:
        return False
    is_root = there.path in {"", "/"} and not there.query and not (link or "#").startswith("#")
    return is_root and there.hostname == here.hostname and here.path not in {"", "/"}


def _in_path(node: HtmlElement) -> bool:
    around = (node, *islice(node.iterancestors(), _PATH_LEVELS))
    return any(
        "breadcrumb" in f"{name} {value}".casefold()
        for element in around
        for name, value in element.items()
        if name in _NAMING or name.startswith("data-")
    )


def spaced_text(node: HtmlElement) -> str:
    """Return the text of `node` on one line, a space where a browser breaks the line."""
    return one_line("".join(_in_order(node)) if len(node) else node.text or "")


def _in_order(node: HtmlElement) -> Iterator[str]:
    for event, part in etree.iterwalk(node, events=("start", "end")):
        if part.tag in _BREAKS:
            yield " "
        yield (part.text if event == "start" else part.tail if part is not node else "") or ""
