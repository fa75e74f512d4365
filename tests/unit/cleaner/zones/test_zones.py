# ruff: noqa: RUF001 - words in their own scripts
import pytest

from tests.unit.cleaner.texts import FLATTENED, MORE, P1, P2, P3
from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.views import story
from wiredesk_cleaner.zones.zone_map import zone_map


def kinds(text: str) -> dict[str, str]:
    """What each line of `text` is, by line."""
    return {text[zone.start : zone.end]: zone.kind.value for zone in zone_map(tidy(text))}


def body(text: str) -> str:
    text = tidy(text)
    return story(text, zone_map(text))


def article(*, head: str = "", middle: str = "", tail: str = "") -> str:
    parts = ("Lake States Strengthen Water Pact", head, P1, middle, P2, tail)
    return "\n\n".join(part for part in parts if part)


def test_a_flattened_page_comes_apart_into_its_zones(from_text):
    cleaned = from_text(FLATTENED)
    assert cleaned.article_section == "World"
    assert cleaned.headline == "Lake States Strengthen Water Pact Amid Long Drought"
    assert cleaned.credits == ("Anna Westerberg/HPA via Quay Images",)
    assert cleaned.text == f'{P1}\n\n{P2}\n\n"We have waited for this," said one farmer.\n\n{P3}'
    found = [zone.kind.value for zone in cleaned.zones]
    assert found == ["section", "headline", "slug", "credit", "body", "body", "related", "body", "body", "tracker"]
    assert cleaned.zones[-1].text == "Real Time Analytics"
    assert cleaned.in_language == "en"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("By Ann Lee", "byline"),
        ("BY ANN LEE AND BO EK, Science Correspondents", "byline"),
        ("Ann Lee | Harbour Press", "byline"),
        ("Von Anna Berg, Berlin", "byline"),
        ("Published 3 March 2026 at 10:15 GMT", "date"),
        ("Mis à jour le 3 mars 2026 à 10h15", "date"),
        ("3 min read", "date"),
        ("GENEVA (Harbour Press)", "dateline"),
        ("Photo: Ann Lee / Harbour Press", "credit"),
        ("(AP Photo/Ann Lee)", "credit"),
        ("Foto: dpa", "credit"),
        ("Boats lie on the dry lake bed. (Photo by Ann Lee/HPA)", "caption"),
        ("Boats lie on the dry lake bed. REUTERS/Ann Lee", "caption"),
        ("TOPSHOT-LAKES-WATER-TREATY", "slug"),
        ("Share on Facebook | Share on X | Email", "share"),
        ("Facebook Twitter LinkedIn Copy link", "share"),
        ("Sign up for our newsletter and get the day's news every morning.", "newsletter"),
        ("The deal ends a dispute of ten years", "subtitle"),
    ],
)
def test_a_line_between_headline_and_story_is_named(line, kind):
    text = article(head=line)
    assert kinds(text)[line] == kind
    assert body(text) == f"{P1}\n\n{P2}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Read more: How the lakes began to fall", "related"),
        ("Lesen Sie auch: Wie die Seen sanken", "related"),
        ("À lire aussi : comment les lacs ont baissé", "related"),
        ("Lea también: cómo bajaron los lagos", "related"),
        ("ADVERTISEMENT", "navigation"),
        ("Subscribe to The Quayside Letter, our free daily newsletter.", "newsletter"),
        ("Photo by Ann Lee/AFP via Getty Images", "credit"),
        ("12 comments", "share"),
    ],
)
def test_furniture_inside_the_story_goes_when_the_whole_line_matches(line, kind):
    text = article(middle=line)
    assert kinds(text)[line] == kind
    assert body(text) == f"{P1}\n\n{P2}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("(Reporting by Ann Lee in Oslo; Editing by Bo Ek)", "contributors"),
        ("Ann Lee and Bo Ek contributed to this report.", "contributors"),
        ("© 2026 Harbour Press. All rights reserved.", "copyright"),
        ("Tags: water, lakes, drought", "tag"),
        ("Share this article", "share"),
        ("Real Time Analytics", "tracker"),
        ("gtag('event', 'page_view');", "tracker"),
        ("Audience Insights Pixel", "tracker"),
        ("Quayside Weekend", "tracker"),
        ("Leave a comment", "navigation"),
        ("https://quay.example/?utm_source=x", "tracker"),
        ("Home Politics World Sport Culture", "navigation"),
    ],
)
def test_a_line_below_the_story_is_named(line, kind):
    text = article(tail=line)
    assert kinds(text)[line] == kind
    assert body(text) == f"{P1}\n\n{P2}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Leggi anche: Come i laghi hanno cominciato a calare", "related"),
        ("Leia também: como os lagos baixaram", "related"),
        ("Lees ook: hoe de meren daalden", "related"),
        ("Czytaj też: jak opadały jeziora", "related"),
        ("Čtěte také: Jak jezera klesala", "related"),
        ("Läs också: Så sjönk sjöarna", "related"),
        ("Les også: Slik sank innsjøene", "related"),
        ("Læs også: Sådan sank søerne", "related"),
        ("Lue myös: Näin järvet laskivat", "related"),
        ("Читайте также: как мелели озёра", "related"),
        ("Читайте також: як міліли озера", "related"),
        ("İlgili haber", "related"),
        ("関連記事：湖の水位はなぜ下がったか", "related"),
        ("相关阅读：湖水为何下降", "related"),
        ("اقرأ أيضا: كيف انخفضت البحيرات", "related"),
        ("관련기사", "related"),
        ("Condividi", "share"),
        ("Udostępnij", "share"),
        ("Поделиться", "share"),
        ("シェアする", "share"),
        ("مشاركة", "share"),
        ("Yabelana", "share"),
        ("Iscriviti alla nostra newsletter", "newsletter"),
        ("Schrijf je in voor onze nieuwsbrief", "newsletter"),
        ("Prenumerera på vårt nyhetsbrev", "newsletter"),
        ("Підписуйтесь на наш Telegram", "newsletter"),
        ("Foto: Anna Kowalska / PAP", "credit"),
        ("Kuva: Aino Virtanen / Lehtikuva", "credit"),
        ("Фото: Анна Иванова / ТАСС", "credit"),
        ("写真：共同通信社", "credit"),
        ("图片来源：视觉中国", "credit"),
        ("Isithombe: Sipho Dlamini", "credit"),
        ("Tagi: woda, jeziora", "tag"),
        ("Теги: вода, озёра", "tag"),
        ("标签：水，湖", "tag"),
        ("Riproduzione riservata ©", "copyright"),
        ("Alle rechten voorbehouden", "copyright"),
        ("Все права защищены", "copyright"),
        ("無断転載を禁じます", "copyright"),
        ("Komentarze", "navigation"),
        ("コメント", "navigation"),
        ("Mainos", "navigation"),
        ("Реклама", "navigation"),
    ],
)
def test_furniture_is_known_in_other_languages(line, kind):
    text = article(middle=line)
    assert kinds(text)[line] == kind
    assert body(text) == f"{P1}\n\n{P2}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Di Anna Rossi", "byline"),
        ("Av Ola Nordmann", "byline"),
        ("Автор: Анна Иванова", "byline"),
        ("Opublikowano 3 marca 2026, 10:15", "date"),
        ("Опубликовано 3 марта 2026 в 10:15", "date"),
        ("Päivitetty 3. maaliskuuta 2026 klo 10.15", "date"),
        ("2026年3月3日 10時15分", "date"),
        ("3 min di lettura", "date"),
    ],
)
def test_bylines_and_dates_are_known_in_other_languages(line, kind):
    assert kinds(article(head=line))[line] == kind


