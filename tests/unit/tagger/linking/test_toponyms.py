"""Which place a name means: cases with names that mean one place, and with names that mean several.

Names of entities stand in the texts as `[GPE Paris]`. Expected are the ids, or None where a careful reader could not
say, or where no place is meant. A case that expects None is as good a case as one that expects a link.
"""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from wiredesk.contracts.events import ArticleCleaned
from wiredesk_tagger.core import enrich, find_entities
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.linking import cities
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()
CITIES = cities.read()
DAY = datetime(2025, 1, 7, tzinfo=UTC)
_MARK = re.compile(r"\[([A-Z]+) ([^\]]+)\]")

PARIS, PARIS_TEXAS, LONDON, LONDON_ONTARIO, MOSCOW, MOSCOW_IDAHO = 2988507, 4717560, 2643743, 6058560, 524901, 5601538
WASHINGTON, NEW_YORK, TEXAS, GEORGIA_US, NEW_YORK_STATE, WASHINGTON_STATE = (
    4140963, 5128581, 4736286, 4197000, 5128638, 5815135,
)  # fmt: skip
BIRMINGHAM, BIRMINGHAM_ALABAMA, CAMBRIDGE, CAMBRIDGE_USA = 2655603, 4049979, 2653941, 4931972
SAN_JOSE_USA, SAN_JOSE, PETERSBURG, PETERSBURG_USA, ROME, ROME_USA = 5392171, 3621849, 498817, 4171563, 3169070, 4219762
ALEXANDRIA, ALEXANDRIA_USA, HYDERABAD, HYDERABAD_PAKISTAN, VICTORIA = 361058, 4744091, 1269843, 1176734, 6174041
KYIV, MUMBAI, BEIJING, TOKYO, NAIROBI, PERM, ORSK, TBILISI, ATLANTA = (
    703448, 1275339, 1816670, 1850147, 184745, 511196, 514734, 611717, 4180439,
)  # fmt: skip
SANTIAGO, VALENCIA, MELBOURNE, BOSTON, KOBE = 3871336, 2509954, 2158177, 4930956, 1859171
DELAWARE, ISLAMABAD = 4142224, 1176615


def links(marked: str) -> dict[str, dict[str, str]]:
    text, spans, end = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[end : match.start()]
        spans.append(Span(len(text), len(text) + len(match[2]), match[1], "model", 0.95))
        text += match[2]
        end = match.end()
    text += marked[end:]
    found = find_entities({"text": text}, {"text": spans}, LEXICON, cities=CITIES)
    return {entity.name: dict(entity.ids) for entity in found}


