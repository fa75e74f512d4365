"""A page's body cut into blocks: every run of text that one block-level element or line break bounds. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


# Everything else starts a block of its own. A table cell does not: its row is the block.
_INLINE = frozenset(
    _words(
        "a abbr acronym b bdi bdo big button cite code data del dfn em font i ins kbd label mark nobr picture q ruby",
        "rb rt rp s samp small span strike strong sub sup td th time tt u var wbr",
    )
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset(
    _words(
        "script style noscript template svg head title select option textarea iframe object canvas audio video map",
        "datalist progress meter dialog footer",
    )
)
# What the element is, or lies in. A column of the model per flag.
FLAGS = _words(
    "a li ul table td figure figcaption aside nav header form article main blockquote pre button label section",
    "h1 h2 h3 h4 h5 h6 p dd dt details b time em",
)
_FLAG = {name: 1 << position for position, name in enumerate(FLAGS)}
_FLAG |= {"ol": _FLAG["ul"], "th": _FLAG["td"], "strong": _FLAG["b"], "i": _FLAG["em"], "summary": _FLAG["details"]}
_FLAG |= {"q": _FLAG["blockquote"], "fieldset": _FLAG["form"], "dl": _FLAG["ul"], "caption": _FLAG["figcaption"]}
_ROLES = {"navigation": "nav", "banner": "header", "complementary": "aside", "main": "main"}
HIDDEN = 1 << len(FLAGS)
_LINK, _EMPHASIS_FLAG = _FLAG["a"], _FLAG["b"]
_TEXT = etree.XPath("descendant::text() | descendant::br | descendant::hr")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_HIDDEN_STYLE = re.compile(r"display:\s*none|visibility:\s*hidden")
# Frameworks hide what only screen readers shall say behind a class.
_HIDDEN_NAME = re.compile(r"\b(?:visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|is-hidden)\b", re.IGNORECASE)
# Where class names are machine-made, these say what an element is.
_TELLING = _words(
    "class id itemprop role aria-label data-testid data-test-id data-test data-component data-component-name data-qa",
    "data-type data-module data-element data-block data-area data-zone data-widget data-name data-role data-t-name",
    "data-area-id data-gu-name data-track-module data-area-name data-link-name data-gtm-name data-section",
)
_MAX_TOKENS = 16
_MOST_NAMES = 160
# What hides an element stands early in its style.
_MOST_SAID = 200
_KNOWN = frozenset((*_TELLING, "style", "hidden", "aria-hidden"))


@dataclass(slots=True, eq=False)
class Node:
    """An element that holds text or lies above one that does. `flags` are its own and its ancestors'.

    `within` is the block-level element around an inline one, `cell` the number of the table cell around it, 0 if none.
    No node refers to itself, so that a page's nodes go with it and wait for no garbage collection.
    """

    tag: str
    parent: "Node | None"
    flags: int
    depth: int
    tokens: tuple[str, ...]
    unseen: bool
    within: "Node | None"
    cell: int
    number: int


@dataclass(slots=True, eq=False)
class Block:
    """A run of text. `node` is the block-level element that bounds it; counts are of characters without margins."""

    node: Node
    flags: int = 0
    chars: int = 0
    linked: int = 0
    links: int = 0
    emphasised: int = 0
    after_break: bool = False
    text: str = ""


def read_blocks(body: HtmlElement) -> list[Block]:
    """Return the blocks of `body` in document order, white space collapsed (in a `pre` only within its lines).

    What no reader sees (scripts, templates, form options) is left out, and so are the page's and its parts' footers;
    what style hides stays, with its flag.
    """
    blocks: list[Block] = []
    block: Block | None = None
    parts: list[str] = []
    cell = 0
    last: Node | None = None
    for item, node, broken, spaced in _texts(body):
        holder = node.within or node
        # Style breaks the line where a word of one element runs into another's; else "Survives" and "One" were one.
        glued = not spaced and node is not last and bool(parts) and _is_glued(parts[-1], item)
        if block is None or broken or holder is not block.node or (glued and node.cell == cell):
            if block is not None:
                block.text = _joined(block, parts)
            after_break = broken or (block is not None and holder is block.node)
            block = Block(holder, flags=node.flags, after_break=after_break)
            parts = []
            blocks.append(block)
        elif node.cell != cell:
            parts.append(" | ")
        elif spaced:
            parts.append(" ")
        last, cell = node, node.cell
        parts.append(item)
        _count(block, node.flags, len(item.strip()))
    if block is not None:
        block.text = _joined(block, parts)
    return [block for block in blocks if block.text]


def _texts(body: HtmlElement) -> Iterator[tuple[str, Node, bool, bool]]:
    """Yield each text that is seen and not blank, its node, and whether a break or a blank text stands before it.

    A blank text may be all that parts two words: "<b>one</b> <i>word</i>".
    """
    nodes: dict[HtmlElement, Node] = {}
    broken = spaced = False
    for item in cast(list[Any], _TEXT(body)):
        if etree.iselement(item):
            broken = True
            continue
        if item.isspace():
            spaced = True
            continue
        parent = item.getparent()
        if item.is_tail:
            parent = parent.getparent()
        node = nodes.get(parent) or _node(parent, nodes, body)
        if not node.unseen:
            yield item, node, broken, spaced
            broken = spaced = False


def _is_glued(before: str, after: str) -> bool:
    """Whether a sentence or word ends `before` and another begins `after`, with no white space between them."""
    end, start = before[-1:], after[:1]
    return start.isupper() and (end.islower() or end in ".!?") and after[1:2].islower() and len(before) > 1


def _count(block: Block, flags: int, size: int) -> None:
    block.chars += size
    block.flags &= flags
    if flags & _LINK:
        block.linked += size
        block.links += 1
    if flags & _EMPHASIS_FLAG:
        block.emphasised += size


def _joined(block: Block, parts: list[str]) -> str:
    joined = "".join(parts) if len(parts) > 1 else parts[0]
    if block.node.tag == "pre":
        return "\n".join(filter(None, (" ".join(line.split()) for line in joined.split("\n"))))
    return " ".join(joined.split())


def _node(element: HtmlElement, nodes: dict[HtmlElement, Node], body: HtmlElement) -> Node:
    """Return the node of `element`, made along with those of its ancestors up to `body`."""
    missing = [element]
    at: HtmlElement | None = element
    parent = None
    while at is not None and at is not body and parent is None:
        at = at.getparent()
        parent = nodes.get(at)
        if parent is None and at is not None:
            missing.append(at)
    for each in reversed(missing):
        parent = nodes[each] = _made(each, parent, len(nodes))
    return nodes[element]


def _made(element: HtmlElement, parent: Node | None, number: int) -> Node:
    tag = element.tag
    if not isinstance(tag, str):
        tag = "div"
    flags = _FLAG.get(tag, 0)
    tokens: tuple[str, ...] = ()
    if stated := tuple([(name, value[:_MOST_SAID]) for name, value in element.items() if name in _KNOWN]):
        said, tokens = _said(stated)
        flags |= said
    if parent is None:
        return Node(tag, None, flags, 0, tokens, False, None, 0, number)
    within, cell = None, 0
    if tag in _CELLS:
        within, cell = parent.within or parent, number
    elif tag in _INLINE:
        within, cell = parent.within or parent, parent.cell
    unseen = parent.unseen or tag in _UNSEEN
    return Node(tag, parent, flags | parent.flags, parent.depth + 1, tokens, unseen, within, cell, number)


@lru_cache(maxsize=4096)
def _said(stated: tuple[tuple[str, str], ...]) -> tuple[int, tuple[str, ...]]:
    """Return what attributes say of an element: flags, and the words of its names. Sites repeat them."""
    flags = 0
    get = dict(stated).get
    role, style = get("role"), get("style")
    if role:
        flags |= _FLAG.get(_ROLES.get(role, ""), 0)
    if (style and _HIDDEN_STYLE.search(style)) or get("hidden") is not None or get("aria-hidden") == "true":
        flags |= HIDDEN
    names = " ".join([value for name in _TELLING if (value := get(name))])[:_MOST_NAMES]
    tokens = _tokens(names) if names else ()
    if ("hidden" in tokens or "sr" in tokens or "reader" in tokens) and _HIDDEN_NAME.search(names):
        flags |= HIDDEN
    return flags, tokens


@lru_cache(maxsize=20_000)
def _tokens(names: str) -> tuple[str, ...]:
    """Return the words of class and id names, each once, in order."""
    return tuple(dict.fromkeys(word.lower() for word in _TOKEN.findall(names) if len(word) > 1))[:_MAX_TOKENS]


def ancestors(node: Node) -> Iterator[Node]:
    """Yield `node` and what lies above it, inside out."""
    at: Node | None = node
    while at is not None:
        yield at
        at = at.parent
