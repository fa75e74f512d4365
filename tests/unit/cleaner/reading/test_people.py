# ruff: noqa: RUF001 - bylines in their own scripts
import pytest

from wiredesk_cleaner.reading.contributors import contributors, helpers
from wiredesk_cleaner.reading.people import byline, piped_names, signed_names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Sam Lee in Oslo and agencies", ("Sam Lee",)),
        ("By Sam Lee, Science Editor, and Bo Ek in Oslo", ("Sam Lee", "Bo Ek")),
        ("BY SAM LEE FOR HARBOUR PRESS", ("Sam Lee", "HARBOUR PRESS")),
        ("By Quay24 with agencies", ("Quay24",)),
        ("By Sam LeePublished: Jan 29, 2026", ("Sam Lee",)),
        ("By Ann L.", ("Ann L.",)),
        ("Von Anna Berg und Jan Falk, dpa", ("Anna Berg", "Jan Falk", "dpa")),
        ("Von dpa 30.04.2026, 18:58", ("dpa",)),
        ("Kolumne von Anna Berg - 28.04.2026 um 08:52 Uhr - 12 Ergänzungen", ("Anna Berg",)),
        ("Von Anna Berg, Volontärin (Sport)", ("Anna Berg",)),
        ("Par Anne Petit avec AFP", ("Anne Petit", "AFP")),
        ("Par Anne Petit, le mercredi 15 mai 2026 à 09h29", ("Anne Petit",)),
        ("Por Ana Ruiz en Orrin", ("Ana Ruiz",)),
        ("Di Anna Rossi e Luca Neri", ("Anna Rossi", "Luca Neri")),
        ("Por Ana Souza, da redação", ("Ana Souza",)),
        ("Door Jan de Vries", ("Jan de Vries",)),
        ("Autor: Jan Kowalski", ("Jan Kowalski",)),
        ("Av Ola Nordin och Eva Ek", ("Ola Nordin", "Eva Ek")),
        ("Teksti: Aino Virta", ("Aino Virta",)),
        ("Yazan: Ayşe Kaya", ("Ayşe Kaya",)),
        ("Автор: Анна Иванова", ("Анна Иванова",)),
        ("Oleh Budi Santoso", ("Budi Santoso",)),
        ("文・山田太郎", ("山田太郎",)),
        ("بقلم: ليلى حداد", ("ليلى حداد",)),
    ],
)
def test_a_byline_is_read_in_many_languages(line, names):
    assert byline(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the water had gone",
        "By Monday",
        "By Land and Sea",
        "By train from Oslo to Quayside",
        "Von Risiken und Nebenwirkungen",
        "Door Anchor for Boats – Yellow",
        "Author Sam Lee",
        "文化",
        "By Sam Lee?",
        "Текст нового договора",
        "By " + "Sam Lee and " * 20,
    ],
)
def test_a_line_that_only_begins_like_a_byline_is_none(line):
    assert byline(line) == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Sam Lee in Oslo and agencies", ("Sam Lee",)),
        ("Sam Lee in Oslo, Bo Ek in Orrin and agencies", ("Sam Lee", "Bo Ek")),
        ("Anna Berg und dpa", ("Anna Berg", "dpa")),
        ("Author Sam Lee", ("Sam Lee",)),
        ("Sam Lee Political Correspondent", ("Sam Lee",)),
        ("Sam Lee | Senior Writer | July 2, 2026", ("Sam Lee",)),
        ("Ola Nordin – journalist i Oslo", ("Ola Nordin",)),
        (
            "Sam Lee · Harbour News · Posted: Aug 08, 2026 4:00 AM EDT | Last Updated: August 8",
            ("Sam Lee", "Harbour News"),
        ),
        ("27. Januar 2026 • Anna Berg • 3 Minuten", ("Anna Berg",)),
        ("Artikel veröffentlicht am 28. April 2026, 14:26 Uhr, Anna Berg", ("Anna Berg",)),
        ("Anna Rossi 4 marzo 2026 - 14:41", ("Anna Rossi",)),
        ("Sipho Ngcobo 2 minutes read", ("Sipho Ngcobo",)),
        ("Анна Ли Борис Эк Вера Ко 8 января, 17:46", ("Анна Ли", "Борис Эк", "Вера Ко")),
        ("山田太郎2026年3月3日 21時37分", ("山田太郎",)),
        ("AFP, MANILA", ("AFP",)),
    ],
)
def test_a_signed_line_is_read_whatever_else_stands_in_it(line, names):
    assert signed_names(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "Sam Lee in Oslo",
        "Sam Lee and CNN",
        "Daily Briefing 3 March 2026",
        "Lakes League Final 1 June 2026",
        "Quay Times Editor Resigns",
        "The pact at 10:15",
        "Fairless Hills, PA",
        ";",
    ],
)
def test_a_title_that_looks_alike_is_not_signed(line):
    assert signed_names(line) == ()


def test_a_piped_byline_leaves_the_role_out():
    assert piped_names("Sam Lee and Bo Ek | Harbour Press | Science Editor") == ("Sam Lee", "Bo Ek", "Harbour Press")
    assert piped_names("Lakes | Harbour Press") == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("(Reporting by Sam Lee in Oslo; Editing by Bo Ek)", ("Sam Lee", "Bo Ek")),
        ("Sam Lee and Bo Ek contributed to this report.", ("Sam Lee", "Bo Ek")),
        ("With files from The Associated Press and Sam Lee", ("Sam Lee",)),
        ("Aus dem Englischen von Jan Falk", ("Jan Falk",)),
    ],
)
def test_contributors_are_named_without_the_agency(line, names):
    assert contributors(line) == names


def test_a_label_or_a_phrase_tells_who_helped():
    assert helpers("Editor : Heryadi") == ("Heryadi",)
    assert helpers("Lektorat: Jan Falk") == ("Jan Falk",)
    assert helpers("Traducción de Ana Ruiz") == ("Ana Ruiz",)
    assert helpers("With files from Sam Lee and Bo Ek") == ("Sam Lee", "Bo Ek")
    assert helpers("Editor: it was not my fault") == ()
    assert helpers("With files from the ministry") == ()
    assert helpers("Lakes: Orrin") == ()