CITY_CASES = [
    # one famous place, no other reason
    ("Talks in [GPE Paris] went on.", "Paris", PARIS),
    ("The mayor of [GPE London] spoke.", "London", LONDON),
    ("[GPE Moscow] denied it.", "Moscow", MOSCOW),
    ("[GPE Beijing] protested to [GPE Tokyo].", "Tokyo", TOKYO),
    ("Police in [GPE Nairobi] said so.", "Nairobi", NAIROBI),
    ("The [NORP Russian] city of [GPE Perm] froze.", "Perm", PERM),
    ("Shares fell in [GPE Mumbai].", "Mumbai", MUMBAI),
    ("A fire in [GPE Melbourne] was put out.", "Melbourne", MELBOURNE),
    # another name of the same city
    ("Once called [GPE Bombay], it grew.", "Bombay", MUMBAI),
    ("The army left [GPE Kiev] alone.", "Kiev", KYIV),
    ("The army left [GPE Kyiv] alone.", "Kyiv", KYIV),
    ("A ship left [GPE Saint Petersburg] at dawn.", "Saint Petersburg", PETERSBURG),
    # a region behind the name, with nothing but a blank between
    ("They met in [GPE Paris Texas] again.", "Paris", PARIS_TEXAS),
    ("They met in [GPE Paris Texas] again.", "Texas", TEXAS),
    ("i moved to [GPE melbourne australia] in may", "melbourne", MELBOURNE),
    ("He told [GPE Paris] [GPE Iran] would not sign.", "Paris", PARIS),
    ("Snow fell on [GPE New York] and [GPE Upper Volta].", "Upper Volta", None),
    # words beside the name
    ("The fair in [GPE Paris], [GPE Texas], drew crowds.", "Paris", PARIS_TEXAS),
    ("The fair in [GPE Paris], [GPE France], drew crowds.", "Paris", PARIS),
    ("The fair in [GPE Paris] (Texas) drew crowds.", "Paris", PARIS_TEXAS),
    ("A plant in [GPE London], [GPE Ontario], will shut.", "London", LONDON_ONTARIO),
    ("A plant in [GPE London], Ont., will shut.", "London", LONDON_ONTARIO),
    ("Students in [GPE Moscow], [GPE Idaho], mourn.", "Moscow", MOSCOW_IDAHO),
    ("Students in [GPE Cambridge], Mass., cheered.", "Cambridge", CAMBRIDGE_USA),
    ("Students in [GPE Cambridge], [GPE England], cheered.", "Cambridge", CAMBRIDGE),
    ("Bishops met in [GPE Birmingham], [GPE Alabama].", "Birmingham", BIRMINGHAM_ALABAMA),
    ("Bishops met in [GPE Birmingham] in [GPE Alabama].", "Birmingham", BIRMINGHAM_ALABAMA),
    ("Bishops met in the [NORP British] city of [GPE Birmingham].", "Birmingham", BIRMINGHAM),
    ("Rallies in [GPE St. Petersburg], Fla., were small.", "St. Petersburg", PETERSBURG_USA),
    ("A mill in [GPE Rome], [GPE Georgia], burned.", "Rome", ROME_USA),
    ("Floods hit [GPE Hyderabad] in southern [GPE Pakistan].", "Hyderabad", HYDERABAD_PAKISTAN),
    ("Ferries to [GPE Victoria], [GPE British Columbia], were late.", "Victoria", VICTORIA),
    ("They met in [GPE Alexandria], [GPE Virginia].", "Alexandria", ALEXANDRIA_USA),
    ("The [NORP Japanese] port city of [GPE Kobe] shook.", "Kobe", KOBE),
    ("Envoys flew to [GPE Washington], D.C., at once.", "Washington", WASHINGTON),
    ("The court in [GPE San Jose], [GPE California], ruled.", "San Jose", SAN_JOSE_USA),
    ("The dam at [GPE Orsk] in southern [GPE Russia] broke.", "Orsk", ORSK),
    # the article's countries decide
    ("[GPE Britain] paid. Bishops met in [GPE Birmingham].", "Birmingham", BIRMINGHAM),
    ("[GPE Costa Rica] voted. Crowds filled [GPE San Jose]. [NORP Costa Ricans] cheered.", "San Jose", SAN_JOSE),
    ("[GPE Egypt] said ships wait at [GPE Alexandria].", "Alexandria", ALEXANDRIA),
    ("[GPE India] said rain fell on [GPE Hyderabad].", "Hyderabad", HYDERABAD),
    ("[GPE Chile] voted, and [GPE Santiago] was calm.", "Santiago", SANTIAGO),
    ("[GPE Spain] mourned. [NORP Spanish] troops dug in [GPE Valencia].", "Valencia", VALENCIA),
    ("[GPE England] won. The dons of [GPE Cambridge] cheered [GPE Britain].", "Cambridge", CAMBRIDGE),
    # a list is no address
    ("Offices in [GPE London], [GPE Canada] and [GPE Japan] shut.", "London", LONDON),
    ("Talks were held in [GPE Beijing], [GPE Russia]'s ministry said.", "Beijing", BEIJING),
    ("Flights to [GPE Boston], [GPE New York] and [GPE Seattle] were cut.", "Boston", BOSTON),
    # no telling which
    ("Bishops met in [GPE Birmingham].", "Birmingham", None),
    ("Students in [GPE Cambridge] cheered.", "Cambridge", None),
    ("Floods hit [GPE Hyderabad].", "Hyderabad", None),
    ("Crowds filled [GPE San Jose].", "San Jose", None),
    ("The mayor of [GPE Springfield] quit.", "Springfield", None),
    ("A storm hit [GPE Victoria].", "Victoria", None),
    ("[GPE Australia] sent help. A storm hit [GPE Victoria].", "Victoria", None),
    ("The [GPE United States] voted. Students in [GPE Cambridge] cheered.", "Cambridge", None),
    ("[GPE Texas] burned. The fair in [GPE Paris] drew crowds.", "Paris", None),
    ("A fire in [GPE Canton] was put out.", "Canton", None),
    ("The [GPE United States] sent help. A fire in [GPE Canton] was put out.", "Canton", None),
    ("He was born in [GPE Santa Cruz].", "Santa Cruz", None),
    ("A mill in [GPE Paris], [GPE Ohio], burned.", "Paris", None),
    ("A mill in [GPE Cordoba] burned.", "Cordoba", None),
    ("The [GPE United States] sent help. It borders [GPE Orange].", "Orange", None),
    ("[GPE India] and [GPE Pakistan] agreed. Papers in [GPE Islamabad] cheered.", "Islamabad", ISLAMABAD),
    # a part of a country has the name too
    ("[GPE Washington] accused the bank.", "Washington", WASHINGTON),
    ("[GPE Washington] state voted.", "Washington", WASHINGTON_STATE),
    ("Fires spread in eastern [GPE Washington].", "Washington", WASHINGTON_STATE),
    ("[GPE Seattle] voted as [GPE Washington] did.", "Washington", None),
    ("He flew to [GPE New York].", "New York", NEW_YORK),
    ("He flew to [GPE New York City].", "New York City", NEW_YORK),
    ("The [GPE New York] governor signed it.", "New York", NEW_YORK_STATE),
    ("Snow fell on upstate [GPE New York].", "New York", NEW_YORK_STATE),
    ("Crops failed in [GPE Kherson].", "Kherson", None),
    ("Crops failed in [GPE Donetsk] region.", "Donetsk", None),
    ("[GPE Texas] sued.", "Texas", TEXAS),
    ("Rain fell in [GPE Idaho], [GPE Montana] and [GPE Washington].", "Washington", WASHINGTON_STATE),
    ("The governor of [GPE New York] signed it.", "New York", NEW_YORK_STATE),
    ("Troops held [GPE Basra] province in [GPE Iraq].", "Basra", None),
    ("A mine in the state of [GPE Bahia] in [GPE Brazil] shut.", "Bahia", None),
    ("i live in [GPE delaware] in the [GPE U.S].", "delaware", DELAWARE),
    ("He lives in [GPE LA].", "LA", None),
    ("He spoke in [GPE Washington, D.C.].", "Washington, D.C.", WASHINGTON),
    ("Towns in [GPE Quebec] flooded.", "Quebec", None),
    ("The [GPE Georgia] governor signed it in [GPE Atlanta].", "Georgia", GEORGIA_US),
    ("A mill in [GPE Atlanta], [GPE Georgia], burned.", "Georgia", GEORGIA_US),
    ("A mill in [GPE Atlanta], [GPE Georgia], burned.", "Atlanta", ATLANTA),
    ("Protests in [GPE Tbilisi] shook [GPE Georgia].", "Tbilisi", TBILISI),
    ("[GPE Georgia] voted.", "Georgia", None),
    ("From [GPE Tbilisi] to [GPE Atlanta], people said [GPE Georgia] was far.", "Georgia", None),
    # people
    ("[PERSON Paris Hilton] came. Fans of [GPE Paris] cheered.", "Paris", None),
    ("[PERSON Denzel Washington] came. [GPE Washington] cheered.", "Washington", None),
    ("[PERSON Paris Hilton] flew to [GPE Paris], [GPE France].", "Paris", PARIS),
    ("[PERSON Jack London] wrote it.", "Jack London", None),
    ("The [ORG London] team won.", "London", None),
]  # fmt: skip

