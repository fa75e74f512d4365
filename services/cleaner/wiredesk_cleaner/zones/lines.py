"""The lines of a text, each with what it is alone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.zones.line_rules import Match, ends_sentence, is_list_item, match, word_count

# A line without closing punctuation counts as prose from this many words on (a headline rarely has as many).
_LONG_LINE = 32


@dataclass(frozen=True, slots=True)
class Line:
    """A non-blank line: its stripped span in the input, and what it is alone.

    `words` is their number, `ends` whether it ends like a sentence, `prose` whether it reads as prose.
    """

    text: str
    start: int
    block: int
    match: Match | None
    words: int
    ends: bool
    prose: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def is_furniture(self, *places: str) -> bool:
        return self.match is not None and self.match.where in {"any", *places}


def lines_of(text: str, known: Mapping[str, ZoneKind] | None = None) -> list[Line]:
    """Cut `text` (tidied) into its non-blank lines. `known` names folded lines (a page's headline, its captions)."""
    lines, position, block = [], 0, 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            found = known.get(fold(stripped)) if known else None
            matched = Match(found, "known_" + found.value) if found else match(stripped)
            lines.append(line_of(stripped, position + raw.index(stripped), block, matched))
        else:
            block += 1
        position += len(raw) + 1
    return lines


def line_of(text: str, start: int, block: int, matched: Match | None) -> Line:
    """Return the line of `text`, stripped and not empty."""
    words, ends = word_count(text), ends_sentence(text)
    return Line(text, start, block, matched, words, ends, _is_prose(text, words, ends=ends))


def is_prose(text: str) -> bool:
    """Whether `text`, stripped and not empty, reads as prose."""
    return _is_prose(text, word_count(text), ends=ends_sentence(text))


def _is_prose(text: str, words: int, *, ends: bool) -> bool:
    return (words >= _LONG_LINE or (ends and words >= 3)) and not is_list_item(text)
