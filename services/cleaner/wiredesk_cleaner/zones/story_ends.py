"""Where the story begins inside its first line, and where it ends inside its last. Pure."""

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.zones.bylines import DATELINE_WINDOW, contributors, dateline
from wiredesk_cleaner.zones.line_rules import ends_sentence, match
from wiredesk_cleaner.zones.lines import is_prose


def after_dateline(line: str) -> int:
    """Return where the story begins in its first line; the rest must still read as prose that no rule takes away."""
    start = 0
    while found := dateline(line[start : start + DATELINE_WINDOW]):
        start += found.end
    return start if start and _stands(line[start:]) else 0


def before_contributors(line: str, start: int) -> int:
    """Return where the story ends in its last line."""
    end = len(line)
    while line.endswith(")", start, end):
        cut = line.rfind("(", start, end)
        if cut < 0 or not _names_contributors(line[cut:end]):
            break
        end = cut
        while end > start and line[end - 1].isspace():
            end -= 1
    return end if end < len(line) and _stands(line[start:end]) else len(line)


def _names_contributors(text: str) -> bool:
    """Whether `text` is a line of contributors."""
    found = match(text)
    return found is not None and found.kind is ZoneKind.CONTRIBUTORS and bool(contributors(text))


def _stands(rest: str) -> bool:
    return rest == rest.strip() and match(rest) is None and is_prose(rest) and ends_sentence(rest)