@pytest.mark.parametrize(
    "line",
    [
        '"Never again."',
        "“It rains,” he said",
        "He refused.",
        "What now?",
        "Share prices of the water companies fell by a tenth.",
        "By Monday the water had gone.",
        "Read more books, the minister told the children of the valley.",
        "Photo evidence of the leak was shown to the court on Friday.",
        "Newsletter writers were among those who had warned of it.",
        "The final: Quayside 3-1 Rotherby",
        "Об этом сообщил Telegram-канал министерства водных ресурсов.",
        "Tilaa on vain kymmenelle veneelle.",
    ],
)
def test_a_quotation_or_a_short_sentence_is_never_dropped(line):
    for text in (article(middle=line), article(tail=line)):
        assert line in body(text).split("\n")


def test_small_letters_of_any_script_make_no_byline():
    assert kinds(article(middle="Текст нового договора"))["Текст нового договора"] == "heading"


def test_teasers_below_the_story_are_cut_off_and_a_last_short_sentence_is_not():
    # The lines that part a story from its tail are furniture, whatever the titles are.
    long_story = "\n\n".join([P1, P2, P3, *MORE])
    names = ("north", "south", "east", "west")
    teasers = "\n".join(f"Farmers in the {name} wait for rain\nHarvest begins early, the {name}" for name in names)
    last = "He refused, and left the room."
    text = f"Lake States Strengthen Pact\n\n{long_story}\n\nADVERTISEMENT\n\n{last}\n\nShare\n\n{teasers}"
    assert body(text) == f"{long_story}\n\n{last}"
    assert kinds(text)["Farmers in the west wait for rain"] == "related"


