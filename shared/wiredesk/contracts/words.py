"""A text as words, folded: what signatures of copies are made of, and what copies are compared by. Pure."""

import re

from wiredesk.contracts.stream_safe import normalized

# Of scripts that set no spaces, for a character class: Thai, Lao, Khmer, Burmese, Chinese and Japanese.
UNSPACED_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
# Each such letter counts as a word.
_WORD = re.compile(rf"[{UNSPACED_LETTERS}]|\w+?(?=[{UNSPACED_LETTERS}]|\W|$)")
_PLAIN_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]")


def words_of(text: str) -> list[str]:
    """Return the words of `text`, folded: compatibility forms, case and punctuation make no difference."""
    folded = normalized("NFKC", text).casefold()
    return (_WORD if _UNSPACED.search(folded) else _PLAIN_WORD).findall(folded)
