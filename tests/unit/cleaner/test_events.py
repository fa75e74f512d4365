import pickle
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleCleaned, ArticleRejected
from wiredesk_cleaner.core import CLEANER_VERSION, clean
from wiredesk_cleaner.metadata.language import language_of

TEXT = "Lake Pact Holds\n\nThe lake states agreed on Tuesday to share their water.\n\nTalks resume in the spring."


def test_the_same_content_gives_the_same_event(fetched):
    event = fetched(TEXT)
    first = clean(event)
    assert isinstance(first, ArticleCleaned)
    assert first == clean(event)
    assert pickle.loads(pickle.dumps(first)) == first
    assert first.content_hash == ids.content_hash(first.headline, first.text)
    assert first.cleaner_version == CLEANER_VERSION


def test_furniture_does_not_change_the_content_hash(fetched):
    plain, dressed = clean(fetched(TEXT)), clean(fetched(f"World\n\n{TEXT}\n\nReal Time Analytics"))
    assert isinstance(plain, ArticleCleaned)
    assert isinstance(dressed, ArticleCleaned)
    assert plain.content_hash == dressed.content_hash


def test_a_rejection_has_the_same_id_again_and_another_where_it_answers_another_event(fetched):
    event = fetched("")
    first, other = clean(event), clean(event.model_copy(update={"event_id": uuid4()}))
    assert isinstance(first, ArticleRejected)
    assert first == clean(event)
    assert first.event_id != other.event_id


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Photo: Ana Reyes / Reuters", "Photo: Anna Reyes / Reuters"),
        ("By Ada Marsh", "By Ada Marsch"),
    ],
    ids=["credit", "byline"],
)
def test_a_corrected_line_of_furniture_is_another_event_of_the_same_content(fetched, right, wrong):
    event = fetched(TEXT)
    first, second = (
        clean(event.model_copy(update={"content": TEXT.replace("\n\n", f"\n\n{line}\n\n", 1)}))
        for line in (wrong, right)
    )
    assert isinstance(first, ArticleCleaned)
    assert isinstance(second, ArticleCleaned)
    assert (first.credits, first.authors) != (second.credits, second.authors)
    assert first.content_hash == second.content_hash
    assert first.event_id != second.event_id


def test_a_page_put_back_as_it_was_is_three_events(fetched):
    first = fetched(TEXT)
    second = {"content": TEXT.replace("Tuesday", "Monday"), "fetched_at": first.fetched_at + timedelta(hours=1)}
    third = {"fetched_at": first.fetched_at + timedelta(hours=2)}
    events = [clean(first), clean(first.model_copy(update=second)), clean(first.model_copy(update=third))]
    assert len({event.event_id for event in events}) == 3


def test_what_came_with_the_article_goes_on_with_it(fetched):
    hint = datetime(2026, 3, 1, tzinfo=UTC)
    event = fetched(TEXT).model_copy(update={"url": "https://quay.example/a", "source": "desk", "published_hint": hint})
    cleaned = clean(event)
    assert isinstance(cleaned, ArticleCleaned)
    assert (cleaned.url, cleaned.source, cleaned.fetched_at) == ("https://quay.example/a", "desk", event.fetched_at)
    assert cleaned.date_published == hint
    dated = clean(event.model_copy(update={"content": TEXT.replace("\n\n", "\n\n2 March 2026\n\n", 1)}))
    assert isinstance(dated, ArticleCleaned)
    assert dated.date_published == hint + timedelta(days=1)


def test_languages_are_told_apart():
    texts = {
        "en": "The lake states agreed on Tuesday to share their water for another ten years, the ministry said.",
        "de": "Die Seestaaten haben sich am Dienstag darauf geeinigt, ihr Wasser weitere zehn Jahre zu teilen.",
        "fr": "Les États du lac ont convenu mardi de partager leur eau pendant dix ans, a indiqué le ministère.",
        "es": "Los Estados del lago acordaron el martes compartir su agua durante diez años, dijo el ministerio.",
    }
    assert {language_of(text * 3) for text in texts.values()} == {(code, "text") for code in texts}
    assert language_of(texts["de"] * 3, declared="en") == ("de", "text")
    assert language_of("Nein.", declared="de") == ("de", "html lang")
    assert language_of("12 - 3", declared=None) == (None, "")
