"""Each family of rules of the built-in pipeline, through the pipeline as the service uses it."""

import time

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found
from wiredesk_tagger.lexicon import gazetteers

TAGGER = nlp.load({"en": "wire_rules"})


def entities(text, headline="", language="en") -> dict[str, Found]:
    (found,) = TAGGER.find([nlp.Article(headline, text, language)])
    return {entity.name: entity for entity in found}


def pairs(text, **options) -> set[tuple[str, str]]:
    return {(entity.name, entity.label) for entity in entities(text, **options).values()}


def surfaces(entity: Found, **fields) -> list[str]:
    return [fields[field][start:end] for field, start, end, _ in entity.mentions]


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Talks were held in Kenya on trade.", "Kenya", "GPE"),
        ("The vote in Ulaanbaatar was close.", "Ulaanbaatar", "GPE"),
        ("Fires burned across Oregon again.", "Oregon", "GPE"),
        ("Ships left the Black Sea at dawn.", "Black Sea", "LOC"),
        ("A Norwegian trawler sank.", "Norwegian", "NORP"),
        ("He spoke in Urdu to the crowd.", "Urdu", "LANGUAGE"),
        ("Peacekeepers of UNICEF arrived.", "UNICEF", "ORG"),
        ("The team won the World Cup at last.", "World Cup", "EVENT"),
        ("They met on 7 January 2025 in the rain.", "7 January 2025", "DATE"),
        ("They met in February 2024 and parted.", "February 2024", "DATE"),
        ("Shares fell on Tuesday after the vote.", "Tuesday", "DATE"),
        ("Output rose in the third quarter of 2023 again.", "third quarter of 2023", "DATE"),
        ("Polls close at 8:30 p.m. local time.", "8:30 p.m. local time", "TIME"),
        ("The deal is worth $1.5 billion to both.", "$1.5 billion", "MONEY"),
        ("It cost 40 million euros to build.", "40 million euros", "MONEY"),
        ("Prices rose 3.2% over the year.", "3.2%", "PERCENT"),
        ("About five percent of voters agreed.", "About five percent", "PERCENT"),
        ("It ranked 31st out of 83.", "31st", "ORDINAL"),
        ("Then President Ayodele Okonjo left.", "Ayodele Okonjo", "PERSON"),
        ("Then Dr. Quillfeather left.", "Quillfeather", "PERSON"),
        ("The ship belongs to Margaret Oyelaran now.", "Margaret Oyelaran", "PERSON"),
        ("The prize went to Nouri al-Jundi at night.", "Nouri al-Jundi", "PERSON"),
        ("It hurt Tavik Brunnov, 45, badly.", "Tavik Brunnov", "PERSON"),
        ("A statement by spokesman Tavik Brunnov followed.", "Tavik Brunnov", "PERSON"),
        ("The yard sued Larkspur Maritime Ltd over it.", "Larkspur Maritime Ltd", "ORG"),
        ("He left the University of Trondvik early.", "University of Trondvik", "ORG"),
        ("A note by the Ministry of Health and Sanitation said so.", "Ministry of Health and Sanitation", "ORG"),
        ("A study by the Harbour Safety Council said so.", "Harbour Safety Council", "ORG"),
        ("The sum of 2 trillion won is owed, or 1,500 won each.", "2 trillion won", "MONEY"),
        ("A rally of the People's Harvest Party ended.", "People's Harvest Party", "ORG"),
        ("They signed the Treaty of Veldhoven there.", "Treaty of Veldhoven", "LAW"),
        ("Flights left Grimsholt Airport late.", "Grimsholt Airport", "FAC"),
        ("Boats crossed the Tamwin River slowly.", "Tamwin River", "LOC"),
        ("The dam is in Orsk, Russia, near a mine.", "Orsk", "GPE"),
        ("Rain fell on the town of Brennick all day.", "Brennick", "GPE"),
    ],
)
def test_each_family_of_rules_finds_its_own(text, name, label):
    assert (name, label) in pairs(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Pressure Is On. However Nothing Helps.",
        "You may march or will yourself to hope.",
        "Two of the three cats slept.",
        "WEATHER WARNING ISSUED AGAIN",
        "The price of turkey rose and china broke.",
        "Artificial intelligence (AI) is everywhere.",
        "The crew of boat 164 won, and six won nothing.",
        "The Brennick City Archives shut early.",
    ],
)
def test_capitals_alone_are_no_evidence(text):
    assert pairs(text) == set()


def test_titles_articles_and_possessives_are_cut_off():
    text = "President Vladimir Putin spoke. Putin's mandate stands. The Kremlin\u2019s view differs."
    found = entities(text)
    assert surfaces(found["Vladimir Putin"], text=text) == ["Vladimir Putin", "Putin"]
    assert surfaces(found["Kremlin"], text=text) == ["Kremlin"]


def test_no_name_crosses_a_line_break():
    assert pairs("He met Margaret\nOyelaran there. Harbour\nCouncil agreed.") == set()


