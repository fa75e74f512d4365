"""An article's text as blocks, with its entities marked and what was set aside in between."""

from tests.integration.storage.records import enriched
from wiredesk.contracts.events import ArticleEnriched, Entity, Mention, Zone, ZoneKind
from wiredesk_desk.web.pages import article_text
from wiredesk_desk.web.pages.article_text import Piece

TEXT = "Ada Marsh spoke.\n\nShe left Oslo."


def article(*mentions: tuple[int, int, str], zones: tuple[Zone, ...] = ()) -> ArticleEnriched:
    entities = tuple(
        Entity(
            name=TEXT[start:end],
            type=kind,
            mentions=(Mention(field="text", start=start, end=end, surface=TEXT[start:end]),),
        )
        for start, end, kind in mentions
    )
    return enriched(TEXT, entities=entities, zones=zones)


def test_a_text_without_zones_is_its_paragraphs_with_names_marked():
    blocks, is_cut = article_text.blocks(article((0, 9, "PERSON"), (27, 31, "GPE")))
    assert not is_cut
    assert blocks[0].pieces == [Piece("Ada Marsh", 0), Piece(" spoke.")]
    assert blocks[1].pieces == [Piece("She left "), Piece("Oslo", 1), Piece(".")]


def test_furniture_stands_where_it_stood_and_is_no_story():
    zones = (
        Zone(kind=ZoneKind.SLUG, rule="slug: capitals", text="FERRY-STORM"),
        Zone(kind=ZoneKind.BODY, rule="body", start=0, end=16),
        Zone(kind=ZoneKind.BODY, rule="body", start=18, end=32),
    )
    blocks, _ = article_text.blocks(article((27, 31, "GPE"), zones=zones))
    assert [(block.is_story, block.rule) for block in blocks] == [
        (False, "slug: capitals"),
        (True, "body"),
        (True, "body"),
    ]
    assert blocks[2].pieces == [Piece("She left "), Piece("Oslo", 0), Piece(".")]


def test_of_two_names_that_overlap_the_earlier_or_longer_is_marked():
    found = article_text.marks(article((0, 3, "PERSON"), (0, 9, "PERSON"), (4, 9, "ORG")).entities, "text")
    assert [(mark.start, mark.end) for mark in found] == [(0, 9)]


def test_a_line_of_a_megabyte_and_a_text_without_end_are_cut():
    huge = enriched("word " * 200_000, entities=())
    blocks, _ = article_text.blocks(huge)
    assert sum(len(piece.text) for block in blocks for piece in block.pieces) < 50_000
    many = enriched("\n".join(f"Line {n} says something." for n in range(10_000)), entities=())
    blocks, is_cut = article_text.blocks(many)
    assert is_cut
    assert len(blocks) == 3_000
