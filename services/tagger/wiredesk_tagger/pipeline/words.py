"""A text as words, with what the name rules need to know about their surroundings. Pure.

spaCy's tokens are too fine for this: a name is read in words ("Jean-Claude", "O'Brien", "U.S.") and runs of them.
"""

import re
from typing import NamedTuple

_WORD = re.compile(
    r"(?:[A-Z]\.){2,}|[A-Z]\.(?=[ \u00a0][A-Z])"
    r"|(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|Inc|Corp|Co|Ltd|Gen|Lt|Col|Sgt|Capt|Adm|Maj|Cmdr|Sen|Rep|Gov|Rev|Prof|Hon)\."
    r"|[^\W_](?:[\w\u0300-\u036f]|[-'\u2019&.](?=\w))*|&"
)
_ENDS_SENTENCE = re.compile(r"[.!?:;\n\r“”\"\u2018(\[•|]")
_ADJECTIVE = re.compile(r"-(?:[a-z]+ed|led|born|era|held|run|wide|style|type|like|made|area|bound|[a-z]+ing)$")


class Word(NamedTuple):
    """One word of the text without its possessive ending."""

    text: str
    start: int
    end: int
    joined: bool
    """one space, and nothing else, stands between the word before and this one"""
    opens: bool
    """the first word of a sentence, quotation, bracket or line: its capital says nothing"""

    @property
    def capital(self) -> bool:
        # "Washington-based" is an adjective; "Jong-un" is a name.
        return self.text[0].isupper() and _ADJECTIVE.search(self.text) is None

    @property
    def shouted(self) -> bool:
        return len(self.text) > 2 and self.text.isupper() and "." not in self.text


def split(text: str) -> list[Word]:
    """Return the words of `text` with what the rules need to know about their surroundings."""
    words: list[Word] = []
    end = 0
    possessive = True
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        word = match[0]
        end = match.end()
        owner = word.endswith(("'s", "\u2019s"))
        word = word[:-2] if owner else word
        opens = not words or _ENDS_SENTENCE.search(gap) is not None
        words.append(
            Word(word, match.start(), match.start() + len(word), gap in (" ", "\u00a0") and not possessive, opens)
        )
        possessive = owner
    return words
