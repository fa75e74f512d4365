"""Which long name a short form of capitals stands for: explained in brackets, or by its letters alone. Pure."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from wiredesk_tagger.entities.name_words import LEGAL_FORMS
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.spans import Span

_ABBREVIATED = frozenset({"ORG", "GPE", "LOC", "FAC", "EVENT", "LAW"})
# The short form of the name before it, or the first of more; two words when they are "GGE on LAWS".
IN_BRACKETS = re.compile(r"[ \u00a0]?\(([A-Z][A-Za-z&.-]{1,11}(?: (?:on|of|for|and) [A-Z]{2,8})?)(?=[),;])")
# "the International Maritime Bureau, IMB, says"
_BETWEEN_COMMAS = re.compile(r", ([A-Z]{2,8})(?=,)")
# "Grand Orsk System Ltd or GOS is"
_OR = re.compile(r",? or ([A-Z]{3,8})(?![\w-])")
# "artificial intelligence (AI)", "light-emitting diodes (LEDs)": the short form, and the small words before it.
_SHORT = re.compile(r" \(([A-Z]{2,6})s?\)")
_SMALL_WORDS = re.compile(r"\b[a-z]+(?:[ -][a-z]+)*$")
_NEAR = 80  # characters
_OPENED = re.compile(r"[ \u00a0]?\((?:the )?")
# "the Orsk Institute's (OI) head"
_OWNER = re.compile(r"['\u2019]s?(?=[ \u00a0]\()")
_COUNTRY = re.compile(r"^(?:US|UK|EU|UN)-(?=[A-Z])")
_ACRONYM = re.compile(r"(?:[A-Z]\.?){2,7}")
_PARTS = re.compile(r"[ \u2010-\u2014-]+")


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


def abbreviations(
    text: str, spans: Iterable[Span], listed: Container[str] = frozenset()
) -> dict[str, tuple[str, Span]]:
    """Return short form → (full name, span of the short form) for every "Long Name (LN)" and "Long Name, LN,".

    And for "LN (Long Name)". A body's short form may be of another language than its name, if the text goes on to use
    it and it is not `listed`.
    """
    short: dict[str, tuple[str, Span]] = {}
    by_start = {span.start: span for span in spans if span.label in _ABBREVIATED}
    for span in by_start.values():
        full = text[span.start : span.end]
        owner = _OWNER.match(text, span.end)
        end = owner.end() if owner else span.end
        match = next(filter(None, (one.match(text, end) for one in (IN_BRACKETS, _BETWEEN_COMMAS, _OR))), None)
        if match:
            words = [(word, True) for word in full.split()]
            if (
                initials_match(words, match[1]) is not None
                or _is_drawn_from(full, match[1])
                or (span.label == "ORG" and _is_used(text, full, match, listed))
            ):
                short.setdefault(match[1], (full, Span(match.start(1), match.end(1), span.label, "alias")))
        opened = _OPENED.match(text, end)
        inside = by_start.get(opened.end()) if opened else None
        if (
            inside
            and text[inside.end : inside.end + 1] == ")"
            and (
                _is_drawn_from(text[inside.start : inside.end], full)
                or _is_foreign(full, text[inside.start : inside.end], (span.label, inside.label), listed)
            )
        ):
            short.setdefault(full, (text[inside.start : inside.end], span._replace(label=inside.label, rule="alias")))
    return short


def _is_drawn_from(full: str, short: str) -> bool:
    """Whether the capitals are letters of the name in their order: "CMS", "FLAMA", where initials fail.

    The first is that of a word: what is before it is left out. So is a country before the capitals: "US-ACAN".
    """
    short = _COUNTRY.sub("", short)
    if _ACRONYM.fullmatch(short) is None or " " not in full or len(short) < 3:
        return False
    words = full.split()
    at = next((at for at, word in enumerate(words) if word[0] == short[0]), len(words))
    letters = iter(" ".join(words[at:]).casefold())
    return all(c.casefold() in letters for c in short)


def _is_foreign(short: str, full: str, labels: tuple[str, str], listed: Container[str]) -> bool:
    """Whether a body's capitals may be those of its name in another language: "TSK (Orsk Armed Forces)"."""
    is_acronym = short.isupper() and short.isalpha() and len(short) >= 3
    return is_acronym and " " in full and labels == ("ORG", "ORG") and short not in listed and full not in listed


def _is_used(text: str, full: str, match: re.Match[str], listed: Container[str]) -> bool:
    """Whether the capitals in brackets behind a name of several words stand in `text` again as a name of their own."""
    short = match[1]
    if (
        text[match.end() : match.end() + 1] != ")"
        or " " not in full
        or not (short.isalpha() and short.isupper())
        or len(short) < 3
        or short in listed
    ):
        return False
    return re.search(rf"(?<![\w(]){short}\b", text[match.end() :]) is not None


def at_a_distance(named: Mapping[str, str], lexicon: Lexicon) -> dict[str, str]:
    """Return short form → full name for names (surface → type) that stand anywhere in one article, in any order.

    No other name has these initials. Two letters need a name of two words and of one type with them: "AP" is the
    Associated Press. A listed short form keeps what the list says.
    """
    shorts = {
        name: name.replace(".", "")
        for name, label in named.items()
        if label in _ABBREVIATED and _ACRONYM.fullmatch(name) and lexicon.name(label, name) in (None, name)
    }
    wanted = set(shorts.values())
    if not wanted:
        return {}
    full: dict[str, list[str]] = defaultdict(list)
    for name, label in named.items():
        for letters in _initials(name) & wanted if " " in name and label in _ABBREVIATED else ():
            full[letters].append(name)
    found: dict[str, list[str]] = {}
    for name, letters in shorts.items():
        alike = [one for one in full[letters] if named[one] == named[name]]
        found[name] = alike if alike or len(letters) < 3 or name in lexicon.phrases else full[letters]
    return {name: min(names) for name, names in found.items() if len({one.casefold() for one in names}) == 1}


def _initials(name: str) -> set[str]:
    """Return the letters that may stand for `name`: small words counted or not, a legal form at its end or not."""
    found: set[str] = set()
    for words in (name.split(), _PARTS.split(name)):
        for kept in (words, words[:-1] if words[-1] in LEGAL_FORMS else words):
            capitals = [word for word in kept if word[:1].isupper()]
            if len(capitals) < 2:
                continue
            found.add("".join(word[0] for word in capitals))
            found.add("".join(word if word.isupper() else word[0] for word in capitals))
            found.add("".join(word[:1] for word in kept).upper())
            # Of a longer name two letters may be anything.
            found = {letters for letters in found if len(letters) > 2 or len(kept) == len(letters) == 2}
    return found


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
