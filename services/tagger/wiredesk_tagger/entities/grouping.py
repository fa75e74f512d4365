"""One group of mentions for one real thing: settle the spans of a story, group them, merge what has one id. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wiredesk_tagger.entities import naming, story_evidence
from wiredesk_tagger.entities.acronyms import things
from wiredesk_tagger.entities.base_names import base_names
from wiredesk_tagger.entities.common_words import without_common_words
from wiredesk_tagger.entities.coreference import Names, occurrences
from wiredesk_tagger.entities.courtesy import courtesy
from wiredesk_tagger.entities.name_edges import mended
from wiredesk_tagger.entities.offices import without_office
from wiredesk_tagger.entities.people import without_commands
from wiredesk_tagger.entities.type_agreement import known, one_label
from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.linking.cities import NO_CITIES, Cities
from wiredesk_tagger.linking.knowledge import Knowledge
from wiredesk_tagger.linking.toponyms import Link, Named, apart
from wiredesk_tagger.spans import Span, resolve, trim

_DIGITS = 4  # of a confidence
HEADLINES = ("headline", "alternative_headline")


class Place(NamedTuple):
    """Where an entity is named: offsets in the text of `field`, half-open, in code points."""

    field: str
    start: int
    end: int
    confidence: float | None = None


class Mention(NamedTuple):
    """A place and the words that stand there: in the article, and as a sentence would write them."""

    place: Place
    shown: str
    form: str
    base: str | None = None
    """the base form of an inflected name, where that is certain"""

    @property
    def field(self) -> str:
        return self.place.field


class Group(NamedTuple):
    """The mentions of one thing, in reading order; at least one."""

    label: str
    mentions: list[Mention]

    def name(self, lexicon: Lexicon) -> str:
        """Return the canonical name: the article's words, or a country's listed name."""
        return naming.canonical(self.label, self.mentions, lexicon)

    def named(self, texts: Mapping[str, str]) -> Named:
        """Return the group as `toponyms` reads it."""
        sure = [one.place.confidence for one in self.mentions]
        best = naming.fullest(self.mentions)
        return Named(
            name=" ".join((best.base or best.form).split()),
            label=self.label,
            places=[(texts[one.place.field], one.place.start, one.place.end) for one in self.mentions],
            confidence=None if None in sure else max(value for value in sure if value is not None),
        )


def settled(
    texts: Mapping[str, str], spans: Mapping[str, Iterable[Span]], lexicon: Lexicon, cities: Cities = NO_CITIES
) -> dict[str, list[Span]]:
    """Return by field the spans that hold: cut to the name, one string of one type, followers added, no overlaps."""
    cut = {
        field: resolve(
            known(text, part, lexicon)
            for span in _trimmed(text, spans.get(field, ()), lexicon)
            for part in apart(text, span, lexicon, cities)
        )
        for field, text in texts.items()
    }
    common = set().union(*(things(text, lexicon) for text in texts.values()))
    cut = {
        field: [one for one in cut[field] if text[one.start : one.end] not in common] for field, text in texts.items()
    }
    cut = without_common_words(texts, without_commands(texts, cut), lexicon)
    cut = story_evidence.agreed(texts, one_label(texts, cut, lexicon), lexicon, cities)
    names = Names(texts, cut, lexicon)
    read = {field: _with(cut[field], names.followers(text)) for field, text in texts.items()}
    names = Names(texts, {field: spans for field, spans in read.items() if field not in HEADLINES}, lexicon)
    certain = names.certain()
    for field in HEADLINES:
        if field in read:
            # A headline has little context of its own: what the body names, it names too.
            repeats = occurrences(texts[field], certain)
            read[field] = _with(read[field], (Span(at, at + len(name), certain[name], "alias") for at, name in repeats))
    return read


def _with(spans: Sequence[Span], more: Iterable[Span]) -> list[Span]:
    """Return both without overlaps; what is in both keeps the model's confidence."""
    have = {span[:3] for span in spans}
    return resolve([*spans, *(span for span in more if span[:3] not in have)])


def _trimmed(text: str, spans: Iterable[Span], lexicon: Lexicon) -> list[Span]:
    parts = [part for span in spans for part in without_office(text, span, lexicon)]
    cut = [one for part in parts if (one := trim(text, part, lexicon))]
    return resolve(mended(text, cut, lexicon))


def grouped(
    fields: Mapping[str, str],
    texts: Mapping[str, str],
    spans: Mapping[str, Sequence[Span]],
    lexicon: Lexicon,
    language: str | None = None,
) -> list[Group]:
    """Return `spans` in groups of what one name or its short form means, in order of first mention.

    `fields` are the article's texts, `texts` the same as a sentence would write them; `language` says how its names are
    inflected.
    """
    names = Names(texts, spans, lexicon)
    bases = base_names(texts, spans, language)
    groups: dict[tuple[str, object], list[Mention]] = defaultdict(list)
    for field, text in texts.items():
        for span in spans[field]:
            form = text[span.start : span.end]
            sure = None if span.confidence is None else round(span.confidence, _DIGITS)
            place = Place(field, span.start, span.end, sure)
            base = bases.get((span.label, form))
            groups[names.key(base or form, span.label, courtesy(text, span.start))].append(
                Mention(place, fields[field][span.start : span.end], form, base)
            )
    return [Group(label, mentions) for (label, _), mentions in groups.items()]


def merged(groups: Sequence[Group], links: Sequence[Link | None], knowledge: Knowledge) -> list[tuple[Group, Link]]:
    """Return the groups with their links; groups of one type with one id, a country's apart, become one."""
    results: list[tuple[Group, Link]] = []
    by_id: dict[tuple[str, str, str], int] = {}
    for group, link in zip(groups, links, strict=True):
        ids = dict(link.ids) if link else {}
        forms = {form for one in group.mentions for form in (one.shown, one.form)}
        own = {found for form in forms if (found := knowledge.match(" ".join(form.split()), group.label))}
        if len(own) == 1:
            known_as = own.pop()
            ids[known_as.scheme] = known_as.id
        keys = [(group.label, scheme, number) for scheme, number in ids.items() if scheme != "iso3166"]
        same = next((by_id[key] for key in keys if key in by_id), None)
        geo, country = (link.geo, link.in_country) if link else (None, None)
        if same is None:
            by_id |= dict.fromkeys(keys, len(results))
            results.append((group, Link(tuple(ids.items()), geo, country)))
        else:
            first, before = results[same]
            by_id |= dict.fromkeys(keys, same)
            both = Group(group.label, _in_order([*first.mentions, *group.mentions], groups))
            joint = tuple((ids | dict(before.ids)).items())
            results[same] = (both, Link(joint, before.geo or geo, before.in_country or country))
    return results


def _in_order(mentions: Iterable[Mention], groups: Sequence[Group]) -> list[Mention]:
    fields = list(dict.fromkeys(one.place.field for group in groups for one in group.mentions))
    return sorted(mentions, key=lambda one: (fields.index(one.place.field), one.place.start))
