# ruff: noqa: RUF001 - typographic quotation marks
"""Where the story of a text begins and ends, and which line is its headline. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.zones.bylines import is_piped_byline
from wiredesk_cleaner.zones.density import densest
from wiredesk_cleaner.zones.line_model import Told
from wiredesk_cleaner.zones.line_rules import ends_sentence, is_list_item, is_quote, word_count
from wiredesk_cleaner.zones.lines import Line
from wiredesk_cleaner.zones.story_ends import after_dateline

_MARKERS = frozenset({ZoneKind.BYLINE, ZoneKind.DATE, ZoneKind.DATELINE})
_MAX_HEADLINE_CHARS = 250
# The first line of so many words above the story is the headline; without one, the longest.
_HEADLINE_WORDS = 4
# A text of at most this many lines may be a flash: headline and one line, or one line alone, without a full stop.
_FLASH_LINES = 3
_FLASH_WORDS = 5
# Of the prose lines below the headline only the first ones may be subtitle or captions.
_HEAD_PROSE = 3
_MAX_CAPTION_WORDS = 60
# Prose under a closing heading ("Comments", "Most read") goes with it up to this share of the prose above it.
_APPENDIX = 0.25


class Span(NamedTuple):
    """Indices of lines: the story runs from `first` to `last`; what begins at `appendix` is below it for good.

    `label` is the line above the headline that names the section when no known section word does.
    """

    first: int
    last: int
    headline: int | None
    label: int | None
    appendix: int


def story_span(lines: Sequence[Line], told: Told | None, *, extracted: bool) -> Span:
    """Return where the story stands in `lines`, by what the line model `told` of them where it did.

    `extracted`: they come out of a page whose headline is known.
    """
    if told is not None:
        return _told_span(lines, told)
    appendix = _appendix(lines)
    prose = [i for i, line in enumerate(lines[:appendix]) if line.prose and line.match is None]
    if extracted:
        free = [i for i, line in enumerate(lines) if not line.is_furniture("ends", "head")]
        first = next((i for i in free[:_HEAD_PROSE] if after_dateline(lines[i].text)), free[0] if free else len(lines))
        return Span(first, max(prose, default=-1), None, None, appendix)
    headline = _headline(lines, prose)
    starts = [i for i in prose if headline is None or i > headline]
    if not starts:
        return _flash(lines, appendix)
    first, last = _dense(lines, starts, headline)
    if all(_asks(lines[i]) for i in starts if first <= i <= last):
        # A story of nothing but questions: the next cleaning could not tell the headline from them.
        headline = None
    if last < prose[-1]:
        appendix = _below(lines, last, next(i for i in prose if i > last))
    return Span(first, last, headline, _label(lines, headline), appendix)


def _label(lines: Sequence[Line], headline: int | None) -> int | None:
    above = lines[: headline or 0]
    known = any(line.match and line.match.kind is ZoneKind.SECTION for line in above)
    return None if known else next((i for i, line in enumerate(above) if line.match is None), None)


def _told_span(lines: Sequence[Line], told: Told) -> Span:
    """Return where the story stands that the line model found: there is prose in it."""
    ours = [i for i, line in enumerate(lines) if told.story[i] and line.match is None]
    prose = [i for i in ours if lines[i].prose]
    opening = next((i for i in prose if not _asks(lines[i])), prose[0])
    headline = max(_candidates(lines, opening), key=lambda i: told.headline[i], default=None)
    starts = [i for i in prose if headline is None or i > headline]
    first = starts[0] if headline is None else _first(lines, starts, headline)
    return Span(first, ours[-1], headline, _label(lines, headline), len(lines))


def _dense(lines: Sequence[Line], starts: list[int], headline: int | None) -> tuple[int, int]:
    """Return the first and the last line of the story: what is left of its head and of thin ends when neither gives."""
    while True:
        first = starts[0] if headline is None else _first(lines, starts, headline)
        if headline is None or word_count(lines[headline].text) < _HEADLINE_WORDS:
            # Below no headline, or one of a word or two, the next cleaning would take a question for the headline.
            first = next((i for i in starts if i >= first and not _asks(lines[i])), first)
        dense, last = densest(lines, first, starts[-1])
        if dense == starts[0]:
            return dense, last
        starts = [i for i in starts if dense <= i <= last]


def _below(lines: Sequence[Line], last: int, following: int) -> int:
    """Return where what is cut off below the story begins: after the short sentences and lists that belong to it."""
    end, under_colon = last, False
    for index in range(last + 1, following):
        text = lines[index].text
        if lines[index].is_furniture():
            under_colon = False
            continue
        under_colon = under_colon or text.endswith((":", "\uff1a"))
        if not (under_colon or _continues(text)):
            break
        end = index
    return end + 1


def _continues(text: str) -> bool:
    return ends_sentence(text) or is_quote(text) or is_list_item(text)


def _first(lines: Sequence[Line], starts: list[int], headline: int) -> int:
    """Return which of the prose lines below the headline the story begins with."""
    first = starts[0]
    for count, (here, following) in enumerate(pairwise(starts), 1):
        between = lines[here + 1 : following]
        # A marker that would stay in the story would begin it later in the next cleaning: that one counts always.
        stays = any(is_marker(line) and not line.is_furniture() for line in between)
        if not (stays or count < _HEAD_PROSE) or not _belongs_to_head(lines, here, following):
            break
        first = following
    # A dateline is where a story starts; without furniture above it, it may open a later item of a round-up.
    filed = next((i for i in starts[:_HEAD_PROSE] if after_dateline(lines[i].text)), first)
    if any(is_marker(line) and not line.is_furniture() for line in lines[filed:first]):
        return first
    return filed if any(line.is_furniture() for line in lines[headline:filed]) else first


def _appendix(lines: Sequence[Line]) -> int:
    """Return the index from which the text is an appendix: a closing heading and little prose under it."""
    weights = [word_count(line.text) if line.prose and not line.match else 0 for line in lines]
    below = total = sum(weights)
    for index, line in enumerate(lines):
        below -= weights[index]
        if line.match and line.match.heads and 0 < below <= _APPENDIX * (total - below):
            return index
    return len(lines)


def _headline(lines: Sequence[Line], prose: list[int]) -> int | None:
    """Return the first head line that reads like a headline; "?" and "!" may close one, a full stop may not."""
    opening = next((i for i in prose if not _asks(lines[i])), None)
    if opening is None:
        return None
    candidates = _candidates(lines, opening)
    full = [i for i in candidates if word_count(lines[i].text) >= _HEADLINE_WORDS]
    return full[0] if full else max(candidates, key=lambda i: len(lines[i].text), default=None)


def _candidates(lines: Sequence[Line], opening: int) -> list[int]:
    return [i for i in range(opening) if lines[i].match is None and _fits(lines[i])]


def _asks(line: Line) -> bool:
    """Whether a prose line could be a headline, as one that ends with "?" or "!" may."""
    return line.text.rstrip("\"'”’»").endswith(("?", "!")) and _fits(line)


def _fits(line: Line) -> bool:
    return len(line.text) <= _MAX_HEADLINE_CHARS and not is_list_item(line.text)


def _belongs_to_head(lines: Sequence[Line], here: int, following: int) -> bool:
    """Whether the prose line `here` is a subtitle (a byline or date follows) or a caption (a credit touches it)."""
    if word_count(lines[here].text) > _MAX_CAPTION_WORDS:
        return False
    return any(is_marker(line) for line in lines[here + 1 : following]) or touches_credit(lines, here)


def is_marker(line: Line) -> bool:
    return line.match.kind in _MARKERS if line.match else is_piped_byline(line.text)


def touches_credit(lines: Sequence[Line], index: int) -> bool:
    """Whether a credit stands on the line above or below in the same paragraph, in a text that has paragraphs."""
    if lines[-1].block == 0:
        return False
    return any(
        near.block == lines[index].block and near.match is not None and near.match.kind is ZoneKind.CREDIT
        for near in neighbours(lines, index)
    )


def neighbours(lines: Sequence[Line], index: int) -> Sequence[Line]:
    return [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]]


def _flash(lines: Sequence[Line], appendix: int) -> Span:
    """A text without one sentence: a flash of up to three free lines is kept, anything else has no story."""
    # What stands under "Comments" or "Related stories" is no flash.
    above = next((i for i, line in enumerate(lines) if line.match and line.match.heads), len(lines))
    free = [i for i, line in enumerate(lines[:above]) if line.match is None and not is_list_item(line.text)]
    worthy = [i for i in free if word_count(lines[i].text) >= _FLASH_WORDS or lines[i].prose]
    if not worthy or len(free) > _FLASH_LINES:
        return Span(len(lines), len(lines), None, None, appendix)
    return Span(worthy[-1], worthy[-1], worthy[0] if len(worthy) > 1 else None, None, appendix)
