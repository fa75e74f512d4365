# ruff: noqa: RUF001 - names in their own scripts
import pytest

from wiredesk_cleaner.reading.name_lists import author_names, led_names, without_lead
from wiredesk_cleaner.reading.names import bare_name, is_full_name, is_house, is_name, is_role, tidy_name


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ("By Ann Lee and Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Bo Ek & Cy Day", ("Ann Lee", "Bo Ek", "Cy Day")),
        ("Ann Lee, Science Editor", ("Ann Lee",)),
        ("Ann Lee Science Editor", ("Ann Lee",)),
        ("Ann Lee Political Correspondent", ("Ann Lee",)),
        ("Ann Lee, MD, FAND", ("Ann Lee",)),
        ("Ann Lee, Director of Operations, Quay Lines", ("Ann Lee",)),
        ("Ann Lee, Berlin", ("Ann Lee",)),
        ("Ann Lee in Madrid and agencies", ("Ann Lee",)),
        ("Von Ann Lee und Bo Ek", ("Ann Lee", "Bo Ek")),
        ("von Ann", ("Ann",)),
        ("Von dpa", ("dpa",)),
        ("De Vries", ("De Vries",)),
        ("Ursula von der Aue", ("Ursula von der Aue",)),
        ("J. R. O'Neil", ("J. R. O'Neil",)),
        ("Ann S.", ("Ann S.",)),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Ana Ruiz y Luis Paz", ("Ana Ruiz", "Luis Paz")),
        ("Anna Rossi e Luca Neri", ("Anna Rossi", "Luca Neri")),
        ("Jan Lis i Ewa Sad", ("Jan Lis", "Ewa Sad")),
        ("ANN LEE", ("Ann Lee",)),
        ("ANN LEE IN OSLO", ("Ann Lee",)),
        ("Ann Lee For Quay.example", ("Ann Lee",)),
        ("Maria & Katerina", ("Maria", "Katerina")),
        ("Ann Lee / Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee/HPA", ("Ann Lee",)),
        ("홍길동 기자", ("홍길동",)),
        ("Die Redaktion", ("Die Redaktion",)),
        ("Center for Water and Energy", ("Center for Water and Energy",)),
        ("Ann Lee | Quay Courier", ("Ann Lee",)),
        ("Ann Lee Illustration von Bo Ek", ("Ann Lee",)),
        ("Ann Lee Last Updated August 1, 2025", ("Ann Lee",)),
        ("Text und Interview: Ann Lee", ("Ann Lee",)),
        ("Анна Ли и Борис Эк", ("Анна Ли", "Борис Эк")),
        ("Dr. Ann Lee", ("Dr. Ann Lee",)),
        ("Ann Lee (Harbour Press)", ("Ann Lee",)),
    ],
)
def test_names_are_told_from_what_stands_around_them(stated, names):
    assert author_names([stated]) == names


@pytest.mark.parametrize(
    "stated",
    [
        *("admin", "No Author", "agencies", "Agenturen", "Noticias", "cc-by", "20 Dec", "07 Dezember", "3 марта"),
        *("https://quay.example/ann", "ann@quay.example", "", ";", "By", "{{author}}", "page.head.author", "12"),
    ],
)
def test_what_names_nobody_is_left_out(stated):
    assert author_names([stated]) == ()


def test_names_are_counted_once_whatever_their_case():
    assert author_names(["Ann Lee", "ann lee", "Bo Ek"]) == ("Ann Lee", "Bo Ek")


def test_a_lead_is_cut_only_before_a_name():
    assert without_lead("Text: Ann Lee") == "Ann Lee"
    assert without_lead("Byron Lee") == "Byron Lee"
    assert without_lead("文化部") == "文化部"
    assert bare_name("Ann Lee · 3 March") == "Ann Lee"


def test_a_label_leads_a_name_only_with_a_colon():
    assert led_names("Text: Ann Lee") == ("Ann Lee",)
    assert led_names("Text des Gesetzes") == ()
    assert led_names("Interview Appointment Letter") == ()
    assert led_names("By Ann Lee, a painter, and her sister") == ("Ann Lee",)


@pytest.mark.parametrize(
    ("text", "name", "full"),
    [
        ("Ann Lee", True, True),
        ("Bo van den Ek", True, True),
        ("Ann", True, False),
        ("Ivan al-Sabah", True, True),
        ("山田太郎", True, True),
        ("Ann lee", False, False),
        ("Lesezeit von", False, False),
        ("анна ли", False, False),
        ("One Two Three Four Five Six", True, False),
    ],
)
def test_a_name_is_capitalised_words_with_particles_between_them(text, name, full):
    assert (is_name(text), is_full_name(text)) == (name, full)


def test_houses_and_roles_are_known_by_a_word():
    houses = ("Harbour Press", "dpa", "Agencia Quay", "Redacción Quay Digital", "Quay Newspapers Ltd", "Anadolu Ajansı")
    assert all(map(is_house, houses))
    assert not any(map(is_house, ("Ann Lee", "Press", "Quay")))
    assert all(map(is_role, ("Science Correspondents", "Redakteurin", "journalist i Oslo", "корреспондент")))
    assert not is_role("Ann Lee")


def test_a_name_in_capitals_gets_its_ordinary_case_and_keeps_its_brackets():
    assert tidy_name("ANN LEE/HPA") == "Ann Lee/HPA"
    assert tidy_name(" Ann Lee (HPA) ") == "Ann Lee (HPA)"