def test_a_listed_place_inside_an_unknown_name_is_not_that_place():
    assert ("Pittsburgh", "GPE") not in pairs("They watched the Pittsburgh Wobblers lose.")
    assert ("Pittsburgh", "GPE") in pairs("They watched Pittsburgh lose.")


def test_a_word_that_names_a_company_is_no_surname():
    assert pairs("It bought Coste Foods. The group becomes Brightwater Coste. Coste's shares rose.") == {
        ("Coste Foods", "ORG")
    }


def test_weekdays_do_not_stick_to_names():
    assert pairs("They quoted Maria Silva Tuesday.") == {("Maria Silva", "PERSON"), ("Tuesday", "DATE")}


def test_a_long_name_lends_its_type_to_its_initials():
    text = "The Group of Tidal Engineers (GTE) met. Later GTE adjourned."
    found = entities(text)
    assert found["Group of Tidal Engineers"].label == "ORG"
    assert surfaces(found["Group of Tidal Engineers"], text=text) == ["Group of Tidal Engineers", "GTE", "GTE"]


def test_another_language_gets_lists_and_numbers_but_no_english_name_rules():
    text = "Angela Merkel reiste am Montag nach Berlin und zahlte 30 euros."
    assert pairs(text, language="de") == {("Montag", "DATE"), ("Berlin", "GPE"), ("30 euros", "MONEY")}


def test_every_listed_language_is_one_of_iso_639():
    lexicon = gazetteers.read()
    lines: dict[str | None, set[str]] = {}
    for phrase, label in lexicon.phrases.items():
        if label == "LANGUAGE":
            lines.setdefault(lexicon.name(label, phrase), set()).add(phrase)
    # ISO adds "(macrolanguage)" or a period to some names: "Swahili (macrolanguage)".
    names = {part for one in pycountry.languages for part in (one.name, one.name.partition(" (")[0])}
    assert [line for line, phrases in lines.items() if not phrases & names] == []
    assert len(lines) > 20


def test_every_country_of_iso_3166_has_a_code_or_is_marked_uncertain():
    codes = set(gazetteers.read().countries.values())
    uncertain = {"GE", "JE", "AQ"}  # also a state of the USA, and a garment; a continent
    assert codes == {country.alpha_2 for country in pycountry.countries} - uncertain


def test_a_country_code_is_given_only_where_the_name_is_certain():
    lexicon = gazetteers.read()
    assert lexicon.code("GPE", "Russia") == lexicon.code("GPE", "Russian Federation") == "RU"
    assert lexicon.code("NORP", "Russians") == "RU"
    assert lexicon.code("GPE", "Georgia") is None
    assert lexicon.code("NORP", "Congolese") is None
    assert lexicon.code("PERSON", "Jordan") is None


_WORDS = st.sampled_from(
    ["Vladimir Putin", "Putin's", "the U.S.", "US-led", "World Health Organization (WHO)", "👩‍👩‍👧", "e\u0301", "José",
     "Ltd", "Ministry of", "\u200b", "\u202e", "\r\n", "\n", "\u00a0", "12 May 2024", "$5 billion", "“Quote”",
     "İstanbul", "ß", "ﬁ", "(GGE)", "President", "al-Assad", "\x00", "…"]
)  # fmt: skip
_MIXED = st.lists(_WORDS, max_size=40)
_TEXTS = st.one_of(st.text(max_size=300), _MIXED.map(" ".join), _MIXED.map("".join))


@settings(max_examples=100, deadline=None)
@given(headline=_TEXTS, text=_TEXTS)
def test_offsets_lie_in_their_field_and_do_not_overlap_whatever_the_text(headline, text):
    fields = {"headline": headline, "text": text}
    (found,) = TAGGER.find([nlp.Article(headline, text, "en")])
    seen: set[tuple[str, int]] = set()
    for entity in found:
        assert entity.name
        for field, start, end, _ in entity.mentions:
            assert 0 <= start < end <= len(fields[field])
            assert fields[field][start:end].strip()
            places = {(field, at) for at in range(start, end)}
            assert not places & seen
            seen |= places


def test_a_text_longer_than_one_piece_keeps_its_offsets():
    text = "\n\n".join(["Nothing happened here at all, again and again."] * 6000 + ["Then Vladimir Putin left."])
    (mention,) = entities(text)["Vladimir Putin"].mentions
    assert text[mention.start : mention.end] == "Vladimir Putin"
    assert mention.start > 100_000


@pytest.mark.parametrize("unit", ["a", ".", "Bank of ", "Ministry ", "A Inc ", "\n", "9,", "\"'", "al-", "e\u0301"])
def test_a_monotonous_text_takes_linear_time(unit):
    def seconds(size):
        start = time.process_time()
        TAGGER.find([nlp.Article("", unit * (size // len(unit)), "en")])
        return time.process_time() - start

    seconds(1000)
    # Quadratic work would take 64 times as long; the constant covers a small and noisy first measure.
    assert seconds(80_000) < 24 * seconds(10_000) + 0.5
