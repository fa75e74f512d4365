"""The zone map: every non-blank line of a text gets one zone; nothing is thrown away. Pure.

`line_rules` says what a line is, seen alone, `line_model` which lines are the story's. This module judges where a line
stands:

    head    before the first prose line: section, headline, subtitle, slug, credit, caption, byline, date
    story   first to last prose line; furniture here only where a whole line matches or the model sets a line apart
    tail    after the last prose line: share bars, tags, copyright, contributors, tracker leftovers, navigation

One line may hold two zones: the dateline before the first sentence, the contributors after the last one.

Idempotent: what is left of a text, its headline and story, is judged again until no more is cut, so a text that was
cut to these is cut no further. That is bounded by work: in a text of more than a hundred lines of which every judging
again cuts a few, the last cut may be one too early. No page of the development sets needs more than a few rounds.

A block of an HTML page is a line here, with `extracted=True`: extraction chose it already, so only a rule that matches
takes it out of the story, never its place alone, and the line model is not asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wiredesk.contracts.events import Zone, ZoneKind
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.zones.bylines import is_piped_byline
from wiredesk_cleaner.zones.line_model import line_model
from wiredesk_cleaner.zones.line_rules import (
    ends_sentence,
    is_list_item,
    is_quote,
    is_whole_quote,
    match,
    word_count,
)
from wiredesk_cleaner.zones.lines import Line, line_of, lines_of
from wiredesk_cleaner.zones.story_ends import after_dateline, before_contributors
from wiredesk_cleaner.zones.story_span import Span, is_marker, neighbours, story_span, touches_credit

STORY = frozenset({ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.QUOTE, ZoneKind.LIST})
_MAX_HEADING_WORDS = 14
_MAX_QUESTION_WORDS = 8
# A label of at most this many words, without a digit, below the last sentence is a leftover of the page.
_MAX_LEFTOVER_WORDS = 8
# A line of so few words that is set apart is a button or a menu, a longer one names another story.
_MAX_LABEL_WORDS = 3
# What is left of a text is judged again for as many lines as it has, so many times over, and a few more.
_ROUNDS, _FEW = 4, 300
_LEFTOVER = (ZoneKind.TRACKER, "closing_label")
_COLONS = (":", "\uff1a")


def zone_map(text: str, known: Mapping[str, ZoneKind] | None = None, *, extracted: bool = False) -> tuple[Zone, ...]:
    """Return the zones of `text` (tidied, see `normalisation.tidy`) in order; they cover every non-blank line."""
    lines = lines_of(text, known)
    zones = _zones(lines, extracted=extracted)
    if extracted:
        return zones
    left = _ROUNDS * len(lines) + _FEW
    while left > 0:
        headline, rest = _what_is_left(zones, lines)
        left -= len(rest)
        again = _zones(rest, extracted=False)
        if _is_kept(again, headline, rest):
            break
        zones = _instead(zones, again, headline)
    return zones


def _zones(lines: Sequence[Line], *, extracted: bool) -> tuple[Zone, ...]:
    zones: list[Zone] = []
    verdicts = _judge(lines, extracted=extracted)
    story = [index for index, (kind, _) in enumerate(verdicts) if kind in STORY]
    for index, (line, (kind, rule)) in enumerate(zip(lines, verdicts, strict=True)):
        if kind not in STORY:
            zones.append(_zone(kind, rule, line.start, line.text))
            continue
        start, end = 0, len(line.text)
        if index == story[0]:
            start = after_dateline(line.text)
            if start:
                zones.append(_zone(ZoneKind.DATELINE, "dateline", line.start, line.text[:start].rstrip()))
        if index == story[-1]:
            end = before_contributors(line.text, start)
        zones.append(Zone(kind=kind, rule=rule, start=line.start + start, end=line.start + end))
        if end < len(line.text):
            tail = line.text[end:].lstrip()
            zones.append(_zone(ZoneKind.CONTRIBUTORS, "closing_brackets", line.end - len(tail), tail))
    return tuple(zones)


def _what_is_left(zones: Sequence[Zone], lines: Sequence[Line]) -> tuple[Zone | None, list[Line]]:
    """Return the zone of the headline, and the lines of the text that holds it and, a blank line below, the story."""
    headline = next((zone for zone in zones if zone.kind is ZoneKind.HEADLINE), None)
    starts = {line.start: line for line in lines}
    ends = {line.end: line for line in lines}
    rest: list[Line] = []
    if headline is not None:
        rest.append(replace(starts[headline.start or 0], block=0))
    block, last = 0, None
    for zone in zones:
        if zone.kind not in STORY or zone.start is None or zone.end is None:
            continue
        whole = starts.get(zone.start) or ends[zone.end]
        block += last is None or whole.block != last
        last = whole.block
        if (whole.start, whole.end) == (zone.start, zone.end):
            rest.append(replace(whole, block=block))
        else:
            text = whole.text[zone.start - whole.start : zone.end - whole.start]
            rest.append(line_of(text, zone.start, block, match(text)))
    return headline, rest


def _is_kept(again: Sequence[Zone], headline: Zone | None, rest: Sequence[Line]) -> bool:
    """Whether `again` finds the headline where it was, and all else to be the story, uncut."""
    if len(again) != len(rest):
        return False
    body = again
    if headline is not None:
        if again[0].kind is not ZoneKind.HEADLINE:
            return False
        body = again[1:]
    return all(zone.kind in STORY for zone in body)


def _instead(zones: Sequence[Zone], again: Sequence[Zone], headline: Zone | None) -> tuple[Zone, ...]:
    """Return `zones` with those of headline and story as `again` has them."""
    is_headline = headline is not None and again[0].kind is ZoneKind.HEADLINE
    found = list(again)
    for zone in zones:
        if zone.kind is ZoneKind.HEADLINE and not is_headline:
            # What repeats a line that is no headline after all.
            if zone is not headline:
                found.append(zone.model_copy(update={"kind": ZoneKind.NAVIGATION, "rule": "above_headline"}))
        elif zone.kind not in STORY and zone is not headline:
            found.append(zone)
    return tuple(sorted(found, key=lambda zone: zone.start or 0))


def _zone(kind: ZoneKind, rule: str, start: int, text: str) -> Zone:
    return Zone(kind=kind, rule=rule, start=start, end=start + len(text), text=text)


def _judge(lines: Sequence[Line], *, extracted: bool) -> list[tuple[ZoneKind, str]]:
    """Return (kind, rule) for each line."""
    told = None if extracted else line_model().tell(lines)
    span = story_span(lines, told, extracted=extracted)
    verdicts: list[tuple[ZoneKind, str]] = []
    under_links = under_colon = after_furniture = False
    for index, line in enumerate(lines):
        place = "head" if index < span.first else "tail" if index > span.last else "story"
        furniture = line.is_furniture() if place == "story" else line.is_furniture("ends", place)
        if index == span.headline:
            verdicts.append((ZoneKind.HEADLINE, "headline"))
            under_links = False
        elif furniture and line.match:
            verdicts.append((line.match.kind, line.match.rule))
            under_links, under_colon = line.match.heads, False
            after_furniture = place == "tail"
        elif index >= span.appendix:
            verdicts.append((ZoneKind.RELATED, "appendix"))
        elif told is not None and place != "head":
            ours = place == "story" and told.story[index]
            verdicts.append(_in_story(line, under_colon=under_colon) if ours else _apart(line))
        elif under_links and not extracted and not (line.prose or is_quote(line.text)):
            verdicts.append((ZoneKind.RELATED, "under_links"))
        elif place == "head":
            verdicts.append((ZoneKind.SUBTITLE, "above_dateline") if extracted else _in_head(lines, index, span))
        elif place == "tail" and not extracted:
            verdict = _in_tail(line, under_colon=under_colon, after_furniture=after_furniture)
            verdicts.append(_LEFTOVER if verdict[0] is ZoneKind.NAVIGATION and index == len(lines) - 1 else verdict)
        else:
            verdicts.append(_in_story(line, under_colon=under_colon))
        if verdicts[-1][0] in STORY:
            under_links = False
            under_colon = line.text.endswith(_COLONS) or (under_colon and not line.prose)
    return verdicts


def _apart(line: Line) -> tuple[ZoneKind, str]:
    """Name a line that no rule knows and that the model does not give to the story."""
    return (ZoneKind.RELATED if line.words > _MAX_LABEL_WORDS else ZoneKind.NAVIGATION), "apart"


def _in_head(lines: Sequence[Line], index: int, span: Span) -> tuple[ZoneKind, str]:
    """Judge an unmatched line above the story."""
    line = lines[index]
    words = word_count(line.text)
    below = span.headline is not None and index > span.headline
    if touches_credit(lines, index) and not (below and is_piped_byline(line.text)):
        return ZoneKind.CAPTION, "beside_credit"
    if span.headline is None or not below:
        label = words <= 3 and index == span.label
        return (ZoneKind.SECTION, "label_above_headline") if label else (ZoneKind.NAVIGATION, "above_headline")
    if fold(line.text) == fold(lines[span.headline].text):
        return ZoneKind.HEADLINE, "headline_repeated"
    if is_piped_byline(line.text) or (_reads_as_name(line.text) and any(map(is_marker, neighbours(lines, index)))):
        return ZoneKind.BYLINE, "name_in_head"
    return (ZoneKind.SUBTITLE if words >= 4 else ZoneKind.NAVIGATION), "below_headline"


def _reads_as_name(text: str) -> bool:
    return 2 <= len(text.split()) <= 4 and all(word[0].isupper() for word in text.split())


def _in_story(line: Line, *, under_colon: bool) -> tuple[ZoneKind, str]:
    """Judge a line of the story; every answer keeps it in the text."""
    text = line.text
    words = word_count(text)
    if is_list_item(text):
        return ZoneKind.LIST, "bullet"
    if is_whole_quote(text):
        return ZoneKind.QUOTE, "quotation"
    if text.endswith("?") and words <= _MAX_QUESTION_WORDS and not is_quote(text):
        return ZoneKind.HEADING, "question"
    if line.prose or is_quote(text) or ends_sentence(text) or text.endswith(_COLONS):
        return ZoneKind.BODY, "prose"
    if under_colon:
        return ZoneKind.LIST, "under_colon"
    return (ZoneKind.HEADING, "between_prose") if words <= _MAX_HEADING_WORDS else (ZoneKind.BODY, "long_line")


def _in_tail(line: Line, *, under_colon: bool, after_furniture: bool) -> tuple[ZoneKind, str]:
    """Judge an unmatched line below the last prose line; length alone never drops a quotation, a list or a sentence."""
    if ends_sentence(line.text) or is_quote(line.text):
        return _in_story(line, under_colon=under_colon)
    if after_furniture:
        return ZoneKind.NAVIGATION, "after_furniture"
    kind, rule = _in_story(line, under_colon=under_colon)
    if kind is not ZoneKind.HEADING:
        return kind, rule
    label = word_count(line.text) <= _MAX_LEFTOVER_WORDS and not any(char.isdigit() for char in line.text)
    return _LEFTOVER if label else (ZoneKind.BODY, "closing_line")
