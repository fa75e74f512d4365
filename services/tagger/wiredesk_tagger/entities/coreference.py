"""What follows a full name in an article: its surname, its abbreviation, its repetition. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from wiredesk_tagger.entities.acronyms import abbreviations, at_a_distance
from wiredesk_tagger.entities.aliases import aliases
from wiredesk_tagger.entities.courtesy import Courtesies
from wiredesk_tagger.entities.name_words import SHIP, as_listed, spelling, words_of
from wiredesk_tagger.entities.people import People, Person
from wiredesk_tagger.entities.short_names import longer_forms
from wiredesk_tagger.entities.type_agreement import NAMED, is_before_state
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import THING, Span

_WORD = re.compile(r"\w+")
# A combining mark belongs to the letter before it: "Jose" does not stand in a decomposed "José".
_CONTINUES = re.compile(r"[\w\u0300-\u036f]")
_BEFORE = re.compile(r"([\w.'\u2019-]+)[ \u00a0]$")
_SPEECH_AFTER = re.compile(r" (?:said|says|told|added|wrote|warned|insisted|argued)\b")
_GUESSED = frozenset({"GPE", "LOC"})
_WORDLIKE = 4  # letters of an acronym that may be written like a word
# "his wife Mary Oake", "he married Mary Oake": she is introduced by whose relative she is.
_KIN = re.compile(
    r"\b(?:(?:grand|step)?(?:father|mother|son|daughter)|parents?|wife|husband|widow(?:er)?|spouse|brother|sister|sibling"
    r"|twin|uncle|aunt|nephew|niece|cousin|fianc[ée]e?)s?(?:,| is| was| were| named|)? $|\bmarried (?:to )?$"
)
_KIN_BEFORE = 40  # characters


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


class Names:
    """What a story says about names: who has which surname, and what is short for what."""

    def __init__(self, texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]], lexicon: Lexicon) -> None:
        """Read the names in `spans`, by field of `texts`; of two types for one string the body's first one holds."""
        self.lexicon = lexicon
        self.short: dict[str, tuple[str, str]] = {}
        """short form → (full name, type)"""
        self._said: dict[tuple[str, str], tuple[str, str]] = {}
        """second name with its type → the name that the text says it stands for, with its own"""
        self.labels: dict[str, str] = {}
        full: dict[str, None] = {}
        towns: dict[str, str] = {}
        for field in sorted(spans, key=lambda field: field != "text"):
            text = texts[field]
            for short, (name, span) in abbreviations(text, spans[field], lexicon.phrases).items():
                self.short.setdefault(short, (name, span.label))
            for alias in aliases(text, spans[field], lexicon):
                # A text that goes round in a circle says nothing more.
                second = alias.name, alias.found_as
                if second not in self._said and self._first(alias.full, alias.label) != second:
                    self._said[second] = alias.full, alias.label
            for span in spans[field]:
                surface = text[span.start : span.end]
                if span.label in NAMED:
                    # What is a place before its state may be a body elsewhere.
                    labels = towns if is_before_state(text, span, lexicon) else self.labels
                    labels.setdefault(surface, span.label)
                if span.label == "PERSON" and " " in surface:
                    full[surface] = None
        self.labels |= {name: label for name, label in towns.items() if name not in self.labels}
        self.people = People(full, lexicon)
        # "née Quill" is not she where the article has another Quill.
        self._said = {
            name: first
            for name, first in self._said.items()
            if name[1] != "PERSON" or " " in name[0] or not self.people.may_mean(name[0])
        }
        self._body = texts.get("text", ""), spans.get("text", ())
        self._courtesies = Courtesies(texts, spans, self.people)
        for short, name in at_a_distance(self.labels, lexicon).items():
            self.short.setdefault(short, (name, self.labels[name]))
        self._found = dict(self.labels)
        self.labels |= {short: label for short, (_, label) in self.short.items()}

    @cached_property
    def _longer(self) -> dict[str, str]:
        return longer_forms(self._found, self.lexicon)

    @cached_property
    def _short_words(self) -> dict[tuple[str, ...], tuple[str, str]]:
        """Long short forms by their words: "Fifa" is FIFA, but "Who" is not WHO."""
        return {words_of(short): full for short, full in self.short.items() if len(short) >= _WORDLIKE}

    @cached_property
    def _established(self) -> dict[str, Person]:
        """Surname → whom the body calls so, where it does before it introduces another of that surname.

        A relative ("his wife Mary Oake") is named in full again where she is meant, so she counts for none.
        """
        introduced: set[Person] = set()
        called: dict[str, Person] = {}
        text, spans = self._body
        for span in sorted(spans):
            surface = text[span.start : span.end]
            if span.label == "PERSON":
                may_mean = self.people.may_mean(surface)
                if len(may_mean) == 1:
                    is_kin = _KIN.search(text, max(0, span.start - _KIN_BEFORE), span.start)
                    introduced |= set() if is_kin else may_mean
                elif len(known := may_mean & introduced) == 1:
                    called.setdefault(surface, *known)
        return called

    def _who(self, surface: str) -> Person | None:
        may_mean = self.people.may_mean(surface)
        return next(iter(may_mean)) if len(may_mean) == 1 else self._established.get(surface)

    def certain(self) -> dict[str, str]:
        """Return name → type of what a headline may repeat: people of whom only one is meant, names of the body."""
        people = (name for name, who in self.people.forms.items() if len(who) == 1)
        return dict.fromkeys(people, "PERSON") | self.labels

    def followers(self, text: str) -> Iterator[Span]:
        """Yield what follows a full name: its surname, its abbreviation, its repetition."""
        labels = dict.fromkeys(self.people.forms, "PERSON")
        labels |= {n: x for n, x in self.labels.items() if (" " in n or n in self.short) and not self._is_surname(n)}
        for start, name in occurrences(text, labels):
            label = labels[name]
            if label != "PERSON" or " " in name or self._is_person(text, start, name):
                yield Span(start, start + len(name), label, "alias")

    def _is_surname(self, name: str) -> bool:
        """Whether what was taken for a place is a surname of two words: "El Orsk" beside "Karim El Orsk"."""
        return self.labels[name] in _GUESSED and name in self.people.forms and name not in self.lexicon.phrases

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

    def key(self, surface: str, label: str, title: str | None = None) -> tuple[str, object]:
        """Return what two mentions of one thing have in common, its type first; `title` as `courtesy` gives it."""
        if label == "PERSON" and title and (told := self._courtesies.who(surface, title)):
            return label, told
        first = self._first(surface, label)
        own, thing = self._own_key(*first)
        if own != "PERSON":
            return own, thing
        meant = {self._same_people.get(one, one) for one in self.people.may_mean(first[0])}
        return own, next(iter(meant)) if len(meant) == 1 else self._same_people.get(thing, thing)

    @cached_property
    def _same_people(self) -> dict[object, object]:
        """Return whom the text gives a second name in full → who that is: a surname of either is then one person's."""
        pairs = (
            (self._own_key(*second)[1], self._own_key(*self._first(*second))[1])
            for second in self._said
            if second[1] == "PERSON"
        )
        return {second: first for second, first in pairs if second != first}

    def _first(self, surface: str, label: str) -> tuple[str, str]:
        """Return the name, with its type, that the text gives to what it calls `surface` as well."""
        name = surface, label
        seen = {name}
        while True:
            full = self.short.get(name[0], name)
            # "ALE" is what the Orsk Institute, of which it is short, is said to be.
            following = self._said.get(name) or (self._said.get(full) if full[1] == name[1] else None)
            if following is None or following in seen:
                return name
            seen.add(name := following)

    def _own_key(self, surface: str, label: str) -> tuple[str, object]:
        full, of_type = self.short.get(surface) or self._short_words.get(words_of(surface), (surface, label))
        surface = full if of_type == label else surface
        surface = self._longer.get(surface, surface)
        listed = as_listed(label, surface, self.lexicon)
        if listed:
            return label, f"listed:{self.lexicon.code(label, listed) or self.lexicon.name(label, listed)}"
        if label == "PERSON" and (person := self._who(surface)):
            return label, person
        return label, spelling(words_of(SHIP.sub("", surface) if label == THING else surface))
