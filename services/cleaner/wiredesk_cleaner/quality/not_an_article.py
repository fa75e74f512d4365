# ruff: noqa: RUF001 - typographic apostrophes
"""Whether a page or text is an article at all. Pure; every refusal names its evidence."""

import re

from wiredesk_cleaner.lexicon.furniture import lexicon
from wiredesk_cleaner.metadata.extraction import Metadata
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.zones.line_rules import word_count

# Prose that a page must have: a sentence when its mark-up declares an article, else a paragraph or two.
DECLARED_WORDS = 8
UNDECLARED_WORDS = 40
# A story of this many words is judged by itself, a shorter one with all that its page shows.
STORY_WORDS = 60
# Error pages, walls and checks are shorter than this; a longer page that speaks of them is an article about them.
WALL_WORDS = 300
_TITLE_WORDS = 120
# What may follow a title that gives a wall away: nothing, or one of these.
_PARTED = frozenset({"", " ", ":", ","})
_PIECES = re.compile(r"\s+[|–—·-]\s+")
# A page without article mark-up is an index when its story holds this many linked headings with no more prose each, or
# when it declares a collection and has less prose than an article that was declared wrongly.
_TEASERS = 5
_WORDS_PER_TEASER = 25
_COLLECTION_WORDS = 300


def wall(title: str, text: str) -> str | None:
    """Return what kind of wall `title` and `text` (all that is visible) make, with the evidence, or None."""
    words = word_count(text)
    if words > WALL_WORDS:
        return None
    folded = " ".join(text.casefold().replace("’", "'").split())
    headings = [fold(piece) for piece in (title, *_PIECES.split(title))]
    for kind in lexicon().walls:
        named = next(
            (t for t in kind.titles if any(h.startswith(t) and h[len(t) : len(t) + 1] in _PARTED for h in headings)),
            None,
        )
        said = [phrase for phrase in kind.phrases if phrase in folded]
        if (named and words <= _TITLE_WORDS) or (named and said) or len(said) >= 2 or (said and words <= 25):
            evidence = [f"title begins with {named!r}"] if named else []
            evidence += [f"says {phrase!r}" for phrase in said[:3]]
            return f"{kind.what}: {', '.join(evidence)}; {words} words"
    return None


def too_little(words: int, metadata: Metadata, teasers: int) -> str | None:
    """Return why a page of `words` words of story is no article, or None."""
    needed = DECLARED_WORDS if metadata.declares_article else UNDECLARED_WORDS
    if words < needed:
        mark_up = "with" if metadata.declares_article else "without"
        return f"too little prose: {words} words, a page {mark_up} article mark-up needs {needed}"
    if metadata.declares_article:
        return None
    if metadata.declares_index and words < _COLLECTION_WORDS:
        return "index page: its JSON-LD declares a list or collection and no article"
    if teasers >= _TEASERS and words < teasers * _WORDS_PER_TEASER:
        return f"index page: {teasers} linked headings beside {words} words of prose"
    return None
