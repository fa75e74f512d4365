"""From spans to entities: one entity per real thing in an article, with every mention of it. Pure; no spaCy.

A tagger says "here is a PERSON"; people want to know who. This file lets names follow one another, reads headlines and
captions in the light of the body, and groups what is one thing. Only the fields of a story are read (`FIELDS`): a name
that stands in a credit or byline never becomes an entity.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.tagger import salience
from services.tagger.follow import Names, occurrences
from services.tagger.gazetteers import Lexicon
from services.tagger.spans import SAFE_RULES, Span, lower, recase, resolve, trim
from shared import ids
from shared.events import ArticleCleaned, ArticleEnriched, Entity, GeoCoordinates, Mention

HEADLINES = ("headline", "alternative_headline")


class Place(NamedTuple):
    """Where an entity is named: offsets in the text of `field`, half-open, in code points."""

    field: str
    start: int
    end: int
    confidence: float | None = None


class Found(NamedTuple):
    """One entity as plain data, so that it crosses a process boundary."""

    name: str
    label: str
    mentions: tuple[Place, ...]
    ids: tuple[tuple[str, str], ...] = ()
    salience: float = 0.0
    geo: tuple[float, float] | None = None
    """latitude and longitude in degrees"""


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


def _read_headline(headline: str, spans: Iterable[Span], names: Names) -> list[Span]:
    """Return the headline's spans that need no trust in its capitals: listed names, and names the body has."""
    words = re.findall(r"[^\W\d_]{4,}", headline)
    loud = sum(word[0].isupper() for word in words) > 0.6 * len(words)
    kept = [span for span in spans if span.rule in SAFE_RULES or (span.rule == "model" and not loud)]
    known = dict.fromkeys((n for n, who in names.people.items() if len(who) == 1), "PERSON") | names.labels
    if headline.isupper():
        headline = lower(headline)
        ordinary = {word.lower() for word in names.lexicon.ordinary}
        # "US" and "us", "WHO" and "who" look the same in capitals.
        lowered = {lower(name): label for name, label in known.items() if len(name) > 3}
        known = {name: label for name, label in lowered.items() if name not in ordinary}
    kept += [Span(start, start + len(name), known[name], "alias") for start, name in occurrences(headline, known)]
    return resolve(kept)


def find_entities(
    fields: Mapping[str, str], spans: Mapping[str, Iterable[Span]], lexicon: Lexicon
) -> tuple[Found, ...]:
    """Group `spans` into entities, in order of first mention.

    Args:
        fields: the story's texts by name, as `fields_of` gives them: "headline", "alternative_headline", "text",
            "captions[N]". "text" is the context in which all others are read.
        spans: what a rule or model found, by the same names; offsets lie in that field.
        lexicon: the word lists.

    Every mention's offsets lie in its field, and no two mentions overlap. The canonical name is a country's common
    name, otherwise the fullest form in the text.
    """
    trimmed = {
        field: resolve(filter(None, (trim(text, span, lexicon) for span in spans.get(field, ()))))
        for field, text in fields.items()
    }
    text = fields.get("text", "")
    names = Names(text, trimmed.get("text", []), lexicon)
    body = resolve([*trimmed.get("text", []), *names.followers(text), *(span for _, span in names.short.values())])
    names = Names(text, body, lexicon)
    groups: dict[tuple[str, object], list[tuple[Place, str]]] = defaultdict(list)
    for field, own in fields.items():
        if field == "text":
            read = body
        elif field in HEADLINES:
            read = _read_headline(own, trimmed[field], names)
        else:
            read = resolve([*trimmed[field], *names.followers(own)])
        loud = field in HEADLINES and own.isupper()
        fullest = {lower(name): name for name in (*names.people, *names.labels)} if loud else {}
        for span in read:
            form = own[span.start : span.end]
            if loud:
                form = fullest.get(lower(form), recase(form))
            place = Place(field, span.start, span.end, span.confidence)
            groups[names.key(form, span.label)].append((place, form))
    length = len(text)
    scores = salience.scores([[place for place, _ in group] for group in groups.values()], length)
    return tuple(
        _found(label, group, lexicon, score) for ((label, _), group), score in zip(groups.items(), scores, strict=True)
    )


def _found(label: str, mentions: Sequence[tuple[Place, str]], lexicon: Lexicon, score: float) -> Found:
    # `max` takes the first of equals; the text's forms come before a headline's, whose case may be decoration.
    form = max(mentions, key=lambda m: (m[0].field == "text", len(m[1])))[1]
    code = lexicon.code(label, form)
    common = lexicon.name(label, form) if code or label == "NORP" else None
    return Found(
        name=common or " ".join(form.split()),
        label=label,
        mentions=tuple(place for place, _ in mentions),
        ids=(("iso3166", code),) if code else (),
        salience=score,
    )


def enrich(
    cleaned: ArticleCleaned, found: Iterable[Found], *, pipeline: str, version: str, language: str | None = None
) -> ArticleEnriched:
    """Return the enriched article: all fields of `cleaned`, and its entities. The event checks every offset itself.

    `language` is the pipeline's when it knows the article's language; None says that only what holds in any was tagged.
    """
    fields = fields_of(cleaned)
    made_by = f"{pipeline}/{version}/{cleaned.cleaner_version}"
    carried = dict(cleaned) | {
        "event_id": ids.event_id(cleaned.article_id, "enriched", cleaned.content_hash, made_by),
        "entities": tuple(_entity(one, fields) for one in found),
        "tagger_pipeline": pipeline,
        "tagger_version": version,
        "tagger_language": language,
    }
    return ArticleEnriched.model_validate(carried)


def _entity(found: Found, fields: Mapping[str, str]) -> Entity:
    return Entity(
        name=found.name,
        type=found.label,
        ids=dict(found.ids),
        salience=found.salience,
        geo=GeoCoordinates(latitude=found.geo[0], longitude=found.geo[1]) if found.geo else None,
        mentions=tuple(
            Mention(
                field=place.field,
                start=place.start,
                end=place.end,
                surface=fields[place.field][place.start : place.end],
                confidence=place.confidence,
            )
            for place in found.mentions
        ),
    )
