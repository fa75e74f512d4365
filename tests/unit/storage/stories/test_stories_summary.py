"""What is shown of a story."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

from tests.factories import NOON
from tests.unit.storage.stories.articles import ELECTION, FERRY, FERRY_AGAIN, about, article, entity
from wiredesk.contracts.parts import Quality
from wiredesk_storage.stories.arriving import Named, arrival, named, read_named
from wiredesk_storage.stories.summary import Member, summary

HOUR = timedelta(hours=1)
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def told(written, number, *, named=(), hours=0, **fields):
    return Member(UUID(int=number), NOON + hours * HOUR, written[0], about(written), named=named, **fields)


def test_the_title_is_the_headline_nearest_to_all():
    title = summary([told(ELECTION, 1), told(FERRY, 2), told(FERRY_AGAIN, 3), told(FERRY, 4)])
    assert (title.title, title.title_article) == (FERRY[0], SECOND)


def test_of_equally_near_headlines_the_oldest_is_the_title():
    assert summary([told(FERRY, 1, hours=2), told(FERRY, 2, hours=1)]).title_article == SECOND


def test_an_article_without_a_headline_gives_no_title_if_another_has_one():
    bare = Member(FIRST, NOON, "", about(FERRY))
    assert summary([bare, told(FERRY_AGAIN, 2)]).title == FERRY_AGAIN[0]
    assert summary([bare]).title == ""


def test_a_summary_does_not_depend_on_the_order_of_its_articles():
    holm = Named("Ida Holm", "PERSON", 0.5)
    members = [
        told(FERRY, 1, named=(holm, Named("Skarvik", "GPE", 0.3, (("geonames", "12"),), "NO")), outlet="b.example"),
        told(
            FERRY_AGAIN, 2, named=(Named("ida holm", "PERSON", 0.2), Named("Skarvik", "GPE", 0.4)), outlet="a.example"
        ),
        told(FERRY, 3, named=(holm,), outlet="b.example", language="en"),
    ]
    one, *others = (summary(order) for order in permutations(members))
    assert all(other == one for other in others)
    assert one.outlets == ("b.example", "a.example")
    assert one.entities == (
        Named("Ida Holm", "PERSON", 0.4),
        Named("Skarvik", "GPE", 0.233333, (("geonames", "12"),), "NO"),
    )
    assert one.countries == ("NO",)
    assert one.languages == ("en",)


def test_it_spans_the_time_of_its_articles():
    one = summary([told(FERRY, 1, hours=5), told(FERRY, 2, hours=-3), told(FERRY, 3)])
    assert (one.first_seen, one.last_seen, one.articles) == (NOON - 3 * HOUR, NOON + 5 * HOUR, 3)


def test_names_with_different_ids_are_different_things():
    members = [told(FERRY, n, named=(Named("Perth", "GPE", 0.5, (("geonames", str(n)),)),)) for n in (1, 2)]
    assert len(summary(members).entities) == 2


def test_names_with_one_id_are_one_thing_under_the_most_frequent_name():
    named = [Named(name, "GPE", 0.6, (("iso3166", "DE"),), "DE") for name in ("Germany", "Deutschland", "Germany")]
    one = summary([told(FERRY, n, named=(name,)) for n, name in enumerate(named)])
    assert one.entities == (Named("Germany", "GPE", 0.6, (("iso3166", "DE"),), "DE"),)


def test_countries_are_sorted_by_how_much_the_story_is_about_their_places():
    named = (
        Named("Turku", "GPE", 0.2, (("geonames", "1"),), "FI"),
        Named("Oslo", "GPE", 0.5, (("geonames", "2"),), "NO"),
        Named("Tampere", "GPE", 0.4, (("geonames", "3"),), "FI"),
    )
    assert summary([told(FERRY, 1, named=named)]).countries == ("FI", "NO")


def test_of_an_article_are_taken_its_names_but_no_dates_and_amounts():
    of_text = [
        entity("Ida Holm", "PERSON", FERRY[1]),
        entity("Skarvik", "GPE", FERRY[1], ids={"geonames": "12"}, in_country="NO"),
        entity("Nordlys", "GPE", FERRY[1], ids={"iso3166": "NO"}),
        entity("Tuesday", "DATE", FERRY[1]),
    ]
    one = article(FERRY, entities=tuple(of_text))
    names = named(one)
    assert [name.name for name in names] == ["Ida Holm", "Nordlys", "Skarvik"]
    assert [name.country for name in names] == [None, "NO", "NO"]
    assert read_named(arrival(one).named) == names


def test_an_article_of_which_hardly_anything_is_there_belongs_to_no_story():
    assert arrival(article(FERRY)).is_told
    assert not arrival(article(FERRY, quality=Quality.POOR)).is_told
    assert not arrival(article(("", "..."))).is_told


def test_a_thing_that_one_article_names_twice_weighs_no_more_than_everything():
    twice = (
        Named("Luxembourg", "GPE", 0.95, (("iso3166", "LU"),), "LU"),
        Named("Luxembourg", "GPE", 0.8, (("geonames", "2960313"),), "LU"),
    )
    (one,) = summary([told(FERRY, 1, named=twice)]).entities
    assert one.weight == 1


def test_what_is_too_long_for_a_name_an_id_or_a_title_is_left_out_or_cut():
    long = "a" * 10_000
    given = [
        entity("Skarvik", "GPE", FERRY[1], ids={"geonames": "12", "own": long}),
        entity("Skarvik", "GPE", FERRY[1]).model_copy(update={"name": long}),
    ]
    (kept,) = named(article(FERRY, entities=tuple(given)))
    assert kept.ids == (("geonames", "12"),)
    assert len(summary([Member(FIRST, NOON, long, about(FERRY), outlet="x.example")]).title) == 500
    assert len(arrival(article(FERRY, in_language=long)).language) == 35
