"""Who wrote the article: names out of structured data, else out of the byline that the reader sees. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wiredesk_cleaner.lexicon.furniture import lexicon
from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.metadata.headline_vicinity import Spot, marks
from wiredesk_cleaner.metadata.structured_data import Structured, as_list, first, names, text
from wiredesk_cleaner.metadata.titles import is_site
from wiredesk_cleaner.normalisation import fold, one_line
from wiredesk_cleaner.reading.dates import read_date, without_dates
from wiredesk_cleaner.reading.name_lists import author_names, is_lead, led_names, without_lead
from wiredesk_cleaner.reading.names import is_full_name, is_house, is_newsroom, reads_as_name
from wiredesk_cleaner.reading.people import signed_names

_CITED = "citation_author"
_MAX_LINE = 160
# Elements between two authors of one byline.
_REACH = 5
# The byline of the story is among so many elements behind its headline; a name alone beside a date among these.
_RIGHT_BELOW, _BELOW = 2, 8
_BESIDE = 2
# A container so many levels up may be called after the author whose full name stands in it.
_OUTER = 3
_INLINE = frozenset({"span", "b", "strong", "i", "em", "font", "u"})
_LABELS = frozenset({"button", "h1", "h2", "h3", "h4", "h5", "h6"})
_PERSON_LINK = re.compile(
    r"/(?:authors?|autor(?:en|es|in)?|auteurs?|autore|by|byline|contributors?|columnists?|people|persons?|staff|writers?"
    r"|journalists?|reporters?|(?:user)?profiles?|reviewers?|producers|redaktion|redaktor|redakce|kirjoittaja|forfatter|skribent"
    r"|penulis|team|users?|userinfo|menschen|u)(?:/|=|\.|$)|[?&](?:author|autor)=",
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
    r"comment|related|avatar|image|photo|social|share|bio\b|date|time|title|\brole|\bjob\b|position|desc|review|views",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Authors:
    """The authors, where they were taken from, and the agency that is named beside or instead of them."""

    names: tuple[str, ...] = ()
    source: str = ""
    certain: bool = True
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Whom a visible byline names. `order` counts the elements between it and the headline, `led`: it says "By"."""

    names: tuple[str, ...] = ()
    order: int = 0
    led: bool = False


def authors(structured: Structured, near: Sequence[Spot], everywhere: Iterable[Spot], sites: Sequence[str]) -> Authors:
    """Return who wrote the page.

    `near` is what stands around the headline, `everywhere` the elements that are marked as naming an author. What the
    mark-up states goes first; where it only names the publisher, a person in the byline is better, and where it names
    somebody else than the byline right below the headline, it names who put the story in.
    """
    stated, houses = _all_stated(structured, sites)
    seen = _seen(near)
    people, others = _apart(seen.names, sites)
    agency = first(name for name in (*houses.names, *others) if is_house(name) and not is_newsroom(name))
    if stated.names:
        best = Authors(people, "byline") if _corrects(replace(seen, names=people), stated.names) else stated
        return replace(best, agency=agency)
    if people:
        return Authors(people, "byline", agency=agency)
    marked, owners = _apart(_seen(everywhere, alone=True).names, sites)
    if marked:
        return Authors(marked, "marked author", certain=False, agency=agency)
    if houses.names:
        return replace(houses, agency=agency)
    if others:
        return Authors(others, "byline", agency=agency)
    alone = owners or _beside_date(structured, near, sites)
    return Authors(alone, "marked author" if owners else "byline", certain=False) if alone else Authors()


def _all_stated(structured: Structured, sites: Sequence[str]) -> tuple[Authors, Authors]:
    """Return (the first people stated, the houses stated before them, other ones than the publisher first)."""
    publisher = {fold(name) for name in names(structured.article.get("publisher"), structured.ids)}
    houses: list[Authors] = []
    for source, values in _stated(structured):
        own = [value for value in values if " " not in value and is_site(value, sites)]
        people, others = _apart((*own, *author_names(values)), sites)
        if others:
            houses.append(Authors(tuple(dict.fromkeys(others)), source))
        if people:
            return Authors(people, source), houses[-1] if houses else Authors()
    houses.sort(key=lambda each: {fold(name) for name in each.names} <= publisher)
    return Authors(), houses[0] if houses else Authors()


def _stated(structured: Structured) -> Iterable[tuple[str, list[str]]]:
    for node in (structured.article, structured.webpage):
        for key in ("author", "creator"):
            yield "json-ld", [name for item in as_list(node.get(key)) for name in _name_of(item, structured)]
    for tag in pagewords().meta_author:
        yield f"meta {tag}", [value for value in structured.tags(tag) if "://" not in value]
    yield f"meta {_CITED}", [_turned(value) for value in structured.tags(_CITED)]
    labels = phrasebook().by | phrasebook().by_label
    for number in ("1", "2"):
        if fold(next(iter(structured.tags(f"twitter:label{number}")), "")) in labels:
            yield f"meta twitter:data{number}", structured.tags(f"twitter:data{number}")


def _name_of(item: Any, structured: Structured) -> Iterator[str]:
    """The name of a person or house in a JSON-LD node; a person may have it in two parts."""
    if isinstance(item, dict) and "name" not in item and (last := text(item.get("familyName"))):
        yield one_line(f"{text(item.get('givenName'))} {last}")
    else:
        yield from names(item, structured.ids)


