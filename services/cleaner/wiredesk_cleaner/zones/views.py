"""The fields of an article as views over its zone map. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from wiredesk.contracts.events import Zone, ZoneKind
from wiredesk_cleaner.zones.bylines import (
    byline,
    contributors,
    dateline,
    image_credit,
    is_house,
    piped_names,
    signed_names,
)
from wiredesk_cleaner.zones.date_lines import date_in
from wiredesk_cleaner.zones.line_rules import breadcrumb, split_credit
from wiredesk_cleaner.zones.zone_map import STORY


@dataclass(slots=True)
class Found:
    """What the zones of one text, or the mark-up of one page, say about the article. Empty means not stated."""

    headline: str = ""
    alternative_headline: str | None = None
    section: str | None = None
    authors: list[str] = field(default_factory=list)
    contributors: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    agency: str | None = None
    dateline: str | None = None
    published: datetime | None = None


def story(text: str, zones: Iterable[Zone]) -> str:
    """Return the body: the story zones of `text`, a blank line between them wherever the input has one."""
    parts: list[str] = []
    end: int | None = 0
    for zone in zones:
        if zone.kind in STORY:
            if parts:
                parts.append("\n\n" if _has_blank_line(text, end, zone.start) else "\n")
            parts.append(text[zone.start : zone.end])
            end = zone.end
    return "".join(parts)


def for_readers(zones: Iterable[Zone], text: str, body: str) -> tuple[Zone, ...]:
    """Return the zones of `text` as a reader of the article finds them: those of the story in `body`, see `story`."""
    placed: list[Zone] = []
    at = 0
    for zone in zones:
        if zone.kind not in STORY:
            placed.append(Zone(kind=zone.kind, rule=zone.rule, text=zone.text))
            continue
        line = text[zone.start : zone.end]
        # Only line ends stand between two lines of the story.
        start = body.index(line, at)
        at = start + len(line)
        placed.append(Zone(kind=zone.kind, rule=zone.rule, start=start, end=at))
    return tuple(placed)


def _has_blank_line(text: str, start: int | None, end: int | None) -> bool:
    return any(not line.strip() for line in text[start:end].split("\n")[1:-1])


def found_in(zones: Iterable[Zone]) -> Found:
    """Read the fields out of the zones that are not the story's."""
    found = Found()
    for zone in zones:
        if zone.text is not None:
            _read(found, zone, zone.text)
    return found


def _read(found: Found, zone: Zone, line: str) -> None:
    match zone.kind:
        case ZoneKind.HEADLINE:
            found.headline = found.headline or line
        case ZoneKind.SUBTITLE:
            found.alternative_headline = found.alternative_headline or line
        case ZoneKind.SECTION:
            found.section = found.section or breadcrumb(line)
        case ZoneKind.NAVIGATION if zone.rule == "breadcrumb":
            found.section = found.section or breadcrumb(line)
        case ZoneKind.BYLINE:
            _byline(found, line)
        case ZoneKind.DATE:
            found.published = found.published or date_in(line)
        case ZoneKind.DATELINE:
            _dateline(found, line)
        case ZoneKind.CREDIT | ZoneKind.CAPTION:
            add_caption(found, line)
        case ZoneKind.CONTRIBUTORS:
            _add(found.contributors, contributors(line))


def _byline(found: Found, line: str) -> None:
    names = byline(line) or piped_names(line) or signed_names(line) or (line,)
    _add(found.authors, (name for name in names if not is_house(name)))
    found.agency = found.agency or next((name for name in names if is_house(name)), None)
    found.published = found.published or date_in(line)


def _dateline(found: Found, line: str) -> None:
    stated = dateline(line + " — ")
    if stated:
        found.dateline = found.dateline or stated.place or None
        found.agency = found.agency or stated.agency


def add_caption(found: Found, line: str) -> None:
    """Add a caption, a credit, a byline, or a caption that a credit closes."""
    credit = image_credit(line)
    if credit:
        _add(found.credits, [credit])
        return
    if byline(line):
        _byline(found, line)
        return
    parts = split_credit(line)
    credit = image_credit(parts[1]) if parts else None
    if parts and credit:
        _add(found.credits, [credit])
        line = parts[0]
    if line:
        _add(found.captions, [line])


def _add(values: list[str], more: Iterable[str]) -> None:
    values.extend(value for value in dict.fromkeys(more) if value and value not in values)
