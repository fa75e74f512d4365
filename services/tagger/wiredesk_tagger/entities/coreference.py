"""What follows a full name in an article: its surname, its abbreviation, its repetition. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wiredesk_tagger.entities.type_agreement import NAMED
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import Span

# ruff: noqa: SIM905 - word lists read best as text
_ABBREVIATED = frozenset({"ORG", "GPE", "LOC", "FAC", "EVENT", "LAW"})
_WORD = re.compile(r"\w+")
# A combining mark belongs to the letter before it: "Jose" does not stand in a decomposed "José".
_CONTINUES = re.compile(r"[\w\u0300-\u036f]")
# The short form of the name before it; two words when they are "GGE on LAWS".
IN_BRACKETS = re.compile(r"[ \u00a0]\(([A-Z][A-Za-z&.-]{1,11}(?: (?:on|of|for|and) [A-Z]{2,8})?)\)")
# "the International Maritime Bureau, IMB, says"
_BETWEEN_COMMAS = re.compile(r", ([A-Z]{2,8})(?=,)")
# "artificial intelligence (AI)", "light-emitting diodes (LEDs)": the short form, and the small words before it.
_SHORT = re.compile(r" \(([A-Z]{2,6})s?\)")
_SMALL_WORDS = re.compile(r"\b[a-z]+(?:[ -][a-z]+)*$")
_NEAR = 80  # characters
_BEFORE = re.compile(r"([\w.'\u2019-]+)[ \u00a0]$")
_SPEECH_AFTER = re.compile(r" (?:said|says|told|added|wrote|warned|insisted|argued)\b")
PARTICLES = frozenset("de del della da di do dos du la le van von der den ter das bin bint ben ibn al el y e".split())
_SUFFIXES = frozenset(("Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"))


def initials_match(words: Sequence[tuple[str, bool]], short: str) -> int | None:
    """Return the index of the word at which the name that `short` abbreviates begins, the name ending with the last.

    `words` are (word, joined to the one before by a space). Lower-case words between capitals count for nothing.
    """
    letters = [c for c in short if c.isupper()]
    left = len(letters)
    for n in range(len(words) - 1, -1, -1):
        word, joined = words[n]
        if word[:1].isupper():
            parts = list(word) if word.isupper() else [p[0] for p in word.split("-") if p[:1].isupper()]
            parts = parts if letters[max(0, left - len(parts)) : left] == parts else parts[:1]
            if left < len(parts) or letters[left - len(parts) : left] != parts:
                return None
            left -= len(parts)
            if left == 0:
                return n if len(letters) > 1 else None
        elif not word.islower() or len(word) > 5:
            return None
        if not joined:
            return None
    return None


def abbreviations(text: str, spans: Iterable[Span]) -> dict[str, tuple[str, Span]]:
    """Return short form → (full name, span of the short form) for every "Long Name (LN)" and "Long Name, LN,"."""
    short: dict[str, tuple[str, Span]] = {}
    for span in spans:
        match = IN_BRACKETS.match(text, span.end) or _BETWEEN_COMMAS.match(text, span.end)
        if match and span.label in _ABBREVIATED:
            full = text[span.start : span.end]
            if initials_match([(word, True) for word in full.split()], match[1]) is not None:
                short.setdefault(match[1], (full, Span(match.start(1), match.end(1), span.label, "alias")))
    return short


def things(text: str, lexicon: Lexicon) -> set[str]:
    """Return the short forms that `text` explains with common words: "AI" for "artificial intelligence (AI)".

    They name nobody, here and in the rest of the article; a listed name keeps what it means.
    """
    found = set()
    for match in _SHORT.finditer(text):
        words = _SMALL_WORDS.search(text[max(0, match.start() - _NEAR) : match.start()])
        initials = "".join(word[0] for word in re.split("[ -]", words[0])) if words else ""
        if initials.endswith(match[1].lower()) and match[1] not in lexicon.phrases:
            found |= {match[1], f"{match[1]}s"}
    return found


def surnames(name: str, lexicon: Lexicon) -> set[str]:
    """Return the forms in which a full personal name may follow: {"Leyen", "von der Leyen", "Von der Leyen"}.

    None for one word.
    """
    parts = [part for part in name.split() if part not in _SUFFIXES]
    if len(parts) < 2:
        return set()
    at = len(parts) - 1
    forms = {parts[at]}
    while at > 1 and parts[at - 1].lower() in PARTICLES:
        at -= 1
    tail = " ".join(parts[at:])
    # At the beginning of a sentence a particle has a capital.
    forms |= {tail, tail[0].upper() + tail[1:]}
    if parts[-1].lower().startswith(("al-", "el-")):
        forms.add(parts[-1][3:])
    if parts[0] in lexicon.family_first:
        forms.add(parts[0])
    # "sailor of the navy" is nobody's name; scripts without capitals are.
    return {form for form in forms if len(form) > 1 and not parts[-1].islower() and form not in lexicon.ordinary}


def occurrences(text: str, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (start, name) wherever one of `names` stands as whole words; the longest name at each place."""
    by_word: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        first = _WORD.match(name)
        if first:
            by_word[first[0]].append(name)
    for word in _WORD.finditer(text):
        for name in by_word.get(word[0], ()):
            end = word.start() + len(name)
            if text.startswith(name, word.start()) and not _CONTINUES.match(text, end):
                yield word.start(), name
                break


