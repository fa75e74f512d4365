"""From spans to entities: one entity per real thing in an article, with every mention of it. Pure; no spaCy.

A tagger says "here is a PERSON"; people want to know who. Each step of `find_entities` is a file of its own: spans are
cut to the name (`spans`), given one type for one string (`type_agreement`) and checked against the story
(`story_evidence`), surnames and abbreviations follow the full name (`coreference`), headlines are read in the case of a
sentence (`truecasing`), what is one thing is grouped (`grouping`), linked (`toponyms`, `knowledge`), named (`naming`)
and weighed (`salience`). Only the fields of a story are read (`fields_of`): what stands in a credit or byline is no
entity.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from wiredesk.contracts import identity
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched
from wiredesk_tagger.entities import known_places, salience, truecasing
from wiredesk_tagger.entities.grouping import Place, grouped, merged, settled
from wiredesk_tagger.entities.truecasing import Read
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.linking import toponyms
from wiredesk_tagger.linking.cities import NO_CITIES, Cities
from wiredesk_tagger.linking.knowledge import Knowledge
from wiredesk_tagger.spans import THING, Span
from wiredesk_tagger.values import local, normalisation

__all__ = ["Found", "Place", "Story", "as_read", "enrich", "fields_of", "find_entities", "in_language"]

_NOTHING = Knowledge()
# What the id of a cleaned event stands for.
_CLEANED = frozenset(ArticleCleaned.model_fields)
_LANGUAGE = "en"  # in which figures are read where the article's language is not known


class Found(NamedTuple):
    """One entity as plain data, so that it crosses a process boundary."""

    name: str
    label: str
    mentions: tuple[Place, ...]
    ids: tuple[tuple[str, str], ...] = ()
    salience: float = 0.0
    geo: tuple[float, float] | None = None
    """latitude and longitude in degrees"""
    in_country: str | None = None
    """ISO 3166-1 alpha-2 of the country in which a place lies that is none itself"""


class Story(Protocol):
    """An article as far as it can name an entity; `ArticleCleaned` is one."""

    @property
    def headline(self) -> str: ...
    @property
    def alternative_headline(self) -> str | None: ...
    @property
    def text(self) -> str: ...
    @property
    def captions(self) -> tuple[str, ...]: ...


def fields_of(story: Story) -> dict[str, str]:
    """Return the texts of the story by the name that `Mention.field` gives them, in reading order; no empty one."""
    fields = {"headline": story.headline, "alternative_headline": story.alternative_headline or ""}
    fields["text"] = story.text
    fields |= {f"captions[{index}]": caption for index, caption in enumerate(story.captions)}
    return {field: text for field, text in fields.items() if text}


def as_read(fields: Mapping[str, str], lexicon: Lexicon, language: str | None = None) -> dict[str, Read]:
    """Return the texts as they are tagged: lines in Title Case or CAPITALS as sentences, code point for code point.

    `language` is that of the texts (primary BCP 47 tag), None where it is not known: Title Case is of English.
    """
    calm = truecasing.calm_lines(fields.get("text", ""), lexicon, language)
    return {field: truecasing.read_lines(text, calm, lexicon, language) for field, text in fields.items()}


def in_language(
    spans: Mapping[str, Iterable[Span]], read: Mapping[str, Read], language: str | None
) -> dict[str, list[Span]]:
    """Return `spans` (by field) of a built-in pipeline with the dates, sums and places in the forms of a language.

    In English, whose pipeline has them, they come back as they are. `read` is what `as_read` gives; `language` a
    primary BCP 47 tag, None where it is not known.
    """
    return {
        field: [
            *known_places.without_common(own.text, spans.get(field, ()), language),
            *local.find(own.text, language),
            *known_places.find(own.text, language),
        ]
        for field, own in read.items()
    }


def find_entities(
    fields: Mapping[str, str],
    spans: Mapping[str, Iterable[Span]],
    lexicon: Lexicon,
    *,
    read: Mapping[str, Read] | None = None,
    cities: Cities = NO_CITIES,
    knowledge: Knowledge = _NOTHING,
    language: str | None = None,
) -> tuple[Found, ...]:
    """Group `spans` into entities, in order of first mention.

    Args:
        fields: the story's texts by name, as `fields_of` gives them: "headline", "alternative_headline", "text",
            "captions[N]". "text" is the context in which all others are read.
        spans: what a rule or model found in the texts of `as_read(fields)`, by the same names; offsets lie in that
            field.
        lexicon: the word lists.
        read: `as_read(fields)`, from a caller who has it.
        cities: the world's cities; without them no city or state is linked.
        knowledge: what the user knows about names.
        language: of the texts (primary BCP 47 tag); None: not known. It says which endings names have; `lexicon` and
            `cities` are that language's (`gazetteers.of`, `native_names.of`).

    Every mention's offsets lie in its field, and no two mentions overlap. The canonical name is a string of the
    article, the fullest form, or a country's common name (`naming.canonical`).
    """
    texts = {field: own.text for field, own in (read or as_read(fields, lexicon, language)).items()}
    groups = grouped(fields, texts, settled(texts, spans, lexicon, cities), lexicon, language)
    linked = merged(groups, toponyms.links([group.named(texts) for group in groups], lexicon, cities), knowledge)
    length = len(fields.get("text", ""))
    return tuple(
        Found(
            name=group.name(lexicon),
            label=group.label,
            mentions=tuple(mention.place for mention in group.mentions),
            ids=tuple(link.ids),
            salience=salience.score([mention.place for mention in group.mentions], length),
            geo=link.geo,
            in_country=link.in_country,
        )
        for group, link in linked
        if group.label != THING
    )


def enrich(
    cleaned: ArticleCleaned, found: Iterable[Found], *, pipeline: str, version: str, language: str | None = None
) -> ArticleEnriched:
    """Return the enriched article: all fields of `cleaned`, and its entities. The event checks every offset itself.

    `language` is the pipeline's when it knows the article's language; None says that only what holds in any was tagged.
    """
    fields = fields_of(cleaned)
    written = normalisation.day_of_writing(fields.values(), cleaned.date_published)
    # The parts that the cleaner made are valid as they are; the entities are validated once, with the event.
    carried = dict(cleaned) | {
        "event_id": identity.UNIDENTIFIED,
        "entities": [_entity(one, fields, written, cleaned.in_language) for one in found],
        "tagger_pipeline": pipeline,
        "tagger_version": version,
        "tagger_language": language,
    }
    event = ArticleEnriched.model_validate(carried)
    return identity.identified(
        event, "enriched", f"{pipeline}/{version}", source=str(cleaned.event_id), vouched=_CLEANED
    )


def _entity(found: Found, fields: Mapping[str, str], written: datetime | None, language: str | None) -> dict[str, Any]:
    """Return the fields of an `Entity`: to make thousands of models one by one takes longer than to find them."""
    places = [(fields[place.field], place.start, place.end) for place in found.mentions]
    value = normalisation.of_mentions(found.label, places, written, language=language or _LANGUAGE)
    return {
        "name": found.name,
        "type": found.label,
        "ids": dict(found.ids),
        "in_country": found.in_country,
        "salience": found.salience,
        "geo": dict(zip(("latitude", "longitude"), found.geo, strict=True)) if found.geo else None,
        "value": value.value if value else None,
        "currency": value.currency if value else None,
        "mentions": [
            {"field": field, "start": start, "end": end, "surface": fields[field][start:end], "confidence": confidence}
            for field, start, end, confidence in found.mentions
        ],
    }
