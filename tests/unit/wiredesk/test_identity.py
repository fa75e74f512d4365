"""The id of an event: over all that it says, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import Field

from wiredesk.contracts import identity
from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    Content,
    Rejection,
    ServiceName,
    StoreStatus,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARTICLE = UUID("289ec9f9-9775-5f01-837e-78c526d24919")
FETCHED = ArticleFetched(
    event_id=identity.UNIDENTIFIED,
    article_id=ARTICLE,
    url="https://example.org/story.html",
    kind=Content.TEXT,
    content="Quay opens",
    content_hash="c0ffee",
    fetched_at=NOON,
)
CLEANED = ArticleCleaned(
    event_id=identity.UNIDENTIFIED,
    article_id=ARTICLE,
    url="https://example.org/story.html",
    headline="Quay opens",
    text="The quay opened on Monday.",
    authors=("Ada Marsh",),
    credits=("Photo: Ana Reyes",),
    content_hash="c0ffee",
    cleaner_version="5",
    fetched_at=NOON,
)
REJECTED = ArticleRejected(
    event_id=identity.UNIDENTIFIED, article_id=ARTICLE, stage=ServiceName.FETCHER, reason=Rejection.GONE, detail="410"
)
STORED = ArticleStored(
    event_id=identity.UNIDENTIFIED,
    article_id=ARTICLE,
    enriched_event_id=ARTICLE,
    status=StoreStatus.INSERTED,
    revision=1,
)


def id_of(event, **changes):
    """The id in short: as a cleaner of version 5 would give it."""
    return str(identity.identified(event.model_copy(update=changes), "cleaned", "5").event_id)


def test_ids_never_change_between_releases():
    """Written down, so that a change of pydantic's JSON or of the models shows: it would double every article."""
    assert id_of(CLEANED) == "0b8b42e5-82e0-5e1a-8e04-46bde1bfc833"
    fetched = identity.identified(FETCHED, "fetched", "2", source=identity.digest(FETCHED.content), vouched={"content"})
    assert str(fetched.event_id) == "7aceda99-4d5a-5be1-b08d-ac52b6b9e56c"
    rejected = identity.identified(REJECTED, "fetcher.rejected", "2", source=NOON.isoformat())
    assert str(rejected.event_id) == "9a0aaa7a-27c1-5034-a1ef-d56827e3da21"
    stored = identity.identified(STORED, "stored", "2", source="articles.enriched.v1/0/7@2026-03-01T12:00:00+00:00")
    assert str(stored.event_id) == "bfa2e12f-cc81-5c34-bff5-fa4a3ce112ba"


def test_a_text_put_back_as_it_was_has_a_third_id_and_a_late_older_one_its_own():
    later = {"text": "The quay opened on Tuesday.", "fetched_at": NOON + timedelta(hours=1)}
    assert id_of(CLEANED) == "0b8b42e5-82e0-5e1a-8e04-46bde1bfc833"
    assert id_of(CLEANED, **later) == "277275cd-6e0f-5a79-bf1a-2364d42ed436"
    assert id_of(CLEANED, fetched_at=NOON + timedelta(hours=2)) == "032c4f2b-7e23-541d-ac5c-196a411c85ef"
    assert (
        id_of(CLEANED, text=later["text"], fetched_at=NOON - timedelta(hours=1))
        == "6f34cad7-0705-587d-b628-b55845795b87"
    )


def test_a_corrected_byline_and_a_corrected_credit_have_ids_of_their_own():
    assert id_of(CLEANED) == "0b8b42e5-82e0-5e1a-8e04-46bde1bfc833"
    assert id_of(CLEANED, authors=("Ada Marsch",)) == "f297e9e7-8050-54c4-8490-2a664d4581ae"
    assert id_of(CLEANED, credits=("Photo: Anna Reyes",)) == "012fb93c-e06d-5a0b-990a-dbb9f7279e69"


def test_the_same_said_again_has_the_same_id_whatever_id_it_had_before():
    again = ArticleCleaned.model_validate_json(CLEANED.model_dump_json())
    assert id_of(again, event_id=uuid4()) == id_of(CLEANED)


@pytest.mark.parametrize("event", [FETCHED, CLEANED, REJECTED, STORED], ids=lambda event: type(event).__name__)
def test_every_field_counts(event):
    values = {
        "content": "Another", "detail": "404", "revision": 2, "headline": "Another", "http_status": 200,
        "url": "https://example.org/another", "source": "desk", "fetched_at": NOON + timedelta(microseconds=1),
    }  # fmt: skip
    changes = [{name: value} for name, value in values.items() if name in type(event).model_fields]
    assert len({id_of(event), *(id_of(event, **change) for change in changes)}) == len(changes) + 1


def test_who_says_it_and_what_it_answers_count():
    def of(stage, version, source):
        return identity.identified(REJECTED, stage, version, source=source).event_id

    said = [("fetcher.rejected", "1", "a"), ("cleaner.rejected", "1", "a"), ("fetcher.rejected", "2", "a")]
    assert len({of(*one) for one in [*said, ("fetcher.rejected", "1", "b")]}) == 4


def test_an_optional_field_to_come_changes_no_id_until_it_is_used():
    class Newer(ArticleCleaned):
        schema_version: str = "1.1"
        region: str | None = Field(None, description="added by a later minor version")

    carried = dict(CLEANED) | {"schema_version": "1.1"}
    assert id_of(Newer(**carried)) == id_of(CLEANED)
    assert id_of(Newer(**carried, region="north")) != id_of(CLEANED)


def test_a_vouched_field_counts_by_its_source_alone():
    def of(content, source):
        event = FETCHED.model_copy(update={"content": content})
        return identity.identified(event, "fetched", "2", source=source, vouched={"content"}).event_id

    assert of("one", "a") == of("other", "a") != of("other", "b")


def test_a_digest_takes_any_string_as_it_is():
    texts = ["\ud800", "\ufffd", "e\u0301", "\xe9", "a b", "a  b", ""]
    assert len({identity.digest(text) for text in texts}) == len(texts)
