"""Who wrote the article: names out of structured data, else out of the byline that the reader sees. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.metadata.author_names import QUOTES, author_names, reads_as_name, without_lead
from wiredesk_cleaner.metadata.headline_vicinity import Spot, marks
from wiredesk_cleaner.metadata.structured_data import Structured, names
from wiredesk_cleaner.metadata.titles import is_site
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.zones.bylines import is_house

_CITED = "citation_author"
_MAX_LINE = 160
# Elements between two authors of one byline.
_REACH = 12
_PERSON_LINK = re.compile(
    r"/(?:authors?|autor(?:en|es|in)?|auteurs?|autore|by|byline|contributors?|columnists?|people|persons?|staff|writers?"
    r"|journalists?|reporters?|profiles?|producers|redaktion|redaktor|redakce|kirjoittaja|forfatter|skribent|penulis"
    r"|team|users?|u)(?:/|=|\.|$)|[?&](?:author|autor)=",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"//(?:[\w-]{1,40}\.){0,3}(?:facebook|twitter|x|linkedin|instagram|bsky|threads|youtube|tiktok|reddit|github|medium"
    r"|pinterest|mastodon)\."
)
_PERSON_MARK = re.compile(
    r"(?:^|[\W_]|[a-z](?=[A-Z]))(?:author|byline|autor|auteur|autore|writer|verfasser|written-?by|contributor|skribent"
    r"|forfatter|journalist|reporter|redakteur|penulis)",
    re.IGNORECASE,
)
_NO_PERSON_MARK = re.compile(
    r"comment|related|avatar|image|photo|social|share|bio\b|date|time|title|role|job|position|desc", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Authors:
    """The authors, where they were taken from, and the agency that is named beside or instead of them."""

    names: tuple[str, ...] = ()
    source: str = ""
    certain: bool = True
    agency: str | None = None


def authors(structured: Structured, near: Sequence[Spot], everywhere: Iterable[Spot], sites: Sequence[str]) -> Authors:
    """Return who wrote the page.

    `near` is what stands around the headline, `everywhere` the elements that are marked as naming an author. What the
    mark-up states goes first; where it only names the publisher, a person in the byline is better.
    """
    houses: Authors | None = None
    agency = None
    for source, stated in _stated(structured):
        people, others = _apart(author_names(stated), sites)
        agency = agency or next((name for name in others if is_house(name)), None)
        if people:
            return Authors(people, source, agency=agency)
        if others and houses is None:
            houses = Authors(others, source, agency=agency)
    people, others = _apart(visible_authors(near), sites)
    if people:
        return Authors(people, "byline", agency=agency)
    people = _apart(visible_authors(everywhere, alone=True), sites)[0]
    if people:
        return Authors(people, "marked author", certain=False, agency=agency)
    return houses or (Authors(others, "byline", agency=agency) if others else Authors())


def _stated(structured: Structured) -> Iterable[tuple[str, list[str]]]:
    for node in (structured.article, structured.webpage):
        for key in ("author", "creator"):
            yield "json-ld", list(names(node.get(key), structured.ids))
    for tag in pagewords().meta_author:
        yield f"meta {tag}", [value for value in structured.tags(tag) if "://" not in value]
    yield f"meta {_CITED}", [_turned(value) for value in structured.tags(_CITED)]
    for number in ("1", "2"):
        if fold(next(iter(structured.tags(f"twitter:label{number}")), "")) in pagewords().by:
            yield f"meta twitter:data{number}", structured.tags(f"twitter:data{number}")


def _turned(name: str) -> str:
    """A name of a bibliography, "Lee, Ann", in the order in which it is spoken."""
    last, comma, rest = name.partition(",")
    return f"{rest.strip()} {last.strip()}" if comma and "," not in rest else name


def _apart(found: Sequence[str], sites: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (people, houses): the publisher and agencies are no people."""
    houses = tuple(name for name in found if is_house(name) or is_site(name, sites))
    return tuple(name for name in found if name not in houses), houses


def visible_authors(spots: Iterable[Spot], *, alone: bool = False) -> tuple[str, ...]:
    """Return whom the first byline among `spots` names, with those whom the same kind of mark-up names beside it.

    `alone`: the spots come from all over the page, so they count only when all of them name the same.
    """
    found: dict[str, str] = {}
    kind, last, led = "", 0, False
    for order, spot in enumerate(spots):
        if kind and not alone and order - last > _REACH:
            break
        how, led = "lead" if led else _evidence(spot), _is_lead(spot.line)
        if led or not how or (kind and how != kind and not alone):
            continue
        named = {fold(name): name for name in _people_of(spot, how)}
        if not named:
            continue
        if alone and found and not (named.keys() <= found.keys() or found.keys() <= named.keys()):
            return ()
        kind, last = how, order
        found |= {key: name for key, name in named.items() if key not in found}
        if how == "lead" and not alone:
            break
    return tuple(found.values())


def _is_lead(line: str) -> bool:
    """Whether `line` is what stands before a name and no more: the name is in the next element."""
    return line.strip(QUOTES).casefold() in pagewords().by


def _evidence(spot: Spot) -> str:
    """By what `spot` gives itself away as naming an author; "" when by nothing."""
    node, line = spot.node, spot.line
    first = fold(line).split(maxsplit=1)[:1]
    if len(line) > _MAX_LINE or (first and first[0] in pagewords().others):
        return ""
    if node.get("rel") == "author" or "author" in (node.get("itemprop") or "").casefold():
        return "link"
    href = (node.get("href") or "") if node.tag == "a" else ""
    if _PERSON_LINK.search(href) and not _ELSEWHERE.search(href):
        return "link"
    if len(line.split()) > 1 and len(without_lead(line)) < len(line.strip(QUOTES)):
        return "lead"
    own = marks(node, 1)
    return "mark" if _PERSON_MARK.search(own) and not _NO_PERSON_MARK.search(own) else ""


def _people_of(spot: Spot, how: str) -> tuple[str, ...]:
    people = author_names([spot.line])
    fewest = 1 if how == "link" else 2
    return tuple(
        name
        for name in people
        if len(name.split()) >= fewest
        and (reads_as_name(name) or (how == "link" and name.islower() and " " not in name))
    )
