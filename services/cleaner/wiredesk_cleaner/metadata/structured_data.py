"""The structured data of a page: its JSON-LD graph and its meta tags, broken parts left out. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from wiredesk_cleaner.normalisation import one_line

Node = dict[str, Any]
_MAX_NODES = 5000
_MAX_META = 500
_MAX_HEADLINE = 300
_COMMENT = re.compile(r"^\s*(?:<!--|<!\[CDATA\[|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_MARK_UP = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_ARTICLES = frozenset({"blogposting", "liveblogposting", "report"})
_PLACES = ("url", "@id", "mainEntityOfPage")


@dataclass(frozen=True, slots=True)
class Structured:
    """What machines are told. `article` and `webpage` are JSON-LD nodes, empty when there is none.

    `ids` finds the fullest node of an `@id`; `types` are the types of all nodes and the names in `meta`, case-folded.
    """

    article: Node
    webpage: Node
    ids: Mapping[str, Node]
    types: frozenset[str]
    meta: Mapping[str, list[str]]

    def tags(self, *names: str) -> list[str]:
        """Return the values of the first of the meta tags `names` that the page has."""
        return next((self.meta[name] for name in names if name in self.meta), [])


def read_structured(tree: HtmlElement, url: str | None) -> Structured:
    """Read the JSON-LD and the meta tags of a parsed page; what is broken or of an odd type counts as not there."""
    nodes = list(json_ld(tree))
    webpages = [node for node in nodes if any(kind.endswith("webpage") for kind in types(node))]
    return Structured(
        article=_article(nodes, url),
        webpage=webpages[0] if webpages else {},
        ids=_by_id(nodes),
        types=frozenset(kind for node in nodes for kind in types(node)),
        meta=_meta_tags(tree),
    )


def json_ld(tree: HtmlElement) -> Iterator[Node]:
    """Yield every JSON-LD object of the page, graphs, lists and nested objects included."""
    stack: list[Any] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").casefold():
            stack.extend(_load(script.text or ""))
    stack.reverse()
    for _ in range(_MAX_NODES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            value = list(value.values())
        if isinstance(value, list):
            stack.extend(item for item in reversed(value) if isinstance(item, dict | list))


def _load(source: str) -> list[Any]:
    text = _COMMENT.sub("", _COMMENT.sub("", source.strip())).strip().rstrip(";")
    for candidate in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return [json.JSONDecoder(strict=False).raw_decode(candidate)[0]]
        except (ValueError, RecursionError):
            continue
    return []


def _by_id(nodes: list[Node]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(found.get(name, {})):
            found[name] = node
    return found


def types(node: Node) -> list[str]:
    """Return the schema.org types of `node`, case-folded, without their prefix."""
    return [kind.rpartition("/")[2].casefold() for kind in as_list(node.get("@type")) if isinstance(kind, str)]


def is_article(node: Node) -> bool:
    """Whether `node` is an article of any kind."""
    return any(kind.endswith("article") or kind in _ARTICLES for kind in types(node))


def _article(nodes: list[Node], url: str | None) -> Node:
    """The article whose address is the page's, else the first one that has a headline."""
    found = [node for node in nodes if is_article(node)]
    here = _path(url)
    return max(
        found, key=lambda node: (bool(here) and here in _paths(node), bool(text(node.get("headline")))), default={}
    )


def _paths(node: Node) -> set[str]:
    stated = [node.get(name) for name in _PLACES]
    stated += [value.get("@id") or value.get("url") for value in stated if isinstance(value, dict)]
    return {_path(value) for value in stated if isinstance(value, str)}


def _path(url: str | None) -> str:
    try:
        return urlsplit(url or "").path.strip("/")
    except ValueError:
        return ""


def as_list(value: Any) -> list[Any]:
    """Return `value` as the list that JSON-LD lets one value stand for."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(value: Any) -> str:
    """Return a stated string on one line, without character references and mark-up; "" when it is no string."""
    return one_line(_MARK_UP.sub("", html.unescape(value))) if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """Return the strings of a value that may be one or a list."""
    return [found for found in map(text, as_list(value)) if found]


def names(value: Any, ids: Mapping[str, Node]) -> Iterator[str]:
    """Yield the names of people or organisations: strings, objects with a name, references to such objects."""
    for item in as_list(value):
        if isinstance(item, dict):
            named = item if "name" in item else ids.get(str(item.get("@id")), {})
            yield from texts(named.get("name"))
        elif found := text(item):
            reference = ids.get(found)
            yield text(reference.get("name")) if reference else found


def first(values: Iterable[str]) -> str | None:
    """Return the first value, or None."""
    return next(iter(values), None)


def _meta_tags(tree: HtmlElement) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for tag in islice(tree.iter("meta"), _MAX_META):
        value = text(tag.get("content"))
        for name in (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").casefold().split():
            if value and value not in tags.get(name, []):
                tags.setdefault(name, []).append(value)
    return tags
