"""Filters as parameters of an address; the client has those that the desk has."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from wiredesk.client.api import answers
from wiredesk.client.api.asking import Filters, question
from wiredesk_desk.web.api import models
from wiredesk_desk.web.asking import Asked, Searched
from wiredesk_storage import archive
from wiredesk_storage.search import answers as found
from wiredesk_storage.stories import reading

STORY = UUID("9c1dbf2e-58a5-5d6b-9a3f-0f4c4b5d9a10")


def test_the_filters_are_those_of_the_desk():
    assert Filters.__annotations__.keys() == Asked.model_fields.keys() - {"q"}


def test_each_filter_is_read_by_the_desk_as_it_was_meant():
    asked = question(
        '"central bank" -football',
        Filters(
            entity="wikidata:Q90", type="ORG", source="wire", host="example.org", section="World", language="en",
            country="no", quality="good", since=datetime(2026, 11, 1, tzinfo=UTC), until="2026-11-20", story=STORY,
            copies=False,
        ),
    )  # fmt: skip
    read = Searched.model_validate(asked)
    filters = read.filters()
    assert read.q == '"central bank" -football'
    assert (filters.since, filters.until) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))
    assert (filters.without_copies, filters.story, filters.entity_type) == (True, str(STORY), "ORG")
    assert None not in [getattr(filters, one.name) for one in fields(filters)]


def test_what_is_none_is_not_asked():
    assert question("", Filters(country=None, since=None)) == {}
    assert question("ferry", Filters(copies=True)) == {"q": "ferry", "copies": "true"}


def test_a_filter_that_there_is_not_is_refused_and_those_that_there_are_are_named():
    with pytest.raises(TypeError, match=r"no such filter: contry; there are entity, type, .*country"):
        question("", {"contry": "NO"})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (answers.Hit, found.Hit),
        (answers.Hits, models.Hits),
        (answers.Story, models.Story),
        (answers.WholeStory, models.WholeStory),
        (answers.StoryName, models.Named),
        (answers.StoryArticle, reading.Article),
        (answers.Stories, models.Stories),
        (answers.StoredArticle, models.Article),
        (answers.Revision, archive.Revision),
    ],
    ids=lambda one: one.__name__,
)
def test_what_the_client_reads_is_what_the_desk_answers(ours: type[BaseModel], theirs: Any):
    theirs_all = theirs.model_fields if issubclass(theirs, BaseModel) else {one.name for one in fields(theirs)}
    # A page's cursor is in the address of the next.
    assert set(ours.model_fields) == set(theirs_all) - ({"after"} if ours is answers.Hits else set())


def test_fields_that_a_later_desk_adds_are_passed_over_and_statuses_taken_as_they_are():
    said = {
        "event_id": STORY, "revision": 2, "status": "mended", "position": "t/0/1",
        "stored_at": "2026-11-30T12:00:00Z", "mood": "calm",
    }  # fmt: skip
    assert answers.Revision.model_validate(said).status == "mended"
