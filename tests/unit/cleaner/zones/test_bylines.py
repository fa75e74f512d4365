# ruff: noqa: RUF001 - lines in their own scripts
"""Lines that say who, when and where end in their zone, in a text and on a page, whatever language they are in."""

from datetime import UTC, datetime

import pytest

from tests.unit.cleaner.texts import P1, P2, P3
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.date_lines import date_in, is_date_line
from wiredesk_cleaner.zones.zone_map import zone_map

HEADLINE = "Lake States Strengthen Water Pact"

BYLINES = [
    "By Sam Lee in Oslo and agencies",
    "By Sam Lee and Bo Ek, Science Correspondents",
    "Von Anna Berg und Jan Falk, dpa",
    "Par Anne Petit avec AFP",
    "Por Ana Ruiz en Orrin",
    "Di Anna Rossi e Luca Neri",
    "Door Jan de Vries",
    "Autor: Jan Kowalski",
    "Av Ola Nordin och Eva Ek",
    "Teksti: Aino Virta",
    "Yazan: Ayşe Kaya",
    "Автор: Анна Иванова",
    "Oleh Budi Santoso",
    "文・山田太郎",
]
SIGNED = [
    "Sam Lee in Oslo and agencies",
    "Sam Lee · Harbour News · Posted: Aug 08, 2026 4:00 AM EDT | Last Updated: August 8",
    "27. Januar 2026 • Anna Berg • 3 Minuten",
    "Anna Rossi 4 marzo 2026 - 14:41",
    "Ola Nordin – journalist i Oslo",
    "Анна Ли, 8 января, 17:46",
    "山田太郎2026年3月3日 21時37分",
    "AFP, MANILA",
]
DATES = [
    "Stand: 28.04.2026 17:45 Uhr",
    "Published 11/26/2026",
    "16.05.2026, 11:26 Uhr • Lesezeit: 5 Minuten",
    "Geschrieben am 15. April 2026 in Nachrichten",
    "Mis à jour le 3 mars 2026 à 10h15",
    "Orrin - 15 oct 2026 - 08:22Actualizado: 15 oct 2026 - 17:38CEST",
    "Pubblicato il 3 marzo 2026 alle 10:15",
    "Publicado em 3 de março de 2026 às 10h15",
    "Bijgewerkt op 3 maart 2026 om 10:15",
    "Opublikowano: 3 marca 2026 10:15",
    "Publisert 05.08.2026, kl. 13.05 Oppdatert 05.08.2026, kl. 13.52",
    "Päivitetty 3. maaliskuuta 2026 klo 10.15",
    "Giriş: 03.07.2026 - 18:24 Güncelleme: 03.07.2026 - 18:57",
    "Опубликовано 3 марта 2026 в 10:15",
    "Оновлено 3 березня 2026 о 10:15",
    "Paskelbta 2026 m. kovo 3 d.",
    "公開日 2026年3月3日 午後10時15分",
    "٣ مارس ٢٠٢٦",
    "2026-02-14T16:15:30Z",
    "vor 3 Stunden",
    "il y a 3 heures",
    "3 часа назад",
]
CREDITS = [
    "Ivo Lenk (REUTERS)",
    "— Picture by Mat Isa Lee",
    "(NOAA/SPC)",
    "Getty Images",
    "Foto: Ivo Lenk (dpa/picture-alliance)",
    "Коллаж: Анна Иванова",
    "Kilde: Harbour Press",
]
CAPTIONS = [
    "FILE - The dam of Lake Orrin in January.",
    "FILE -",
    "Boats at the quay. — Picture by Mat Isa Lee",
    "Boats at the quay on 1 May. Ivo Lenk (REUTERS)",
    "The storm from above. (NOAA/SPC)",
]
DATELINES = ["Buenos Aires (AFP)", "GENEVA (Harbour Press)", "Berlin (dpa)"]
HELPERS = ["With files from Sam Lee and Bo Ek", "Aus dem Englischen von Jan Falk", "Lektorat: Jan Falk"]
LINES = [
    *((line, "byline") for line in (*BYLINES, *SIGNED)),
    *((line, "date") for line in DATES),
    *((line, "credit") for line in CREDITS),
    *((line, "caption") for line in CAPTIONS),
    *((line, "dateline") for line in DATELINES),
    *((line, "contributors") for line in HELPERS),
]


def kinds(text: str) -> dict[str, str]:
    return {text[zone.start : zone.end]: zone.kind.value for zone in zone_map(tidy(text))}


