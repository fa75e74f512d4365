"""Articles of invented events, written for the tests."""

from collections.abc import Iterable
from datetime import datetime

from tests.factories import NOON, enriched
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.parts import Entity, Mention
from wiredesk_storage.stories.frequencies import Frequencies
from wiredesk_storage.stories.profiles import Profile, material, profile

FERRY = (
    "Ferry runs aground off Skarvik",
    (
        "The ferry Nordlys ran aground on a reef off Skarvik on Tuesday with 214 people aboard. Captain Ida Holm said "
        "that fog hid the reef. Lifeboats took all passengers to Skarvik harbour within 3 hours."
    ),
)
FERRY_AGAIN = (
    "All 214 saved from grounded ferry Nordlys",
    (
        "Lifeboats brought 214 passengers of the ferry Nordlys to Skarvik after it struck a reef in fog. Its captain, "
        "Ida Holm, was the last to leave the ship."
    ),
)
OTHER_FERRY = (
    "Ferry runs aground near Port Amble",
    (
        "The ferry Corriedale ran aground on a sandbank near Port Amble on Tuesday with 87 people aboard. Captain Tom "
        "Reddy blamed a broken rudder. Tugs will pull the ship free at high tide."
    ),
)
ELECTION = (
    "Mayor of Tarnov wins a third term",
    (
        "Voters in Tarnov gave Mayor Lena Brandt a third term with 61 percent of the ballots. Her rival Otto Kess "
        "conceded before midnight and asked for a recount in two districts."
    ),
)
NAMES = {
    FERRY: (("Ida Holm", "PERSON"), ("Skarvik", "GPE")),
    FERRY_AGAIN: (("Ida Holm", "PERSON"), ("Skarvik", "GPE")),
    OTHER_FERRY: (("Tom Reddy", "PERSON"), ("Port Amble", "GPE")),
    ELECTION: (("Lena Brandt", "PERSON"), ("Otto Kess", "PERSON"), ("Tarnov", "GPE")),
}
ENGLISH = Frequencies("en")


def article(written: tuple[str, str], *, at: datetime = NOON, **fields: object) -> ArticleEnriched:
    """An enriched article; its names are those of `NAMES`."""
    headline, text = written
    entities = tuple(entity(name, type_, text) for name, type_ in NAMES.get(written, ()))
    return enriched(text, headline=headline, at=at).model_copy(
        update={"entities": entities, "in_language": "en", **fields}
    )


def entity(name: str, type_: str, text: str, *, salience: float = 0.6, **fields: object) -> Entity:
    """A name that stands in the text."""
    surface = name.rpartition(" ")[2]
    start = text.find(surface)
    mention = Mention(field="text", start=start, end=start + len(surface), surface=surface)
    return Entity(name=name, type=type_, mentions=(mention,), salience=salience).model_copy(update=fields)


def about(written: tuple[str, str]) -> Profile:
    """The profile of an article in a fresh system."""
    return profile(material(article(written)), ENGLISH)


def together(texts: Iterable[tuple[str, str]]) -> Profile:
    """The profile of a story of these."""
    first, *others = map(about, texts)
    for other in others:
        first = first.with_(other)
    return first
