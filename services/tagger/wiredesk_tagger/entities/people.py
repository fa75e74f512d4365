"""Who is meant by a part of a personal name: the surname, the given name, a spelling of the whole. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.linking.cities import fold
from wiredesk_tagger.spans import Span

# ruff: noqa: SIM905 - word lists read best as text
PARTICLES = frozenset("de del della da di do dos du la le van von der den ter das bin bint ben ibn al el y e".split())
_SUFFIXES = frozenset(("Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"))
# They stand before a surname alone: "Comte de Brennick" is no other person than Henri de Brennick.
_NOBLE = frozenset(
    "count comte conte countess comtesse duke duc duchess duchesse earl marquis marquess viscount".split()
)
# Before a given name they are no part of it.
_HONORIFICS = frozenset("don dom dona doña".split())
# A hyphen may stand between blanks: "al - Brennick".
_WORD = re.compile(r"\S+(?: - \S+)*")
_NUMERAL = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_QUOTES = re.compile(r"[\"'\u2018\u2019\u201c\u201d()]")
# Of given names the short form and the full one, where the short one does not begin the full one.
_SHORT_FOR = {
    "andy": "andrew", "betty": "elizabeth", "bill": "william", "billy": "william", "bob": "robert", "bobby": "robert",
    "charlie": "charles", "chuck": "charles", "dave": "david", "dick": "richard", "harry": "henry", "jack": "john",
    "jerry": "gerald", "jim": "james", "jimmy": "james", "joe": "joseph", "johnny": "john", "kate": "katherine",
    "larry": "lawrence", "liz": "elizabeth", "mike": "michael", "peggy": "margaret", "steve": "stephen",
    "ted": "edward", "tommy": "thomas", "tony": "anthony",
}  # fmt: skip
_SHORTENED = 3  # letters of a given name that are enough: "Tim" for "Timothy"
# What a headline or placard says before a surname; no given name is on it.
_COMMANDS = frozenset(
    "Stop Vote Elect Re-elect Draft Thank Dump Impeach Oust Sack Fire Jail Arrest Free Ask Tell Trust Blame Beat Save "
    "Watch Meet Remember Dear Never Boycott Support Follow".split()
)

# "Zakhar" and "Zachar", "Gustaf" and "Gustav", "Henri" and "Henry", "Phillip" and "Philip".
_SOUNDS = (
    (re.compile("kh|ch|ck|c|q"), "k"),
    (re.compile("ph|(?<=.)v$"), "f"),
    (re.compile("[yj]"), "i"),
    (re.compile(r"(.)\1"), r"\1"),
)

Person = tuple[str, ...]
"""first and last word of a full name, folded; a third where a junior bears the name of another"""


def surnames(name: str, lexicon: Lexicon) -> set[str]:
    """Return the forms in which a full personal name may follow: {"Leyen", "von der Leyen", "Von der Leyen"}.

    None for one word.
    """
    parts = [part for part in _WORD.findall(name) if part not in _SUFFIXES]
    if len(parts) < 2:
        return set()
    at = len(parts) - 1
    forms = {parts[at]}
    while at > 1 and parts[at - 1].lower() in PARTICLES:
        at -= 1
    tail = " ".join(parts[at:])
    # At the beginning of a sentence a particle has a capital.
    forms |= {tail, tail[0].upper() + tail[1:]}
    if parts[-1].lower().startswith(("al-", "el-", "al - ", "el - ")):
        forms.add(parts[-1][3:].removeprefix("- "))
    if parts[0] in lexicon.family_first:
        forms.add(parts[0])
    # "sailor of the navy" is nobody's name; scripts without capitals are.
    return {form for form in forms if len(form) > 1 and not parts[-1].islower() and form not in lexicon.ordinary}


class People:
    """The people whom one article names in full, and the forms in which it may name them again."""

    def __init__(self, full: Iterable[str], lexicon: Lexicon) -> None:
        """Take the full names, in the order in which they are introduced."""
        self.forms: dict[str, set[Person]] = defaultdict(set)
        """whole names and surnames, as written → who may be meant"""
        self._forms: dict[str, set[Person]] = defaultdict(set)
        self._others: dict[str, set[Person]] = defaultdict(set)
        names = list(dict.fromkeys(full))
        noble = [name for name in names if fold(name).partition(" ")[0] in _NOBLE]
        who = self._who((name for name in names if name not in noble), lexicon.given_names)
        parts: dict[str, set[Person]] = defaultdict(set)
        for name, person in who.items():
            words = _words(name)
            for at in range(1, len(words) - 1):
                parts[" ".join(words[at:])].add(person)
                parts[" ".join(words[: at + 1])].add(person)
        for name, person in who.items():
            # "Van Reijn" is nobody's full name where Floor van Reijn is, but hers as "Reijn" is; nor is "Floor van".
            if (said := " ".join(_words(name))) in parts:
                self.forms[name] |= parts[said]
                continue
            # The junior is never called by the surname alone where the senior is there.
            for form in {name} if len(person) > 2 else {name, *surnames(name, lexicon)}:
                self.forms[form].add(person)
            *given, last = _WORD.findall(_QUOTES.sub("", name)) or [name]
            # "Good" names Ann Good only where it was found to be a person.
            for word in (*given, last) if last in lexicon.ordinary else given:
                if word.lower() not in PARTICLES and len(word.rstrip(".")) > 1:
                    self._others[fold(word)].add(person)
        for name in noble:
            of_surname = set().union(*(self.forms.get(form, set()) for form in surnames(name, lexicon)))
            self.forms[name] |= of_surname if len(of_surname) == 1 else {_bare(name)}
        for form, people in self.forms.items():
            self._forms[fold(form)] |= people

    @staticmethod
    def _who(names: Iterable[str], given: frozenset[str]) -> dict[str, Person]:
        """Return who each full name is, one person for a short and a full given name before one surname.

        One person also for a surname first, as in Japan or Hungary, unless both words are `given` names.
        """
        seen: set[tuple[str, str]] = set()
        who, by_surname = _by_middle({name: _bare(name) for name in names}), defaultdict(set)
        without_suffix = {person for name, person in who.items() if not _suffix(name)}
        suffixes = defaultdict(set)
        for name, person in who.items():
            suffixes[person].add(_suffix(name))
        for first, last in who.values():
            by_surname[last].add(first)
        for name, (first, last) in who.items():
            if len(words := name.split()) == 2:
                if (last, first) in seen and not given.issuperset(words):
                    who[name] = last, first
                    continue
                seen.add((first, last))
            longer = {one for one in by_surname[last] if one != first and _is_short_for(first, one)}
            if len(longer) == 1:
                who[name] = longer.pop(), last
            elif _suffix(name) and ((first, last) in without_suffix or len(suffixes[first, last]) > 1):
                who[name] = first, last, _suffix(name)
        return who

    def may_mean(self, name: str) -> set[Person]:
        """Return all whom `name` can mean: by whole name or surname, else by given name."""
        found = self._forms.get(fold(name), set())
        return found if found or " " in name.replace(" - ", "-") else self._others.get(fold(name), set())


def _words(name: str) -> list[str]:
    """Return the words of a full name, folded; a hyphenated surname is several: "Ann Oake" begins "Ann Oake-Orsk"."""
    words = [fold(word) for word in _WORD.findall(name) if word not in _SUFFIXES]
    words = words[1:] if words and words[0] in _HONORIFICS and len(words) > 2 else words
    return words[:-1] + words[-1].split() if words else words


def _bare(name: str) -> Person:
    parts = name.split()
    kept = [part for part in parts if part not in _SUFFIXES]
    numeral = next((at for at, part in enumerate(parts) if at and _NUMERAL.fullmatch(part)), 0)
    if numeral and (numeral == len(parts) - 1 or parts[numeral + 1] == "of"):
        # The number of a king is all that tells him from another: "Dom Harold III of Orsk" is Harold III.
        return _sound(parts[numeral - 1]), parts[numeral]
    words = fold(" ".join(kept if len(kept) > 1 else parts)).split() or [name]
    at = 1 if words[0] in _HONORIFICS and len(words) > 2 else 0
    return _sound(words[at]), _sound(words[-1])


def _sound(word: str) -> str:
    """Return `word` folded, alike for the letters that languages and transcriptions write one sound with."""
    sound = fold(word)
    for letters, one in _SOUNDS:
        sound = letters.sub(one, sound)
    return sound


_SHORT_SOUNDS = {(_sound(short), _sound(full)) for short, full in _SHORT_FOR.items()}


def _by_middle(who: Mapping[str, Person]) -> dict[str, Person]:
    """Return `who`, people of one first and last name apart where their middle names begin with other letters.

    "Ann B. Oake" is not Ann C. Oake; Ann Oake may be either, and then is neither.
    """
    middles: dict[Person, set[str]] = defaultdict(set)
    for name, person in who.items():
        middles[person].add(_middle(name))
    return {
        name: (f"{person[0]} {_middle(name)}".strip(), person[1]) if len(middles[person] - {""}) > 1 else person
        for name, person in who.items()
    }


def _middle(name: str) -> str:
    """Return the first letter of a single middle name or initial, else nothing."""
    words = [word for word in name.split() if word not in _SUFFIXES]
    one = len(words) == 3 and words[1][0].isupper() and words[0].casefold() not in _HONORIFICS
    return fold(words[1][0]) if one and words[1].casefold() not in PARTICLES else ""


def _is_short_for(first: str, full: str) -> bool:
    """Whether one folded given name is an initial or a short form of the other."""
    begins = full.startswith(first) and (len(first) == 1 or len(first) >= _SHORTENED)
    return (begins and len(first) < len(full)) or (first, full) in _SHORT_SOUNDS


def _suffix(name: str) -> str:
    parts = name.split()
    return fold(parts[-1]).strip() if len(parts) > 2 and parts[-1] in _SUFFIXES else ""


def without_commands(texts: Mapping[str, str], spans: Mapping[str, Sequence[Span]]) -> dict[str, list[Span]]:
    """Return `spans` (by field of `texts`) without a command before a name that the article has without it.

    "Stop Oake" is no name where Ann Oake, or Oake alone, is one.
    """
    names = {
        texts[field][one.start : one.end] for field, found in spans.items() for one in found if one.label == "PERSON"
    }
    known = names | {name.rpartition(" ")[2] for name in names if name.partition(" ")[0] not in _COMMANDS}

    def cut(text: str, span: Span) -> Span:
        first, _, rest = text[span.start : span.end].partition(" ")
        led = span.label == "PERSON" and first in _COMMANDS and rest in known
        return span._replace(start=span.end - len(rest)) if led else span

    return {field: [cut(texts[field], span) for span in found] for field, found in spans.items()}
