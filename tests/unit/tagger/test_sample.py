"""A whole wire story in the manner of the real ones: all that must be found, and nothing that must not."""

from datetime import UTC, datetime
from uuid import uuid4

from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched
from wiredesk_tagger import nlp
from wiredesk_tagger.core import enrich

TEXT = """\
President Vladimir Putin has told the government and Sberbank, the largest lender, to work with China on artificial \
intelligence (AI). The order shows Moscow's wish to move closer to Beijing, Reuters reported.

Putin's mandate spoke of "joint research with the People's Republic of China". It follows Russia's promise to the \
BRICS bloc. The United States leads the field; Russia ranks 31st of 83 countries.

In February 2024, delegations met in Beijing, Russia's Ministry of Foreign Affairs said. They work within the Group of \
Governmental Experts on Lethal Autonomous Weapons Systems (GGE on LAWS). Russian and Chinese views agree, Putin said. \
Some US-manufactured parts still arrive, but Washington has accused no American firm."""


def enriched() -> ArticleEnriched:
    article = ArticleCleaned(
        event_id=uuid4(),
        article_id=uuid4(),
        headline="Russia Strengthens AI Alliance With China Amid Western Sanctions",
        text=TEXT,
        article_section="World",
        credits=("Photo by ALEXANDER NEMENOV/AFP via Getty Images",),
        in_language="en",
        content_hash="c0ffee",
        cleaner_version="1",
        fetched_at=datetime(2025, 1, 7, tzinfo=UTC),
    )
    tagger = nlp.load()
    (found,) = tagger.find([nlp.Article(article.headline, article.text, article.in_language)])
    return enrich(article, found, pipeline=tagger.made_by.pipeline, version=tagger.made_by.version)


def test_every_entity_of_the_story_is_found_once_with_its_type_and_code():
    found = [
        (entity.name, entity.type, entity.ids.get("iso3166") or entity.in_country) for entity in enriched().entities
    ]
    assert len(found) == len(set(found))
    assert set(found) == {
        ("Vladimir Putin", "PERSON", None),
        ("Russia", "GPE", "RU"),
        ("China", "GPE", "CN"),
        ("United States", "GPE", "US"),
        ("Moscow", "GPE", "RU"),
        ("Beijing", "GPE", "CN"),
        ("Washington", "GPE", "US"),
        ("Sberbank", "ORG", None),
        ("Reuters", "ORG", None),
        ("BRICS", "ORG", None),
        ("Ministry of Foreign Affairs", "ORG", None),
        ("Group of Governmental Experts on Lethal Autonomous Weapons Systems", "ORG", None),
        ("Russian", "NORP", "RU"),
        ("Chinese", "NORP", "CN"),
        ("American", "NORP", "US"),
        ("February 2024", "DATE", None),
        ("31st", "ORDINAL", None),
    }


def test_every_mention_is_listed_without_titles_and_possessives():
    mentions = {entity.name: [(m.field, m.surface) for m in entity.mentions] for entity in enriched().entities}
    assert mentions["Vladimir Putin"] == [("text", "Vladimir Putin"), ("text", "Putin"), ("text", "Putin")]
    assert mentions["China"] == [("headline", "China"), ("text", "China"), ("text", "People's Republic of China")]
    assert mentions["United States"] == [("text", "United States"), ("text", "US")]
    assert mentions["Moscow"] == [("text", "Moscow")]
    assert [surface for _, surface in mentions["Russia"]] == ["Russia"] * 4
