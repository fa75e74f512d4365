"""What the bench says of entities beyond F1: things split or merged, strange names, places, speed, other processors."""

import sys
from pathlib import Path
from typing import Any

import pytest

from bench.tagging import clusters, own_words, report, sameness, speed, toponyms
from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found, Place
from wiredesk_tagger.lexicon import gazetteers

TEXT = "Ann Oake met Bo Ash. Oake left, and Ash stayed in Orsk."


def entity(name: str, *surfaces: str, label: str = "PERSON") -> Found:
    mentions, at = [], 0
    for surface in surfaces or (name,):
        at = TEXT.index(surface, at)
        mentions.append(Place("text", at, at + len(surface), None))
        at += len(surface)
    return Found(name, label, tuple(mentions))


def groups(*found: Found) -> list[frozenset[tuple[int, int]]]:
    return clusters.found_clusters(TEXT, found)


GOLD = groups(entity("Ann Oake", "Ann Oake", "Oake"), entity("Bo Ash", "Bo Ash", "Ash"))


def test_things_grouped_as_marked_are_neither_split_nor_merged():
    one = clusters.clustering(GOLD, GOLD)
    assert (one.b_cubed, one.splits, one.merges) == ((1.0, 1.0, 1.0), 0, 0)


def test_a_thing_in_two_entities_is_a_split_and_two_things_in_one_a_merge():
    split = groups(entity("Ann Oake"), entity("Oake", "met", "Oake")) + groups(entity("Bo Ash", "Bo Ash", "Ash"))
    joined = [frozenset().union(*GOLD)]
    assert clusters.clustering(GOLD, split).split_share == 0.5
    assert clusters.clustering(GOLD, joined).merge_share == 0.5
    assert clusters.clustering(GOLD, joined).b_cubed[:2] == (0.5, 1.0)


def test_a_mention_that_only_one_side_has_counts_for_nothing():
    assert clusters.clustering(GOLD, groups(entity("Ann Oake"))).mentions == 1


def test_a_date_is_no_thing_that_is_grouped():
    assert groups(entity("Ann Oake", label="DATE")) == []


def test_errors_of_the_marks_are_mended_by_the_names_that_the_text_has():
    ann, oake, bo, ash = (groups(entity(name)) for name in ("Ann Oake", "Oake", "Bo Ash", "Ash"))
    mended = clusters.mended(TEXT, [*ann, *oake, bo[0] | ash[0]], {"one": [["Ann Oake", "Oake"]], "apart": [["Ash"]]})
    assert set(mended) == {ann[0] | oake[0], *bo, *ash}


def test_every_mend_of_the_marks_says_something_and_none_contradicts_itself():
    for item in clusters.mends().values():
        names = [name for group in (*item["one"], *item["apart"]) for name in group]
        assert names
        assert len(names) == len(set(names))


def test_sums_over_texts_are_those_of_their_parts():
    one = clusters.clustering(GOLD, GOLD)
    assert clusters.total([one, one]).mentions == 2 * one.mentions


def test_a_name_that_its_article_does_not_have_is_strange_unless_it_is_a_country_s():
    found = [entity("Ann Oake"), entity("Anna Oake", "Ann Oake"), entity("Russia", "Orsk", label="GPE")]
    strange = own_words.foreign({"text": TEXT}, found, gazetteers.read())
    assert [one.name for one in strange] == ["Anna Oake"]


def test_a_name_over_the_end_of_a_line_is_its_article_s():
    assert not list(own_words.foreign({"text": "Ann\nOake"}, [entity("Ann Oake")], gazetteers.read()))


def test_a_place_counts_as_right_when_country_and_number_are():
    at = TEXT.index("Orsk")
    mark = toponyms.Mark("a", at, "Orsk", in_country="RU", geonames=514734)
    right = entity("Orsk", label="GPE")._replace(ids=(("geonames", "514734"),), in_country="RU")
    for found, expected in (
        (right, (1, 1, 1)),
        (right._replace(in_country="US"), (1, 1, 0)),
        (right._replace(ids=(("geonames", "1"),)), (1, 1, 0)),
        (right._replace(ids=(), in_country=None), (1, 0, 0)),
    ):
        one = toponyms.judged([mark], {"a": (found,)})
        assert (one.there, one.linked, one.right) == expected


def test_the_marked_places_are_two_hundred_and_each_stands_where_it_says():
    marked = toponyms.marks()
    assert len(marked) >= 200
    assert all(mark.surface for mark in marked)
    assert len({(mark.text, mark.start) for mark in marked}) == len(marked)


def test_articles_are_written_with_all_their_words_and_read_again_by_a_turn(tmp_path: Path):
    article = nlp.Article("Oake leaves", TEXT, "en", captions=("Ann Oake in Orsk",))
    file = tmp_path / "articles.jsonl"
    words = speed.write([article], file)
    assert words == 2 + len(TEXT.split()) + 4
    each = speed.commands(file, None, ())
    assert list(each) == [speed.THIS]
    (seconds,) = speed.turns(each, 1)[speed.THIS]
    assert seconds > 0


def test_a_turn_that_fails_says_why():
    with pytest.raises(OSError, match=r"before: .*no such tree"):
        speed.turns({"before": [sys.executable, "-c", "raise SystemExit('no such tree')"]}, 1)


def test_speed_is_told_turn_by_turn_beside_each_other():
    told = speed.report(1000, 2, {speed.THIS: [1.0, 2.0, 1.0], "before": [3.0, 4.0, 2.0]})
    assert "2.00 x" in told
    assert "1,000" in told
    assert "333" in told


@pytest.mark.parametrize(
    ("digests", "said"),
    [
        ({"this one": "a"}, "not installed"),
        ({"this one": "a", "Haswell": "a"}, "All find the same."),
        ({"this one": "a", "Haswell": "b"}, "NOT"),
    ],
)
def test_it_is_said_whether_all_processors_find_the_same(digests: dict[str, str], said: str):
    assert said in sameness.report(3, digests)


def test_the_tables_count_over_both_halves():
    class Named:
        def find(self, articles):
            return [(entity("Ann Oake", "Ann Oake", "Oake"),) for _ in articles]

    mentions = [[place.start, place.end] for place in entity("Ann Oake", "Ann Oake", "Oake").mentions]
    rows: list[dict[str, Any]] = [{"id": name, "text": TEXT, "clusters": [{"mentions": mentions}]} for name in "abcdef"]
    told = report.grouping(Named(), rows)  # type: ignore[arg-type]
    rows_of = [" ".join(line.replace("|", " ").split()) for line in told.splitlines()]
    assert rows_of[-2:] == ["all 12 1.000 0.0% 0.0%", "all, errors of the marks mended 12 1.000 0.0% 0.0%"]
    assert len({report.is_held_out(row["id"]) for row in rows}) == 2
