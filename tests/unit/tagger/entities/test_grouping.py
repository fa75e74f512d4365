"""One entity per real thing: one string one type, fields read together, ids that merge, offsets that always resolve."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk.contracts.events import ArticleCleaned
from wiredesk_tagger.core import Found, Place, as_read, enrich, fields_of, find_entities
from wiredesk_tagger.entities.type_agreement import known, one_label
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.linking import cities
from wiredesk_tagger.linking.knowledge import read
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()
CITIES = cities.read()


def model(text, *names):
    """Spans for each (surface, type, confidence) in order, each searched after the one before."""
    spans, at = [], 0
    for surface, label, confidence in names:
        at = text.index(surface, at)
        spans.append(Span(at, at + len(surface), label, "model", confidence))
        at += len(surface)
    return spans


def entities(fields, **spans):
    return find_entities(fields, {field: model(fields[field], *names) for field, names in spans.items()}, LEXICON)


def test_one_string_has_one_type_the_one_its_confident_mentions_have():
    text = "Larkspur grew. Larkspur fell. Larkspur rose."
    spans = model(text, ("Larkspur", "PERSON", 0.95), ("Larkspur", "ORG", 0.5), ("Larkspur", "ORG", 0.4))
    (only,) = {span.label for span in one_label({"text": text}, {"text": spans}, LEXICON)["text"]}
    assert only == "PERSON"
    spans[0] = spans[0]._replace(confidence=0.8)
    (only,) = {span.label for span in one_label({"text": text}, {"text": spans}, LEXICON)["text"]}
    assert only == "ORG"


def test_spellings_of_one_name_have_one_type():
    text = "Lark-Spur grew. Lark Spur fell."
    spans = model(text, ("Lark-Spur", "GPE", 0.9), ("Lark Spur", "LOC", 0.5))
    assert {span.label for span in one_label({"text": text}, {"text": spans}, LEXICON)["text"]} == {"GPE"}


def test_a_town_before_its_state_is_not_the_school_called_after_it():
    text = "Larkspur University is in Larkspur, Ohio. Larkspur is old."
    spans = (("Larkspur University", "ORG", 0.9), ("Larkspur", "GPE", 0.9), ("Larkspur", "ORG", 0.9))
    school, town = entities({"text": text}, text=spans)
    assert [(one.label, len(one.mentions)) for one in (school, town)] == [("ORG", 2), ("GPE", 1)]


def test_a_title_before_a_name_makes_a_person_of_it_in_the_whole_article():
    text = "Brennick v. Orsk. Brennick won. Justice Brennick wrote it."
    spans = model(text, ("Brennick", "GPE", 0.7), ("Brennick", "GPE", 0.4), ("Brennick", "GPE", 0.6))
    assert {span.label for span in one_label({"text": text}, {"text": spans}, LEXICON)["text"]} == {"GPE"}
    spans[1] = spans[1]._replace(label="PERSON")
    assert {span.label for span in one_label({"text": text}, {"text": spans}, LEXICON)["text"]} == {"PERSON"}


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("The Emperor Brennick Bridge fell.", "Brennick Bridge", "FAC"),
        ("The envoy thanked Minister Turkey had sent.", "Turkey", "GPE"),
        ("The President Bank of Brennick closed.", "Bank of Brennick", "ORG"),
    ],
)
def test_a_title_before_what_is_no_personal_name_changes_nothing(text, name, label):
    spans = model(text, (name, label, 0.5))
    assert one_label({"text": text}, {"text": spans}, LEXICON)["text"] == spans


def test_a_full_stop_behind_a_blank_is_no_part_of_a_name():
    (found,) = entities({"text": "A shop in Orsk .- nothing else."}, text=[("Orsk .", "GPE", 0.9)])
    assert (found.name, found.mentions[0].end) == ("Orsk", 14)


def test_numbers_and_dates_keep_their_types():
    spans = [Span(0, 4, "DATE", "grammar"), Span(5, 9, "ORG", "model", 0.9), Span(10, 14, "ORG", "model", 0.9)]
    assert one_label({"text": "1984 1984 1984"}, {"text": spans}, LEXICON)["text"] == spans


@pytest.mark.parametrize(
    ("surface", "said", "label"),
    [
        ("Brazil", "ORG", "GPE"),
        ("Russians", "ORG", "NORP"),
        ("Jordan", "PERSON", "PERSON"),
        ("Clean Harbours Act", "ORG", "LAW"),
        ("Treaty of Veldhoven", "ORG", "LAW"),
        ("Convention on Certain Conventional Weapons", "ORG", "LAW"),
        ("Republican National Convention", "ORG", "ORG"),
        ("Act", "ORG", "ORG"),
    ],
)
def test_some_words_decide_their_type_alone(surface, said, label):
    assert known(surface, Span(0, len(surface), said, "model", 0.9), LEXICON).label == label


def test_the_name_of_a_treaty_goes_to_its_end():
    text = "The Convention on Certain Conventional Weapons holds."
    (found,) = entities({"text": text}, text=[("Convention on Certain Conventional", "ORG", 0.4)])
    assert (found.name, found.label) == ("Convention on Certain Conventional Weapons", "LAW")


def test_a_short_form_of_common_words_names_nobody():
    text = "Old light-emitting diodes (LEDs) fail. LED makers and the international monetary fund (IMF) met."
    found = entities({"text": text}, text=[("LEDs", "ORG", 0.9), ("LED", "ORG", 0.9), ("IMF", "ORG", 0.9)])
    assert [one.name for one in found] == ["IMF"]
    explained = "Brennick Trade Union (BTU) met. BTU members left."
    found = entities({"text": explained}, text=[("Brennick Trade Union", "ORG", 0.9), ("BTU", "ORG", 0.9)])
    assert [len(one.mentions) for one in found] == [3]


def test_initials_between_commas_stand_for_the_name_before_them():
    text = "The Harbour Safety Council, HSC, met. Later HSC left."
    (council,) = entities({"text": text}, text=[("Harbour Safety Council", "ORG", 0.9)])
    assert [text[place.start : place.end] for place in council.mentions] == ["Harbour Safety Council", "HSC", "HSC"]


def test_a_full_name_in_the_headline_or_a_caption_explains_a_surname_in_the_body():
    fields = {"headline": "Ayo Bello quits as mayor", "text": "Bello left.", "captions[0]": "Mr Bello waves"}
    found = entities(fields, headline=[("Ayo Bello", "PERSON", 0.9)], text=[("Bello", "PERSON", 0.9)])
    assert [(one.name, [place.field for place in one.mentions]) for one in found] == [
        ("Ayo Bello", ["headline", "text", "captions[0]"])
    ]


def test_a_headline_takes_its_types_from_the_body():
    fields = {"headline": "Larkspur buys Tamwin", "text": "Larkspur of Oslo bought it. Larkspur grew."}
    found = entities(
        fields,
        headline=[("Larkspur", "PERSON", 0.5), ("Tamwin", "ORG", 0.9)],
        text=[("Larkspur", "ORG", 0.9), ("Larkspur", "ORG", 0.9)],
    )
    assert [(one.name, one.label) for one in found] == [("Larkspur", "ORG"), ("Tamwin", "ORG")]


def test_the_models_confidence_stays_with_the_mention_and_a_rules_is_absent():
    (bello,) = entities({"text": "Ayo Bello left. Bello slept."}, text=[("Ayo Bello", "PERSON", 0.75)])
    assert [place.confidence for place in bello.mentions] == [0.75, None]


@pytest.mark.parametrize(
    "text",
    [
        "WHAT MR BELLO SAID\nBello said no.",
        "What Mr Bello Said Of The Harbour\nBello said no.",
    ],
)
def test_loud_lines_of_the_body_are_read_as_sentences(text):
    first, _, rest = as_read({"text": text}, LEXICON)["text"].text.partition("\n")
    assert first.startswith("What Mr Bello said")
    assert rest == "Bello said no."


def test_an_id_of_the_users_joins_names_that_share_nothing():
    knowledge = read(b'{"id": "x:1", "label": "Larkspur Holdings", "aliases": ["Old Quay"], "type": "ORG"}').knowledge
    text = "Larkspur Holdings fell. Old Quay rose. Tamwin slept."
    spans = model(text, ("Larkspur Holdings", "ORG", 0.9), ("Old Quay", "ORG", 0.9), ("Tamwin", "ORG", 0.9))
    larkspur, tamwin = find_entities({"text": text}, {"text": spans}, LEXICON, knowledge=knowledge)
    assert (larkspur.name, larkspur.ids, len(larkspur.mentions)) == ("Larkspur Holdings", (("x", "1"),), 2)
    assert tamwin.ids == ()


def test_an_id_for_another_type_is_not_taken():
    knowledge = read(b'{"id": "x:1", "label": "Larkspur", "aliases": [], "type": "PERSON"}').knowledge
    spans = {"text": model("Larkspur fell.", ("Larkspur", "ORG", 0.9))}
    (larkspur,) = find_entities({"text": "Larkspur fell."}, spans, LEXICON, knowledge=knowledge)
    assert larkspur.ids == ()


def cleaned(**fields):
    base = {"event_id": uuid4(), "article_id": uuid4(), "content_hash": "c", "cleaner_version": "1", "text": ""}
    return ArticleCleaned(**(base | {"fetched_at": datetime(2025, 1, 7, tzinfo=UTC)} | fields))


def test_every_field_of_a_story_and_nothing_else_is_tagged():
    article = cleaned(
        headline="A", alternative_headline="B", text="C", captions=("D", "", "E"), authors=("F",), credits=("G",)
    )
    assert fields_of(article) == {
        "headline": "A", "alternative_headline": "B", "text": "C", "captions[0]": "D", "captions[2]": "E"
    }  # fmt: skip


def test_the_event_carries_what_is_known_of_an_entity():
    article = cleaned(
        text="It cost $1.5 billion in Kyiv.", captions=("Kyiv by night",), date_published="2025-01-07T00:00:00Z"
    )
    spans = {
        "text": [Span(8, 20, "MONEY", "grammar"), Span(24, 28, "GPE", "model", 0.9)],
        "captions[0]": [Span(0, 4, "GPE", "model", 0.8)],
    }
    found = find_entities(fields_of(article), spans, LEXICON, cities=CITIES)
    event = enrich(article, found, pipeline="p", version="1", language="en")
    cost, kyiv = event.entities
    assert (cost.value, cost.currency) == ("1500000000", "USD")
    assert [(m.field, m.surface, m.confidence) for m in kyiv.mentions] == [
        ("text", "Kyiv", 0.9), ("captions[0]", "Kyiv", 0.8)
    ]  # fmt: skip
    assert kyiv.geo is not None
    assert 0 < kyiv.salience < 1
    assert event.tagger_language == "en"


def test_an_entity_without_ids_or_value_says_nothing_of_them():
    found = [Found("Tamwin", "ORG", (Place("text", 0, 6),))]
    event = enrich(cleaned(text="Tamwin slept."), found, pipeline="p", version="1")
    (tamwin,) = event.entities
    assert (tamwin.ids, tamwin.geo, tamwin.value, tamwin.currency) == ({}, None, None, None)
    assert event.tagger_language is None


_PARTS = st.sampled_from(
    ["Ayo Bello", "Bello", "Paris", ", Texas", "Georgia", " (GGE)", "the ", "'s", "\n", "\u2028", "\u200b", "\u202e",
     "👩‍👧", "e\u0301", "İstanbul", "ß", "ŉ", "\x00", "\ud800", "MOSCOW", "President ", "St.", ".", " ", " in ", "Ltd"]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=120), st.lists(_PARTS, max_size=30).map("".join))
_LABELS = st.sampled_from(["PERSON", "ORG", "GPE", "LOC", "NORP", "LAW", "DATE", "MONEY"])


@given(headline=_TEXTS, text=_TEXTS, caption=_TEXTS, data=st.data())
def test_whatever_the_spans_offsets_resolve_and_mentions_do_not_overlap(headline, text, caption, data):
    fields = {"headline": headline, "text": text, "captions[0]": caption}
    spans = {
        field: [
            Span(min(a, b), max(a, b), label, "model", 0.9)
            for a, b, label in data.draw(
                st.lists(st.tuples(st.integers(0, len(own)), st.integers(0, len(own)), _LABELS), max_size=8)
            )
        ]
        for field, own in fields.items()
    }
    seen: set[tuple[str, int]] = set()
    for entity in find_entities(fields, spans, LEXICON, cities=CITIES):
        assert entity.name
        assert 0 <= entity.salience <= 1
        for place in entity.mentions:
            assert fields[place.field][place.start : place.end].strip()
            at = {(place.field, n) for n in range(place.start, place.end)}
            assert not at & seen
            seen |= at


def test_ten_thousand_mentions_of_one_name_are_one_entity_in_linear_time():
    def seconds(count):
        text = "Ayo Bello met Bello. " * count
        spans = [Span(n * 21, n * 21 + 9, "PERSON", "model", 0.9) for n in range(count)]
        start = time.process_time()
        (bello,) = find_entities({"text": text}, {"text": spans}, LEXICON, cities=CITIES)
        assert len(bello.mentions) == 2 * count
        return time.process_time() - start

    seconds(10)
    # Quadratic work would take a hundred times as long.
    assert seconds(10_000) < 30 * seconds(1000) + 0.5
