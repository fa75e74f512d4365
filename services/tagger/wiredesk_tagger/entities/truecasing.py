"""Headlines in Title Case or CAPITALS, as a sentence would write them. Pure; word lists are English.

Where every word has a capital, a capital says nothing. The body knows how most words of its headline are written; of
the others, lists of words that news writes small know most. What is left keeps its capital, for the rules, and is
`unsure`: the model is not shown how such a word is written.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import lower

# Under this name `doc.user_data` of a spaCy doc holds the `unsure` of its text.
UNSURE = "wire_unsure"
_WORD = re.compile(r"[^\W\d_]+")
# What stands before a word that opens a sentence, quotation or line: its capital says nothing.
_OPENS = re.compile(r"(?:^|[.!?:;\n\r\u201c\u2018\"(\[\u2022|])[ \"\u201c\u2018('\[]*$")
# A sentence has ended; a full stop behind a single letter ends none ("U.S. troops").
_ENDED = re.compile(r"(?:(?<![.\s]\w)(?<!^\w)\.|[!?:\n\r])[\"\u201d\u2019' ]*$")
_ENDINGS = (("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("ly", ""))
_SHARE = 0.8
_MOST = 5  # one letter of so many may have no capital, as the Hawaiian sign for a glottal stop
# Small in many a headline style.
_MINOR = frozenset(
    {
        "a",
        "about",
        "after",
        "against",
        "an",
        "and",
        "as",
        "at",
        "before",
        "between",
        "but",
        "by",
        "during",
        "for",
        "from",
    }
    | {"if", "in", "into", "nor", "of", "off", "on", "or", "over", "per", "so", "than", "that", "the", "through", "to"}
    | {"under", "until", "up", "via", "vs", "with", "without", "yet"}
)
# Before an unknown word these are part of its name: "South Brennick", "Lake Orsk".
_LEADS = frozenset(
    {"new", "north", "south", "east", "west", "central", "lake", "mount", "cape", "port", "fort", "saint"}
)
# Behind an unknown word these are part of its name: "Brennick University". Courts, police and parties need not be.
_HEADS = frozenset({"university", "college", "airport", "bridge", "stadium", "museum", "street", "avenue"})
_SHORT_NAMES = frozenset({"us", "eu", "un", "uk"})
# After these "us" is a pronoun; elsewhere in a headline of capitals it is a country.
_BEFORE_PRONOUN = frozenset({"all", "for", "give", "gives", "help", "let", "make", "of", "tell", "tells", "to", "with"})


def is_loud(headline: str, lexicon: Lexicon, language: str | None = None) -> bool:
    """Whether `headline` gives capitals to words that are small in a sentence.

    Only where the script has capitals: "AI" in a line of Japanese makes it no line in capitals. Title Case is of
    English: elsewhere (`language`, where it is known) such a line is one of names or of nouns.
    """
    if not _has_case(headline):
        return False
    if headline.isupper():
        return True
    if language not in (None, "en"):
        return False
    words = [word[0] for word in _WORD.finditer(headline)][1:]
    telling = [word for word in words if len(word) > 1 and word.lower() not in _MINOR]
    plain = [word for word in telling if word.lower() in lexicon.small]
    if not plain and not headline.rstrip().endswith(".") and all(word[0].isupper() for word in telling):
        # Words that are often parts of names count only where nothing better is to be had, and in no sentence.
        plain = [word for word in telling if word.lower() in lexicon.doubtful]
    return bool(plain) and sum(word[0].isupper() for word in plain) > _SHARE * len(plain)


def _has_case(text: str) -> bool:
    """Whether `text` is of a script with capitals: hardly a letter of another stands in it."""
    if text.isascii():
        return True
    letters = [char for char in text if char.isalpha()]
    return _MOST * sum(not (char.isupper() or char.islower()) for char in letters) <= len(letters)


def calm_lines(body: str, lexicon: Lexicon, language: str | None = None) -> str:
    """Return the lines of `body` that are not loud: they know how words are written."""
    return "\n".join(line for line in body.splitlines() if not is_loud(line, lexicon, language))


class Read(NamedTuple):
    """A text as a sentence would write it. Of the words in `unsure`, (start, end), nobody knows how."""

    text: str
    unsure: tuple[tuple[int, int], ...] = ()


def read_lines(text: str, context: str, lexicon: Lexicon, language: str | None = None) -> Read:
    """Return `text` with every loud line as `read_line` reads it; all line ends stay."""
    lines, unsure, at = [], [], 0
    for line in text.splitlines(keepends=True):
        read = read_line(line, context, lexicon, language)
        lines.append(read.text)
        unsure += [(at + start, at + end) for start, end in read.unsure]
        at += len(line)
    return Read("".join(lines), tuple(unsure))


def read_line(line: str, context: str, lexicon: Lexicon, language: str | None = None) -> Read:
    """Return a loud `line` in sentence case, code point for code point; any other comes back unchanged and sure.

    `context` is calm text of the same story, which knows how its words are written.
    """
    if not is_loud(line, lexicon, language):
        return Read(line)
    words = list(_WORD.finditer(line))
    view = _Headline(line, words, _forms(context), lexicon)
    parts, unsure, end = [], [], 0
    for at, match in enumerate(words):
        form, opens = view.form(at), view.opens(at)
        parts += [line[end : match.start()], _capital(form) if opens else form]
        end = match.end()
        if not opens and view.is_unsure(at, form):
            unsure.append((match.start(), end))
    return Read("".join((*parts, line[end:])), tuple(unsure))


class _Headline:
    """The words of one headline in lower case, and what is known of each."""

    def __init__(
        self, text: str, words: list[re.Match[str]], seen: Mapping[str, Counter[str]], lexicon: Lexicon
    ) -> None:
        self.text = text
        self.words = words
        self.small = [lower(word[0]) for word in words]
        self.seen = seen
        self.lexicon = lexicon

    def form(self, at: int) -> str:
        """Return the word at `at` as a sentence would write it; as long as it is."""
        word, match = self.small[at], self.words[at]
        before, after = self.text[match.start() - 1 : match.start()], self.text[match.end() : match.end() + 1]
        if before in ("'", "\u2019") and len(word) <= 2:
            return word
        if len(word) == 1 and "." in (before, after):
            return word.upper() if len(word.upper()) == 1 else word
        if word in _SHORT_NAMES:
            return word if self._beside(at, -1) in _BEFORE_PRONOUN else word.upper()
        return self.seen[word].most_common(1)[0][0] if word in self.seen else self._guess(at)

    def opens(self, at: int) -> bool:
        """Whether the word at `at` opens a sentence: it has a capital whatever it is."""
        start = self.words[at].start()
        return at == 0 or _ENDED.search(self.text[max(0, start - 4) : start]) is not None

    def is_unsure(self, at: int, form: str) -> bool:
        """Whether `form` of the word at `at` is a guess: neither the context nor a list is certain of it."""
        word, lexicon = self.small[at], self.lexicon
        if word in self.seen or len(word) == 1 or word in _SHORT_NAMES or (len(form) > 1 and form.isupper()):
            return False
        capital = _capital(word)
        if form.islower():
            return word not in lexicon.small or word in lexicon.doubtful or capital in lexicon.heads
        return not (self._in_name(at) or capital in lexicon.phrases or capital in lexicon.given_names)

    def _guess(self, at: int) -> str:
        """Return the form of a word that the context does not know."""
        word, loud = self.small[at], self.words[at][0]
        shouted = word.upper() if self.text.isupper() else loud
        if len(shouted) == len(word) > 1 and shouted.isupper() and self._is_acronym(shouted):
            return shouted
        lexicon = self.lexicon
        plain = word in lexicon.small or word in lexicon.doubtful or _stem(word) & lexicon.small
        return word if plain and not self._in_name(at) else _capital(word)

    def _is_acronym(self, shouted: str) -> bool:
        """Whether a word in capitals keeps them: among small letters always, among capitals if it is listed."""
        return not self.text.isupper() or shouted in self.lexicon.phrases

    def _in_name(self, at: int) -> bool:
        """Whether a word that is often small is part of a name here, by its neighbours."""
        word, before, after = self.small[at], self._beside(at, -1), self._beside(at, 1)
        capital = _capital(word)
        if f"{before} {word}" in self.lexicon.pairs or f"{word} {after}" in self.lexicon.pairs:
            return True
        if (
            f"{_capital(before)} {capital}" in self.lexicon.phrases
            or f"{capital} {_capital(after)}" in self.lexicon.phrases
        ):
            return True
        if word in _LEADS and self._unknown(after):
            return True
        if after == "of" and capital in self.lexicon.heads_of and self._unknown(self._beside(at + 1, 1)):
            return True
        return (self.lexicon.heads.get(capital) == "LOC" or word in _HEADS) and self._unknown(before)

    def _beside(self, at: int, step: int) -> str:
        """Return the word beside `at`, or nothing if more than a blank or hyphen is between."""
        first, second = min(at, at + step), max(at, at + step)
        if first < 0 or second >= len(self.words):
            return ""
        return self.small[at + step] if self.text[self.words[first].end() : self.words[second].start()] in " -" else ""

    def _unknown(self, word: str) -> bool:
        # An acronym is no place: "AI alliance".
        return len(word) > 2 and word not in self.lexicon.small and word not in self.lexicon.doubtful


# The loud lines of a story ask one after the other.
@lru_cache(maxsize=1)
def _forms(body: str) -> Mapping[str, Counter[str]]:
    """Return how each word is written inside the body's sentences; only words that stand there."""
    seen: dict[str, Counter[str]] = {}
    for match in _WORD.finditer(body):
        if not _opens(body, match.start()):
            seen.setdefault(lower(match[0]), Counter())[match[0]] += 1
    return seen


def _opens(text: str, start: int) -> bool:
    return _OPENS.search(text[max(0, start - 6) : start]) is not None


def _stem(word: str) -> frozenset[str]:
    """Return the words that `word` may be a form of, by its ending."""
    return frozenset(word.removesuffix(end) + more for end, more in _ENDINGS if word.endswith(end))


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:] if len(word[:1].upper()) == 1 else word
