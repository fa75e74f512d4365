# ruff: noqa: RUF001 - credits with typographic dashes, in their own scripts
import pytest

from wiredesk_cleaner.reading.credits import archive_mark, image_credit, is_house_alone, split_credit


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Ivo Lenk (REUTERS)", "Ivo Lenk (REUTERS)"),
        ("Foto: Ivo Lenk (dpa/picture-alliance)", "Ivo Lenk (dpa/picture-alliance)"),
        ("— Picture by Mat Isa Lee", "Mat Isa Lee"),
        ("(NOAA/SPC)", "NOAA/SPC"),
        ("(dpa)", "dpa"),
        ("Getty Images", "Getty Images"),
        ("Ann Lee//Getty Images", "Ann Lee/Getty Images"),
        ("коллаж: Анна Иванова", "Анна Иванова"),
        ("Quelle: Harbour Press", "Harbour Press"),
        ("Crédit photo : Anne Petit", "Anne Petit"),
        ("Zdjęcie: Jan Lis / PAP", "Jan Lis/PAP"),
        ("写真：共同通信社", "共同通信社"),
        ("(Photo by ANN LEE/HPA via Getty Images)", "Ann Lee/HPA via Getty Images"),
    ],
)
def test_a_credit_is_read_in_many_forms(line, credit):
    assert image_credit(line) == credit


@pytest.mark.parametrize(
    "line",
    [
        "Buenos Aires (AFP)",
        "GENEVA (AFP)",
        "NASA",
        "Images of Orrin as the war goes on",
        "Photos of the lake were shown in court on Friday.",
        "FILE PHOTO: The dam in January",
        "Limits of High-Dam/Low-Dam Works",
        "Ann Lee (painter)",
    ],
)
def test_what_looks_like_a_credit_is_none(line):
    assert image_credit(line) is None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Boats at the quay. — Picture by Mat Isa Lee", ("Boats at the quay.", "— Picture by Mat Isa Lee")),
        ("Boats on 1 May. Ivo Lenk (dpa)", ("Boats on 1 May.", "Ivo Lenk (dpa)")),
        ("The storm from above. (NOAA/SPC)", ("The storm from above.", "(NOAA/SPC)")),
        ("Boats at the quay (Picture: PA)", ("Boats at the quay", "(Picture: PA)")),
        ("Boats at the quay.", None),
    ],
)
def test_the_credit_that_closes_a_caption_is_split_off(line, parts):
    assert split_credit(line) == parts


def test_agencies_alone_in_brackets_are_told_from_a_named_picture():
    assert is_house_alone("(AFP/Reuters)")
    assert not is_house_alone("(NOAA/SPC)")
    assert not is_house_alone("(Picture: PA)")


def test_the_mark_of_an_old_picture_is_measured():
    assert archive_mark("FILE - The dam") == len("FILE - ")
    assert archive_mark("ARCHIVFOTO: Der Damm") == len("ARCHIVFOTO: ")
    assert archive_mark("File - the tool") == archive_mark("FILES - The dam") == 0
