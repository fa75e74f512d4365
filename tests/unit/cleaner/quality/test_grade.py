import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from wiredesk.contracts.events import ArticleCleaned, Content, ContentType, Quality
from wiredesk_cleaner.core import clean
from wiredesk_cleaner.html.boilerplate import Choice, Model

STORY = [
    "The lake states agreed on Tuesday to share their water for another ten years, the ministry said in the capital.",
    "Officials declined to say what the deal would cost the farmers downstream of the dam, who heard of it last.",
    "Talks on the price of electricity resume in the spring, when the snow of the high valleys melts into the lakes.",
]


def page(*paragraphs: str, ld: Mapping[str, object] | None = None, body: str = "") -> str:
    stated = {"@type": "NewsArticle", "headline": "Lake States Sign Pact"} | dict(ld or {})
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    head = f"<head><title>Lake States Sign Pact</title>{script}</head>"
    return f"<html>{head}<body><article><h1>Lake States Sign Pact</h1>{prose}{body}</article></body></html>"


def test_a_whole_story_is_good(from_page):
    found = from_page(page(*STORY))
    assert (found.quality, found.quality_reasons) == (Quality.GOOD, ())


@pytest.mark.parametrize(
    ("paragraphs", "ld", "reason"),
    [
        (STORY, {"isAccessibleForFree": False}, "paywall: the page says that it is not free"),
        ([*STORY, "Subscribe to continue reading"], {}, "paywall: says 'subscribe to continue'"),
        ([*STORY[:2], "Talks on the price of electricity resume in the spring, when the snow …"], {}, "truncated"),
        (STORY, {"wordCount": 900}, "incomplete: "),
        (STORY[:1], {}, "short: 20 words"),
    ],
)
def test_a_story_of_which_something_is_missing_says_what(from_page, paragraphs, ld, reason):
    found = from_page(page(*paragraphs, ld=ld))
    assert found.quality is Quality.PARTIAL
    assert any(line.startswith(reason) for line in found.quality_reasons), found.quality_reasons


def test_a_story_that_was_hardly_told_from_its_page_is_not_good(from_page, monkeypatch):
    monkeypatch.setattr(Model, "choose", lambda _model, blocks, *_: Choice(list(blocks), 0.914))
    found = from_page(page(*STORY))
    assert found.quality is Quality.PARTIAL
    assert found.quality_reasons == ("unsure: by the model's own chances the body has an F1 of 0.91",)


def test_a_body_that_the_page_states_is_sure(from_page, monkeypatch):
    monkeypatch.setattr(Model, "choose", lambda *_: Choice([], 0.0))
    found = from_page(page(STORY[0], ld={"articleBody": "\n".join(STORY * 2)}))
    assert found.text == "\n".join(STORY * 2)
    assert not [reason for reason in found.quality_reasons if reason.startswith("unsure")]


def test_hardly_any_story_is_poor(from_page):
    found = from_page(page("The lake states agreed on Tuesday to share water."))
    assert found.quality is Quality.POOR
    assert found.quality_reasons == ("short: 9 words",)


def test_a_long_story_that_is_not_free_was_delivered_whole(from_page):
    found = from_page(page(*STORY * 5, ld={"isAccessibleForFree": False}))
    assert (found.quality, found.is_accessible_for_free) == (Quality.GOOD, False)


def test_a_page_of_names_and_numbers_has_little_prose(from_page):
    rows = [f"Lake number {n} and its villages, {n} of {n * 7} square kilometres, north bank, open" for n in range(40)]
    reasons = from_page(page(*rows, STORY[0])).quality_reasons
    assert any(reason.startswith("little prose") for reason in reasons), reasons


def test_a_gallery_may_be_short(from_page):
    figures = "".join(
        f"<figure><img src='/lake-picture-{n}.jpg'><figcaption>Lake {n} at dusk</figcaption></figure>" for n in range(9)
    )
    found = from_page(page(STORY[0], body=figures))
    assert (found.content_type, found.quality) == (ContentType.GALLERY, Quality.GOOD)


def sources(found: ArticleCleaned) -> dict[str, str]:
    return {evidence.field: evidence.source for evidence in found.evidence}


def test_every_field_of_a_page_names_its_source(from_page):
    stated = {
        "author": {"name": "Ann Lee"},
        "datePublished": "2026-03-03",
        "dateModified": "2026-03-04",
        "articleSection": "World",
        "publisher": {"name": "Quay Courier"},
        "keywords": ["water"],
    }
    found = sources(from_page(page(*STORY, ld=stated)))
    fields = ("headline", "authors", "date_published", "date_modified", "article_section", "publisher", "keywords")
    assert {field: found[field] for field in fields} == dict.fromkeys(fields, "json-ld")
    assert found["in_language"] == "text"


def test_a_field_that_only_the_lines_of_a_text_state_names_their_zone(from_text):
    text = "World\n\nLake States Sign Pact\n\nBy Ann Lee\n\n3 March 2026\n\nGENEVA (HPA) — " + "\n\n".join(STORY)
    found = sources(from_text(text))
    assert found["headline"] == "zone headline"
    assert found["authors"] == "zone byline"
    assert found["date_published"] == "zone date"
    assert found["dateline"] == "zone dateline"


def test_a_feed_s_date_fills_a_gap_and_goes_before_an_uncertain_one(fetched):
    hint = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def cleaned(source: str) -> ArticleCleaned:
        event = fetched(source, Content.HTML, "https://quay.example/a").model_copy(update={"published_hint": hint})
        result = clean(event)
        assert isinstance(result, ArticleCleaned)
        return result

    for source in (page(*STORY), page(*STORY, body='<script>{"publishedAt":"2026-02-20"}</script>')):
        assert (cleaned(source).date_published, sources(cleaned(source))["date_published"]) == (hint, "feed")
    stated = cleaned(page(*STORY, ld={"datePublished": "2026-02-27"}))
    assert sources(stated)["date_published"] == "json-ld"