@pytest.mark.parametrize(("line", "kind"), LINES)
def test_a_line_below_the_headline_ends_in_its_zone(from_text, line, kind):
    text = f"{HEADLINE}\n\n{line}\n\n{P1}\n\n{P2}"
    assert kinds(text)[line] == kind
    assert from_text(text).text == f"{P1}\n\n{P2}"


@pytest.mark.parametrize("line", [*BYLINES, *CREDITS, *CAPTIONS, *HELPERS])
def test_a_line_that_nothing_else_looks_like_ends_in_its_zone_inside_the_story(line):
    text = f"{HEADLINE}\n\n{P1}\n\n{line}\n\n{P2}\n\n{P3}"
    assert kinds(text)[line] not in {"body", "heading", "list", "quote"}


@pytest.mark.parametrize("line", [*SIGNED, *DATES, *DATELINES])
def test_a_line_that_a_title_may_look_like_stays_inside_the_story(from_text, line):
    assert line in from_text(f"{HEADLINE}\n\n{P1}\n\n{P2}\n\n{line}\n\n{P3}").text.split("\n")


@pytest.mark.parametrize(("line", "kind"), LINES)
def test_a_line_between_the_headline_and_the_story_of_a_page_is_none_of_its_text(from_page, line, kind):
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in (P1, P2, P3) * 3)
    cleaned = from_page(
        f"<html><head><title>{HEADLINE}</title></head><body><article><h1>{HEADLINE}</h1><p>{line}</p>{paragraphs}"
    )
    assert line not in cleaned.text.split("\n")
    assert cleaned.text.startswith(P1)


@pytest.mark.parametrize(
    ("line", "authors", "agency"),
    [
        ("By Sam Lee in Oslo and agencies", ("Sam Lee",), None),
        ("Sam Lee in Oslo and agencies", ("Sam Lee",), None),
        ("Von Anna Berg und Jan Falk, dpa", ("Anna Berg", "Jan Falk"), "dpa"),
        ("Par Anne Petit avec AFP", ("Anne Petit",), "AFP"),
        ("AFP, MANILA", (), "AFP"),
        ("山田太郎2026年3月3日 21時37分", ("山田太郎",), None),
    ],
)
def test_a_byline_gives_its_people_and_its_agency(from_text, line, authors, agency):
    cleaned = from_text(f"{HEADLINE}\n\n{line}\n\n{P1}\n\n{P2}")
    assert (cleaned.authors, cleaned.agency) == (authors, agency)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("Stand: 28.04.2026 17:45 Uhr", datetime(2026, 4, 28, 17, 45, tzinfo=UTC)),
        ("Published 11/26/2026", datetime(2026, 11, 26, tzinfo=UTC)),
        ("Published 3/4/2026", None),
        ("Anna Rossi 4 marzo 2026 - 14:41", datetime(2026, 3, 4, 14, 41, tzinfo=UTC)),
    ],
)
def test_a_date_of_a_text_is_read_unless_it_may_be_either_way_round(from_text, line, moment):
    assert from_text(f"{HEADLINE}\n\n{line}\n\n{P1}\n\n{P2}").date_published == moment
    assert date_in(line) == moment


@pytest.mark.parametrize(
    "line",
    ["Set 3", "Mag 7", "24 hours", "3-1", "Lake Orrin 3 March 2026", "Published 3 March", "The pact of March 3"],
)
def test_what_is_not_all_date_is_a_date_line_only_with_a_month_alone(line):
    assert is_date_line(line) is (line == "Published 3 March")


@pytest.mark.parametrize(
    "line",
    [
        "Images of Lake Orrin were shown in court on Friday.",
        "By Land and Sea",
        "Von Risiken und Nebenwirkungen",
        "Talks on the lake resume in the spring, the ministry said. (AFP)",
        "“By Sam Lee”, it said on the cover of the report.",
    ],
)
def test_a_line_of_the_story_that_looks_alike_stays(from_text, line):
    assert line in from_text(f"{HEADLINE}\n\n{P1}\n\n{line}\n\n{P2}\n\n{P3}").text.split("\n")


@pytest.mark.parametrize("line", ["Quay Times Editor Resigns", "Daily Briefing 3 March 2026", "Sam Lee in Oslo"])
def test_a_headline_that_looks_like_a_signed_line_stays_the_headline(from_text, line):
    assert from_text(f"{line}\n\n{P1}\n\n{P2}").headline == line
