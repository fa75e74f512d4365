"""When the article was published and changed: as structured data state it, else as the reader sees it. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from htmldate import find_date
from lxml.html import HtmlElement

from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.metadata.headline_vicinity import Spot, marks
from wiredesk_cleaner.metadata.structured_data import Structured, texts
from wiredesk_cleaner.metadata.titles import is_news
from wiredesk_cleaner.reading.dates import date_in_url, moment_of, read_date

_IN_SCRIPTS = re.compile(
    r'\\*"(?:datePublished|publishedAt|publishDate|publishedDate|published_at|publicationDate|datePublication|firstPublished|publish_date|published_date|firstPublishedAt|pubDate)\\*"\s*:\s*\\*"([^"\\]{8,40})'
)
_MAX_SCRIPT = 1_500_000
_MODIFIED_MARK = re.compile(r"modif|updat", re.IGNORECASE)
# A line that holds no more than a date and a few words beside it states the date of the article.
_MAX_WORDS = 14
# Clocks differ by a day around the earth; more than that is another date.
_APART = timedelta(days=2)
_NO_LIMIT = datetime(2100, 1, 1, tzinfo=UTC)
# A date so many lines off the headline is not set against a stated one.
_BESIDE = 12


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and where it was taken from; `certain` is false where the source often errs or another contradicts it."""

    moment: datetime
    source: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Dates:
    """When the article was published and last changed; None where nothing says so."""

    published: Dated | None = None
    modified: Dated | None = None


def dates(
    structured: Structured,
    near: Sequence[Spot],
    tree: HtmlElement,
    url: str | None,
    *,
    fetched_at: datetime | None = None,
    month_first: bool = False,
) -> Dates:
    """Return when the page was published and modified.

    A date later than `fetched_at` (by more than a day) counts only when no other is stated, as uncertain. The address
    decides between stated dates; where all contradict it, the earlier one holds, as uncertain. `month_first`: see
    `read_date`.
    """
    latest = fetched_at + timedelta(days=1) if fetched_at else None
    visible = [(one, late) for one, late in _visible(near, month_first=month_first) if _in_time(one, latest)]
    stated = list(_stated(structured, month_first=month_first))
    in_time = [one for one in stated if _in_time(one, latest)]
    changed = [one for one in _modified(structured, month_first=month_first) if _in_time(one, latest)]
    changed += [one for one, late in visible if late]
    first = [one for one, late in visible if not late]
    day = date_in_url(url)
    if in_time:
        published: Dated | None = _checked(in_time, day, [] if is_news(structured) else first)
    elif stated:
        published = replace(stated[0], certain=False)
    else:
        published = _unstated(tree, first, day, [one for one, late in visible if late], url=url, latest=latest)
    modified = next((one for one in changed if not published or one.moment >= published.moment), None)
    return Dates(published, modified)


def _in_time(one: Dated, latest: datetime | None) -> bool:
    return latest is None or one.moment <= latest


def _checked(stated: Sequence[Dated], in_url: date | None, visible: Sequence[Dated]) -> Dated:
    """The stated date that the address agrees with; else the earliest of what stands against each other, as uncertain.

    Nothing is read before it is published: an earlier day in the address or beside the headline is the first edition's,
    and the stated one that of a new system or a new edition.
    """
    best = stated[0]
    if in_url:
        best = next((one for one in stated if abs(one.moment.date() - in_url) <= _APART), best)
        if best.moment.date() - in_url > _APART:
            return _on(in_url, "url")
        return best if abs(best.moment.date() - in_url) <= _APART else replace(best, certain=False)
    beside = visible[0] if visible else None
    if beside and beside.certain and beside.moment.date() < (best.moment - timedelta(hours=12)).date():
        return replace(beside, certain=False)
    return best


def _on(day: date, source: str) -> Dated:
    return Dated(datetime(day.year, day.month, day.day, tzinfo=UTC), source, certain=False)


def _stated(structured: Structured, *, month_first: bool) -> Iterator[Dated]:
    yield from _of(structured.article, ("datePublished",), "json-ld")
    for tag in pagewords().meta_published:
        yield from _moments(structured.tags(tag), f"meta {tag}", month_first=month_first)
    yield from _of(structured.webpage, ("datePublished",), "json-ld")
    yield from _of(structured.article, ("dateCreated", "uploadDate"), "json-ld")


def _modified(structured: Structured, *, month_first: bool) -> Iterator[Dated]:
    yield from _of(structured.article, ("dateModified",), "json-ld")
    for tag in pagewords().meta_modified:
        yield from _moments(structured.tags(tag), f"meta {tag}", month_first=month_first)
    yield from _of(structured.webpage, ("dateModified",), "json-ld")


def _of(node: dict[str, object], keys: Iterable[str], source: str) -> Iterator[Dated]:
    for key in keys:
        yield from _moments(texts(node.get(key)), source)


def _moments(values: Iterable[str], source: str, *, month_first: bool = False) -> Iterator[Dated]:
    for value in values:
        if moment := moment_of(value, month_first=month_first):
            yield Dated(moment, source)


def _unstated(
    tree: HtmlElement,
    visible: Sequence[Dated],
    in_url: date | None,
    changed: Sequence[Dated],
    *,
    url: str | None,
    latest: datetime | None,
) -> Dated | None:
    """The date of a page that states none to machines: beside the headline, in its scripts, in its address."""
    if visible:
        return visible[0]
    for script in tree.xpath("//script[not(@src)]/text()"):
        for value in _IN_SCRIPTS.findall(script[:_MAX_SCRIPT]):
            if (moment := moment_of(value)) and _in_time(found := Dated(moment, "script", certain=False), latest):
                return found
    if in_url:
        return _on(in_url, "url")
    return next((replace(one, certain=False) for one in changed), None) or _by_htmldate(tree, url, latest)


def _visible(near: Sequence[Spot], *, month_first: bool) -> Iterator[tuple[Dated, bool]]:
    """Yield the dates around the headline, each with whether it is that of a change."""
    led = ""
    for order, spot in enumerate(near):
        words = spot.line.split()
        if one := _dated(spot, order, month_first=month_first):
            said = f"{led} {spot.line}".casefold()
            late = any(word in said for word in phrasebook().date_later)
            late = late or _MODIFIED_MARK.search(marks(spot.node, 1)) is not None
            yield one, late
        led = spot.line if len(words) <= 3 else ""


def _dated(spot: Spot, order: int, *, month_first: bool) -> Dated | None:
    node = spot.node
    stamp = node.get("datetime") or (node.get("content") if node.get("itemprop") else None)
    if stamp and (moment := moment_of(stamp, month_first=month_first)):
        return Dated(moment, "time element", certain=order <= _BESIDE)
    if len(spot.line.split()) > _MAX_WORDS:
        return None
    reading = read_date(spot.line, month_first=month_first)
    return Dated(reading.moment, "visible text", certain=reading.certain and order <= _BESIDE) if reading else None


def _by_htmldate(tree: HtmlElement, url: str | None, latest: datetime | None) -> Dated | None:
    found = find_date(tree, url=url, original_date=True, extensive_search=False, max_date=latest or _NO_LIMIT)
    moment = moment_of(found) if found else None
    return Dated(moment, "htmldate", certain=False) if moment else None