def _identity(name: str) -> tuple[str, str]:
    # "Kim Jong Un" and "Kim Jong-un" are one.
    parts = [part.casefold() for part in name.replace("-", " ").split() if part not in _SUFFIXES] or [name]
    return parts[0], parts[-1]


class Names:
    """What a story says about names: who has which surname, and what is short for what."""

    def __init__(self, texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]], lexicon: Lexicon) -> None:
        """Read the names in `spans`, by field of `texts`; of two types for one string the body's first one holds."""
        self.lexicon = lexicon
        self.short: dict[str, tuple[str, str]] = {}
        """short form → (full name, type)"""
        self.people: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """form of a name → who may be meant, as `_identity` says"""
        self.labels: dict[str, str] = {}
        full: dict[str, None] = {}
        for field in sorted(spans, key=lambda field: field != "text"):
            text = texts[field]
            for short, (name, span) in abbreviations(text, spans[field]).items():
                self.short.setdefault(short, (name, span.label))
            for span in spans[field]:
                surface = text[span.start : span.end]
                if span.label in NAMED:
                    self.labels.setdefault(surface, span.label)
                if span.label == "PERSON" and " " in surface:
                    full[surface] = None
        self._add_people(full)
        self.labels |= {short: label for short, (_, label) in self.short.items()}

    def _add_people(self, full: Iterable[str]) -> None:
        ends: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for name in full:
            words = name.casefold().split()
            for at in range(1, len(words) - 1):
                ends[" ".join(words[at:])].add(_identity(name))
        for name in full:
            # "Van Reijn" is nobody's full name where Floor van Reijn is, but hers as "Reijn" is.
            if name.casefold() in ends:
                self.people[name] |= ends[name.casefold()]
                continue
            for form in (name, *surnames(name, self.lexicon)):
                self.people[form].add(_identity(name))

    def followers(self, text: str) -> Iterator[Span]:
        """Yield what follows a full name: its surname, its abbreviation, its repetition."""
        labels = dict.fromkeys(self.people, "PERSON") | {
            n: x for n, x in self.labels.items() if " " in n or n in self.short
        }
        for start, name in occurrences(text, labels):
            label = labels[name]
            if label != "PERSON" or " " in name or self._is_person(text, start, name):
                yield Span(start, start + len(name), label, "alias")

    def _is_person(self, text: str, start: int, surname: str) -> bool:
        lexicon = self.lexicon
        match = _BEFORE.search(text, max(0, start - 40), start)
        before = match[1] if match else ""
        if surname in lexicon.phrases:
            return before in lexicon.titles or _SPEECH_AFTER.match(text, start + len(surname)) is not None
        # "Laura Bush" is another Bush; a sentence, an owner ("Russia's Putin") or a title before it is no given name.
        closed = before.endswith(("'s", "\u2019s")) or (before.endswith(".") and len(before) > 2)
        known = before in lexicon.phrases or before in lexicon.titles or before in lexicon.ordinary
        return closed or known or not before[:1].isupper()

    def key(self, surface: str, label: str) -> tuple[str, object]:
        """Return what two mentions of one thing have in common."""
        full, of_type = self.short.get(surface, (surface, label))
        surface = full if of_type == label else surface
        listed = self.lexicon.code(label, surface) or self.lexicon.name(label, surface)
        if listed:
            return label, f"listed:{listed}"
        if label == "PERSON" and len(self.people.get(surface, ())) == 1:
            return label, next(iter(self.people[surface]))
        return label, " ".join(surface.casefold().split())
