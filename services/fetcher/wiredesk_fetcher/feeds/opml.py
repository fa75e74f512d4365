"""Lists of feeds as OPML, which every reader of feeds writes and reads."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from wiredesk_fetcher.feeds.condensing import root
from wiredesk_fetcher.feeds.document import decoded
from wiredesk_fetcher.feeds.elements import Elements, parse_xml
from wiredesk_fetcher.feeds.fields import MAX_NAME, MAX_TITLE, address, folded
from wiredesk_fetcher.feeds.listing import NotAListingError

# Further ones are left out.
MAX_OUTLINES = 20_000

_ATTRIBUTES = ("language", "country", "section")
_CATEGORY = "category"
# Folders within folders that become labels, and how deep they are looked for.
_MAX_FOLDERS = 10
_MAX_DEPTH = 100
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NotOpmlError(ValueError):
    """The document is no OPML. The message says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. `url` is absolute, http or https; `labels` are pairs of a name and a value, as given."""

    url: str
    title: str = ""
    labels: tuple[tuple[str, str], ...] = ()


def read(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds that an OPML document lists, in its order, each address once: at most MAX_OUTLINES.

    The folders a feed is in become the label `category`, joined by slashes; its attributes `language`, `country` and
    `section` become labels of that name. What is not well-formed is read as far as it goes.

    Raises:
        NotOpmlError: it is no OPML, or has more than 10 MiB.
    """
    try:
        text = decoded(body, "")
    except NotAListingError as error:
        raise NotOpmlError(str(error)) from error
    found = root(text)
    if found is None or found.name != "opml":
        raise NotOpmlError("this is no OPML: its root element is another")
    outlines = _Outlines()
    # From the root on: the document type with its entities is not even parsed.
    parse_xml(text[found.start :], outlines)
    return tuple(outlines.found.values())


def write(outlines: Iterable[Outline], title: str) -> bytes:
    """Return `outlines` as OPML 2.0 in UTF-8: by folder, which is the label `category`, in order of appearance.

    `read` gives back what was written, if each address is there once and the labels are those that `read` makes.
    """
    opml = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(opml, "head"), "title").text = _xml(title)
    folders = {"": etree.SubElement(opml, "body")}
    for outline in outlines:
        labels = dict(outline.labels)
        element = etree.SubElement(_folder(folders, labels.get(_CATEGORY, "")), "outline", type="rss")
        element.set("text", _xml(outline.title or outline.url))
        if outline.title:
            element.set("title", _xml(outline.title))
        element.set("xmlUrl", _xml(outline.url))
        for name in _ATTRIBUTES:
            if value := labels.get(name):
                element.set(name, _xml(value))
    return etree.tostring(opml, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _folder(folders: dict[str, etree._Element], path: str) -> etree._Element:
    if path not in folders:
        above, _, name = path.rpartition("/")
        folders[path] = etree.SubElement(_folder(folders, above), "outline", text=_xml(name))
    return folders[path]


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


class _Outlines(Elements):
    """The feeds of a list: `found` holds them by address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Outline] = {}
        # The titles of the open elements; of what is no folder it is empty.
        self._titles: list[str] = []

    def opened(self, name: str, attributes: Mapping[str, str], /) -> None:
        given = {key.lower(): value for key, value in attributes.items()}
        # Lists in the wild have the title in either.
        title = folded(given.get("title"), MAX_TITLE) or folded(given.get("text"), MAX_TITLE)
        is_outline = name == "outline"
        url = address("", given.get("xmlurl")) if is_outline else ""
        self._titles.append(title[:MAX_NAME] if is_outline and "xmlurl" not in given else "")
        if url and url not in self.found and len(self.found) < MAX_OUTLINES:
            self.found[url] = Outline(url, "" if title == url else title, self._labels(given))

    def closed(self, _name: str, /) -> None:
        self._titles.pop()

    def _labels(self, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        folders = [title for title in self._titles[:_MAX_DEPTH] if title][:_MAX_FOLDERS]
        category = ((_CATEGORY, "/".join(folders)),) if folders else ()
        values = ((name, folded(given.get(name), MAX_NAME)) for name in _ATTRIBUTES)
        return category + tuple((name, value) for name, value in values if value)
