"""Where the entities of real pages come from; on a page and entities made here."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bench.cleaning import furniture, report
from bench.cleaning.furniture import Origin, Origins, english, is_own_caption, origins, stands_in
from bench.cleaning.marks import Line, Marked
from bench.pages import Page
from tests.unit.bench.annotated_pages import news
from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.training.pages import AnnotatedPage, annotated
from wiredesk_tagger.core import Found, Place
from wiredesk_tagger.nlp import Article

TRUTH = AnnotatedPage(
    "publishers", "quay", "https://quay.example/a", Path(), title="Ferry for Oslo", text="Una Berg\u2019s crew sails."
)
OWN = Line("The ferry Solveig at her pier. Photo: Tavik Brunn", ZoneKind.CAPTION, flattened=True)
OTHERS = Line("The tower of Karsholm in the storm", ZoneKind.RELATED, flattened=True)


def entity(fields, name, *places):
    mentions = tuple(
        Place(place, fields[place].index(name), fields[place].index(name) + len(name), None) for place in places
    )
    return Found(name, "PERSON", mentions)


FIELDS = {
    "headline": "Ferry for OSLO",
    "text": "Una Berg's crew sails. Read also: Nils Aas",
    "captions[0]": "The ferry Solveig at her pier.",
    "captions[1]": "The tower of Karsholm in the storm",
    "captions[2]": "Ilvara waves",
}


@pytest.mark.parametrize(
    ("name", "places", "origin"),
    [
        ("OSLO", ["headline"], Origin.STORY),
        ("Una Berg's", ["text"], Origin.STORY),
        ("Nils Aas", ["text"], Origin.TEXT),
        ("Solveig", ["captions[0]"], Origin.OWN_CAPTION),
        ("Karsholm", ["captions[1]"], Origin.OTHERS_CAPTION),
        ("Ilvara", ["captions[2]"], Origin.UNMARKED_CAPTION),
    ],
)
def test_an_entity_comes_from_where_it_is_named(name, places, origin):
    assert origins([entity(FIELDS, name, *places)], FIELDS, TRUTH, [OWN, OTHERS]) == Counter([origin])


def test_one_mention_in_the_story_is_enough():
    fields = FIELDS | {"captions[0]": "Una on deck"}
    found = Found("Una Berg", "PERSON", (Place("captions[0]", 0, 3, None), Place("text", 0, 8, None)))
    assert origins([found], fields, TRUTH, []) == Counter([Origin.STORY])


def test_a_name_that_furniture_and_a_caption_share_comes_from_furniture():
    fields = {"text": "Watch: Ilvara", "captions[0]": "Ilvara waves"}
    found = entity(fields, "Ilvara", "text", "captions[0]")
    assert origins([found], fields, TRUTH, [OWN]) == Counter([Origin.TEXT])


def test_without_marks_nobody_knows_whose_a_caption_is():
    found = entity(FIELDS, "Solveig", "captions[0]")
    assert origins([found], FIELDS, TRUTH, []) == Counter([Origin.UNMARKED_CAPTION])
    assert is_own_caption("Solveig at her pier", [OWN]) is True
    assert is_own_caption("The Tower of Karsholm in the storm", [OTHERS]) is False
    assert is_own_caption("Ilvara waves", [OWN, OTHERS]) is None
    assert is_own_caption("Ilvara waves", [Line("waves", ZoneKind.TAG, flattened=True)]) is None


def test_a_name_is_found_as_whole_words():
    assert stands_in("al gore", "so al gore said")
    assert not stands_in("al", "so alabama said")
    assert not stands_in("bama", "so alabama said")
    assert not stands_in("", "so alabama said")


def saying(name):
    """A tagger that finds one name in each text that has it."""

    def found(fields):
        return [entity(fields, name, place) for place, text in fields.items() if name in text]

    return lambda articles: [found(article.fields) for article in articles]


def test_each_reading_of_each_page_is_counted_and_a_refused_page_is_said_to_be(tmp_path):
    pages = english(annotated(None, news(tmp_path)))
    assert [page.set for page in pages] == ["publishers"] * 2
    marks = [Marked(Page(page), [OWN]) for page in pages]
    readings = {"flat": lambda page: Article("", f"{page.plain}\nSolveig", "en"), "refused": lambda page: None}  # noqa: ARG005
    found = furniture.measure(saying("Solveig"), pages, marks, readings)
    assert [one.counts for one in found["flat"]] == [Counter({Origin.TEXT: 1})] * 2
    assert [(one.refused, one.held_out) for one in found["refused"]] == [(True, False), (True, True)]


def test_pages_in_other_languages_are_not_measured(tmp_path):
    listing = news(tmp_path) / "publishers" / "truth.json"
    truth = json.loads(listing.read_text())
    truth["page0"]["text"] = "Järvien valtiot sopivat tiistaina jakavansa vetensä vielä kymmenen vuoden ajan. " * 5
    listing.write_text(json.dumps(truth))
    assert [page.name for page in english(annotated(None, tmp_path))] == ["page1"]


def test_a_peer_is_tagged_with_its_title_and_the_flattened_text_with_its_zones_and_without(tmp_path):
    page = Page(annotated(None, news(tmp_path))[0])

    def peer(html, url):
        return {"title": "Lake Pact Holds", "text": "Oslo waits."}

    found = {name: read(page) for name, read in furniture.readings({"peer": peer}).items()}
    assert list(found) == ["HTML: Wiredesk", "HTML: peer", "flattened: Wiredesk", "flattened: as it is"]
    assert found["HTML: peer"] == Article("Lake Pact Holds", "Oslo waits.", "en")
    assert found["flattened: as it is"] == Article("", page.plain, "en")
    cleaned = found["flattened: Wiredesk"]
    assert cleaned is not None
    assert "Share" not in cleaned.text.split("\n")


def test_the_table_gives_shares_in_per_cent_on_either_side_of_the_split():
    counts = Counter({Origin.STORY: 6, Origin.TEXT: 2})
    found = {"said": [Origins(held_out=side, refused=False, counts=counts) for side in (True, False, False)]}
    table = report.furniture(found, "wire_news 1")
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in table.split("\n") if "| said" in line]
    assert rows == [["0", "8", "25.0", "0.0", "0.0", "0.0"], ["0", "16", "25.0", "0.0", "0.0", "0.0"]]
    assert table.index("1 held-out pages") < table.index("2 train pages")