def _turned(name: str) -> str:
    """A name of a bibliography, "Lee, Ann", in the order in which it is spoken."""
    last, comma, rest = name.partition(",")
    return f"{rest.strip()} {last.strip()}" if comma and "," not in rest else name


def _apart(found: Sequence[str], sites: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (people, houses): the publisher and agencies are no people."""
    houses = tuple(name for name in found if is_house(name) or is_newsroom(name) or is_site(name, sites))
    return tuple(name for name in found if name not in houses), houses


def _corrects(seen: _Seen, stated: tuple[str, ...]) -> bool:
    """Whether the byline names the writers better than the mark-up does.

    It does right below the headline where it names others by their full names, or gives a name in full of which the
    mark-up has the beginning, and where a "By" has more names than the mark-up.
    """
    if not seen.names or seen.order >= _RIGHT_BELOW or not all(is_full_name(name) for name in seen.names):
        return False
    shown, said = ({fold(name) for name in each} for each in (seen.names, stated))
    if shown & said:
        return seen.led and shown > said
    begun = any(name.startswith(f"{each} ") for name in shown for each in said)
    words = [{word for name in each for word in name.split()} for each in (shown, said)]
    return begun or words[0].isdisjoint(words[1])


def visible_authors(spots: Iterable[Spot], *, alone: bool = False) -> tuple[str, ...]:
    """Return whom the first byline among `spots` names, with those whom the same kind of mark-up names beside it.

    `alone`: the spots come from all over the page, so they count only when all of them name the same.
    """
    return _seen(spots, alone=alone).names


def _seen(spots: Iterable[Spot], *, alone: bool = False) -> _Seen:
    found: dict[str, str] = {}
    kind, begun, last, led = "", 0, 0, False
    for order, spot in enumerate(spots):
        if kind and not alone and order - last > _REACH:
            break
        how, led = "lead" if led else _evidence(spot), is_lead(spot.line)
        if led or not how or (kind and how != kind and not alone):
            continue
        named = {fold(name): name for name in _people_of(spot, how)}
        if not named:
            continue
        if alone and found and not (named.keys() <= found.keys() or found.keys() <= named.keys()):
            return _Seen()
        begun = begun if kind else order
        kind, last = how, order
        found |= {key: name for key, name in named.items() if key not in found}
        if how == "lead" and not alone:
            break
    return _Seen(tuple(found.values()), begun, kind == "lead")


def _evidence(spot: Spot) -> str:
    """By what `spot` gives itself away as naming an author; "" when by nothing."""
    node, line = spot.node, spot.line
    opening = fold(line).split(maxsplit=1)[:1]
    if len(line) > _MAX_LINE or (opening and opening[0] in phrasebook().helper):
        return ""
    parent = node.getparent()
    stated = node.get("rel") == "author" or "author" in (node.get("itemprop") or "").casefold()
    if stated or _leads_to_person(node) or (parent is not None and _leads_to_person(parent) and " " in line):
        return "link"
    if led_names(line):
        return "lead"
    return "signed" if signed_names(line) else _called(spot)


def _called(spot: Spot) -> str:
    """Whether `spot` or a container of it is called after an author."""
    for levels in (0, 1, _OUTER) if is_full_name(spot.line) else (0, 1):
        called = marks(spot.node, levels)
        if _PERSON_MARK.search(called):
            return "" if _NO_PERSON_MARK.search(called) else "mark"
    return ""


def _leads_to_person(node: Any) -> bool:
    href = (node.get("href") or "") if node.tag == "a" else ""
    return bool(_PERSON_LINK.search(href)) and not _ELSEWHERE.search(href)


def _people_of(spot: Spot, how: str) -> tuple[str, ...]:
    if how in {"lead", "signed"} and (named := led_names(spot.line) or signed_names(spot.line)):
        return named
    links = [one_line(link.text_content()) for link in spot.node.iterchildren("a") if _leads_to_person(link)]
    people = author_names(links if len(links) > 1 else without_dates(spot.line)[0])
    fewest = 1 if how == "link" or len(without_lead(spot.line)) < len(spot.line) else 2
    return tuple(
        name
        for name in people
        if len(name.split()) >= fewest
        and (reads_as_name(name) or (how == "link" and name.islower() and " " not in name))
    )


def _beside_date(structured: Structured, near: Sequence[Spot], sites: Sequence[str]) -> tuple[str, ...]:
    """The full name that stands alone right below the headline, beside the date: no link, no label, no title."""
    below = near[:_BELOW]
    dated = [order for order, spot in enumerate(below) if spot.node.tag == "time" or read_date(spot.line)]
    titles = fold(" ".join([text(structured.article.get("headline")), *structured.tags("og:title")]))
    for order, spot in enumerate(below):
        beside = any(0 < abs(order - other) <= _BESIDE for other in dated)
        if beside and _names_alone(spot) and fold(spot.line) not in titles and not is_site(spot.line, sites):
            return (spot.line,)
    return ()


def _names_alone(spot: Spot) -> bool:
    name, node = spot.line, spot.node
    if " " not in name or not is_full_name(name) or not reads_as_name(name) or is_house(name) or is_lead(name):
        return False
    around = node.getparent()
    in_prose = node.tag in _INLINE and around is not None and len(one_line(around.text_content())) > _MAX_LINE
    linked = node.tag == "a" or any(True for _ in node.iterancestors("a"))
    return not (in_prose or linked or node.tag in _LABELS or fold(name) in lexicon().exact)
