"""What a receipt says of changes and of copies, in words. Pure."""

from collections.abc import Iterable

from wiredesk.contracts.events import ArticleStored, ChangeKind, CopyDifference

_SAID = {
    ChangeKind.CORRECTION_APPENDED: "a correction was appended",
    ChangeKind.HEADLINE: "another headline",
    ChangeKind.NUMBERS: "other numbers",
    ChangeKind.NAMES: "other names",
    ChangeKind.APPENDED: "text added at the end",
    ChangeKind.CUT: "text cut",
    ChangeKind.REWRITE: "more than a third of the words are others",
    ChangeKind.METADATA: "only what is not text",
    ChangeKind.WORDING: "wording",
}


def kinds(found: Iterable[ChangeKind]) -> str:
    """Return kinds of changes in words; one that a later version made is told as it is."""
    return ", ".join(_SAID.get(kind, str(kind)) for kind in found)


_DIFFERS = {
    CopyDifference.CUT: "cut",
    CopyDifference.DATELINE: "with a dateline",
    CopyDifference.PREPENDED: "with text before it",
    CopyDifference.APPENDED: "with text behind it",
    CopyDifference.EDITED: "edited",
}


def differences(found: Iterable[str]) -> str:
    """Return what a copy did to its text in words; one that a later version made is told as it is."""
    return ", ".join(_DIFFERS.get(CopyDifference(one), str(one)) for one in found)


def copy(receipt: ArticleStored) -> str:
    """Return of what the article is a copy and what differs; empty where it is none."""
    if receipt.group_id is None:
        return ""
    return ", ".join(filter(None, (f"copy of article {receipt.group_id}", differences(receipt.differences or ()))))
