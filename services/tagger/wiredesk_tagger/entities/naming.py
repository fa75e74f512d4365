"""What an entity is called: in the article's own words, or a country by its listed name. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from wiredesk_tagger.entities.name_words import as_listed, is_shouted
from wiredesk_tagger.lexicon.gazetteers import Lexicon


class Named(Protocol):
    """A mention: its words in the article, as a sentence would write them, and their base form; its field."""

    @property
    def shown(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def base(self) -> str | None: ...
    @property
    def field(self) -> str: ...


def fullest(mentions: Sequence[Named]) -> Named:
    """Return the mention of most words; of equals one that a sentence would write so, the most frequent, the body's.

    A capital that only a headline gave is thereby passed over wherever another mention does without it.
    """
    if len(mentions) == 1:
        return mentions[0]
    often = Counter(one.shown for one in mentions)
    return max(
        mentions,
        key=lambda one: (
            len(one.shown.split()),
            one.shown == one.form,
            -sum(map(is_shouted, one.shown.split())),
            often[one.shown],
            one.field == "text",
            len(one.shown),
        ),
    )


def canonical(label: str, mentions: Sequence[Named], lexicon: Lexicon) -> str:
    """Return the name to show.

    A country has its listed name. A people has its listed name where the article's words hold it ("Russian" in
    "Russians"). Anything else is called by the words of its fullest mention, letter for letter, or their base form
    where it is certain; only a line end or more than one blank inside them becomes one blank.
    """
    best = fullest(mentions)
    form = as_listed(label, best.base or best.form, lexicon)
    listed = lexicon.name(label, form) if form else None
    if form and listed and label == "GPE" and lexicon.code(label, form):
        return listed
    if listed and label == "NORP" and any(listed in one.shown for one in mentions):
        return listed
    return " ".join((best.base or best.shown).split())
