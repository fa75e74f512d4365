"""What feedparser gets to see of a feed: no DTD, not too many items, nothing too long or too deep.

feedparser reads one to five megabytes a second and is quadratic in the length of an author, in the number of an item's
categories and in that of unknown namespaces. So the document is gone through once, linearly, and condensed before.

A document type is dropped whole, with whatever entities it declares: no entity can be expanded and none be fetched.
An honest feed loses nothing by it. What it declares are the names of HTML, like those of the DTD of RSS 0.91, or it
uses them undeclared; they are resolved here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import name2codepoint
from itertools import islice

from wiredesk_fetcher.feeds.fields import MAX_ITEMS
from wiredesk_fetcher.feeds.listing import NotAListingError

# Pieces of markup and text: how many are looked at, and how many are kept, where an attribute counts as one as well.
# The largest feed of 2000 items has about 100,000.
_MAX_TOKENS = 1_000_000
_MAX_WEIGHT = 150_000
# Of one item; of what comes after it, as in a whole article in XHTML, only the text at its beginning matters.
_MAX_ITEM_TOKENS = 200
# After the last item little but end tags is to come.
_MAX_TAIL_TOKENS = 1000
# Below an item. Markup within a text is hardly ever 20 deep.
_MAX_DEPTH = 100
_MAX_NAMESPACES = 100
# In characters: of a text, of a short field, of a tag. A text may be longer than any address, or a cut one would pass.
_MAX_RUN = 9000
_MAX_SHORT_RUN = 600
_MAX_TAG = 16_384
_MAX_ITEM_TAG = 2_048
# Names of people and categories, dates: by local name in lower case.
_SHORT = frozenset(
    {
        *("author", "contributor", "creator", "managingeditor", "owner", "publisher", "webmaster"),
        *("category", "keywords", "subject", "tags"),
        *("created", "date", "issued", "lastbuilddate", "modified", "pubdate", "published", "updated"),
    }
)
# None of these is kept, and feedparser fails on the whole feed if one lacks what it should have.
_UNWANTED = frozenset({"chapter", "chapters", "height", "textinput", "width"})
# Each keywords element holds many.
_MAX_OF_A_KIND = {"keywords": 2}
_MAX_OF_ANY_KIND = 100
_ITEMS = frozenset({"item", "entry"})

# No alternative looks at a character more than a few times, however the document is broken: what has a counterpart
# ends with the document at the latest, and the rest at the next angle bracket.
_TOKEN = re.compile(
    r"<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)"
    r"|<!--.*?(?:-->|\Z)"
    r"|<!DOCTYPE[^<>\[]*(?:\[.*?(?:\]\s*>|\Z)|>)"
    r"|<[!?][^<>]*>"
    r"|<(?P<slash>/?)(?:[A-Za-z_][\w.-]*:)?(?P<name>[A-Za-z_][\w.-]*)[^<>]*>"
    r"|(?P<text>[^<]+|<)",
    re.DOTALL | re.IGNORECASE,
)
_ITEM_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
# An empty link would hide from feedparser that the guid is the address.
_EMPTY_LINK = re.compile(r"<link\s*/>|<link>\s*</link>")
_ATTRIBUTES = re.compile(r"(</?[^\s/>]+).*?(/?>)\Z", re.DOTALL)
_NAMESPACE = re.compile(r"xmlns:([\w.-]{1,100})")
_REFERENCE = re.compile(r"&(?:#([0-9]+|[xX][0-9a-fA-F]+);?|([A-Za-z][A-Za-z0-9]{1,31});)")
_CUT_REFERENCE = re.compile(r"&[^;&\s]{0,31}\Z")
# No one's name has such a word, and feedparser looks for an address in it from each of its characters on.
_LONG_WORD = re.compile(r"([A-Za-z0-9_.+-]{64})[A-Za-z0-9_.+-]+")
_IN_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
# What PHP prints before a feed when it has something to complain about.
_COMPLAINTS = frozenset({"b", "br"})


@dataclass(frozen=True, slots=True)
class Root:
    """The root element of a document: its local name in lower case, where it starts, what stands before it."""

    name: str
    start: int
    is_preceded_by_text: bool


def root(text: str) -> Root | None:
    """Return the root element of an XML or HTML document however broken, or None if `text` has no element."""
    # A declaration has to be the very first.
    is_preceded = text[:1].isspace() and text.lstrip().startswith("<?xml")
    for token in islice(_TOKEN.finditer(text), _MAX_TAIL_TOKENS):
        name = (token["name"] or "").lower()
        if name and name not in _COMPLAINTS:
            return Root(name, token.start(), is_preceded)
        is_preceded = is_preceded or bool(name or (token["text"] or "").strip())
    return None


def condensed(text: str, start: int) -> tuple[str, int]:
    """Return the feed whose root element is at `start` within the limits, and how many items that left out.

    What is left of a well-formed document is well-formed.

    Raises:
        NotAListingError: it declares more than 100 prefixes of namespaces.
    """
    if len({found[1] for found in _NAMESPACE.finditer(text)}) > _MAX_NAMESPACES:
        raise NotAListingError(f"this declares more than {_MAX_NAMESPACES} namespaces, no feed does")
    condenser = _Condenser()
    position = condenser.read(_TOKEN.finditer(text, start), _MAX_TOKENS)
    dropped = 0
    if position is not None:
        last = position
        for end in _ITEM_END.finditer(text, position):
            last = end.end()
        dropped = sum(1 for _ in _ITEM_START.finditer(text, position))
        condenser.read(_TOKEN.finditer(text, last), _MAX_TAIL_TOKENS)
    return _EMPTY_LINK.sub("", "".join(condenser.pieces)), dropped


@dataclass(slots=True)
class _Condenser:
    """Where in the document the pass is, and what it has let through."""

    pieces: list[str] = field(default_factory=list)
    weight: int = 0
    items: int = 0
    # How many pieces there were before the item that is being read, and where that begins.
    item_pieces: int = 0
    item_start: int | None = None
    # All below the item: how deep it is there, how deep it may be, how much has been looked at.
    depth: int = 0
    ceiling: int = _MAX_DEPTH
    tokens: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    # The short field that is being read, whether it is left out, and how long a text may still be.
    short: str = ""
    is_skipped: bool = False
    room: int = _MAX_RUN

    def read(self, tokens: Iterator[re.Match[str]], limit: int) -> int | None:
        """Let up to `limit` tokens through; return where what is left out begins, if anything is."""
        self.weight = 0
        for number, token in enumerate(tokens):
            self.tokens += 1
            name = (token["name"] or "").lower()
            if name in _ITEMS:
                if not token["slash"] and (self.items == MAX_ITEMS or self.weight >= _MAX_WEIGHT):
                    return token.start()
                self._boundary(token)
            elif number >= limit or self.weight >= _MAX_WEIGHT:
                return self._without_the_last(token.start())
            elif name:
                self._tag(token, name)
            else:
                self._text(token)
        return None

    def _boundary(self, token: re.Match[str]) -> None:
        if token["slash"]:
            if self.item_start is None:
                return
            self.item_start = None
        else:
            self.items += 1
            self.item_pieces, self.item_start = len(self.pieces), token.start()
        self.depth, self.ceiling, self.tokens = 0, _MAX_DEPTH, 0
        self.short, self.is_skipped, self.room = "", False, _MAX_RUN
        self.fields.clear()
        # Its attributes are read in quadratic time. No reader needs them, and without its tag there is no item.
        markup = token[0] if len(token[0]) <= _MAX_ITEM_TAG else _ATTRIBUTES.sub(r"\1\2", token[0])
        self.pieces.append(markup)
        self.weight += _weight(markup)

    def _without_the_last(self, end: int) -> int:
        # Between two items, or before the first, there is nothing to take back.
        if self.item_start is None:
            return end
        start, self.item_start = self.item_start, None
        self.items -= 1
        del self.pieces[self.item_pieces :]
        return start

    def _tag(self, token: re.Match[str], name: str) -> None:
        markup = token[0]
        is_empty = markup.endswith("/>")
        if self.tokens > _MAX_ITEM_TOKENS:
            # What is open stays open until it ends, and of what is in it nothing more is kept.
            self.ceiling = max(1, min(self.ceiling, self.depth))
        if token["slash"]:
            too_deep = self.depth > self.ceiling
            self.depth = max(0, self.depth - 1)
        else:
            too_deep = self.depth >= self.ceiling
            self.depth += not is_empty
            self._enter(name)
        if not too_deep and not self.is_skipped and len(markup) <= _MAX_TAG:
            self.pieces.append(_REFERENCE.sub(_resolved, markup))
            self.weight += _weight(markup)
        if name == self.short and (token["slash"] or is_empty):
            self.short, self.is_skipped = "", False
        if not self.short:
            self.room = _MAX_RUN

    def _enter(self, name: str) -> None:
        if self.is_skipped:
            return
        if name in _UNWANTED:
            self.short, self.is_skipped = name, True
        elif name in _SHORT and not self.short:
            self.fields[name] += 1
            self.short, self.room = name, _MAX_SHORT_RUN
            self.is_skipped = self.fields[name] > _MAX_OF_A_KIND.get(name, _MAX_OF_ANY_KIND)

    def _text(self, token: re.Match[str]) -> None:
        text = token["cdata"] if token["cdata"] is not None else token["text"]
        if not text or self.is_skipped or self.room <= 0 or self.depth > self.ceiling:
            return
        # The parser below hands every line over by itself, and white space is folded in the end.
        kept = text[: self.room].replace("\n", " ").replace("\r", " ")
        self.room -= len(kept)
        self.weight += 1
        if self.short:
            kept = _LONG_WORD.sub(r"\1", kept)
        if token["cdata"] is not None:
            self.pieces.append(f"<![CDATA[{kept}]]>")
            return
        if self.room == 0:
            kept = kept[:-32] + _CUT_REFERENCE.sub("", kept[-32:])
        self.pieces.append(_REFERENCE.sub(_resolved, kept))


def _weight(markup: str) -> int:
    return 1 + (markup.count('"') + markup.count("'")) // 2


def _resolved(reference: re.Match[str]) -> str:
    number, name = reference[1], reference[2]
    if name:
        return reference[0] if name in _IN_XML or name not in name2codepoint else chr(name2codepoint[name])
    digits = number[1:] if number[0] in "xX" else number
    # More digits than a character can have: feedparser would fail on it, and the whole feed with it.
    code = int(digits, 16 if digits is not number else 10) if len(digits) <= 8 else -1
    is_character = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return f"&#{code};" if is_character else "\ufffd"
