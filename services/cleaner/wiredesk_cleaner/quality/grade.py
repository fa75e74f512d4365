"""How much of the article is there, with the reasons when it is not all. Pure."""

import re
from collections.abc import Sequence

from wiredesk.contracts.events import ContentType, Quality, Zone, ZoneKind
from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.metadata.extraction import Metadata
from wiredesk_cleaner.normalisation import fold, one_line
from wiredesk_cleaner.zones.line_rules import ends_sentence, word_count
from wiredesk_cleaner.zones.zone_map import STORY

# A paywall leaves an opening; a longer story that says it is not free was delivered in full.
_OPENING_WORDS = 250
_SHORT_WORDS, _HARDLY_WORDS = 50, 20
# Characters of the story that are looked for in what the page shows, and of what is below them.
_LAST, _WINDOW = 60, 400
_LABEL_WORDS = 15
_SHARE_OF_STATED, _STATED_WORDS = 0.5, 100
_SHARE_OF_PROSE = 0.3
# Of the training pages with at least so much, told by networks that never saw their site, 94 % of WCXB's and 90 % of
# the publishers' have a body of F1 0.9; of all pages 83 and 84 %. It is so of three pages in four, or in five.
_SURE = 0.95
# A line up to the end of its last sentence.
_SENTENCES = re.compile(r".*[.!?…。！？؟।॥۔]", re.DOTALL)  # noqa: RUF001 - the marks of five scripts
_CUT = ("…", "...", "[…]", "[...]", "(…)", "(...)")
_PROSE = frozenset({ZoneKind.BODY, ZoneKind.QUOTE})
_PICTURES = frozenset({ContentType.GALLERY, ContentType.VIDEO})


def quality(
    text: str, body: str, zones: Sequence[Zone], stated: Metadata, *, visible: str = "", expected_f1: float = 1.0
) -> tuple[Quality, tuple[str, ...]]:
    """Return how much of the article `body` is, and why it is not all.

    `text` is what `zones` count in; `stated` says what the page states about its kind, length and price; `visible` is
    all that a short page shows, on one line, `expected_f1` how sure the body was told from the rest of the page.
    """
    kind = stated.content_type
    words = word_count(body)
    said = [*_furniture(zones), _below(visible, body)] if words < _OPENING_WORDS else []
    reasons = [
        reason
        for reason in (
            _paywall(said, words, free=stated.is_accessible_for_free),
            _cut(zones, body),
            None if kind in _PICTURES else _unsure(expected_f1),
            _incomplete(words, max(stated.stated_words, word_count(stated.body))),
            None if kind is not ContentType.ARTICLE else _little_prose(text, zones, words),
        )
        if reason
    ]
    if words < _SHORT_WORDS and kind not in _PICTURES:
        reasons.append(f"short: {words} words")
    if not reasons:
        return Quality.GOOD, ()
    return Quality.POOR if words < _HARDLY_WORDS and kind not in _PICTURES else Quality.PARTIAL, tuple(reasons)


def _furniture(zones: Sequence[Zone]) -> list[str]:
    return [zone.text for zone in zones if zone.text is not None]


def _below(visible: str, body: str) -> str:
    """What the page shows right below the story; a short last line of the story may be the first of it."""
    last = one_line(body)[-_LAST:]
    at = visible.rfind(last) if last else -1
    closing = body.rpartition("\n")[2]
    line = closing if word_count(closing) <= _LABEL_WORDS else ""
    return f"{line} {visible[at + len(last) :][:_WINDOW]}" if at >= 0 else line


def _paywall(said: Sequence[str], words: int, *, free: bool | None) -> str | None:
    if words >= _OPENING_WORDS:
        return None
    if free is False:
        return f"paywall: the page says that it is not free, and shows {words} words"
    phrase = next((phrase for line in map(fold, said) for phrase in pagewords().paywall if phrase in line), None)
    return f"paywall: says {phrase!r} below {words} words" if phrase else None


def _cut(zones: Sequence[Zone], body: str) -> str | None:
    if body.endswith(_CUT):
        return "truncated: ends with an ellipsis"
    story = [index for index, zone in enumerate(zones) if zone.kind in STORY]
    below = zones[story[-1] + 1 : story[-1] + 2] if story else ()
    goes_on = any(fold(zone.text or "") in pagewords().goes_on for zone in below)
    return "truncated: the last sentence goes on elsewhere" if goes_on and not ends_sentence(body[-200:]) else None


def _unsure(expected_f1: float) -> str | None:
    if expected_f1 >= _SURE:
        return None
    return f"unsure: by the model's own chances the body has an F1 of {expected_f1:.2f}"


def _incomplete(words: int, stated: int) -> str | None:
    if stated < _STATED_WORDS or words >= stated * _SHARE_OF_STATED:
        return None
    return f"incomplete: {words} of the {stated} words that the page states"


def _little_prose(text: str, zones: Sequence[Zone], words: int) -> str | None:
    lines = (text[zone.start : zone.end] for zone in zones if zone.kind in _PROSE)
    prose = sum(word_count(found[0]) for line in lines if (found := _SENTENCES.match(line)))
    if not words or prose >= words * _SHARE_OF_PROSE:
        return None
    return f"little prose: {prose} of {words} words stand in sentences"
