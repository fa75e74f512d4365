"""What a page states about its use, in its headers and its head: recorded as written, never guessed. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from wiredesk_fetcher.charset import fit
from wiredesk_fetcher.politeness.robots import MAX_EXPRESSION, TOKEN

MAX_DIRECTIVES = 20

_MAX_HEADERS = 20
_MAX_VALUE = 8_192
_MAX_URL = 2_000
_MAX_DIRECTIVE = 100

# Directives with a value: with any other name, a colon follows the name of a crawler.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_NAMED = re.compile(r"([a-z0-9_*-]+)\s*:\s*(.*)", re.DOTALL)
# What follows the comma in `unavailable_after: Wed, 25 Jun 2030 15:00:00 GMT`.
_REST_OF_DATE = re.compile(r"[0-9]{1,2}[ -][a-z]{3}")
_MAX_HEAD = 64 * 1024
_TAG = re.compile(r"<(body|meta|link|script)(?=[\s>])([^<>]{0,2000})>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# The root of an RSL document, with whatever prefix its namespace has.
_RSL_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?rsl[\s>]")
_LINK = re.compile(r'<([^<>]*)>((?:\s*;[^,;"<>]*(?:"[^"]*"[^,;"<>]*)?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_TYPE = re.compile(r';\s*type\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_ANCHOR = re.compile(r";\s*anchor\s*=", re.IGNORECASE)
# RSL 1.0, 2.2 and 4.5: what tells its licences from others.
_RSL_TYPE = "application/rsl+xml"
# "This very document" (RFC 3986, 4.4): where a licence is that stands in the page.
_HERE = "#"


@dataclass(frozen=True, slots=True)
class Stated:
    """What one answer states about its use; what it does not state is empty or None.

    `robots_tag`: the directives of X-Robots-Tag for this crawler or for all, in lower case, each once, at most 20.
    `tdm_reservation`: whether text and data mining is reserved (W3C TDMRep); one reservation among several headers
    counts. `tdm_policy`: its policy, as written. `content_usage`: the AIPREF expression, as written, several joined
    by `, `, at most 200 characters. `licence`: the target of the first `Link` with `rel=license` that is an RSL
    licence, or else of the first, as written: it may be relative to the URL of the answer, and `#` is the page itself.
    """

    robots_tag: tuple[str, ...] = ()
    tdm_reservation: bool | None = None
    tdm_policy: str = ""
    content_usage: str = ""
    licence: str = ""


def stated_in(headers: Sequence[tuple[str, str]], token: str = TOKEN) -> Stated:
    """Return what the `headers` of an answer, names and values, state for the crawler named `token`. Never raises.

    Of one name, 20 headers are read. Values of more than 8,192 characters and URLs of more than 2,000 state nothing:
    what is cut would be another statement.
    """
    reserved = set(_values(headers, "tdm-reservation"))
    policies = (value for value in _values(headers, "tdm-policy") if value and len(value) <= _MAX_URL)
    usages = (value for value in _values(headers, "content-usage") if value)
    return Stated(
        robots_tag=_directives(_values(headers, "x-robots-tag"), token.lower()),
        tdm_reservation=True if "1" in reserved else False if "0" in reserved else None,
        tdm_policy=next(policies, ""),
        content_usage=", ".join(usages)[:MAX_EXPRESSION],
        licence=_licence(_values(headers, "link")),
    )


def headers_in(page: str, token: str = TOKEN) -> list[tuple[str, str]]:
    """Return what the head of a page states, as the headers that would say the same. Never raises; linear.

    Read are, in the first 64 KiB, `<meta>` of the names robots (and `token`), tdm-reservation and tdm-policy,
    `<link rel=license>`, and an RSL licence that stands there itself (`<script type="application/rsl+xml">`). AIPREF
    has no such form (draft-ietf-aipref-attach-05: a header and robots.txt); what RSL has outside the head is about
    that part of the page alone (RSL 1.0, 4.6).
    """
    first, *others = page[:_MAX_HEAD].split("<!--")
    # What stands in a comment is not said; one without an end goes on to the end.
    head = first + " ".join(other.partition("-->")[2] for other in others)
    found: list[tuple[str, str]] = []
    at = 0
    while (tag := _TAG.search(head, at)) and (element := tag[1].lower()) != "body":
        at = tag.end()
        attributes = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[2])}
        if element == "meta":
            found += _of_meta(attributes, token.lower())
        elif element == "link":
            found += _of_link(attributes)
        else:
            # What a script writes is not said either.
            end = _SCRIPT_END.search(head, at)
            text, at = head[at : end.start() if end else None], end.end() if end else len(head)
            if _is_rsl(attributes) and _RSL_ROOT.search(text):
                found.append(_link(_HERE, is_rsl=True))
    return found


def _of_meta(attributes: Mapping[str, str], token: str) -> Iterator[tuple[str, str]]:
    name = attributes.get("name", "").strip().lower()
    if name in ("robots", token):
        yield "x-robots-tag", attributes.get("content", "")
    elif name in ("tdm-reservation", "tdm-policy"):
        yield name, attributes.get("content", "")


def _of_link(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    target = attributes.get("href", "").strip()
    # No URL has angle brackets, which would end it in a header.
    if "license" in attributes.get("rel", "").lower().split() and not {"<", ">"} & set(target):
        yield _link(target, is_rsl=_is_rsl(attributes))


def _link(target: str, *, is_rsl: bool) -> tuple[str, str]:
    return "link", f'<{target}>; rel="license"' + (f'; type="{_RSL_TYPE}"' if is_rsl else "")


def _is_rsl(attributes: Mapping[str, str]) -> bool:
    return _media_type(attributes.get("type", "")) == _RSL_TYPE


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def forbids_indexing(stated: Stated) -> bool:
    """Return whether the page asks not to be indexed: `noindex`, or `none`, which contains it."""
    return not {"noindex", "none"}.isdisjoint(stated.robots_tag)


def _values(headers: Sequence[tuple[str, str]], name: str) -> list[str]:
    values = [value for given, value in headers if given.lower() == name and len(value) <= _MAX_VALUE]
    return [fit(value).strip() for value in values[:_MAX_HEADERS]]


def _directives(values: list[str], token: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        addressed = True
        last = ""
        for part in value.lower().split(","):
            item = " ".join(part.split())
            # One header may hold several that a proxy has joined, each for a crawler of its own.
            if (named := _NAMED.fullmatch(item)) and named[1] not in _VALUED:
                addressed = named[1] in {token, "*"}
                item = named[2]
            if last.startswith("unavailable_after") and _REST_OF_DATE.match(item):
                found.pop(last, None)
                item = f"{last}, {item}"
            last = item
            if addressed and item:
                found[item[:_MAX_DIRECTIVE]] = None
    return tuple(found)[:MAX_DIRECTIVES]


def _licence(values: list[str]) -> str:
    licences = list(_licences(values))
    # RSL speaks to machines; another licence beside it speaks to readers.
    return next((target for target, is_rsl in licences if is_rsl), licences[0][0] if licences else "")


def _licences(values: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield the target of each licence link, and whether it leads to an RSL licence."""
    for value in values:
        for target, parameters in _LINK.findall(value):
            relation = _REL.search(parameters)
            # A link with an anchor is about something else than this page.
            if relation is None or _ANCHOR.search(parameters) or not target.strip() or len(target) > _MAX_URL:
                continue
            if "license" in (relation[1] or relation[2] or "").lower().split():
                kind = _TYPE.search(parameters)
                yield target.strip(), kind is not None and _media_type(kind[1] or kind[2] or "") == _RSL_TYPE
