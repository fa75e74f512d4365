"""From spans to entities: one entity per real thing in an article, with every mention of it. Pure; no spaCy.

A tagger says "here is a PERSON"; people want to know who. This file lets names follow one another, reads the headline
in the light of the body, and groups what is one thing. Only headline and text are read: a name that stands in a
credit, byline or caption never becomes an entity.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from services.tagger.follow import Names, occurrences
from services.tagger.gazetteers import Lexicon
from services.tagger.spans import SAFE_RULES, Span, lower, recase, resolve, trim
from shared import ids
from shared.events import ArticleCleaned, ArticleEnriched, Entity, Mention

Field = Literal["headline", "text"]


class Found(NamedTuple):
    """One entity as plain data, so that it crosses a process boundary; `mentions` are (field, start, end)."""

    name: str
    label: str
    mentions: tuple[tuple[Field, int, int], ...]
    ids: tuple[tuple[str, str], ...] = ()


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
    headline: str, text: str, spans: Mapping[Field, Iterable[Span]], lexicon: Lexicon
) -> tuple[Found, ...]:
    """Group `spans` (by field, `headline` and `text`) into entities, in order of first mention, headline first.

    Every mention's offsets lie in its field. The canonical name is a country's common name,
    otherwise the fullest form in the text.
    """
    body = resolve(filter(None, (trim(text, span, lexicon) for span in spans.get("text", ()))))
    names = Names(text, body, lexicon)
    body = resolve([*body, *names.followers(text), *(span for _, span in names.short.values())])
    names = Names(text, body, lexicon)
    top = resolve(filter(None, (trim(headline, span, lexicon) for span in spans.get("headline", ()))))
    groups: dict[tuple[str, object], list[tuple[Field, int, int, str]]] = defaultdict(list)
    capitals = headline.isupper()
    fullest = {lower(name): name for name in (*names.people, *names.labels)} if capitals else {}
    mentions: list[tuple[Field, Span]] = [("headline", span) for span in _read_headline(headline, top, names)]
    mentions += [("text", span) for span in body]
    for field, span in mentions:
        form = (headline if field == "headline" else text)[span.start : span.end]
        if field == "headline" and capitals:
            form = fullest.get(lower(form), recase(form))
        groups[names.key(form, span.label)].append((field, span.start, span.end, form))
    return tuple(_found(label, mentions, lexicon) for (label, _), mentions in groups.items())


def _found(label: str, mentions: Sequence[tuple[Field, int, int, str]], lexicon: Lexicon) -> Found:
    # `max` takes the first of equals; the text's forms come before a headline's, whose case may be decoration.
    form = max(mentions, key=lambda m: (m[0] == "text", len(m[3])))[3]
    code = lexicon.code(label, form)
    common = lexicon.name(label, form) if code or label == "NORP" else None
    return Found(
        name=common or " ".join(form.split()),
        label=label,
        mentions=tuple((field, start, end) for field, start, end, _ in mentions),
        ids=(("iso3166", code),) if code else (),
    )


def enrich(cleaned: ArticleCleaned, found: Iterable[Found], *, pipeline: str, version: str) -> ArticleEnriched:
    """Return the enriched article: all fields of `cleaned`, and its entities. The event checks every offset itself."""
    fields = {"headline": cleaned.headline, "text": cleaned.text}
    made_by = f"{pipeline}/{version}/{cleaned.cleaner_version}"
    entities = tuple(
        Entity(
            name=entity.name,
            type=entity.label,
            ids=dict(entity.ids),
            mentions=tuple(
                Mention(field=field, start=start, end=end, surface=fields[field][start:end])
                for field, start, end in entity.mentions
            ),
        )
        for entity in found
    )
    carried = dict(cleaned) | {
        "event_id": ids.event_id(cleaned.article_id, "enriched", cleaned.content_hash, made_by),
        "entities": entities,
        "tagger_pipeline": pipeline,
        "tagger_version": version,
    }
    return ArticleEnriched.model_validate(carried)