def test_a_list_under_a_colon_stays_at_the_end_and_inside():
    listed = "Three lakes are named in the pact:\n\nLake Orrin\n\nLake Vey\n\nThe Mere"
    assert body(article(tail=listed)).endswith(listed)
    assert listed in body(article(middle=listed))


def test_links_under_a_related_heading_go_with_it():
    text = article(middle="Related stories\nHow the lakes began to fall\nFarmers leave the valley")
    assert body(text) == f"{P1}\n\n{P2}"


def test_little_prose_under_a_closing_heading_is_an_appendix_and_much_is_not():
    story_text = "\n\n".join([P1, P2, P3] * 4)
    comment = "I have lived there for years and saw it coming."
    text = f"Lake States Strengthen Pact\n\n{story_text}\n\nComments\n\n{comment}"
    assert kinds(text)[comment] == "related"
    assert body(text) == story_text
    assert P3 in body(f"Lake States Strengthen Pact\n\n{P1}\n\nComments\n\n{P2}\n\n{P3}")


def test_a_sentence_between_headline_and_byline_is_the_subtitle(from_text):
    cleaned = from_text(f"Lake Pact Holds\n\nThe deal was signed at dawn.\n\nBy Ann Lee\n\n{P1}\n\n{P2}")
    assert cleaned.alternative_headline == "The deal was signed at dawn."
    assert cleaned.authors == ("Ann Lee",)
    assert cleaned.text == f"{P1}\n\n{P2}"


def test_a_sentence_that_touches_a_credit_is_its_caption(from_text):
    cleaned = from_text(f"Lake Pact Holds\n\nBoats lie on the dry bed.\nPhoto: Ann Lee / HPA\n\n{P1}\n\n{P2}")
    assert cleaned.captions == ("Boats lie on the dry bed.",)
    assert cleaned.text == f"{P1}\n\n{P2}"


@pytest.mark.parametrize(
    ("opening", "place", "agency"),
    [
        ("GENEVA (Harbour Press) — ", "GENEVA", "Harbour Press"),
        ("KYIV, Ukraine (AP) - ", "KYIV, Ukraine", "AP"),
        ("MOSCOW, Jan 5 (Reuters) - ", "MOSCOW", "Reuters"),
        ("Berlin (dpa) – ", "Berlin", "dpa"),
        ("BUENOS AIRES -- ", "BUENOS AIRES", None),
    ],
)
def test_the_dateline_is_a_zone_of_its_own_and_its_sentence_stays(from_text, opening, place, agency):
    cleaned = from_text(f"Lake Pact Holds\n\n{opening}{P1}\n\n{P2}")
    assert (cleaned.dateline, cleaned.agency) == (place, agency)
    assert cleaned.text == f"{P1}\n\n{P2}"
    assert cleaned.zones[1].kind is ZoneKind.DATELINE


@pytest.mark.parametrize("opening", ["NATO — ", "BREAKING: ", "He paused — ", "GENEVA — which is old — "])
def test_what_only_looks_like_a_dateline_stays(from_text, opening):
    sentence = opening + "the lake states agreed on Tuesday to share their water."
    cleaned = from_text(f"Lake Pact Holds\n\n{sentence}\n\n{P2}")
    assert cleaned.dateline is None
    assert cleaned.text == f"{sentence}\n\n{P2}"


def test_contributors_in_brackets_after_the_last_sentence_are_cut_off_and_named(from_text):
    cleaned = from_text(f"Lake Pact Holds\n\n{P1}\n\n{P2} (Reporting by Ann Lee in Oslo; Editing by Bo Ek)")
    assert cleaned.text == f"{P1}\n\n{P2}"
    assert cleaned.contributors == ("Ann Lee", "Bo Ek")


def test_section_breadcrumb_date_and_house_become_fields(from_text):
    cleaned = from_text(
        f"Home > World\nLake Pact Holds Again\nBy Ann Lee, Harbour Press\nMarch 3, 2026 10:15\n\n{P1}\n\n{P2}"
    )
    assert cleaned.article_section == "World"
    assert (cleaned.authors, cleaned.agency) == (("Ann Lee",), "Harbour Press")
    assert cleaned.date_published is not None
    assert cleaned.date_published.isoformat() == "2026-03-03T10:15:00+00:00"


def test_a_flash_of_a_headline_and_one_sentence_passes(from_text):
    cleaned = from_text("Lake Pact Signed\n\nThe lake states have signed.")
    assert (cleaned.headline, cleaned.text) == ("Lake Pact Signed", "The lake states have signed.")
    assert from_text("Lake states sign pact after ten years").text == "Lake states sign pact after ten years"


# ---- properties ------------------------------------------------------------------------------------------------------