COUNTRY_CASES = [
    ("[GPE Russia] said no.", "Russia", "RU"),
    ("[NORP Russians] said no.", "Russian", "RU"),
    ("[GPE Jordan] said no.", "Jordan", "JO"),
    ("[GPE Chad] and [GPE Niger] agreed.", "Niger", "NE"),
    ("[PERSON Michael Jordan] said no.", "Michael Jordan", None),
    ("[PERSON Michael Jordan] came. [GPE Jordan] cheered.", "Jordan", None),
    ("[PERSON Israel Katz] spoke for [GPE Israel]. [NORP Israeli] papers agreed.", "Israel", "IL"),
    ("Protests in [GPE Tbilisi] shook [GPE Georgia].", "Georgia", "GE"),
    ("[GPE Georgia] voted.", "Georgia", None),
    ("[NORP Congolese] troops fled.", "Congolese", None),
    ("[GPE Luxembourg] taxed it.", "Luxembourg", "LU"),
    ("[GPE Mexico] taxed it.", "Mexico", "MX"),
]


@pytest.mark.parametrize(("text", "name", "geonames"), CITY_CASES)
def test_a_city_or_state_is_linked_where_it_is_certain_and_nowhere_else(text, name, geonames):
    found = links(text)[name].get("geonames")
    assert found == (None if geonames is None else str(geonames))


@pytest.mark.parametrize(("text", "name", "code"), COUNTRY_CASES)
def test_a_country_or_people_is_linked_where_it_is_certain(text, name, code):
    assert links(text)[name].get("iso3166") == code


def test_a_linked_city_has_its_country_and_coordinates():
    (found,) = find_entities(
        {"text": "Talks in Kyiv."}, {"text": [Span(9, 13, "GPE", "model", 0.9)]}, LEXICON, cities=CITIES
    )
    assert (dict(found.ids), found.in_country) == ({"geonames": str(KYIV)}, "UA")
    assert found.geo == pytest.approx((50.45, 30.52), abs=0.05)


