"""The elements of a hostile document one after another, without a tree: memory does not grow with it."""

from collections.abc import Mapping

from lxml import etree

_CHUNK = 65_536
# More than the largest sitemap has.
_MAX_ELEMENTS = 1_000_000


class Elements:
    """Takes the elements of a document; a subclass says what it makes of them.

    Names are in lower case and without namespace or prefix. `path` holds those of the open elements, the root first.
    """

    def __init__(self) -> None:
        self.path: list[str] = []
        self.count = 0

    def opened(self, name: str, attributes: Mapping[str, str], /) -> None:
        """Called when an element has begun; its name is the last of `path`. Attributes keep their names."""

    def closed(self, name: str, /) -> None:
        """Called when an element has ended; its name is no longer in `path`."""

    def said(self, text: str, /) -> None:
        """Called with a piece of the text within the innermost open element."""

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        """What the parser calls, as are the others below."""
        self.count += 1
        self.path.append(_local(tag))
        self.opened(self.path[-1], {str(name): str(value) for name, value in attrib.items()})

    def end(self, tag: str | bytes) -> None:
        """What the parser calls."""
        self.closed(self.path.pop() if self.path else _local(tag))

    def data(self, data: str | bytes) -> None:
        """What the parser calls."""
        self.said(str(data))

    def comment(self, text: str | bytes) -> None:
        """What the parser calls."""

    def close(self) -> None:
        """What the parser calls."""


def parse_xml(text: str, elements: Elements) -> bool:
    """Give `elements` those of an XML document, also if it is broken; return whether it is well-formed.

    `text` begins with the root element. So no entity is declared that could be expanded or fetched. A document with
    more than a million elements is broken.
    """
    # With resolve_entities=False an ampersand in an attribute would come as a reference.
    parser = etree.XMLParser(target=elements, encoding="utf-8", recover=True, no_network=True, huge_tree=False)
    return _parse(parser, text, elements)


def parse_html(text: str, elements: Elements) -> None:
    """Give `elements` those of an HTML page."""
    _parse(etree.HTMLParser(target=elements, encoding="utf-8", no_network=True, huge_tree=False), text, elements)


def _parse(parser: etree.XMLParser | etree.HTMLParser, text: str, elements: Elements) -> bool:
    body = text.encode()
    try:
        for start in range(0, len(body), _CHUNK):
            if elements.count > _MAX_ELEMENTS:
                return False
            parser.feed(body[start : start + _CHUNK])
        parser.close()
    except etree.LxmlError:
        # What was found before it broke is good.
        return False
    return not len(parser.feed_error_log)


def _local(tag: str | bytes) -> str:
    return str(tag).rpartition("}")[2].rpartition(":")[2].lower()
