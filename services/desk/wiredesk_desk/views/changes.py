"""What a revision changed, in words and in colour; [-gone-] and {+come+} where there are no colours."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from wiredesk_desk.output import plain
from wiredesk_desk.views.receipt_words import kinds
from wiredesk_storage.revisions.comparison import Change
from wiredesk_storage.revisions.kinds import Verdict
from wiredesk_storage.revisions.passages import Segment, SegmentKind

_INDENT = "  "
_STYLES = {SegmentKind.DELETED: "red strike", SegmentKind.INSERTED: "green"}
_MARKS = {SegmentKind.DELETED: ("[-", "-]"), SegmentKind.INSERTED: ("{+", "+}")}


def sentence(verdict: Verdict) -> str:
    """Return what a revision changed, and whether the article says so."""
    what = f"What changed: {kinds(verdict.kinds)}." if verdict.kinds else "Nothing that is read in the article changed."
    if verdict.stealth is None:
        what += " Whether the article says so is not known: two versions of the cleaner read it."
    elif verdict.stealth:
        what += " The article does not say so: no correction, no later date of modification."
    return what


def show(change: Change) -> None:
    """Print one field that changed."""
    console = Console(highlight=False)
    console.print(Text(change.field.replace("_", " "), style="bold"))
    for passage in change.passages or (_listed(change),):
        for line in _marked(console, passage).split("\n"):
            for part in line.wrap(console, max(20, console.width - len(_INDENT))):
                part.rstrip()
                if part:
                    console.print(Text(_INDENT) + part)


def _listed(change: Change) -> Sequence[Segment]:
    sides = ((SegmentKind.DELETED, change.removed), (SegmentKind.INSERTED, change.added))
    return [Segment(kind, ", ".join(values) + " ") for kind, values in sides if values]


def _marked(console: Console, passage: Sequence[Segment]) -> Text:
    bare = console.no_color or console.color_system is None
    shown = Text()
    for segment in passage:
        words = segment.words.rstrip()
        before, after = _MARKS.get(segment.kind, ("", "")) if bare else ("", "")
        shown.append(f"{before}{plain(words)}{after}", None if bare else _STYLES.get(segment.kind))
        shown.append(plain(segment.words[len(words) :]))
    return shown
