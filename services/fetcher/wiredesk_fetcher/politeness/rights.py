"""What the headers of a page state about its use: recorded as written, never guessed. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_META = re.compile(r"<meta\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LINK = re.compile(r'<([^<>]*)>((?:\s*;[^,;"<>]*(?:"[^"]*"[^,;"<>]*)?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_ANCHOR = re.compile(r";\s*anchor\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """What one answer states about its use; what it does not state is empty or None.

    `robots_tag`: the directives of X-Robots-Tag for this crawler or for all, in lower case, each once, at most 20.
    `tdm_reservation`: whether text and data mining is reserved (W3C TDMRep); one reservation among several headers
    counts. `tdm_policy`: its policy, as written. `content_usage`: the AIPREF expression, as written, several joined
    by `, `, at most 200 characters. `licence`: the target of the first `Link` with `rel=license`, as written: it may
    be relative to the URL of the answer.
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
        licence=next(_licences(_values(headers, "link")), ""),
    )


def headers_in(page: str, token: str = TOKEN) -> list[tuple[str, str]]:
    """Return what the head of a page states, as the headers that would say the same. Never raises; linear.

    Read are `<meta>` of the names robots (and `token`), tdm-reservation and tdm-policy, in the first 64 KiB.
    """
    first, *others = page[:_MAX_HEAD].split("<!--")
    # What stands in a comment is not said; one without an end goes on to the end.
    head = first + " ".join(other.partition("-->")[2] for other in others)
    end = _BODY.search(head)
    found = []
    for meta in _META.findall(head, 0, end.start() if end else len(head)):
        attributes = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(meta)}
        name = attributes.get("name", "").strip().lower()
        if name in ("robots", token.lower()):
            found.append(("x-robots-tag", attributes.get("content", "")))
        elif name in ("tdm-reservation", "tdm-policy"):
            found.append((name, attributes.get("content", "")))
    return found


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


def _licences(values: list[str]) -> Iterator[str]:
    for value in values:
        for target, parameters in _LINK.findall(value):
            relation = _REL.search(parameters)
            # A link with an anchor is about something else than this page.
            if relation is None or _ANCHOR.search(parameters) or len(target) > _MAX_URL:
                continue
            if "license" in (relation[1] or relation[2] or "").lower().split():
                yield target.strip()
