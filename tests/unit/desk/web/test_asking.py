"""What is asked of a search over HTTP becomes the filters of the store."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from wiredesk_desk.web.asking import Asked, Searched
from wiredesk_desk.web.problems import Refused
from wiredesk_storage.search.asking import Filters


def test_nothing_asked_is_no_filter():
    assert Asked().filters() == Filters()


def test_every_filter_arrives():
    story = uuid4()
    asked = Asked(
        entity="Oslo", type="GPE", source="desk", host="example.org", section="world", language="nb", country="NO",
        quality="good", story=story, copies=False,
    )  # fmt: skip
    assert asked.filters() == Filters(
        entity="Oslo", entity_type="GPE", source="desk", host="example.org", section="world", language="nb",
        country="NO", quality="good", without_copies=True, story=str(story),
    )  # fmt: skip


def test_a_day_to_which_is_asked_counts_whole_and_a_time_does_not():
    asked = Asked.model_validate({"from": "2026-11-20", "to": "2026-11-21"}).filters()
    assert (asked.since, asked.until) == (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
    exact = Asked.model_validate({"to": "2026-11-21T12:00"}).filters()
    assert exact.until == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_age_counts_from_when_it_was_asked_and_stays_the_same():
    asked = Searched.model_validate({"from": "2h"})
    since = asked.filters().since
    assert since is not None
    assert abs(datetime.now(UTC) - timedelta(hours=2) - since) < timedelta(minutes=1)
    assert asked.filters().since == asked.model_copy(update={"limit": 5}).filters().since == since


@pytest.mark.parametrize("text", ["soon", "7 weeks", "99999999999999d", "2026-13-01", "999999999d"])
def test_what_is_no_time_is_refused_with_its_name(text: str):
    with pytest.raises(Refused, match="from=") as caught:
        Asked.model_validate({"from": text}).filters()
    assert (caught.value.status, caught.value.kind) == (422, "wrong-request")


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"country": "Norway"}, {"story": "x"}, {"q": "x" * 2001}])
def test_what_is_not_asked_so_is_refused(wrong: dict[str, str]):
    with pytest.raises(ValidationError):
        Asked.model_validate(wrong)


def test_an_address_asks_the_same_again():
    asked = Asked.model_validate({"q": "river & sea", "from": "7d", "copies": False})
    assert asked.address("/v1/search", after="x=") == "/v1/search?q=river+%26+sea&from=7d&copies=false&after=x%3D"
    assert Asked().address("/v1/search") == "/v1/search"
