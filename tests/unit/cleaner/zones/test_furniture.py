"""What a page says to its reader between and around the paragraphs of a story."""

import pytest

from tests.unit.cleaner.texts import P1, P2, P3
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.bylines import signed_names
from wiredesk_cleaner.zones.views import story
from wiredesk_cleaner.zones.zone_map import zone_map

HEADLINE = "Lake States Strengthen Water Pact"


def named(text: str) -> dict[str, str]:
    """What each line of `text` is, by line."""
    return {text[zone.start : zone.end]: zone.kind.value for zone in zone_map(tidy(text))}


def body(text: str) -> str:
    text = tidy(text)
    return story(text, zone_map(text))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Story continues below", "navigation"),
        ("Article continues after this video.", "navigation"),
        ("Weiterlesen nach der Anzeige", "navigation"),
        ("La suite après cette publicité", "navigation"),
        ("Tekst gaat verder onder de foto", "navigation"),
        ("Artikeln fortsätter under bilden", "navigation"),
        ("Juttu jatkuu kuvan alla.", "navigation"),
        ("Продолжение после рекламы", "navigation"),
        ("広告の後にも続きます", "navigation"),
        ("Follow Ann Lee on Twitter", "share"),
        ("Follow the Harbour Press on Facebook, X and TikTok.", "share"),
        ("Follow our correspondent @annlee", "share"),
        ("Join Harbour Press on WhatsApp", "share"),
        ("You can follow Ann Lee on X", "share"),
        ("Watch Ann Lee on YouTube", "share"),
        ("Folgen Sie Anna Berg auf Instagram", "share"),
        ("Suivez Anne Petit sur X", "share"),
        ("Sigue a Ana Ruiz en Twitter", "share"),
        ("Obserwuj Annę Kowalską na Facebooku @akowalska", "share"),
        ("Следите за Анной Ивановой в Телеграме", "share"),
        ("Have a tip? Write to desk@harbour.example", "share"),
        ("Subscribe to the Harbour Press", "newsletter"),
        ("Donate to Harbour Press", "newsletter"),
        ("SUBSCRIBE TO THE QUAYSIDE LETTER", "newsletter"),
        ("Prenumerera på Hamnposten", "newsletter"),
        ("Read more from Ann Lee", "related"),
        ("Weitere Artikel von Anna Berg", "related"),
        ("Originally published by Harbour Press", "related"),
        ("This post originally appeared on Harbour Press", "related"),
        ("lake-orrin-0107-Ann Lee.jpg", "tracker"),
        ("pixel.gif?id=5", "tracker"),
    ],
)
def test_a_line_that_speaks_to_the_reader_goes_wherever_it_stands(line, kind):
    story_lines = [f"{P1} {P2}", P2, P3]
    for place in range(4):
        text = "\n\n".join([HEADLINE, *story_lines[:place], line, *story_lines[place:]])
        assert named(text)[line] == kind
        assert body(text) == "\n\n".join(story_lines)


@pytest.mark.parametrize(
    "line",
    [
        "Follow the water, the old miller told them",
        "Follow the river on foot, the guide says.",
        "Join the queue on Monday",
        "Like a river, the talks wind on.",
        "Subscribe to it, he told the farmers, and you own a lake.",
        "The story continues below the dam, where the lake has gone dry since the spring.",
        "Story continues to grow",
        "Watch on the lake: a tower of stone",
        "Listen, the miller said, to the river",
        "Write it to disk as lake.png, says the manual.",
        "Contact Ann Lee at ann@harbour.example",
        "Ann Lee, Harbour Press",
        "“Follow me on Twitter”, she told the crowd",
    ],
)
def test_a_line_of_the_story_that_begins_alike_stays(line):
    text = f"{HEADLINE}\n\n{P1}\n\n{P2}\n\n{P1}\n\n{line}\n\n{P3}"
    assert body(text).split("\n\n") == [P1, P2, P1, line, P3]


def test_an_address_to_write_to_goes_below_the_story():
    line = "Contact Ann Lee at ann@harbour.example"
    assert named(f"{HEADLINE}\n\n{P1}\n\n{P2}\n\n{line}")[line] == "navigation"


@pytest.mark.parametrize(
    ("line", "authors", "agency"),
    [
        ("Ann Lee, Harbour Press", ("Ann Lee",), "Harbour Press"),
        ("Ann Lee and Bo van Ek, Quay Media Group", ("Ann Lee", "Bo van Ek"), "Quay Media Group"),
        ("Ann Lee, AP", ("Ann Lee",), "AP"),
        ("Analysis by Ann Lee", ("Ann Lee",), None),
        ("Ann Lee, Science Correspondent", ("Ann Lee",), None),
    ],
)
def test_a_name_before_its_house_or_role_is_the_byline(from_text, line, authors, agency):
    for head in (f"{HEADLINE}\n\n{line}", f"{line}\n\n{HEADLINE}"):
        cleaned = from_text(f"{head}\n\n{P1}\n\n{P2}")
        assert (cleaned.headline, cleaned.alternative_headline) == (HEADLINE, None)
        assert (cleaned.authors, cleaned.agency) == (authors, agency)
        assert cleaned.text == f"{P1}\n\n{P2}"


@pytest.mark.parametrize(
    "line", ["Fairless Hills, PA", "Paris, Harbour Press", "Ann Lee, Oslo", "Harbour Press, Quay Media", "Ann Lee, "]
)
def test_a_town_or_two_houses_are_no_byline(line):
    assert signed_names(line) == ()
