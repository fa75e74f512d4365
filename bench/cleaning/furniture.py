"""Of the entities that are found in real pages: how many does the story name, and how many only its furniture?

An entity none of whose mentions stands in the true title or body comes from furniture. One that is named in captions
alone is counted apart: a caption of the story is a legitimate part of the article, one of another story is furniture.
Whose a caption is only the pages tell that were marked by hand.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.cleaning import ours
from bench.cleaning.marks import Line, Marked
from bench.metric import flat
from bench.pages import Page
from bench.peers import Extractor
from wiredesk.contracts.events import ArticleCleaned, Content, ZoneKind
from wiredesk_cleaner.training.pages import PUBLISHERS, AnnotatedPage
from wiredesk_tagger.core import Found, fields_of
from wiredesk_tagger.nlp import Article, article_of
from wiredesk_tagger.pipeline.languages import ENGLISH

# A caption may be less than its marked line, which holds its credit too; a shorter line says nothing of a caption.
_TELLING = 20


class Origin(StrEnum):
    """Where an entity comes from."""

    STORY = "the story"
    TEXT = "furniture in the text"
    OTHERS_CAPTION = "captions of other stories"
    OWN_CAPTION = "the story's captions"
    UNMARKED_CAPTION = "captions not marked"


Reading = Callable[[Page], Article | None]
"""What is tagged of a page; None where the page is refused."""
Finding = Callable[[Sequence[Article]], Sequence[Sequence[Found]]]
"""As `Tagger.find`: the entities of each article, in order."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the entities of one page come from."""

    held_out: bool
    refused: bool
    counts: Counter[Origin]


def english(annotated: Iterable[AnnotatedPage]) -> list[AnnotatedPage]:
    """Return the pages that are measured here: with a true body, of publishers, in the tagger's language."""
    return [page for page in annotated if page.set == PUBLISHERS and Page(page).language == ENGLISH]


def readings(peers: Mapping[str, Extractor]) -> dict[str, Reading]:
    """Return what is tagged: the cleaner's and the peers' answers, and the flattened text with its zones and without.

    A peer is told the language, ours finds it.
    """

    def peer(extract: Extractor) -> Reading:
        def read(page: Page) -> Article:
            answer = extract(page.html, page.truth.url) or {}
            return Article(answer.get("title") or "", answer.get("text") or "", ENGLISH)

        return read

    found: dict[str, Reading] = {f"HTML: {ours.OURS}": lambda page: _cleaned(page.html, Content.HTML, page)}
    found |= {f"HTML: {name}": peer(extract) for name, extract in peers.items()}
    found[f"flattened: {ours.OURS}"] = lambda page: _cleaned(page.plain, Content.TEXT, page)
    found["flattened: as it is"] = lambda page: Article("", page.plain, ENGLISH)
    return found


def _cleaned(content: str, kind: Content, page: Page) -> Article | None:
    event = ours.event(content, kind, page.truth.url)
    return article_of(event) if isinstance(event, ArticleCleaned) else None


def measure(
    find: Finding, annotated: Iterable[AnnotatedPage], marked: Iterable[Marked], reading: Mapping[str, Reading]
) -> dict[str, list[Origins]]:
    """Find the entities in what each reading makes of each page, and say where the entities come from."""
    lines = {one.page.truth.name: one.lines for one in marked}
    found: dict[str, list[Origins]] = {name: [] for name in reading}
    for page in map(Page, annotated):
        for name, read in reading.items():
            article = read(page)
            counts = Counter[Origin]()
            if article is not None:
                counts = origins(find([article])[0], fields_of(article), page.truth, lines.get(page.truth.name, ()))
            found[name].append(Origins(page.truth.held_out, article is None, counts))
    return found


def origins(
    entities: Iterable[Found], fields: Mapping[str, str], truth: AnnotatedPage, lines: Sequence[Line]
) -> Counter[Origin]:
    """Count the entities by where they come from; `fields` are the texts by the names that mentions give them.

    `lines` are those of a marked page, empty for another. Names are compared as titles are, and as whole words.
    """
    story = flat(f"{truth.title}\n{truth.text}")
    own = {field: is_own_caption(text, lines) for field, text in fields.items() if field.startswith("captions[")}
    found = Counter[Origin]()
    for entity in entities:
        names = {flat(fields[one.field][one.start : one.end]) for one in entity.mentions}
        places = {one.field for one in entity.mentions}
        if any(stands_in(name, story) for name in names):
            found[Origin.STORY] += 1
        elif places - own.keys():
            found[Origin.TEXT] += 1
        else:
            found[_caption([own[place] for place in places])] += 1
    return found


def _caption(own: Sequence[bool | None]) -> Origin:
    if any(own):
        return Origin.OWN_CAPTION
    return Origin.OTHERS_CAPTION if False in own else Origin.UNMARKED_CAPTION


def stands_in(name: str, text: str) -> bool:
    """Whether `name` is in `text` as whole words."""
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def is_own_caption(caption: str, lines: Iterable[Line]) -> bool | None:
    """Whether this is marked as a caption of the story; None where no line of the page is this caption."""
    wanted = flat(caption)
    kinds = {line.kind for line in lines if _is_of(wanted, flat(line.text))}
    return ZoneKind.CAPTION in kinds if kinds else None


def _is_of(caption: str, line: str) -> bool:
    return caption in line or (len(line) >= _TELLING and line in caption)
