"""Names that no list holds, found by their form and what stands beside them. Pure; English.

Precision first: a run of capitalised words is no name by itself, it needs evidence (a title, a given name, an age, a
verb of speech, a word like `Ltd` or `Ministry of`, its own initials in brackets). No name crosses a line break.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from wiredesk_tagger.entities.acronyms import IN_BRACKETS, initials_match
from wiredesk_tagger.entities.people import PARTICLES
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.pipeline.words import split
from wiredesk_tagger.spans import BLOCK, Span

# ruff: noqa: SIM905 - word lists read best as text
_LONGEST = 14  # words that may follow the head of a name
_LINKS = frozenset({"of", "for", "on"})
_SPEECH = re.compile(
    r",? (?:said|says|told|added|wrote|warned|testified|insisted|argued|tweeted|recalled|explained|joked|replied)\b"
)
# An article or prefix written small inside a name: "Nouri al-Maliki", "Paul d'Estaing".
_PREFIXED = re.compile(r"(?:al|el|ad|ar|as|ash|at|az|d['\u2019])-?[A-Z]")
_ROMAN = re.compile(r"[IVX]+")
_AGE = re.compile(r", (?:aged )?\d{1,2}(?:,|\.| and\b)| \(\d{1,2}\)")
_DIVISION = re.compile(r" (?:province|district|county|prefecture|oblast|governorate|municipality)\b")
_PLACE_OF = frozenset("city town village suburb port province district state capital island neighborhood".split())
_PLACE_BEFORE = frozenset("in at near from of to outside around".split())
_OWNERS = frozenset("People Children Women Men".split())
_BLOCKED = frozenset({"GPE", "LOC", "ORG"})
_NOT_BEFORE_PEOPLE = frozenset("the a an of at in from on for by to and".split())
_OFFICES = frozenset("State Defense Defence Justice Commons Staff Intelligence".split())


class _Text:
    """The words of one text and the rules that read them by index; `[i, j)` is a run of words."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.words = split(text)
        self.alone = self._alone()

    def surface(self, i: int, j: int) -> str:
        return self.text[self.words[i].start : self.words[j - 1].end]

    def span(self, i: int, j: int, label: str, rule: str) -> Span:
        return Span(self.words[i].start, self.words[j - 1].end, label, rule)

    def name_like(self, i: int) -> bool:
        word, lexicon = self.words[i], self.lexicon
        return (
            (word.capital or _PREFIXED.match(word.text) is not None)
            and (not word.shouted or _ROMAN.fullmatch(word.text) is not None)
            and word.text not in lexicon.ordinary
            and word.text not in lexicon.heads
            and word.text not in lexicon.titles
            and not word.text[-1].isdigit()
        )

    def name_end(self, i: int, longest: int = 4) -> int:
        """Return the end of the personal name that starts at `i`, particles and initials inside it; `i` if none."""
        end = i
        j = i
        while j < len(self.words) and j - i < longest + 2 and (j == i or self.words[j].joined):
            if self.words[j].text.lower() in PARTICLES and not self.words[j].capital and j > i:
                j += 1
            elif self.name_like(j) and (j == i or self.lexicon.phrases.get(self.words[j].text) != "NORP"):
                j += 1
                end = j
            else:
                break
        while end > i and self.words[end - 1].text.endswith(".") and self.words[end - 1].text not in ("Jr.", "Sr."):
            end -= 1
        return end

    def runs(self) -> Iterator[tuple[int, int]]:
        """Yield each stretch of capitalised words joined by single spaces, without an opening word like "The"."""
        i = 0
        count = len(self.words)
        while i < count:
            if not self.words[i].capital and self.words[i].text != "&":
                i += 1
                continue
            j = i + 1
            while j < count and self.words[j].joined and (self.words[j].capital or self.words[j].text == "&"):
                j += 1
            end = j
            while i < end and self.words[i].text in (
                "The",
                "A",
                "An",
                "In",
                "But",
                "And",
                "At",
                "On",
                "For",
                "As",
                "&",
            ):
                i += 1
            if i < end:
                yield i, end
            i = j

    def people(self, i: int, j: int) -> Iterator[Span]:
        titles, given = self.lexicon.titles, self.lexicon.given_names
        office = i >= 2 and self.words[i].text in _OFFICES and self.words[i - 1].text == "of"
        last_title = i if office and self.words[i - 2].text in titles else None
        for k in range(i, j):
            if self.words[k].text in titles and self.words[k].text not in given:
                last_title = k
        if last_title is not None and last_title + 1 < j:
            end = self.name_end(last_title + 1)
            if end > last_title + 1 and not (end < j and self.words[end].text in self.lexicon.heads):
                yield self.span(last_title + 1, end, "PERSON", "title")
        for k in range(i, j):
            word = self.words[k].text
            if word not in given and word.partition("-")[0] not in given:
                continue
            if k == i or not self.name_like(k - 1) or self.words[k - 1].text in self.lexicon.phrases:
                end = self.name_end(k)
                if end - k >= 2:
                    yield self.span(k, end, "PERSON", "given_name")
                    return

    def people_in_context(self, i: int, j: int) -> Iterator[Span]:
        while i < j and self.words[i].opens and self.words[i].text in self.lexicon.ordinary:
            i += 1
        if not 2 <= j - i <= 3 or not all(self.name_like(k) for k in range(i, j)):
            return
        if self.surface(i, j) in self.lexicon.phrases or any(
            self.words[k].text in self.lexicon.phrases for k in (i, j - 1)
        ):
            return
        before = self.words[i - 1].text if i and self.words[i].joined else ""
        after = self.words[j - 1].end
        if (
            before in self.lexicon.roles
            or _AGE.match(self.text, after)
            or (before.lower() != "the" and _SPEECH.match(self.text, after))
        ):
            yield self.span(i, j, "PERSON", "context")

    def headed(self, i: int, j: int) -> Iterator[Span]:
        heads, heads_of = self.lexicon.heads, self.lexicon.heads_of
        for k in range(j - 1, i, -1):
            if self.words[k].text in heads:
                start = self.head_start(i, k)
                # "Dublin City Libraries" is no city: an unknown word behind the head makes another name of it.
                if start < k and not (k + 1 < j and self._unknown(k + 1)):
                    end = self.extended(k + 1) if self.words[k].text in heads_of else k + 1
                    yield self.span(start, end, heads[self.words[k].text], "head")
                break
        for k in range(i, j):
            if self.words[k].text in heads_of:
                end = self.extended(k + 1)
                if end > k + 1:
                    start = self.head_start(i, k)
                    yield self.span(start, end, heads_of[self.words[k].text], "head")
                    break
        if j - i >= 2 and self.words[i].text in ("Lake", "Mount", "Cape") and self.name_like(i + 1):
            yield self.span(i, i + 2, "LOC", "head")

    def head_start(self, i: int, k: int) -> int:
        """Return where the name that ends with the head word `k` begins: after titles, days and sentence openers."""
        start = i
        for n in range(i, k):
            word = self.words[n]
            ordinary = word.text in self.lexicon.ordinary
            opening = word.opens and ordinary and n == i and k - i > 1
            if opening or word.text in self.lexicon.titles or (ordinary and word.text.endswith("day")):
                start = n + 1
        if start == i and i and self._belongs(i):
            start = i - 1
        return start

    def _belongs(self, i: int) -> bool:
        """Whether an owner who is nobody in particular stands before word `i`: "People's Power Party"."""
        owner = self.words[i - 1]
        return owner.text in _OWNERS and self.text[owner.end : self.words[i].start] in ("'s ", "\u2019s ")

    def extended(self, j: int) -> int:
        """Return the end of a name that goes on with "of …", "for …", "on …" after word `j - 1`; `j` if it does not."""
        # A limit keeps the work linear in a text that says "Bank of Bank of …" for a megabyte.
        words, end, last = self.words, j, min(len(self.words), j + _LONGEST)
        while j < last and words[j].joined and words[j].text in _LINKS | {"and", "the"}:
            link = words[j].text
            if link == "and" and (end == j - 1 or not self._continues(j + 1)):
                break
            if link == "the" and words[j - 1].text not in _LINKS:
                break
            j += 1
            if j < last and words[j].joined and words[j].capital and not words[j].text.endswith("day"):
                while j < last and words[j].joined and words[j].capital and not words[j].text.endswith("day"):
                    j += 1
                end = j
        return end

    def _continues(self, j: int) -> bool:
        """Whether the capitalised word after "and" belongs to the same name ("Foreign Affairs and Trade")."""
        if j >= len(self.words) or not self.words[j].capital or not self.words[j].joined:
            return False
        word = self.words[j].text
        lexicon = self.lexicon
        return not (
            word in lexicon.phrases or word in lexicon.given_names or word in lexicon.heads_of or word in lexicon.heads
        )

    def places(self, i: int, j: int) -> Iterator[Span]:
        if j - i > 3 or not all(self.name_like(k) for k in range(i, j)) or not self.words[i].joined:
            return
        before = self.words[i - 1].text
        named = before == "of" and i >= 2 and self.words[i - 2].text in _PLACE_OF
        after = self.words[j - 1].end
        if named or _DIVISION.match(self.text, after):
            yield self.span(i, j, "GPE", "context")
        elif before in _PLACE_BEFORE and self.text.startswith(", ", after) and j < len(self.words):
            longest = min(len(self.words), j + 4)
            for end in range(longest, j, -1):
                if self.lexicon.phrases.get(self.surface(j, end)) == "GPE":
                    yield self.span(i, j, "GPE", "context")
                    return

    def unexplained(self, i: int, j: int) -> Iterator[Span]:
        """Yield listed names with an unknown capitalised word beside them: "Pittsburgh Steelers" is no Pittsburgh."""
        for k in range(i, j):
            for end in range(min(k + 3, j), k, -1):
                if self.lexicon.phrases.get(self.surface(k, end)) not in _BLOCKED:
                    continue
                if end < j and self._unknown(end):
                    yield self.span(k, end + 1, BLOCK, "unknown")
                elif k > i and self._unknown(k - 1) and not self.words[k - 1].opens:
                    yield self.span(k - 1, end, BLOCK, "unknown")
                break

    def _unknown(self, i: int) -> bool:
        return self.name_like(i) and self.words[i].text not in self.lexicon.phrases

    def repeated(self, i: int, j: int) -> Iterator[Span]:
        """Yield a full name by what news does with people: the surname comes again, alone and without "the"."""
        if self.words[i].opens or not 2 <= j - i <= 3 or not all(self._unknown(k) for k in range(i, j)):
            return
        before = self.words[i - 1].text.lower() if i else ""
        if before not in _NOT_BEFORE_PEOPLE and self.words[j - 1].text in self.alone:
            yield self.span(i, j, "PERSON", "context")

    def _alone(self) -> set[str]:
        """Return the capitalised words that stand alone somewhere, as a surname does, and before no "Ltd" or "Bank"."""
        alone, headed = set(), set()
        for k, word in enumerate(self.words):
            if not word.capital:
                continue
            follows = k + 1 < len(self.words) and self.words[k + 1].joined and self.words[k + 1].capital
            if follows and self.words[k + 1].text in self.lexicon.heads:
                headed.add(word.text)
            before = self.words[k - 1] if k else None
            led = before is not None and word.joined and (before.capital or before.text in _NOT_BEFORE_PEOPLE)
            if not follows and not led:
                alone.add(word.text)
        return alone - headed

    def defined(self) -> Iterator[Span]:
        """Yield long names that give their own initials in brackets: "Group of Governmental Experts (GGE)"."""
        starts = [word.start for word in self.words]
        for match in IN_BRACKETS.finditer(self.text):
            last = bisect_right(starts, match.start()) - 1
            first = initials_match([(w.text, w.joined) for w in self.words[max(0, last - 14) : last + 1]], match[1])
            if first is None or match[1] in self.lexicon.ordinary:
                continue
            i = max(0, last - 14) + first
            if self.words[i].text in self.lexicon.titles:
                continue
            head = self.words[last].text
            label = self.lexicon.heads.get(head) or self.lexicon.heads_of.get(self.words[i].text) or "ORG"
            yield self.span(i, last + 1, label, "definition")


def definitions(text: str, lexicon: Lexicon) -> Iterator[Span]:
    """Yield only the long names that give their own initials: of these rules the one that a model does not know."""
    if IN_BRACKETS.search(text):
        yield from _Text(text, lexicon).defined()


def find(text: str, lexicon: Lexicon) -> Iterator[Span]:
    """Yield every name the rules see in `text`; matches may overlap (the longest is taken later)."""
    view = _Text(text, lexicon)
    for i, j in view.runs():
        if all(view.words[k].shouted for k in range(i, j)):
            continue
        yield from view.people(i, j)
        yield from view.people_in_context(i, j)
        yield from view.headed(i, j)
        yield from view.places(i, j)
        yield from view.unexplained(i, j)
        yield from view.repeated(i, j)
    yield from view.defined()