def test_two_names_of_one_city_are_one_entity_in_reading_order():
    text = "Bombay grew. Nairobi too. Mumbai is what Bombay is called."
    spans = [Span(m.start(), m.end(), "GPE", "model", 0.9) for m in re.finditer("Bombay|Mumbai|Nairobi", text)]
    bombay, nairobi = find_entities({"text": text}, {"text": spans}, LEXICON, cities=CITIES)
    assert [text[one.start : one.end] for one in bombay.mentions] == ["Bombay", "Mumbai", "Bombay"]
    assert nairobi.name == "Nairobi"


def test_a_name_that_the_model_doubts_is_not_linked():
    (found,) = find_entities(
        {"text": "Talks in Paris."}, {"text": [Span(9, 14, "GPE", "model", 0.4)]}, LEXICON, cities=CITIES
    )
    assert found.ids == ()


def test_without_the_table_no_city_is_linked_and_countries_still_are():
    spans = [Span(0, 5, "GPE", "model", 0.9), Span(9, 14, "GPE", "model", 0.9)]
    paris, china = find_entities({"text": "Paris in China."}, {"text": spans}, LEXICON)
    assert (paris.ids, china.ids) == ((), (("iso3166", "CN"),))


def test_the_table_knows_capitals_by_their_own_country():
    best = CITIES.named("Washington")[0]
    assert (best.geonames, best.country, best.capital, best.own_name) == (WASHINGTON, "US", True, True)
    assert [city.capital for city in CITIES.named("Washington")[1:]] == [False] * 3
    assert CITIES.named("no such town") == []


def where(text, name, label="GPE"):
    """Return ids and country of the one entity of this name."""
    at = text.index(name)
    (found,) = find_entities(
        {"text": text}, {"text": [Span(at, at + len(name), label, "model", 0.9)]}, LEXICON, cities=CITIES
    )
    return dict(found.ids), found.in_country


def test_a_country_is_told_from_what_lies_in_it():
    assert where("Snow fell on Norway.", "Norway") == ({"iso3166": "NO"}, None)
    assert where("Snow fell on Oslo.", "Oslo") == ({"geonames": "3143244"}, "NO")
    assert where("Snow fell on Montana.", "Montana") == ({"geonames": "5667009"}, "US")


@pytest.mark.parametrize(
    ("nation", "geonames"),
    [("England", 6269131), ("Scotland", 2638360), ("Wales", 2634895), ("Northern Ireland", 2641364)],
)
def test_the_nations_of_the_united_kingdom_lie_in_it_and_keep_their_names(nation, geonames):
    assert where(f"Snow fell on {nation}.", nation) == ({"geonames": str(geonames)}, "GB")
    assert links(f"[GPE {nation}] and the [GPE UK] agree.").keys() == {nation, "United Kingdom"}


def test_a_province_lies_in_its_country_where_no_city_is_meant():
    assert where("Snow fell on Nova Scotia.", "Nova Scotia") == ({}, "CA")
    assert where("A storm hit Victoria.", "Victoria") == ({}, None)


@pytest.mark.parametrize(
    ("place", "country"), [("Gaza Strip", "PS"), ("West Bank", "PS"), ("Luzon", "PH"), ("Bavaria", "DE")]
)
def test_a_part_or_island_of_a_country_lies_in_it(place: str, country: str):
    assert where(f"Snow fell on the {place}.", place) == ({}, country)


def test_a_part_that_two_countries_claim_or_share_lies_in_neither():
    assert where("Snow fell on Crimea.", "Crimea") == ({}, None)
    assert where("Snow fell on Punjab.", "Punjab") == ({}, None)


def test_a_city_beside_such_a_part_is_in_its_country():
    assert where("Snow fell on Cagliari, Sardinia.", "Cagliari")[1] == "IT"


def test_the_event_says_of_a_place_where_it_lies_and_of_a_country_which_it_is():
    text = "Snow fell on Oslo and Nova Scotia, none on Chad."
    spans = [Span(13, 17, "GPE", "model", 0.9), Span(22, 33, "GPE", "model", 0.9), Span(43, 47, "GPE", "model", 0.9)]
    found = find_entities({"text": text}, {"text": spans}, LEXICON, cities=CITIES)
    article = ArticleCleaned(
        event_id=uuid4(), article_id=uuid4(), text=text, content_hash="c0ffee", cleaner_version="1", fetched_at=DAY
    )
    event = enrich(article, found, pipeline="p", version="1")
    assert [(entity.ids, entity.in_country) for entity in event.entities] == [
        ({"geonames": "3143244"}, "NO"),
        ({}, "CA"),
        ({"iso3166": "TD"}, None),
    ]
