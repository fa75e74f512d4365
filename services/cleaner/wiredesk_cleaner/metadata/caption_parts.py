# ruff: noqa: RUF001 - credits are set off with typographic dashes
"""The parts of a line under a picture: the caption, and each credit and byline that has an element of its own. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.normalisation import one_line
from wiredesk_cleaner.reading.credits import MAX_CREDIT, image_credit
from wiredesk_cleaner.reading.people import byline

_KIND = r"(?<![a-z])(?:image|img|photo|foto|picture|media|bild)"
CREDIT_CLASS = re.compile(
    rf"credits?(?![a-z])|copyright|photographer|fotograf|{_KIND}[-_\w]*?[-_](?:source|author|by)(?![a-z])",
    re.IGNORECASE,
)
_TOGGLE_CLASS = re.compile(r"toggle|hide-caption", re.IGNORECASE)
# Elements that hold a credit or byline whole; a link or an emphasis may hold the half of one.
_HOLDERS = frozenset({"span", "div", "p", "small", "cite", "footer"})
_BREAKS = frozenset({"br", "div", "p", "footer"})
_OF_CREDITS = frozenset({"cite", "footer"})
_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "button", "label", "select", "iframe", "video", "audio"}
)
_MAX_PARTS, _DEEPEST = 40, 5
_MAX_OUTSIDE = 60
_SENTENCE = re.compile(r"""[.!?)»”"]$""")
_LEFT_OVER = " -–—|/·:,©"
# Credits are told from captions by their words alone wherever lines are read.
_LEAD = "Photo:"
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def caption_parts(caption: HtmlElement) -> tuple[str, ...]:
    """Return the caption, then its credits and bylines; a credit that only a class tells from it says so in words.

    A caption of too many parts stays whole.
    """
    whole = shown_text(caption)
    if sum(1 for _ in islice(caption.iterdescendants(), _MAX_PARTS + 1)) > _MAX_PARTS:
        return (whole,)
    if not len(caption) and (named := _credit(caption, whole)):
        return (named,)
    parts = _Parts()
    parts.read(caption, _DEEPEST)
    rest = one_line(parts.rest)
    if parts.apart and (rest.startswith("/") or _is_lead(rest.partition(" ")[0])) and image_credit(whole):
        return (whole,)
    return tuple(filter(None, (_without_last_lead(rest) if parts.apart else rest, *parts.apart)))


def credits_beside(figure: HtmlElement, captions: list[HtmlElement]) -> Iterator[tuple[str, str]]:
    """Yield the credits of a figure that stand beside its `captions`: the line as shown, and as a credit."""
    taken = list(captions)
    for node in islice(figure.iterdescendants(*_HOLDERS), _MAX_OUTSIDE):
        if any(node is one or one in node.iterancestors() or node in one.iterancestors() for one in taken):
            continue
        line = shown_text(node)
        if credit := _credit(node, line):
            taken.append(node)
            yield line, credit


@dataclass(slots=True)
class _Parts:
    rest: str = ""
    apart: list[str] = field(default_factory=list)

    def read(self, node: HtmlElement, levels: int) -> None:
        self.rest += node.text or ""
        for child in node:
            if is_shown(child):
                self._add(child, levels)
            self.rest += child.tail or ""

    def _add(self, child: HtmlElement, levels: int) -> None:
        held = raw_text(child)
        line = one_line(held)
        found = _credit(child, line) if child.tag in _HOLDERS else None
        if found or (child.tag in _HOLDERS and len(line) <= MAX_CREDIT and byline(line)):
            self.apart.append(found or line)
            return
        parted = child.tag in _BREAKS or (_SENTENCE.search(self.rest) and held[:1].isupper())
        self.rest += " " if parted else ""
        if levels and child.tag in _HOLDERS and len(child):
            self.read(child, levels - 1)
        else:
            self.rest += held
        self.rest += " " if parted else ""


def _credit(node: HtmlElement, line: str) -> str | None:
    """`line` when it is a credit by its words; with such a word before it when only the mark-up says so."""
    if not 0 < len(line) <= MAX_CREDIT:
        return None
    if image_credit(line):
        return line
    if node.tag not in _OF_CREDITS and not CREDIT_CLASS.search(node.get("class") or ""):
        return None
    named = f"{_LEAD} {_without_lead(line.strip('()[] '))}"
    return named if not _YEAR.search(line) and image_credit(named) else None


def _without_lead(line: str) -> str:
    """`line` without the words for a credit that it begins with."""
    words = line.strip(_LEFT_OVER).split()
    while words and _is_lead(words[0]):
        del words[0]
    return " ".join(words).strip(_LEFT_OVER)


def _without_last_lead(line: str) -> str:
    """`line` without the words for a credit that it ends with once the credit is taken off."""
    words = line.rstrip(_LEFT_OVER).split()
    while len(words) > 1 and _is_lead(words[-1]):
        del words[-1]
    return " ".join(words).rstrip(_LEFT_OVER)


def _is_lead(word: str) -> bool:
    return word.strip(_LEFT_OVER).casefold() in phrasebook().credit


def shown_text(node: HtmlElement) -> str:
    """Return the text of `node` as the reader sees it, on one line."""
    return one_line(raw_text(node))


def raw_text(node: HtmlElement) -> str:
    """Return the text of `node` as the reader sees it, with its white space and more where a line breaks."""
    if not len(node):
        return (node.text or "") if is_shown(node) else ""
    pieces = []
    walk = etree.iterwalk(node, events=("start", "end"))
    for event, part in walk:
        if part.tag in _BREAKS:
            pieces.append(" ")
        if event == "end":
            pieces.append((part.tail or "") if part is not node else "")
        elif is_shown(part):
            pieces.append(part.text or "")
        else:
            walk.skip_subtree()
    return "".join(pieces)


def is_shown(node: HtmlElement) -> bool:
    """Whether `node` is no script, button or the like."""
    if not isinstance(node.tag, str) or node.tag in _UNSEEN:
        return False
    named = node.get("class")
    return not (named and _TOGGLE_CLASS.search(named))
