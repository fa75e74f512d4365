"""Who is meant by a part of a name, and where that is not certain."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.people import People
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def people(text, *surfaces):
    """Return name → surfaces of its mentions, where each surface is a person at every place where it stands alone."""
    spans = [
        Span(at, at + len(surface), "PERSON", "model", 0.9)
        for surface in surfaces
        for at in range(len(text))
        if text.startswith(surface, at)
    ]
    found = find_entities({"text": text}, {"text": spans}, LEXICON)
    return {one.name: [text[place.start : place.end] for place in one.mentions] for one in found}


def test_a_given_name_follows_the_full_name():
    text = "Marta Oake sang. Then Marta bowed, and Oake left."
    assert people(text, "Marta Oake", "Marta") == {"Marta Oake": ["Marta Oake", "Marta", "Oake"]}


def test_a_given_name_that_two_people_share_is_given_to_neither():
    text = "Marta Oake met Marta Quill. Marta smiled."
    assert people(text, "Marta Oake", "Marta Quill", "Marta")["Marta"] == ["Marta"]


def test_a_nickname_in_quotation_marks_is_the_same_person():
    text = "Samuel \u2018Rook\u2019 Oake played. Rook won."
    assert people(text, "Samuel \u2018Rook\u2019 Oake", "Rook") == {
        "Samuel \u2018Rook\u2019 Oake": ["Samuel \u2018Rook\u2019 Oake", "Rook"]
    }


def test_the_surname_of_two_people_is_his_whom_the_article_called_so_before_the_other_came():
    text = "Ann Quill painted. Quill sold little. She married Tom Quill. Quill died in Orsk."
    assert people(text, "Ann Quill", "Tom Quill", "Quill")["Ann Quill"] == ["Ann Quill", "Quill", "Quill"]


@pytest.mark.parametrize(
    ("full", "again"),
    [
        ("Gabriela Ruiz Oake", "Gabriela Ruiz"),
        ("Gabriela Ruiz Oake", "Ruiz Oake"),
        ("Timothy Oake", "Tim Oake"),
        ("William Oake", "Bill Oake"),
        ("Timothy Oake", "T. Oake"),
        ("Ingrid Strömsund", "Ingrid Stromsund"),
        ("Kim Dae-ho", "Kim Dae Ho"),
        ("Henri de Brennick", "Comte de Brennick"),
        ("Harold III", "Harold"),
        ("Dom Harold III of Orsk", "Harold III"),
        ("Gustaf V", "Gustav V"),
        ("Zakhary Oake", "Zachary Oake"),
        ("Karim al - Oake", "al - Oake"),
        ("Karim al - Oake", "Oake"),
        ("Ann Quill - Oake", "Quill - Oake"),
        ("Ann B. Oake", "Ann Beth Oake"),
        ("Ann B. Oake", "Ann Oake"),
        ("Charles Oake", "Chuck Oake"),
        ("Oake Jir\u014d", "Jir\u014d Oake"),
        ("Don Ramiro Oake-Quill y Brennick", "Ramiro Oake Quill"),
        ("Ann Quill-Oake", "Ann Quill"),
    ],
)
def test_spellings_of_one_name_are_one_person(full, again):
    assert len(people(f"It was {full}. Then {again} left.", full, again)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harold III", "Harold IV"),
        ("Dan Oake Jr", "Dan Oake"),
        ("Dan Oake Jr", "Dan Oake Sr"),
        ("Ann Oake", "Anna Quill"),
        ("Ann B. Oake", "Ann C. Oake"),
        ("Mario Oake", "Maria Oake"),
        ("Henry James", "James Henry"),
        ("Oake bin Tarn", "Tarn I Oake"),
    ],
)
def test_two_people_of_like_names_stay_two(one, other):
    assert len(people(f"It was {one}, not the other. So {other} left.", one, other)) == 2


def test_a_junior_is_never_called_by_the_surname_alone_where_the_senior_is():
    text = "Dan Oake came with Dan Oake Jr. Oake spoke."
    assert people(text, "Dan Oake Jr", "Dan Oake")["Dan Oake"] == ["Dan Oake", "Oake"]


def test_a_relative_does_not_take_the_surname_from_the_one_whose_relative_she_is():
    text = "Tom Quill came with his wife, Ann Quill. Quill spoke. Ann Quill sang."
    assert people(text, "Tom Quill", "Ann Quill", "Quill") == {
        "Tom Quill": ["Tom Quill", "Quill"],
        "Ann Quill": ["Ann Quill", "Ann Quill"],
    }


def test_the_surname_is_his_whom_the_text_gives_two_full_names():
    text = "Charles Louis Oake, better known as Rook Oake, sang. Oake bowed."
    assert people(text, "Charles Louis Oake", "Rook Oake", "Oake") == {
        "Charles Louis Oake": ["Charles Louis Oake", "Rook Oake", "Oake"]
    }


def test_a_surname_that_is_a_common_word_follows_where_it_was_found_to_be_a_person():
    assert people("Matthew Good sang. Then Good left.", "Matthew Good", "Good") == {
        "Matthew Good": ["Matthew Good", "Good"]
    }


def test_a_command_before_a_name_is_no_part_of_it():
    text = "Marta Oake won. Placards read: Stop Oake now."
    assert people(text, "Marta Oake", "Stop Oake") == {"Marta Oake": ["Marta Oake", "Oake"]}
    assert people("Oake won. Placards read: Stop Oake now.", "Oake", "Stop Oake") == {"Oake": ["Oake", "Oake"]}


def test_a_given_name_that_is_also_a_word_stays_where_nobody_else_has_the_surname():
    assert people("Rich Oake won. Oake cheered.", "Rich Oake", "Oake") == {"Rich Oake": ["Rich Oake", "Oake"]}


def test_nobody_is_meant_by_a_name_that_no_full_name_holds():
    assert People(["Marta Oake"], LEXICON).may_mean("Quill") == set()
