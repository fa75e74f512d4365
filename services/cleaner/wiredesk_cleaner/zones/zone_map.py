"""The zone map: every non-blank line of a text gets one zone; nothing is thrown away. Pure.

`line_rules` says what a line is, seen alone. This module judges where it stands:

    head    before the first prose line: section, headline, subtitle, slug, credit, caption, byline, date
    story   first to last prose line; furniture here only where a whole line matches
    tail    after the last prose line: share bars, tags, copyright, contributors, tracker leftovers, navigation

One line may hold two zones: the dateline before the first sentence, the contributors after the last one.

Idempotent: every decision about a story line rests on the line itself and on other story lines, so a text that was cut
to its headline and story is cut no further. A block of an HTML page is a line here, with `extracted=True`: extraction
chose it already, so only a rule that matches takes it out of the story, never its place alone.
"""

from collections.abc import Mapping, Sequence

from wiredesk.contracts.events import Zone, ZoneKind
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.zones.bylines import is_piped_byline
from wiredesk_cleaner.zones.line_rules import ends_sentence, is_list_item, is_quote, is_whole_quote, word_count
from wiredesk_cleaner.zones.lines import Line, lines_of
from wiredesk_cleaner.zones.story_ends import after_dateline, before_contributors
from wiredesk_cleaner.zones.story_span import Span, is_marker, neighbours, story_span, touches_credit

STORY = frozenset({ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.QUOTE, ZoneKind.LIST})
_MAX_HEADING_WORDS = 14
_MAX_QUESTION_WORDS = 8
# A label of at most this many words, without a digit, below the last sentence is a leftover of the page.
_MAX_LEFTOVER_WORDS = 8
_LEFTOVER = (ZoneKind.TRACKER, "closing_label")
_COLONS = (":", "\uff1a")


def zone_map(text: str, known: Mapping[str, ZoneKind] | None = None, *, extracted: bool = False) -> tuple[Zone, ...]:
    """Return the zones of `text` (tidied, see `normalisation.tidy`) in order; they cover every non-blank line."""
    lines = lines_of(text, known)
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


def _zone(kind: ZoneKind, rule: str, start: int, text: str) -> Zone:
    return Zone(kind=kind, rule=rule, start=start, end=start + len(text), text=text)


def _judge(lines: Sequence[Line], *, extracted: bool) -> list[tuple[ZoneKind, str]]:
    """Return (kind, rule) for each line."""
    span = story_span(lines, extracted=extracted)
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
