"""From an HTML page to blocks of text and metadata. Pure: the block model finds the body, nothing is fetched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice

import lxml.html
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from wiredesk_cleaner.html.blocks import Block, read_blocks
from wiredesk_cleaner.html.boilerplate import block_model, laid_out
from wiredesk_cleaner.html.captions import own_captions
from wiredesk_cleaner.html.features import Stated
from wiredesk_cleaner.metadata.extraction import Metadata, read_metadata
from wiredesk_cleaner.normalisation import fold, one_line, tidy

# With less than this many words extracted, or no paragraphs, an articleBody in the JSON-LD of equal length or more is
# taken instead.
_SHORT_BODY = 40
_LONG_BODY = 400
_MAX_HEADINGS = 200
_BLOCKS = frozenset({"p", "head", "item", "quote", "row", "code", "ab"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_UNSEEN = ("script", "style", "template", "svg")
# Trafilatura throws these away too, later and one by one.
_UNREAD = (
    *("link", "iframe", "noscript", "nav", "footer", "aside", "select", "textarea"),
    *("button", "picture", "source", "video", "audio", "canvas", "object", "embed", "input", "dialog"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page reduced to what the zone map needs. `text` is the blocks, a blank line between two, tidied.

    `captions` has for each line under a picture its parts: caption, credit, byline. `headings` are lines of `text`.
    `teasers` are counted only where the mark-up declares no article. `expected_f1` says how
    sure the choice of `text` is.
    """

    text: str
    metadata: Metadata
    captions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    visible: str = ""
    teasers: int = 0
    headings: tuple[str, ...] = ()
    expected_f1: float = 1.0


def read_page(source: str, url: str | None, fetched_at: datetime | None = None) -> Page | None:
    """Parse `source`; None when it holds no element at all. No date after `fetched_at` is believed.

    Takes quadratic time in the number of attributes of one tag (a property of libxml2): run it where it can be killed.
    """
    tree = parse_page(source)
    if tree is None:
        return None
    metadata = read_metadata(tree, url, fetched_at)
    found = page_blocks(tree)
    compared = compared_with(metadata)
    chosen, expected_f1 = block_model().choose(found, compared, partial(advice, tree, url))
    captions = own_captions(metadata.pictures, found, chosen, compared.headlines)
    text = tidy(laid_out(chosen)) if chosen else _all_means(tree, url)
    stated = tidy(metadata.body)
    poor = len(text.split()) < _SHORT_BODY or "\n" not in text
    if poor and len(stated.split()) >= len(text.split()):
        text, expected_f1 = stated, 1.0
    # A long story is no wall, whatever else the page shows.
    visible = one_line(" ".join(block.text for block in found)) if len(text.split()) <= _LONG_BODY else text
    headings = tuple(filter(None, (tidy(block.text) for block in chosen if block.node.tag in _HEADINGS)))
    teasers = 0 if metadata.declares_article else _teasers(tree, text)
    return Page(text, metadata, captions, visible, teasers, headings, expected_f1)


def page_blocks(tree: HtmlElement) -> list[Block]:
    """Cut the page into blocks; scripts and drawings go out of `tree`, so read the metadata first."""
    etree.strip_elements(tree, *_UNSEEN, with_tail=False)
    body = tree.find("body")
    return read_blocks(tree if body is None else body)


def advice(tree: HtmlElement, url: str | None) -> str:
    """Return the text that trafilatura keeps at its fastest, empty if none.

    Takes out of `tree` what trafilatura has no use for: call it last.
    """
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    document = _trafilatura(tree, url, fast=True)
    return (document.text or "") if document else ""


def _trafilatura(tree: HtmlElement, url: str | None, *, fast: bool) -> Document | None:
    document = bare_extraction(tree, url=url, fast=fast, with_metadata=False, include_comments=False)
    return document if isinstance(document, Document) else None


def compared_with(metadata: Metadata) -> Stated:
    """Return what the mark-up says that the block model compares blocks with."""
    return Stated(
        (metadata.headline, metadata.title, *metadata.h1), metadata.authors, metadata.description, metadata.body
    )


def _all_means(tree: HtmlElement, url: str | None) -> str:
    """What trafilatura finds with all its means, for a page of which the model keeps nothing."""
    document = _trafilatura(tree, url, fast=False)
    return tidy("\n\n".join(blocks(document.body))) if document else ""


def _teasers(tree: HtmlElement, text: str) -> int:
    """How many cards of `text` hang on a linked heading: an index is made of them."""
    lines = {fold(line) for line in text.split("\n")}
    links = "a[@href and not(starts-with(@href, '#'))]"
    headings = tree.xpath(f"(//h2 | //h3)[descendant::{links} or ancestor::{links}]")
    return sum(not lines.isdisjoint(_card(heading)) for heading in headings[:_MAX_HEADINGS])


def _card(heading: HtmlElement) -> list[str]:
    """The heading and up to three paragraphs that share its nearest container with paragraphs, folded."""
    own = [fold(heading.text_content())]
    for container in islice(heading.iterancestors(), 3):
        found = list(islice(container.iter("p"), 4))
        if found:
            return own + [fold(paragraph.text_content()) for paragraph in found] if len(found) < 4 else own
    return own


def parse_page(source: str) -> HtmlElement | None:
    """Return the root element of `source`, comments left out, or None when it holds no element at all."""
    try:
        # Without huge_tree libxml2 drops what lies deeper than 256 elements; 2,048 stays its bound, so it is safe.
        parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
        # One class for all elements: lxml.html asks a Python function for the class at every touch.
        parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
        # Bytes, because lxml refuses a str that declares an encoding of its own.
        tree = lxml.html.document_fromstring(tidy(source).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return tree


def blocks(body: HtmlElement) -> Iterator[str]:
    """Yield the text of each outermost block of a trafilatura body; line breaks stay, list items get their bullet."""
    for node in body.iter(*_BLOCKS):
        if any(parent.tag in _BLOCKS for parent in node.iterancestors()):
            continue
        if node.tag == "row":
            yield " | ".join(filter(None, (one_line("".join(cell.itertext())) for cell in node)))
            continue
        for break_ in node.iter("lb"):
            break_.tail = "\n" + (break_.tail or "")
        lines = [one_line(line) for part in _parts(node) for line in part.split("\n")]
        text = "\n".join(line for line in lines if line)
        yield f"- {text}" if node.tag == "item" and text else text


def _parts(node: HtmlElement) -> Iterator[str]:
    inner = list(node.iterchildren("p", "item"))
    if not inner:
        yield "".join(node.itertext())
        return
    yield node.text or ""
    for child in inner:
        yield "".join(child.itertext())
        yield child.tail or ""
